//! `cosput upload`: look at the sources, plan, send.

use std::path::Path;

use super::upload_together::Publisher;
use super::{upload_stdin, upload_together};
use crate::cli::options::sources::{Many, Wanted};
use crate::cli::options::{Server, UploadOptions};
use crate::cli::output::console::{Console, shown};
use crate::cli::output::exit::{SUCCESS, of_many};
use crate::cli::output::failure::Failure;
use crate::cli::output::report::Report;
use crate::cli::output::summary::Summary;
use crate::cli::process::descriptors::{Objects, requests_within};
use crate::cli::process::runtime;
use crate::cli::process::world::World;
use crate::cli::uploading::bucket_requests::BucketRequests;
use crate::cli::uploading::connection::Connection;
use crate::cli::uploading::observer::Tally;
use crate::cli::uploading::supply;
use crate::cli::uploading::supply::unfit;
use crate::cli::uploading::template::{Template, suits};
use crate::cli::uploading::transfer::{Transferred, summarize, transfer_gathered, transfer_one};
use crate::cos::Key;
use crate::cos::multipart::UploadId;
use crate::cos::multipart::list_parts::ListedPart;
use crate::upload::batch::window::Concurrency;
use crate::upload::session::{Ending, JournalPlace};
use crate::upload::source::{FileSource, Item, Sources};
use crate::upload::{Plan, Wish};

/// Uploads what is wanted. Returns the exit code.
pub(crate) fn run(options: &UploadOptions, world: &mut World, console: &Console) -> Result<u8, Failure> {
    let console = console.clone().quiet(options.output.quiet);
    let started = (world.stopwatch)();
    let sent = match &options.wanted {
        Wanted::One { source, key } => run_one(source, key, options, world, &console),
        Wanted::Stdin { key } => upload_stdin::run(key, options, world, &console),
        Wanted::Many(many) => run_many(many, options, world, &console)?,
    };
    if let Some(summary) = sent.summary {
        let elapsed = (world.stopwatch)().duration_since(started);
        summarize(&console, options.output, summary, elapsed, sent.exit_code);
    }
    Ok(sent.exit_code)
}

/// What became of all of it; without a summary where nothing was to be sent.
pub(crate) struct Sent {
    pub(crate) exit_code: u8,
    pub(crate) summary: Option<Summary>,
}

impl From<Transferred> for Sent {
    fn from(transferred: Transferred) -> Self {
        Self { exit_code: transferred.exit_code, summary: Some(transferred.summary) }
    }
}

fn run_one(path: &Path, key: &Key, options: &UploadOptions, world: &mut World, console: &Console) -> Sent {
    let report = Report::new(console, options.output);
    let sent = open(path, options, options.wish).and_then(|(source, plan)| {
        if options.dry_run {
            report.planned(source.path(), &options.bucket, key, &plan);
            return Ok(Sent { exit_code: SUCCESS, summary: None });
        }
        let alone = plan.is_put();
        let sending = send_one(options, source, key, plan, world, console);
        let sent = if alone { runtime::run_alone(sending) } else { runtime::run(sending) };
        sent?.map(Sent::from)
    });
    sent.unwrap_or_else(|failure| {
        let summary = (!options.dry_run).then_some(Summary { failed: 1, ..Summary::default() });
        Sent { exit_code: report.refused(path, &options.bucket, Some(key), &failure), summary }
    })
}

/// Everything that can be known before anything is sent.
fn open(path: &Path, options: &UploadOptions, wish: Wish) -> Result<(FileSource, Plan), Failure> {
    let source = FileSource::open(path).map_err(|error| Failure::Source { source: path.to_owned(), error })?;
    suits(&source, options.server.service())?;
    let plan = supply::plan(&source, wish)?;
    if options.resume_upload_id.is_some() && plan.is_put() {
        return Err(Failure::usage(format!("{} is empty, and an upload in parts cannot go on with it", shown(path))));
    }
    Ok((source, plan))
}

async fn send_one(
    options: &UploadOptions,
    source: FileSource,
    key: &Key,
    mut plan: Plan,
    world: &mut World,
    console: &Console,
) -> Result<Transferred, Failure> {
    let mut connection = connect(options, world, console).await?;
    if let Some(id) = &options.resume_upload_id {
        let listed;
        (connection, listed) = parts_of(id, key, connection, options, world, console).await?;
        plan = cut_alike(&source, options.wish, &listed).unwrap_or(plan);
    }
    let session = template(options, &connection, world).session(source, key.clone(), plan);
    let mut tally = Tally::new(&connection, &options.bucket, options.output, world, console);
    let transferred = transfer_one(
        session,
        affordable(options, Objects::One, world, console),
        &mut tally,
        &connection,
        world,
        console,
    )
    .await;
    connection.close().await;
    Ok(transferred)
}

fn run_many(many: &Many, options: &UploadOptions, world: &mut World, console: &Console) -> Result<Sent, Failure> {
    let sources = many.sources(world.stdin)?;
    if options.dry_run {
        return Ok(show(sources, options, console));
    }
    runtime::run(send_many(many, options, sources, world, console))?.map(Sent::from)
}

