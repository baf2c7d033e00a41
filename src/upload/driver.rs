//! The only loop: it carries out what the batch asks for and hands back the outcomes. It decides nothing.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, MissedTickBehavior, sleep_until};

use super::batch::concurrency::Concurrency;
use super::batch::objects::Next;
use super::clock;
use super::observer::Observer;
use super::open_objects::{OpenObjects, now};
use super::session::Session;
use super::wire::transport::Transport;

/// How long requests in flight get to finish once the user wants to leave.
const GRACE: Duration = Duration::from_millis(1800);
/// How often progress is reported.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(200);
/// How often the window measures how many bytes moved.
const MEASURE_INTERVAL: Duration = Duration::from_millis(10);
/// Stands for a wait without an end.
const LONG: Duration = Duration::from_secs(3600);

/// How urgently the user wants to leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Stop {
    /// Not at all.
    #[default]
    No,
    /// Once the requests in flight have finished, or after two seconds.
    Soon,
    /// At once.
    Now,
}

/// What is handed to the driver, in order.
#[derive(Debug)]
pub enum Work<N> {
    /// An object to upload.
    Upload {
        /// The upload.
        session: Box<Session>,
        /// At least this many objects were found so far, this one and earlier ones included.
        found: u64,
    },
    /// News for the observer alone.
    News(N),
}

/// Uploads all that comes through `work`, a few objects at a time. No more than a few objects are opened ahead of those that
/// the window lets send. Events reach the journal before the observer: what is reported can be relied on.
pub async fn drive<T: Transport, N>(
    mut work: mpsc::Receiver<Vec<Work<N>>>,
    concurrency: Concurrency,
    transport: Arc<T>,
    mut stop: watch::Receiver<Stop>,
    observer: &mut dyn Observer<N>,
) {
    let mut objects = OpenObjects::new(concurrency, transport);
    let mut more_work = true;
    let mut queue = VecDeque::new();
    let mut progress = tokio::time::interval(PROGRESS_INTERVAL);
    let mut measure = tokio::time::interval(MEASURE_INTERVAL);
    measure.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut abandon_at: Option<Instant> = None;
    let mut stopped = false;
    loop {
        objects.report(observer);
        let until = match objects.batch.next(now()) {
            Next::Send(object, attempt, call) => {
                objects.send((object, attempt), call);
                continue;
            }
            Next::GiveUp(object, attempt) => {
                objects.give_up((object, attempt), observer);
                continue;
            }
            Next::Done(object, finished) => {
                objects.close(object, finished, observer);
                if objects.batch.has_no_destination() && !stopped {
                    stopped = true;
                    observer.has_no_destination();
                }
                continue;
            }
            Next::Wait { until } => until.map_or_else(|| clock::now() + LONG, Instant::from_std),
        };
        let has_room = objects.has_room();
        if !stopped
            && has_room
            && let Some(work) = queue.pop_front()
        {
            match work {
                Work::Upload { session, found } => {
                    objects.batch.expect(found);
                    objects.open(session, observer);
                }
                Work::News(news) => observer.news(news),
            }
            continue;
        }
        let takes_work = more_work && !stopped;
        if objects.is_empty() && !takes_work {
            return;
        }
        tokio::select! {
            biased;
            // Polled before finished tasks, so that a steady stream of results cannot delay a stop.
            urgency = next_stop(&mut stop) => {
                let grace = match urgency {
                    Stop::No => continue,
                    Stop::Soon => GRACE,
                    Stop::Now => Duration::ZERO,
                };
                objects.batch.cancel();
                objects.stop_reading();
                stopped = true;
                abandon_at = Some(clock::now() + grace);
            }
            Some(finished) = objects.tasks.join_next() => objects.take(finished, observer),
            received = work.recv(), if takes_work && has_room => match received {
                Some(received) => queue.extend(received),
                None => more_work = false,
            },
            () = sleep_until(abandon_at.unwrap_or(until).min(until)) => {
                if abandon_at.take_if(|at| *at <= clock::now()).is_some() {
                    objects.abandon(observer);
                }
            }
            _ = measure.tick() => objects.measure(),
            _ = progress.tick() => objects.report_progress(observer),
        }
    }
}

/// Waits for the next request to stop; for ever, once none can come.
async fn next_stop(stop: &mut watch::Receiver<Stop>) -> Stop {
    if stop.changed().await.is_err() {
        return std::future::pending().await;
    }
    *stop.borrow_and_update()
}
