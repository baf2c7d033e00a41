//! `cosput resume`: finishes interrupted uploads from their journals.

use std::mem;
use std::path::{Path, PathBuf};

use crate::cli::options::{ResumeOptions, ResumeServer, Server, delta, object_headers};
use crate::cli::output::console::{Console, shown};
use crate::cli::output::failures::exit;
use crate::cli::output::failures::exit::SUCCESS;
use crate::cli::output::failures::failure::Failure;
use crate::cli::output::report::Report;
use crate::cli::output::summary::Summary;
use crate::cli::process::runtime;
use crate::cli::process::world::World;
use crate::cli::uploading::connection::{Connection, journalled};
use crate::cli::uploading::file_session;
use crate::cli::uploading::journals::{NoUpload, header, names_no_upload, paths_in, target};
use crate::cli::uploading::observing::observer::UploadObserver;
use crate::cli::uploading::observing::timing_page::TimingPage;
use crate::cli::uploading::template::{MD5, Template};
use crate::cli::uploading::transfer::{Transferred, summarize, transfer_one};
use crate::cos::{Address, Target};
use crate::language::message;
use crate::upload::journal::file::{JournalFile, OpenError};
use crate::upload::journal::header::Header;
use crate::upload::object_headers::RestoreError;
use crate::upload::session::{Goal, JournalLocation};
use crate::upload::source::FileSource;
use crate::upload::{ObjectOptions, PlanOptions};

/// Finishes interrupted uploads. Returns the exit code.
pub(crate) fn run(options: &ResumeOptions, world: &mut World, console: &Console) -> Result<u8, Failure> {
    let console = console.clone().quiet(options.output.quiet);
    let started = (world.stopwatch)();
    let journals = journals(options)?;
    if journals.is_empty() {
        let place = options.state_directory.as_deref().map(shown).unwrap_or_default();
        console.note(&message!("nothing to resume in {place}", place));
        return Ok(SUCCESS);
    }
    let (exit_code, summary) = runtime::run(resume_all(&journals, options, world, &console))?;
    let elapsed = (world.stopwatch)().duration_since(started);
    summarize(&console, options.output, summary, elapsed, exit_code);
    Ok(exit_code)
}

/// The journals that were named, or all in the state directory.
fn journals(options: &ResumeOptions) -> Result<Vec<PathBuf>, Failure> {
    if !options.journals.is_empty() {
        return Ok(options.journals.clone());
    }
    let directory = options.state_directory.as_deref().ok_or_else(|| {
        Failure::usage(message!(
            "no home directory is known, so there is no default one for journals; name it with --state-dir"
        ))
    })?;
    paths_in(directory).map_err(|error| {
        Failure::Other(message!("could not read {directory}: {error}", directory = shown(directory), error))
    })
}

async fn resume_all(
    journals: &[PathBuf],
    options: &ResumeOptions,
    world: &mut World,
    console: &Console,
) -> (u8, Summary) {
    let report = Report::new(console, options.output);
    let mut codes = Vec::new();
    let mut all = Summary::default();
    let mut page = TimingPage::shared(options.timings.as_deref(), world);
    for path in journals {
        let (exit_code, summary, stopped) = match find(path, options, &report) {
            Found::Upload(found) => resume(*found, options, &mut page, &report, world, console).await,
            Found::Skipped => (SUCCESS, Summary { skipped: 1, ..Summary::default() }, false),
            Found::Failed(exit_code) => failed(exit_code),
            Found::Nothing => continue,
        };
        codes.push(exit_code);
        all.add(summary);
        if stopped {
            break;
        }
    }
    let exit_code = exit::of_many(codes.into_iter().filter(|code| *code != SUCCESS));
    page.finish((world.stopwatch)(), exit_code, console);
    (exit_code, all)
}

/// An exit code, counts, and whether a signal ended the command.
type Resumed = (u8, Summary, bool);

fn failed(exit_code: u8) -> Resumed {
    (exit_code, Summary { failed: 1, ..Summary::default() }, false)
}

/// The upload of a journal.
struct JournalFound {
    path: PathBuf,
    header: Header,
    target: Target,
}

/// The result of reading a journal.
enum Found {
    Upload(Box<JournalFound>),
    /// Another command or process has to finish this upload.
    Skipped,
    /// The journal was named and cannot be used; the exit code.
    Failed(u8),
    /// The file was not named and is no journal.
    Nothing,
}

