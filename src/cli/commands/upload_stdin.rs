//! `cosput upload -`: what comes through a pipe, of which nobody knows how much it is.

use std::path::Path;

use super::upload;
use super::upload::Sent;
use crate::cli::args::{JournalArguments, ManyArguments, StdinArguments};
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
use crate::cos::multipart::list_parts::ListedPart;
use crate::cos::{Key, Service};
use crate::upload::Plan;
use crate::upload::source::Stream;
use crate::upload::source::stream::NAME;
use crate::upload::source::stream_buffer::{Expectations, StreamBuffer};

const MEMORY: u64 = 256 << 20;

/// How stdin is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StdinOptions {
    /// How much of it is held in memory, in bytes.
    pub memory: u64,
    /// What is to hold of it.
    pub expectations: Expectations,
}

impl StdinOptions {
    /// What is meant; where stdin is not the source, nothing may be said of it.
    pub fn new(typed: StdinArguments, is_stdin: bool, service: Service) -> Result<Self, Failure> {
        let StdinArguments { memory, expect_size, expect_crc64, allow_empty } = typed;
        let given = memory.is_some() || expect_size.is_some() || expect_crc64.is_some() || allow_empty;
        if given && !is_stdin {
            return Err(not_stdin());
        }
        if allow_empty && !service.takes_empty_objects() {
            return Err(Failure::usage("CDCS takes no empty objects; leave out --allow-empty"));
        }
        let expectations = Expectations { size: expect_size, crc64: expect_crc64, allow_empty };
        Ok(Self { memory: memory.unwrap_or(MEMORY), expectations })
    }
}

/// The key of what comes through a pipe: it has no name to make one from.
pub(crate) fn key(typed: Option<&str>) -> Result<Key, Failure> {
    match typed {
        Some(key) if !key.is_empty() && !key.ends_with('/') => {
            Key::new(key).map_err(|error| Failure::usage(error.to_string()))
        }
        _ => Err(Failure::usage(
            "stdin has no name to make a key from: give the whole key with --key or cos://NAME-APPID/KEY",
        )),
    }
}

/// Refuses what cannot be with stdin as it is.
pub(crate) fn check_surroundings(
    resume: &JournalArguments,
    many: &ManyArguments,
    dry_run: bool,
    world: &World,
) -> Result<(), Failure> {
    if resume.journal.is_some() {
        return Err(Failure::usage(
            "--journal cannot be used with stdin, which cannot be read again; leave it out, and after an interruption send \
             the same stream with --resume-upload-id",
        ));
    }
    if many.skip_unchanged.is_some() || many.publish_together {
        return Err(Failure::usage("--skip-unchanged and --publish-together are for files; leave them out with stdin"));
    }
    if world.stdin_is_terminal && !dry_run {
        return Err(Failure::usage("stdin is a terminal; feed it with a pipe: tar c DIR | cosput upload - --key KEY"));
    }
    Ok(())
}

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

fn not_stdin() -> Failure {
    Failure::usage("--memory, --expect-size, --expect-crc64 and --allow-empty are for stdin; the source must be -")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::Command;
    use crate::cli::options::variables;
    use crate::cli::process::world::tests::world;

    #[test]
    fn nobody_is_asked_to_type_a_stream() {
        let mut test = world(&["upload", "-"], &[]);
        let typed = variables::parse(&test.world.arguments, &test.world.variables).unwrap();
        let Command::Upload(typed) = typed.command else { unreachable!() };
        let check = |dry_run, world: &World| check_surroundings(&typed.resume, &typed.many, dry_run, world);
        assert_eq!(check(false, &test.world), Ok(()));
        test.world.stdin_is_terminal = true;
        assert_eq!(check(true, &test.world), Ok(()));
        assert_eq!(
            check(false, &test.world).unwrap_err().verdict().message,
            "stdin is a terminal; feed it with a pipe: tar c DIR | cosput upload - --key KEY"
        );
    }
}
