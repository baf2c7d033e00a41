//! `cosput upload -`: what comes through a pipe, of which nobody knows how much it is.

use std::path::Path;

use super::upload;
use super::upload::Sent;
use crate::cli::options::UploadOptions;
use crate::cli::output::console::Console;
use crate::cli::output::exit::SUCCESS;
use crate::cli::output::failure::Failure;
use crate::cli::output::report::Report;
use crate::cli::output::summary::Summary;
use crate::cli::process::runtime;
use crate::cli::process::world::World;
use crate::cli::uploading::observer::Tally;
use crate::cli::uploading::transfer::{Transferred, transfer_one};
use crate::cos::Key;
use crate::cos::multipart::list_parts::ListedPart;
use crate::upload::Plan;
use crate::upload::source::Stream;
use crate::upload::source::stream::NAME;
use crate::upload::source::stream_buffer::StreamBuffer;

/// Uploads what comes.
pub(crate) fn run(key: &Key, options: &UploadOptions, world: &mut World, console: &Console) -> Sent {
    let report = Report::new(console, options.output);
    plan_and_send(key, options, &report, world, console).unwrap_or_else(|failure| {
        let summary = (!options.dry_run).then_some(Summary { failed: 1, ..Summary::default() });
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
    let intake = StreamBuffer::new(options.wish, options.stdin.memory, options.stdin.expectations)
        .map_err(|error| Failure::usage(format!("could not plan the upload of stdin: {error}")))?;
    if options.dry_run {
        report.planned(Path::new(NAME), &options.bucket, key, &intake.plan());
        return Ok(Sent { exit_code: SUCCESS, summary: None });
    }
    runtime::run(send(key, options, intake, world, console))?.map(Sent::from)
}

async fn send(
    key: &Key,
    options: &UploadOptions,
    intake: StreamBuffer,
    world: &mut World,
    console: &Console,
) -> Result<Transferred, Failure> {
    let mut connection = upload::connect(options, world, console).await?;
    if let Some(id) = &options.resume_upload_id {
        let listed;
        (connection, listed) = upload::parts_of(id, key, connection, options, world, console).await?;
        warn_of_misfits(&intake.plan(), &listed, console);
    }
    let stream = Stream::new((world.stdin)());
    let session = upload::template(options, &connection, world).stream_session(stream, intake, key.clone());
    let mut tally = Tally::new(&connection, &options.bucket, options.output, world, console);
    let transferred =
        transfer_one(session, options.requests.concurrency, &mut tally, &connection, world, console).await;
    connection.close().await;
    Ok(transferred)
}

/// Parts that an earlier run cut in another way are sent again, which nobody would expect.
fn warn_of_misfits(plan: &Plan, parts: &[ListedPart], console: &Console) {
    let fits = |part: &ListedPart| match plan {
        Plan::Put { .. } => false,
        Plan::Multipart(plan) => plan.range(part.number).is_some_and(|range| range.length == part.size),
        // The last part of a stream is what is left.
        Plan::Stream(cut) => cut.range(part.number).length == part.size || parts.last() == Some(part),
    };
    let misfits = parts.iter().filter(|part| !fits(part)).count();
    if misfits > 0 {
        console.warning(&format!(
            "{misfits} of {} parts on the server are cut in another way, and will be sent again; the same --memory, \
             --part-size and --expect-size as before would use them",
            parts.len()
        ));
    }
}