/// Reads a journal. Unusable journals that the user did not name are only skipped.
fn find(path: &Path, options: &ResumeOptions, report: &Report) -> Found {
    let named = !options.journals.is_empty();
    let header = match header(path) {
        Ok(header) => header,
        Err(NoUpload::Other(why)) if !named => {
            report.console.warning(&message!("skipped {file}: {why}", file = shown(path), why));
            return Found::Nothing;
        }
        Err(why) => return Found::Failed(report.not_resumed(None, path, &why.failure(path))),
    };
    let target = match target(&header, path) {
        Ok(target) => target,
        Err(failure) => return Found::Failed(report.not_resumed(None, path, &failure)),
    };
    if header.held_back && !named {
        report.console.note(&message!(
            "skipped {file}: it is completed together with others, by the command that sent it; name the journal to \
             complete it alone",
            file = shown(path)
        ));
        return Found::Nothing;
    }
    if !named && matches!(JournalFile::lock(path), Err(OpenError::Busy)) {
        report.is_running((Path::new(&header.source), &target.address.bucket, &target.key));
        return Found::Skipped;
    }
    Found::Upload(Box::new(JournalFound { path: path.to_owned(), header, target }))
}

/// Finishes one upload.
async fn resume(
    found: JournalFound,
    options: &ResumeOptions,
    page: &mut TimingPage,
    report: &Report,
    world: &mut World,
    console: &Console,
) -> Resumed {
    match send(&found, options, page, world, console).await {
        Ok(Transferred { exit_code, summary, signal }) => (exit_code, summary, signal.is_some()),
        Err(failure) => {
            let JournalFound { path, header, target } = &found;
            let upload = (Path::new(&header.source), &target.address.bucket, &target.key);
            failed(report.not_resumed(Some(upload), path, &failure))
        }
    }
}

async fn send(
    found: &JournalFound,
    options: &ResumeOptions,
    page: &mut TimingPage,
    world: &mut World,
    console: &Console,
) -> Result<Transferred, Failure> {
    let JournalFound { path, header, target } = found;
    let source = PathBuf::from(&header.source);
    let source = FileSource::open(&source).map_err(|error| {
        let journal = path.clone();
        Failure::Unresumable { source, error, journal }
    })?;
    let service = target.address.service;
    let wanted = PlanOptions { multipart_threshold: Some(0), ..PlanOptions::default() };
    let plan = file_session::plan(&source, service, wanted)?;
    // A file that outgrew its part size starts over with any plan.
    let plan = plan.with_part_size(header.part_size).unwrap_or(plan);
    let object = object_options(header, options)?.ok_or_else(|| names_no_upload(path))?;
    let mut connection = connect(header, &target.address, (options, &object), world, console).await?;
    // The journal keeps the name that it began with.
    connection.site.name = header.endpoint.clone();
    let template = Template {
        site: connection.site.clone(),
        bucket: target.address.bucket.clone(),
        location: JournalLocation::File(path.clone()),
        resume: true,
        upload_id: None,
        abort_on_failure: false,
        content_md5: header.checksum.as_deref() == Some(MD5),
        requests: options.requests,
        object,
        skip: None,
        delta: delta::resumed(header.delta_map.as_deref(), options.state_directory.as_deref()),
        goal: Goal::Complete,
        seed: world.seed,
    };
    let session = template.session(source, target.key.clone(), plan);
    let mut observer =
        UploadObserver::new(&connection, &template.bucket, options.output, world, console).timed(mem::take(page));
    let transferred =
        transfer_one(session, options.requests.concurrency, &mut observer, &connection, world, console).await;
    *page = observer.into_page();
    connection.close().await;
    Ok(transferred)
}

/// The object's headers and encryption as the journal records them; `None` if they are invalid.
fn object_options(header: &Header, options: &ResumeOptions) -> Result<Option<ObjectOptions>, Failure> {
    match ObjectOptions::restore(&header.options, header.sse_c_key_md5.as_deref(), options.sse_c_key.as_ref()) {
        Ok(object) => {
            let (traffic_limit, forbid_overwrite) = (options.traffic_limit, header.no_overwrite);
            Ok(Some(ObjectOptions { traffic_limit, forbid_overwrite, ..object }))
        }
        Err(RestoreError::KeyMissing) => Err(object_headers::no_key()),
        Err(RestoreError::OtherKey) => Err(object_headers::other_key()),
        Err(RestoreError::Unknown) => Ok(None),
    }
}

async fn connect(
    header: &Header,
    address: &Address,
    (options, object): (&ResumeOptions, &ObjectOptions),
    world: &World,
    console: &Console,
) -> Result<Connection, Failure> {
    let server = match &options.server {
        ResumeServer::Journalled => journalled(&header.endpoint, address)?,
        ResumeServer::At(endpoint) => Server::new(endpoint.clone(), address),
        ResumeServer::Emulator { directory } => {
            let &Address { service, edition, .. } = address;
            Server::Emulator { service, edition, directory: directory.clone() }
        }
    };
    object_headers::check_way(&object.encryption, &server)?;
    Connection::open(&server, options.requests, &options.access, options.output.verbose, world, console).await
}
