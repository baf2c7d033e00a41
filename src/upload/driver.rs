//! The only loop: it carries out what the batch asks for and hands back the outcomes. It decides nothing.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::{mpsc, watch};
use tokio::task::{AbortHandle, JoinError, JoinSet};
use tokio::time::{Instant, MissedTickBehavior, sleep_until};

use super::batch::objects::{Batch, ObjectId, Turn};
use super::batch::window::Concurrency;
use super::event::{Event, Finished, Notice, Progress};
use super::flight::{FlightId, Flights, Job, carry_out};
use super::journal::lines::{Header, part_line};
use super::session::{Ended, Log, Ready, Refused, Session};
use super::wire::body::Meter;
use super::wire::call::{Call, Outcome};
use super::wire::transport::Transport;
use crate::cos::Target;

/// How long requests in flight get to land once the user wants to leave.
const FAREWELL: Duration = Duration::from_millis(1800);
/// How often the bytes in flight are counted.
const TICK: Duration = Duration::from_millis(200);
/// How often the window is told of them.
const LOOK: Duration = Duration::from_millis(50);
/// Waiting without an end in sight is still waiting with an end.
const LONG: Duration = Duration::from_secs(3600);

/// How much the user wants to leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Stop {
    /// Not at all.
    #[default]
    No,
    /// As soon as what flies has landed, or two seconds have gone.
    Soon,
    /// Now.
    Now,
}

/// What comes to be uploaded, with what is to be told on the way.
#[derive(Debug)]
pub enum Offer<P> {
    /// A source on its way to an object.
    Object(Box<Session>),
    /// Something that the observer is told in its turn, and nobody else.
    Aside(P),
}

/// Who is told what happens.
pub trait Observer<P> {
    /// An aside came in its turn.
    fn aside(&mut self, what: P);
    /// An object's turn has come.
    fn begins(&mut self, object: ObjectId, session: &Session);
    /// Something happened to it.
    fn event(&mut self, object: ObjectId, event: Event);
    /// It has come to its end.
    fn ends(&mut self, object: ObjectId, ended: Result<Ended, Refused>);
}

/// Uploads what is offered, a handful at a time, until nothing more is. No more than a few objects beyond what the window
/// lets send are begun ahead of time. Journal first, then the observer: what is reported can be relied on.
pub async fn drive<T: Transport, P>(
    mut offers: mpsc::Receiver<Vec<Offer<P>>>,
    concurrency: Concurrency,
    transport: Arc<T>,
    mut stop: watch::Receiver<Stop>,
    observer: &mut dyn Observer<P>,
) {
    let mut crew = Crew::new(concurrency, transport);
    let mut offered = true;
    let mut at_hand = VecDeque::new();
    let mut tick = tokio::time::interval(TICK);
    let mut look = tokio::time::interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut leave_at: Option<Instant> = None;
    let mut stays = true;
    loop {
        crew.tell(observer);
        let until = match crew.batch.next(now()) {
            Turn::Send(object, attempt, call) => {
                crew.send((object, attempt), call);
                continue;
            }
            Turn::Done(object, finished) => {
                crew.close(object, finished, observer);
                continue;
            }
            Turn::Wait { until } => until.map_or_else(|| Instant::now() + LONG, Instant::from_std),
        };
        let has_room = crew.objects.len() < crew.batch.room();
        if stays
            && has_room
            && let Some(offer) = at_hand.pop_front()
        {
            match offer {
                Offer::Object(session) => crew.take(session, observer),
                Offer::Aside(what) => observer.aside(what),
            }
            continue;
        }
        let takes = offered && stays;
        if crew.objects.is_empty() && !takes {
            return;
        }
        tokio::select! {
            biased;
            // Before what has landed: outcomes that come without a pause must not keep anybody from leaving.
            wish = next_wish(&mut stop) => {
                let farewell = match wish {
                    Stop::No => continue,
                    Stop::Soon => FAREWELL,
                    Stop::Now => Duration::ZERO,
                };
                crew.batch.cancel();
                stays = false;
                leave_at = Some(Instant::now() + farewell);
            }
            Some(landed) = crew.tasks.join_next() => crew.land(landed, observer),
            handful = offers.recv(), if takes && has_room => match handful {
                Some(handful) => at_hand.extend(handful),
                None => offered = false,
            },
            () = sleep_until(leave_at.unwrap_or(until).min(until)) => {
                if leave_at.take_if(|at| *at <= Instant::now()).is_some() {
                    crew.abandon(observer);
                }
            }
            _ = look.tick() => crew.look(),
            _ = tick.tick() => crew.tell_progress(observer),
        }
    }
}

fn now() -> std::time::Instant {
    Instant::now().into_std()
}

