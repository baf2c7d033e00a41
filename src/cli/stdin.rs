//! `cosput upload -`: what comes through a pipe, of which nobody knows how much it is.

use std::path::Path;

use super::args::{JournalArguments, StdinArguments};
use super::console::{Console, is_stdin};
use super::exit::{Failure, SUCCESS};
use super::inquiry::Inquiry;
use super::options::UploadOptions;
use super::report::{Report, Summary};
use super::server::Connection;
use super::tally::Tally;
use super::transfer::transfer_one;
use super::world::World;
use super::{runtime, upload};
use crate::cos::Service;
use crate::cos::multipart::list_parts::ListedPart;
use crate::upload::Plan;
use crate::upload::intake::{Expectations, Intake};
use crate::upload::source::Stream;

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
    /// What is meant where stdin is the source; nothing where it is not.
    pub fn new(
        typed: StdinArguments,
        source: &Path,
        key: Option<&str>,
        service: Service,
    ) -> Result<Option<Self>, Failure> {
        let StdinArguments { memory, expect_size, expect_crc64, allow_empty } = typed;
        if !is_stdin(source) {
            let given = memory.is_some() || expect_size.is_some() || expect_crc64.is_some() || allow_empty;
            return if given { Err(not_stdin()) } else { Ok(None) };
        }
        if key.is_none_or(|key| key.is_empty() || key.ends_with('/')) {
            return Err(Failure::usage(
                "stdin has no name to make a key from: give the whole key with --key or cos://NAME-APPID/KEY",
            ));
        }
        if allow_empty && !service.takes_empty_objects() {
            return Err(Failure::usage("CDCS takes no empty objects; leave out --allow-empty"));
        }
        let expectations = Expectations { size: expect_size, crc64: expect_crc64, allow_empty };
        Ok(Some(Self { memory: memory.unwrap_or(MEMORY), expectations }))
    }
}

/// Refuses what cannot be with stdin as it is.
pub(super) fn check_surroundings(resume: &JournalArguments, dry_run: bool, world: &World) -> Result<(), Failure> {
    if resume.journal.is_some() {
        return Err(Failure::usage(
            "--journal cannot be used with stdin, which cannot be read again; leave it out, and after an interruption send \
             the same stream with --resume-upload-id",
        ));
    }
    if world.stdin_is_terminal && !dry_run {
        return Err(Failure::usage("stdin is a terminal; feed it with a pipe: tar c DIR | cosput upload - --key KEY"));
    }
    Ok(())
}

/// Uploads what comes.
pub(super) fn send(
    options: &UploadOptions,
    stdin: &StdinOptions,
    report: &Report,
    world: &mut World,
    console: &Console,
) -> Result<(u8, Option<Summary>), Failure> {
    let intake = Intake::new(options.wish, stdin.memory, stdin.expectations)
        .map_err(|error| Failure::usage(format!("could not plan the upload of stdin: {error}")))?;
    if options.dry_run {
        report.planned(&options.source, &options.bucket, &options.key, &intake.plan());
        return Ok((SUCCESS, None));
    }
    let sent = runtime::run(send_intake(options, intake, world, console))?;
    sent.map(|(exit_code, summary)| (exit_code, Some(summary)))
}

async fn send_intake(
    options: &UploadOptions,
    intake: Intake,
    world: &mut World,
    console: &Console,
) -> Result<(u8, Summary), Failure> {
    let verbose = options.output.verbose;
    let mut connection =
        Connection::open(&options.server, options.requests, &options.access, verbose, world, console).await?;
    if let Some(id) = &options.resume_upload_id {
        let mut inquiry = Inquiry::over(connection, &options.bucket, options.requests, verbose, world, console);
        let parts = inquiry.parts(&options.key, id).await?;
        connection = inquiry.into_connection();
        warn_of_misfits(&intake.plan(), &parts, console);
    }
    let template = upload::template(options, &connection, world);
    let stream = Stream::new((world.stdin)());
    let session = template.stream_session(stream, intake, options.key.clone(), options.object.clone());
    let tally = Tally::new(&connection, &options.bucket, options.output, world, console);
    let transferred = transfer_one(session, options.requests.concurrency, tally, &connection, world, console).await;
    connection.close().await;
    Ok((transferred.exit_code, transferred.summary))
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
    use crate::cli::world::tests::world;

    fn no_journal() -> JournalArguments {
        let resume_upload_id = None;
        JournalArguments { journal: None, state_dir: None, no_resume: false, resume_upload_id, abort_on_failure: false }
    }

    #[test]
    fn nobody_is_asked_to_type_a_stream() {
        let mut test = world(&[], &[]);
        assert_eq!(check_surroundings(&no_journal(), false, &test.world), Ok(()));
        test.world.stdin_is_terminal = true;
        assert_eq!(check_surroundings(&no_journal(), true, &test.world), Ok(()));
        let refused = check_surroundings(&no_journal(), false, &test.world).unwrap_err();
        assert_eq!(
            refused.verdict().message,
            "stdin is a terminal; feed it with a pipe: tar c DIR | cosput upload - --key KEY"
        );
    }
}
