//! Runs the engine for a command: shows its uploads while they run, and stops them on a signal.

use std::cell::Cell;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, spawn_blocking};

use super::connection::Connection;
use super::observing::observer::UploadObserver;
use super::observing::timing_page::TimingPage;
use super::setup::rerun;
use super::supply::{supply, supply_here};
use super::template::Template;
use super::work_sender::{UploadWork, WorkSender};
use crate::cli::options::UploadOptions;
use crate::cli::output::console::Console;
use crate::cli::output::output_options::OutputOptions;
use crate::cli::output::report::Report;
use crate::cli::output::summary::Summary;
use crate::cli::process::signals::Signal;
use crate::cli::process::world::World;
use crate::language::{message, phrase};
use crate::upload::PlanOptions;
use crate::upload::batch::concurrency::Concurrency;
use crate::upload::driver::{Stop, Work, drive};
use crate::upload::session::Session;
use crate::upload::source::Gather;
use crate::upload::threads;

/// How the uploads of a command ended.
pub(crate) struct Transferred {
    pub(crate) exit_code: u8,
    pub(crate) summary: Summary,
    /// The signal that ended them: no further upload may begin.
    pub(crate) signal: Option<Signal>,
}

/// How a command ended; without a summary if there was nothing to send.
pub(crate) struct Sent {
    pub(crate) exit_code: u8,
    pub(crate) summary: Option<Summary>,
}

impl From<Transferred> for Sent {
    fn from(transferred: Transferred) -> Self {
        Self { exit_code: transferred.exit_code, summary: Some(transferred.summary) }
    }
}

/// Uploads everything that arrives through `work`.
pub(crate) async fn transfer(
    work: mpsc::Receiver<Vec<UploadWork>>,
    concurrency: Concurrency,
    observer: &mut UploadObserver<'_>,
    connection: &Connection,
    world: &mut World,
    console: &Console,
) -> Transferred {
    if threads::were_refused() {
        console.warning_once(
            phrase!("no more threads can be started (ulimit -u, or a limit of the container); continuing with one")
                .text(),
        );
    }
    let (stop, stopping) = watch::channel(Stop::No);
    let first = observer.results.signal_cell();
    observer.results.stop_by(&stop);
    {
        let running = drive(work, concurrency, connection.transport.clone(), stopping, observer);
        tokio::pin!(running);
        loop {
            tokio::select! {
                // Polled first, so that the program listens for signals before any request.
                biased;
                signal = world.signals.next() => obey(signal, &first, &stop, console),
                () = &mut running => break,
            }
        }
    }
    let (exit_code, summary) = observer.close();
    Transferred { exit_code, summary, signal: first.get() }
}

/// Uploads all sources. If a failure or a signal ends this early, reports how many files were not begun.
pub(crate) async fn transfer_gathered(
    gathered: Gather,
    (template, options): (Template, PlanOptions),
    observer: &mut UploadObserver<'_>,
    connection: &Connection,
    world: &mut World,
    console: &Console,
) -> Transferred {
    let concurrency = template.requests.concurrency;
    let (sender, work) = WorkSender::new(concurrency);
    let supplied = if threads::are_scarce() {
        tokio::spawn(supply_here(gathered, template, options, sender))
    } else {
        spawn_blocking(move || supply(gathered, &template, options, sender))
    };
    let transferred = transfer(work, concurrency, observer, connection, world, console).await;
    if let Some(signal) = transferred.signal {
        // The signal may have arrived after every upload had begun.
        if !supplied.is_finished() || supplied.await.is_ok_and(|found| found > observer.begun()) {
            observer.results.count(signal.exit_code());
            console.note(phrase!("files that are not named here were not begun").text());
        }
    } else if observer.results.has_failed_fast() {
        report_not_begun(supplied, observer.begun(), world, console).await;
    }
    let (exit_code, summary) = observer.close();
    Transferred { exit_code, summary, ..transferred }
}

/// Reports how many files were not begun after a failure; a signal ends the count.
async fn report_not_begun(supplied: JoinHandle<u64>, begun: u64, world: &mut World, console: &Console) {
    let found = tokio::select! {
        biased;
        _ = world.signals.next() => None,
        found = supplied => found.ok(),
    };
    match found.map(|found| found.saturating_sub(begun)) {
        Some(0) => {}
        Some(1) => console.note(phrase!("stopped at the first failure; 1 file was not begun").text()),
        Some(left) => console.note(&message!("stopped at the first failure; {left} files were not begun", left)),
        None => console.note(phrase!("stopped at the first failure; files after it were not begun").text()),
    }
}

/// Uploads one object with these options, and closes the connection.
pub(crate) async fn upload_one(
    session: Session,
    options: &UploadOptions,
    concurrency: Concurrency,
    connection: Connection,
    world: &mut World,
    console: &Console,
) -> Transferred {
    let mut observer = UploadObserver::new(&connection, &options.bucket, options.output, world, console)
        .rerun(rerun(options))
        .timed(TimingPage::new(options.timings.as_deref(), world));
    if options.dry_run {
        observer = observer.dry_run();
    }
    let transferred = transfer_one(session, concurrency, &mut observer, &connection, world, console).await;
    connection.close().await;
    transferred
}

/// Uploads one object.
pub(crate) async fn transfer_one(
    session: Session,
    concurrency: Concurrency,
    observer: &mut UploadObserver<'_>,
    connection: &Connection,
    world: &mut World,
    console: &Console,
) -> Transferred {
    let (sender, work) = mpsc::channel(1);
    sender
        .try_send(vec![Work::Upload { session: Box::new(session), found: 1 }])
        .expect("the channel is new and has room for one");
    drop(sender);
    transfer(work, concurrency, observer, connection, world, console).await
}

/// The first signal lets requests in flight finish; the second stops them.
fn obey(signal: Signal, first: &Cell<Option<Signal>>, stop: &watch::Sender<Stop>, console: &Console) {
    if first.get().is_some() {
        stop.send_replace(Stop::Now);
        return;
    }
    // A terminal echoes ^C into the bar, which would then be drawn a second time below.
    console.end_bar();
    match signal {
        Signal::Deadline => {
            console.warning(
                phrase!("the deadline has passed; stopping: requests in flight get two seconds to finish").text(),
            );
        }
        Signal::Interrupt | Signal::Terminate => {
            console.note(
                phrase!("stopping: requests in flight get two seconds to finish; press Ctrl-C again to stop at once")
                    .text(),
            );
        }
    }
    first.set(Some(signal));
    stop.send_replace(Stop::Soon);
}

/// Reports the summary of a command.
pub(crate) fn summarize(console: &Console, output: OutputOptions, summary: Summary, elapsed: Duration, exit_code: u8) {
    Report::new(console, output).summary(summary, elapsed, exit_code);
}
