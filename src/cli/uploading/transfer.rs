//! Uploads, shown while they run and stoppable by signals.

use std::cell::Cell;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::spawn_blocking;

use super::connection::Connection;
use super::observer::{Aside, Tally};
use super::supply::{Handing, supply};
use super::template::Template;
use crate::cli::options::OutputOptions;
use crate::cli::output::console::Console;
use crate::cli::output::failure::Failure;
use crate::cli::output::failure_report::FailureReport;
use crate::cli::output::report::Report;
use crate::cli::output::summary::Summary;
use crate::cli::process::signals::Signal;
use crate::cli::process::world::World;
use crate::upload::Wish;
use crate::upload::batch::window::Concurrency;
use crate::upload::driver::{Offer, Stop, drive};
use crate::upload::session::Session;
use crate::upload::source::Gather;

/// How uploads ended for the command.
pub(crate) struct Transferred {
    pub(crate) exit_code: u8,
    pub(crate) summary: Summary,
    /// The signal that ended them: nothing further is to begin.
    pub(crate) signal: Option<Signal>,
}

/// Uploads what is offered, shows it, and tells how it ended.
pub(crate) async fn transfer(
    offers: mpsc::Receiver<Vec<Offer<Aside>>>,
    concurrency: Concurrency,
    tally: &mut Tally<'_>,
    connection: &Connection,
    world: &mut World,
    console: &Console,
) -> Transferred {
    let (stop, stopping) = watch::channel(Stop::No);
    let first = tally.signal();
    tally.stopped_by(&stop);
    {
        let running = drive(offers, concurrency, connection.transport.clone(), stopping, tally);
        tokio::pin!(running);
        loop {
            tokio::select! {
                // Signals are listened for before anything is sent.
                biased;
                signal = world.signals.next() => obey(signal, &first, &stop, console),
                () = &mut running => break,
            }
        }
    }
    let (exit_code, summary) = tally.close();
    Transferred { exit_code, summary, signal: first.get() }
}

/// Uploads all that is gathered. Where a failure ends it, what was not begun is counted.
pub(crate) async fn transfer_gathered(
    gathered: Gather,
    (template, wish): (Template, Wish),
    tally: &mut Tally<'_>,
    connection: &Connection,
    world: &mut World,
    console: &Console,
) -> Transferred {
    let concurrency = template.requests.concurrency;
    let (handing, offers) = Handing::new();
    let supplied = spawn_blocking(move || supply(gathered, &template, wish, handing));
    let transferred = transfer(offers, concurrency, tally, connection, world, console).await;
    if let Some(signal) = transferred.signal {
        // It may have come when everything had been begun.
        if !supplied.is_finished() || supplied.await.is_ok_and(|found| found > tally.begun()) {
            tally.cut_short(signal);
            console.note("files that are not named here were not begun");
        }
    } else if tally.has_failed_fast() {
        let found = tokio::select! {
            biased;
            _ = world.signals.next() => None,
            found = supplied => found.ok(),
        };
        match found.map(|found| found.saturating_sub(tally.begun())) {
            Some(0) => {}
            Some(1) => console.note("stopped at the first failure; 1 file was not begun"),
            Some(left) => console.note(&format!("stopped at the first failure; {left} files were not begun")),
            None => console.note("stopped at the first failure; files after it were not begun"),
        }
    }
    let (exit_code, summary) = tally.close();
    Transferred { exit_code, summary, ..transferred }
}

/// The same for one that needs no supply.
pub(crate) async fn transfer_one(
    session: Session,
    concurrency: Concurrency,
    tally: &mut Tally<'_>,
    connection: &Connection,
    world: &mut World,
    console: &Console,
) -> Transferred {
    let (offer, offers) = mpsc::channel(1);
    offer.try_send(vec![Offer::Object(Box::new(session))]).expect("the channel is new and has room for one");
    drop(offer);
    transfer(offers, concurrency, tally, connection, world, console).await
}

/// The first signal lets what flies land, the second one does not.
fn obey(signal: Signal, first: &Cell<Option<Signal>>, stop: &watch::Sender<Stop>, console: &Console) {
    if first.get().is_some() {
        stop.send_replace(Stop::Now);
        return;
    }
    console.note("stopping: what is on its way gets two seconds to land; once more to stop now");
    first.set(Some(signal));
    stop.send_replace(Stop::Soon);
}

/// Tells how all of it ended.
pub(crate) fn summarize(console: &Console, output: OutputOptions, summary: Summary, elapsed: Duration, exit_code: u8) {
    Report::new(console, output).summary(summary, elapsed, exit_code);
}

/// Tells a failure that concerns no single upload.
pub(crate) fn tell(failure: &Failure, console: &Console) -> u8 {
    let report: FailureReport = failure.report();
    report.print(console);
    report.exit_code
}
