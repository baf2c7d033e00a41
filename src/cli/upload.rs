//! `cosput upload`: look at the source, plan, send.

use super::console::{Console, shown};
use super::exit::{Failure, SUCCESS};
use super::options::UploadOptions;
use super::report::{Report, Summary};
use super::runtime;
use super::server::Connection;
use super::transfer::{Wanted, suits, summarize, transfer};
use super::world::World;
use crate::upload::plan::PlanError;
use crate::upload::session::JournalPlace;
use crate::upload::source::FileSource;
use crate::upload::{Plan, SourceError};

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
        let sending = send(options, source, plan, world, &console);
        runtime::run(sending)?.map(|(exit_code, summary)| (exit_code, Some(summary)))
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
    let connection = Connection::open(&options.server, options.requests, world).await?;
    let wanted = Wanted {
        source,
        bucket: &options.bucket,
        key: &options.key,
        plan,
        place: place(options),
        resume: options.resume,
        abort_on_failure: options.abort_on_failure,
        content_md5: options.content_md5,
        requests: options.requests,
        output: options.output,
    };
    let transferred = transfer(wanted, &connection, world, console).await;
    connection.close().await;
    Ok((transferred.exit_code, transferred.summary))
}

fn place(options: &UploadOptions) -> JournalPlace {
    match (&options.journal, &options.state_directory) {
        (Some(file), _) => JournalPlace::File(file.clone()),
        (None, Some(directory)) => JournalPlace::Directory(directory.clone()),
        (None, None) => JournalPlace::Nowhere("no home directory is known; name a place with --state-dir".to_owned()),
    }
}
