//! `cosput upload -`: a stream, whose size is not known before it ends.

use std::path::Path;

use crate::cli::options::UploadOptions;
use crate::cli::output::console::Console;
use crate::cli::output::failures::exit::SUCCESS;
use crate::cli::output::failures::failure::Failure;
use crate::cli::output::report::Report;
use crate::cli::output::summary::Summary;
use crate::cli::process::runtime;
use crate::cli::process::world::World;
use crate::cli::uploading::server_parts::{server_parts, warn_of_misfits};
use crate::cli::uploading::setup::{connect, template};
use crate::cli::uploading::transfer::{Sent, Transferred, upload_one};
use crate::cos::Key;
use crate::language::message;
use crate::upload::source::Stream;
use crate::upload::source::stream::NAME;
use crate::upload::source::stream_buffer::StreamBuffer;

/// Uploads stdin.
pub(crate) fn run(key: &Key, options: &UploadOptions, world: &mut World, console: &Console) -> Sent {
    let report = Report::new(console, options.output);
    plan_and_send(key, options, &report, world, console).unwrap_or_else(|failure| {
        let summary = Some(Summary::of_failure(options.dry_run));
        Sent { exit_code: report.refused(Path::new(NAME), &options.bucket, Some(key), &failure), summary }
    })
}

fn plan_and_send(
    key: &Key,
    options: &UploadOptions,
    report: &Report,
    world: &mut World,
    console: &Console,
) -> Result<Sent, Failure> {
    let buffer = StreamBuffer::new(options.plan, options.stdin.memory, options.stdin.expectations)
        .map_err(|error| Failure::usage(message!("could not plan the upload of stdin: {error}", error)))?;
    if options.dry_run {
        report.planned(Path::new(NAME), &options.bucket, key, &buffer.plan());
        let mut summary = Summary::of_dry_run();
        summary.plan_stream();
        return Ok(Sent { exit_code: SUCCESS, summary: Some(summary) });
    }
    runtime::run(send(key, options, buffer, world, console))?.map(Sent::from)
}

async fn send(
    key: &Key,
    options: &UploadOptions,
    buffer: StreamBuffer,
    world: &mut World,
    console: &Console,
) -> Result<Transferred, Failure> {
    let mut connection = connect(options, world, console).await?;
    if let Some(id) = &options.resume_upload_id {
        let listed;
        (connection, listed) = server_parts(id, key, connection, options, world, console).await;
        warn_of_misfits(&buffer.plan(), &listed?, console);
    }
    let stream = Stream::new((world.stdin)());
    let session = template(options, &connection, world).stream_session(stream, buffer, key.clone());
    Ok(upload_one(session, options, options.requests.concurrency, connection, world, console).await)
}
