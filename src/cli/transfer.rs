//! Uploads, shown while they run and stoppable by signals.

use std::cell::Cell;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::console::Console;
use super::exit::{Failure, Verdict};
use super::options::OutputOptions;
use super::report::{Report, Summary};
use super::server::Connection;
use super::signals::Signal;
use super::tally::{Aside, Tally};
use super::world::World;
use crate::upload::driver::{Offer, Stop, drive};
use crate::upload::session::Session;
use crate::upload::window::Concurrency;

/// How uploads ended for the command.
pub(super) struct Transferred {
    pub(super) exit_code: u8,
    pub(super) summary: Summary,
    /// The signal that ended them: nothing further is to begin.
    pub(super) signal: Option<Signal>,
}

/// Uploads what is offered, shows it, and tells how it ended.
pub(super) async fn transfer(
    offers: mpsc::Receiver<Offer<Aside>>,
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

/// The same for one that needs no supply.
pub(super) async fn transfer_one(
    session: Session,
    concurrency: Concurrency,
    tally: &mut Tally<'_>,
    connection: &Connection,
    world: &mut World,
    console: &Console,
) -> Transferred {
    let (offer, offers) = mpsc::channel(1);
    offer.try_send(Offer::Object(Box::new(session))).expect("the channel is new and has room for one");
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
pub(super) fn summarize(console: &Console, output: OutputOptions, summary: Summary, elapsed: Duration, exit_code: u8) {
    Report::new(console, output).summary(summary, elapsed, exit_code);
}

/// Tells a failure that concerns no single upload.
pub(super) fn tell(failure: &Failure, console: &Console) -> u8 {
    let verdict: Verdict = failure.verdict();
    verdict.tell(console);
    verdict.exit_code
}