/// What the user wishes next; never, when nobody is there to wish.
async fn next_wish(stop: &mut watch::Receiver<Stop>) -> Stop {
    if stop.changed().await.is_err() {
        return std::future::pending().await;
    }
    *stop.borrow_and_update()
}

/// Objects that are open, and the tasks that work for them.
struct Crew<T> {
    transport: Arc<T>,
    batch: Batch,
    objects: BTreeMap<ObjectId, Open>,
    next_object: u64,
    tasks: JoinSet<Landing>,
    flights: Flights,
}

/// An object that is open: being prepared, in the batch, or being closed.
enum Open {
    Preparing(AbortHandle),
    Uploading { session: Box<Session>, job: Arc<Job>, backup: Option<Arc<Job>>, log: Option<Box<Log>> },
    Closing,
}

/// What a task gives back.
enum Landing {
    /// An object's session, ready or refused, with what is to be told of it.
    Prepared(ObjectId, Box<Session>, Result<Box<Ready>, Refused>, Vec<Event>),
    /// The outcome of a call, and what its journal had to say before.
    Outcome(FlightId, Outcome, Result<(), String>),
    /// The journal of a held object is on disk, or is not.
    Flushed(ObjectId, Event, Result<(), String>),
    Closed(ObjectId, Ended),
}

impl<T: Transport> Crew<T> {
    fn new(concurrency: Concurrency, transport: Arc<T>) -> Self {
        Self {
            transport,
            batch: Batch::new(concurrency),
            objects: BTreeMap::new(),
            next_object: 0,
            tasks: JoinSet::new(),
            flights: Flights::default(),
        }
    }

    fn take<P>(&mut self, session: Box<Session>, observer: &mut dyn Observer<P>) {
        let object = ObjectId(self.next_object);
        self.next_object += 1;
        observer.begins(object, &session);
        let transport = self.transport.clone();
        // A journal that is there is read, which may take its time.
        let quick = session.plan.is_put();
        let preparing = async move {
            let mut events = Vec::new();
            let ready = session.prepare(&*transport, &mut |event| events.push(event)).await.map(Box::new);
            Landing::Prepared(object, session, ready, events)
        };
        if let Some(task) = self.start(preparing, quick, observer) {
            self.objects.insert(object, Open::Preparing(task));
        }
    }

    /// Starts what leads to a landing. What is said to be quick is tried at once: where it need not wait for anybody, a
    /// task would take longer than the work. Whatever is not done then becomes a task.
    fn start<P>(
        &mut self,
        work: impl Future<Output = Landing> + Send + 'static,
        quick: bool,
        observer: &mut dyn Observer<P>,
    ) -> Option<AbortHandle> {
        let mut work = Box::pin(work);
        match if quick { work.as_mut().now_or_never() } else { None } {
            Some(landing) => {
                self.land(Ok(landing), observer);
                None
            }
            None => Some(self.tasks.spawn(work)),
        }
    }

    fn send(&mut self, id: FlightId, call: Call) {
        let (object, _) = id;
        let Some(Open::Uploading { job, backup, log, .. }) = self.objects.get(&object) else { return };
        let on_backup = self.batch.upload(object).is_some_and(|upload| upload.is_on_backup());
        let job = backup.as_ref().filter(|_| on_backup).unwrap_or(job);
        // Should Complete work and its answer be lost, the journal must hold every part for the next run to know.
        let first = match (&call, log) {
            (Call::Complete { .. }, Some(log)) => Some(log.recorder.flush()),
            _ => None,
        };
        let meter = Meter::default();
        let (job, transport, inside) = (job.clone(), self.transport.clone(), meter.clone());
        let task = self.tasks.spawn(async move {
            let flushed = match first {
                Some(flushed) => flushed.await,
                None => Ok(()),
            };
            Landing::Outcome(id, carry_out(&call, &job, &*transport, inside).await, flushed)
        });
        self.flights.started(id, task, meter);
    }

    fn land<P>(&mut self, landed: Result<Landing, JoinError>, observer: &mut dyn Observer<P>) {
        let landing = match landed {
            Ok(landing) => landing,
            Err(died) if died.is_cancelled() => return,
            Err(died) => match self.flights.died(&died) {
                Some((id, outcome)) => Landing::Outcome(id, outcome, Ok(())),
                None => std::panic::resume_unwind(died.into_panic()),
            },
        };
        match landing {
            Landing::Prepared(object, session, ready, events) => {
                events.into_iter().for_each(|event| observer.event(object, event));
                match ready {
                    Ok(ready) => self.begin(object, session, *ready),
                    Err(refused) => {
                        self.objects.remove(&object);
                        observer.ends(object, Err(refused));
                    }
                }
            }
            Landing::Outcome(id, outcome, flushed) => {
                let (object, attempt) = id;
                tell_unwritable(object, flushed, observer);
                if let Some(seconds) = self.transport.take_clock_correction() {
                    observer.event(object, Event::Notice(Notice::ClockCorrected { seconds }));
                }
                self.flights.landed(id, outcome.result.is_ok());
                self.batch.record(now(), object, attempt, outcome);
            }
            Landing::Flushed(object, event, flushed) => {
                tell_unwritable(object, flushed, observer);
                observer.event(object, event);
                self.batch.release(object);
            }
            Landing::Closed(object, ended) => {
                self.objects.remove(&object);
                observer.ends(object, Ok(ended));
            }
        }
    }

