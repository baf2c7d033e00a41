//! `cosput resume`: finish what was interrupted, from its journals.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::options::{ResumeOptions, ResumeServer, Server, object_headers};
use crate::cli::output::console::{Console, shown};
use crate::cli::output::exit;
use crate::cli::output::exit::SUCCESS;
use crate::cli::output::failure::Failure;
use crate::cli::output::summary::Summary;
use crate::cli::process::runtime;
use crate::cli::process::world::World;
use crate::cli::uploading::connection::{Connection, journalled};
use crate::cli::uploading::file_session;
use crate::cli::uploading::observer::UploadObserver;
use crate::cli::uploading::template::{MD5, Template};
use crate::cli::uploading::transfer::{print_failure, summarize, transfer_one};
use crate::cos::{Address, Endpoint};
use crate::upload::journal::header::Header;
use crate::upload::journal::lines;
use crate::upload::journal::lines::Content;
use crate::upload::object_headers::RestoreError;
use crate::upload::session::{Goal, JournalLocation, target_of};
use crate::upload::source::FileSource;
use crate::upload::{ObjectOptions, PlanOptions};

/// Finishes interrupted uploads. Returns the exit code.
pub(crate) fn run(options: &ResumeOptions, world: &mut World, console: &Console) -> Result<u8, Failure> {
    let console = console.clone().quiet(options.output.quiet);
    let started = (world.stopwatch)();
    let journals = journals(options)?;
    if journals.is_empty() {
        let place = options.state_directory.as_deref().map(shown).unwrap_or_default();
        console.note(&format!("nothing to resume in {place}"));
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
        Failure::usage("no home directory is known, so there is no default one for journals; name it with --state-dir")
    })?;
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Failure::Other(format!("could not read {}: {error}", shown(directory)))),
    };
    let mut journals: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
        .collect();
    journals.sort();
    Ok(journals)
}

async fn resume_all(
    journals: &[PathBuf],
    options: &ResumeOptions,
    world: &mut World,
    console: &Console,
) -> (u8, Summary) {
    let mut codes = Vec::new();
    let mut all = Summary::default();
    for path in journals {
        match resume(path, options, world, console).await {
            Ok(None) => {}
            Ok(Some((exit_code, summary, stopped))) => {
                codes.push(exit_code);
                all.add(summary);
                if stopped {
                    break;
                }
            }
            Err(failure) => {
                all.failed += 1;
                codes.push(print_failure(&failure, console));
            }
        }
    }
    (exit::of_many(codes.into_iter().filter(|code| *code != SUCCESS)), all)
}

/// Finishes one upload; `None` where there is nothing to finish.
async fn resume(
    path: &Path,
    options: &ResumeOptions,
    world: &mut World,
    console: &Console,
) -> Result<Option<(u8, Summary, bool)>, Failure> {
    let Some(header) = header(path, options, console)? else { return Ok(None) };
    if header.held_back && options.journals.is_empty() {
        console.note(&format!(
            "{} is passed over: it is completed together with others, by the command that sent it; name the journal to \
             complete it alone",
            shown(path)
        ));
        return Ok(None);
    }
    let not_ours = || Failure::Other(format!("could not use the journal {}: it names no upload", shown(path)));
    let any = Endpoint::parse("localhost").map_err(anyhow::Error::from)?;
    let target = target_of(&header, &any).ok_or_else(not_ours)?;
    let source = PathBuf::from(&header.source);
    let source = FileSource::open(&source).map_err(|error| Failure::Source { source, error })?;
    let service = target.address.service;
    let wanted = PlanOptions { part_size: Some(header.part_size), multipart_threshold: 0 };
    // A file that outgrew its part size begins anew whatever the plan.
    let plan = file_session::plan(&source, service, wanted)
        .or_else(|_| file_session::plan(&source, service, PlanOptions { part_size: None, ..wanted }))?;
    let object = object_options(&header, options)?.ok_or_else(not_ours)?;
    let mut connection = connect(&header, &target.address, (options, &object), world, console).await?;
    // The journal goes on under the name that it began with.
    connection.site.name = header.endpoint.clone();
    let template = Template {
        site: connection.site.clone(),
        bucket: target.address.bucket.clone(),
        location: JournalLocation::File(path.to_owned()),
        resume: true,
        upload_id: None,
        abort_on_failure: false,
        content_md5: header.checksum.as_deref() == Some(MD5),
        requests: options.requests,
        object,
        skip: None,
        goal: Goal::Complete,
        seed: world.seed,
    };
    let session = template.session(source, target.key, plan);
    let mut observer = UploadObserver::new(&connection, &template.bucket, options.output, world, console);
    let transferred =
        transfer_one(session, options.requests.concurrency, &mut observer, &connection, world, console).await;
    connection.close().await;
    Ok(Some((transferred.exit_code, transferred.summary, transferred.signal.is_some())))
}

/// The first line of a journal; `None` for one in the state directory that has none, which is no failure of ours.
fn header(path: &Path, options: &ResumeOptions, console: &Console) -> Result<Option<Header>, Failure> {
    let bytes = fs::read(path)
        .map_err(|error| Failure::JournalUnusable { journal: path.to_owned(), why: error.to_string() })?;
    let why = match lines::read(&bytes) {
        Content::Journal(journal) => return Ok(Some(journal.header)),
        Content::Nothing => "it ends before its upload began",
        Content::Publishing(_) => "it is the record of an upload with --publish-together; run that command again",
        Content::LaterVersion => "it is from a later version of cosput",
        Content::Garbage => "it is no journal of cosput",
    };
    if options.journals.is_empty() {
        console.warning(&format!("{} is passed over: {why}", shown(path)));
        return Ok(None);
    }
    Err(Failure::usage(format!("could not resume from {}: {why}", shown(path))))
}

/// What the journal says that the object is to be; `None` where it cannot be made sense of.
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
