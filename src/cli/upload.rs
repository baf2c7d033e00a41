//! `cosput upload`: look at the source, plan, send.

use super::console::{Console, shown};
use super::exit::{Failure, SUCCESS};
use super::inquiry::Inquiry;
use super::options::UploadOptions;
use super::report::{Report, Summary};
use super::runtime;
use super::server::Connection;
use super::transfer::{Wanted, suits, summarize, transfer};
use super::world::World;
use crate::cos::multipart::list_parts::ListedPart;
use crate::upload::plan::PlanError;
use crate::upload::session::JournalPlace;
use crate::upload::source::FileSource;
use crate::upload::{Plan, SourceError, Wish};

/// Uploads a file. Returns the exit code.
pub(super) fn run(options: &UploadOptions, world: &mut World, console: &Console) -> u8 {
    let console = console.clone().quiet(options.output.quiet);
    let report = Report::new(&console, options.output);
    let started = (world.stopwatch)();
    let UploadOptions { source, bucket, key, .. } = options;
    let sent = open(options).and_then(|(source, plan)| {
        if options.dry_run {
            report.planned(source.path(), bucket, key, &plan);
            return Ok((SUCCESS, None));
        }
        let alone = plan.mode() == "put";
        let sending = send(options, source, plan, world, &console);
        let sent = if alone { runtime::run_alone(sending) } else { runtime::run(sending) };
        sent?.map(|(exit_code, summary)| (exit_code, Some(summary)))
    });
    let (exit_code, summary) = sent.unwrap_or_else(|failure| {
        let summary = (!options.dry_run).then_some(Summary { failed: 1, ..Summary::default() });
        (report.refused(source, bucket, key, &failure), summary)
    });
    if let Some(summary) = summary {
        let elapsed = (world.stopwatch)().duration_since(started);
        summarize(&console, options.output, summary, elapsed, exit_code);
    }
    exit_code
}

/// Everything that can be known before anything is sent.
fn open(options: &UploadOptions) -> Result<(FileSource, Plan), Failure> {
    let path = &options.source;
    let trouble = |error| Failure::Source { source: path.clone(), error };
    let source = FileSource::open(path).map_err(trouble)?;
    suits(&source, options.server.service())?;
    match Plan::new(source.identity().size, options.wish) {
        Ok(plan) if options.resume_upload_id.is_some() && plan.mode() == "put" => {
            Err(Failure::usage(format!("{} is empty, and an upload in parts cannot go on with it", shown(path))))
        }
        Ok(plan) => Ok((source, plan)),
        Err(PlanError::ObjectTooLarge { size }) => Err(trouble(SourceError::TooLarge(size))),
        Err(error) => Err(Failure::usage(format!("could not plan the upload of {}: {error}", shown(path)))),
    }
}

async fn send(
    options: &UploadOptions,
    source: FileSource,
    plan: Plan,
    world: &mut World,
    console: &Console,
) -> Result<(u8, Summary), Failure> {
    let mut connection =
        Connection::open(&options.server, options.requests, &options.access, options.output.verbose, world, console)
            .await?;
    let mut plan = plan;
    if let Some(id) = &options.resume_upload_id {
        let (requests, verbose) = (options.requests, options.output.verbose);
        let mut inquiry = Inquiry::over(connection, &options.bucket, requests, verbose, world, console);
        let parts = inquiry.parts(&options.key, id).await?;
        connection = inquiry.into_connection();
        plan = cut_alike(&source, options.wish, &parts).unwrap_or(plan);
    }
    let wanted = Wanted {
        source,
        bucket: &options.bucket,
        key: &options.key,
        plan,
        place: place(options),
        resume: options.resume,
        upload_id: options.resume_upload_id.clone(),
        abort_on_failure: options.abort_on_failure,
        content_md5: options.content_md5,
        object: options.object.clone(),
        requests: options.requests,
        output: options.output,
    };
    let transferred = transfer(wanted, &connection, world, console).await;
    connection.close().await;
    Ok((transferred.exit_code, transferred.summary))
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