    fn begin(&mut self, object: ObjectId, session: Box<Session>, ready: Ready) {
        let Ready { mut upload, log } = ready;
        let job = Arc::new(session.job.clone());
        let backup = on_backup(&job);
        if backup.is_some() {
            upload.allow_backup();
        }
        self.objects.insert(object, Open::Uploading { session, job, backup, log: log.map(Box::new) });
        self.batch.add(object, upload);
    }

    fn close<P>(&mut self, object: ObjectId, finished: Finished, observer: &mut dyn Observer<P>) {
        let Some(open) = self.objects.insert(object, Open::Closing) else { return };
        let Open::Uploading { session, log, .. } = open else { return };
        let transport = self.transport.clone();
        let quick = log.is_none();
        let closing =
            async move { Landing::Closed(object, session.close(finished, log.map(|log| *log), &*transport).await) };
        self.start(closing, quick, observer);
    }

    /// Writes what happened into journals, then tells it. What has to be on disk first holds its object.
    fn tell<P>(&mut self, observer: &mut dyn Observer<P>) {
        while let Some((object, event)) = self.batch.take_event() {
            if let Some(Open::Uploading { log: Some(log), .. }) = self.objects.get(&object)
                && let Some(flushed) = record(log, &event)
            {
                self.batch.hold(object);
                self.tasks.spawn(async move { Landing::Flushed(object, event, flushed.await) });
            } else {
                observer.event(object, event);
            }
        }
    }

    fn look(&mut self) {
        if self.flights.wait_for_their_turn(Instant::now()) {
            self.batch.look_away();
        } else {
            self.batch.look(now(), self.flights.moved());
        }
    }

    fn tell_progress<P>(&self, observer: &mut dyn Observer<P>) {
        for (object, upload) in self.batch.uploads() {
            let bytes = upload.bytes_stored() + self.flights.bytes_of(object);
            observer.event(object, Event::Progress(Progress { bytes, total: upload.size() }));
        }
    }

    /// Gives up what flies and what is being prepared. Closing has a time limit of its own.
    fn abandon<P>(&mut self, observer: &mut dyn Observer<P>) {
        for ((object, attempt), outcome) in self.flights.abandon() {
            self.batch.record(now(), object, attempt, outcome);
        }
        let preparing = |(object, open): (&ObjectId, &Open)| match open {
            Open::Preparing(task) => Some((*object, task.clone())),
            Open::Uploading { .. } | Open::Closing => None,
        };
        let abandoned: Vec<_> = self.objects.iter().filter_map(preparing).collect();
        for (object, task) in abandoned {
            task.abort();
            self.objects.remove(&object);
            observer.ends(object, Ok(Ended::interrupted()));
        }
    }
}

/// The same upload by way of the backup domain, where the address has one.
fn on_backup(job: &Job) -> Option<Arc<Job>> {
    let target = Target { address: job.target.address.backup()?, key: job.target.key.clone() };
    Some(Arc::new(Job { target, ..job.clone() }))
}

/// Writes an event into the journal. What has to be on disk before the upload goes on, is so when the future ends.
fn record(log: &Log, event: &Event) -> Option<impl Future<Output = Result<(), String>> + Send + 'static> {
    match event {
        Event::Initiated(upload_id) => {
            let header = Header { upload_id: upload_id.as_str().to_owned(), ..log.header.clone() };
            log.recorder.append(&header.line());
            Some(log.recorder.flush())
        }
        Event::PartStored(record) => {
            log.recorder.append(&part_line(record));
            None
        }
        // Emptied before another upload is begun: an empty journal tells the next run of a possible orphan.
        Event::Notice(Notice::StartedAnew(_)) => {
            log.recorder.start_anew();
            Some(log.recorder.flush())
        }
        _ => None,
    }
}

fn tell_unwritable<P>(object: ObjectId, flushed: Result<(), String>, observer: &mut dyn Observer<P>) {
    if let Err(why) = flushed {
        observer.event(object, Event::Notice(Notice::JournalUnwritable(why)));
    }
}
