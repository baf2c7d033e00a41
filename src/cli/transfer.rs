//! One upload, shown while it runs and stoppable by signals.

use std::path::Path;
use std::time::Duration;

use tokio::sync::watch;

use super::console::Console;
use super::exit::{Failure, Verdict};
use super::object;
use super::options::{OutputOptions, RequestOptions};
use super::progress::ProgressDisplay;
use super::report::{Ending, Report, Subject, Summary};
use super::server::Connection;
use super::signals::Signal;
use super::world::World;
use crate::cos::multipart::UploadId;
use crate::cos::{Address, Service, Target};
use crate::cos::{Bucket, Key};
use crate::upload::driver::{Job, Stop};
use crate::upload::journal::Header;
use crate::upload::machine::{Proving, Settings};
use crate::upload::session::{Ended, JournalPlace, Refused, Session};
use crate::upload::source::FileSource;
use crate::upload::{Event, ObjectOptions, Plan, SourceError};

/// How a journal names Content-MD5.
pub(super) const MD5: &str = "md5";

/// What an upload needs to know of the command that wants it.
pub(super) struct Wanted<'a> {
    pub(super) source: FileSource,
    pub(super) bucket: &'a Bucket,
    pub(super) key: &'a Key,
    pub(super) plan: Plan,
    pub(super) place: JournalPlace,
    pub(super) resume: bool,
    pub(super) upload_id: Option<UploadId>,
    pub(super) abort_on_failure: bool,
    pub(super) content_md5: bool,
    pub(super) object: ObjectOptions,
    pub(super) requests: RequestOptions,
    pub(super) output: OutputOptions,
}

/// How an upload ended for the command.
pub(super) struct Transferred {
    pub(super) exit_code: u8,
    pub(super) summary: Summary,
    /// The signal that ended it: nothing further is to begin.
    pub(super) signal: Option<Signal>,
}

/// Refuses what the service would refuse in any case.
pub(super) fn suits(source: &FileSource, service: Service) -> Result<(), Failure> {
    if source.identity().size == 0 && !service.takes_empty_objects() {
        return Err(Failure::Source { source: source.path().to_owned(), error: SourceError::Empty });
    }
    Ok(())
}

/// Uploads, shows, and tells how it ended.
pub(super) async fn transfer(
    wanted: Wanted<'_>,
    connection: &Connection,
    world: &mut World,
    console: &Console,
) -> Transferred {
    let (output, started) = (wanted.output, (world.stopwatch)());
    let session = session(&wanted, connection, world.seed);
    let mut subject = Subject {
        service: connection.service,
        source: wanted.source.path().to_owned(),
        bucket: wanted.bucket.clone(),
        key: wanted.key.clone(),
        location: session.job.target.location(),
        on_disk: None,
    };
    let report = Report::new(console, output);
    let mut object = report.object(subject.clone());
    let mut progress = ProgressDisplay::new(output.progress, console, world);
    let stopwatch = world.stopwatch;
    let mut observe = |event: Event| {
        let now = stopwatch();
        progress.event(now, &event);
        object.event(now, &event);
    };
    let (ended, signal) = until_signalled(session, connection, world, console, &mut observe).await;
    progress.finish();
    let elapsed = (world.stopwatch)().duration_since(started);
    let mut summary = Summary::default();
    let exit_code = match ended {
        Ok(Ended { finished, journal }) => {
            summary.record(&finished);
            subject.on_disk = connection.object_path(wanted.bucket, wanted.key);
            object.settle(subject);
            object.finished(&finished, Ending { elapsed, journal: journal.as_deref(), signal })
        }
        Err(refused) => {
            summary.failed += 1;
            report.refused(wanted.source.path(), wanted.bucket, wanted.key, &failure(refused, connection.service))
        }
    };
    Transferred { exit_code, summary, signal }
}

fn session(wanted: &Wanted<'_>, connection: &Connection, seed: u64) -> Session {
    let target = Target {
        address: Address {
            service: connection.service,
            edition: connection.edition,
            endpoint: connection.endpoint.clone(),
            addressing: connection.addressing,
            bucket: wanted.bucket.clone(),
        },
        key: wanted.key.clone(),
    };
    let source = absolute(wanted.source.path());
    let header = Header::new(&target, &connection.name, &source, wanted.source.identity(), wanted.plan.part_size())
        .with_options(&wanted.object);
    let header = Header { checksum: wanted.content_md5.then(|| MD5.to_owned()), ..header };
    Session {
        job: Job { source: wanted.source.clone(), target, object: wanted.object.clone(), md5: wanted.content_md5 },
        plan: wanted.plan,
        settings: Settings {
            patience: wanted.requests.patience(),
            concurrency: wanted.requests.concurrency,
            abort_on_failure: wanted.abort_on_failure,
            etags_are_md5: wanted.object.encryption.etags_are_md5(),
            proving: Proving::of(connection.service, wanted.content_md5),
        },
        header,
        place: wanted.place.clone(),
        resume: wanted.resume,
        upload_id: wanted.upload_id.clone(),
        seed,
    }
}

/// Runs the session; the first signal lets what flies land, the second one does not.
async fn until_signalled(
    session: Session,
    connection: &Connection,
    world: &mut World,
    console: &Console,
    observe: &mut (dyn FnMut(Event) + Send),
) -> (Result<Ended, Refused>, Option<Signal>) {
    let (stop, stopping) = watch::channel(Stop::No);
    let mut first = None;
    let running = session.run(connection.transport.clone(), stopping, observe);
    tokio::pin!(running);
    loop {
        tokio::select! {
            // Signals are listened for before anything is sent.
            biased;
            signal = world.signals.next() => {
                if first.is_none() {
                    console.note("stopping: what is on its way gets two seconds to land; once more to stop now");
                }
                stop.send_replace(if first.is_none() { Stop::Soon } else { Stop::Now });
                first.get_or_insert(signal);
            }
            ended = &mut running => return (ended, first),
        }
    }
}

fn failure(refused: Refused, service: Service) -> Failure {
    match refused {
        Refused::Busy(journal) => Failure::JournalInUse(journal),
        Refused::NotAJournal(journal) => Failure::usage(format!(
            "--journal {} is no journal of this version of cosput; name another file",
            journal.display()
        )),
        Refused::Header(name) => {
            Failure::usage(format!("{} takes no header {name}: leave out the option that asks for it", service.name()))
        }
        Refused::Unusable(journal, why) => Failure::JournalUnusable { journal, why },
        Refused::OtherKey(_) => object::other_key(),
    }
}

/// The path as a journal names it, wherever the next run begins.
fn absolute(path: &Path) -> String {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).to_string_lossy().into_owned()
}

/// Tells programs how all of it ended.
pub(super) fn summarize(console: &Console, output: OutputOptions, summary: Summary, elapsed: Duration, exit_code: u8) {
    Report::new(console, output).summary(summary, elapsed, exit_code);
}

/// Tells a failure that concerns no single upload.
pub(super) fn tell(failure: &Failure, console: &Console) -> u8 {
    let verdict: Verdict = failure.verdict();
    verdict.tell(console);
    verdict.exit_code
}