/// Tells what would be sent.
fn show(sources: Sources, options: &UploadOptions, console: &Console) -> Sent {
    let report = Report::new(console, options.output);
    let wish = if options.publish_together { upload_together::wish(options) } else { options.wish };
    let refuse =
        |path: &Path, key: Option<&Key>, failure: &Failure| report.refused(path, &options.bucket, key, failure);
    let show = |item| match item {
        Item::File { path, key, .. } => match open(&path, options, wish) {
            Ok((source, plan)) => {
                report.planned(source.path(), &options.bucket, &key, &plan);
                SUCCESS
            }
            Err(failure) => refuse(&path, Some(&key), &failure),
        },
        Item::Skipped { path, why } => {
            report.left_out(&path, &options.bucket, why);
            SUCCESS
        }
        Item::EmptyDirectory { path } => {
            report.passed_by(&path);
            SUCCESS
        }
        Item::Failed { path, why } => refuse(&path.clone(), None, &unfit(path, why)),
    };
    let exit_code = of_many(sources.gather().map(show).filter(|code| *code != SUCCESS));
    Sent { exit_code, summary: None }
}

async fn send_many(
    many: &Many,
    options: &UploadOptions,
    sources: Sources,
    world: &mut World,
    console: &Console,
) -> Result<Transferred, Failure> {
    let connection = connect(options, world, console).await?;
    let mut template = template(options, &connection, world);
    template.requests.concurrency = affordable(options, Objects::Many, world, console);
    let transferred = if options.publish_together {
        let publisher = Publisher { template, options, connection: &connection, console };
        publisher.publish(many, sources, world).await
    } else {
        let tally = Tally::new(&connection, &options.bucket, options.output, world, console);
        let mut tally = tally.for_many(options.fail_fast);
        let what = (template, options.wish);
        Ok(transfer_gathered(sources.gather(), what, &mut tally, &connection, world, console).await)
    };
    connection.close().await;
    transferred
}

/// As many requests at a time as were asked for, or as the files that may be open suffice for.
fn affordable(options: &UploadOptions, objects: Objects, world: &World, console: &Console) -> Concurrency {
    let wanted = options.requests.concurrency;
    let serves = matches!(options.server, Server::Emulator { .. });
    let Some(most) = (world.open_files)().and_then(|limit| requests_within(limit, objects, serves)) else {
        return wanted;
    };
    if wanted.most() <= most {
        return wanted;
    }
    if let Concurrency::Fixed(wanted) = wanted {
        console.warning(&format!(
            "{most} requests at a time instead of {wanted}: no more files may be open at a time (ulimit -n)"
        ));
    }
    Concurrency::Fixed(most)
}

pub(crate) async fn connect(options: &UploadOptions, world: &World, console: &Console) -> Result<Connection, Failure> {
    Connection::open(&options.server, options.requests, &options.access, options.output.verbose, world, console).await
}

pub(crate) fn template(options: &UploadOptions, connection: &Connection, world: &World) -> Template {
    Template {
        site: connection.site.clone(),
        bucket: options.bucket.clone(),
        place: place(options),
        resume: options.resume,
        upload_id: options.resume_upload_id.clone(),
        abort_on_failure: options.abort_on_failure,
        content_md5: options.content_md5,
        requests: options.requests,
        object: options.object.clone(),
        skip: options.skip,
        ending: Ending::Complete,
        seed: world.seed,
    }
}

/// What the server holds of an upload that was named, asked over the connection that sends the rest.
pub(crate) async fn parts_of(
    id: &UploadId,
    key: &Key,
    connection: Connection,
    options: &UploadOptions,
    world: &mut World,
    console: &Console,
) -> Result<(Connection, Vec<ListedPart>), Failure> {
    let (requests, verbose) = (options.requests, options.output.verbose);
    let mut bucket = BucketRequests::over(connection, &options.bucket, requests, verbose, world, console);
    let parts = bucket.parts(key, id).await?;
    Ok((bucket.into_connection(), parts))
}

/// The plan that the parts on the server fit. Where a part size was asked for, or nothing fits, the plan is not changed,
/// and parts that do not fit are sent again.
fn cut_alike(source: &FileSource, wish: Wish, listed: &[ListedPart]) -> Option<Plan> {
    // All are of one size but the last, which may be smaller.
    let part_size = listed.iter().map(|part| part.size).max().filter(|_| wish.part_size.is_none())?;
    let plan = Plan::new(source.identity().size, Wish { part_size: Some(part_size), ..wish }).ok()?;
    let Plan::Multipart(parts) = plan else { return None };
    let fits = |part: &ListedPart| parts.range(part.number).is_some_and(|range| range.length == part.size);
    listed.iter().all(fits).then_some(plan)
}

fn place(options: &UploadOptions) -> JournalPlace {
    match (&options.journal, &options.state_directory) {
        (Some(file), _) => JournalPlace::File(file.clone()),
        (None, Some(directory)) => JournalPlace::Directory(directory.clone()),
        (None, None) => JournalPlace::Nowhere("no home directory is known; name a place with --state-dir".to_owned()),
    }
}
