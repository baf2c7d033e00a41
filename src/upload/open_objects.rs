//! Objects that are being uploaded, and the tasks that work for them.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::FutureExt as _;
use tokio::task::{AbortHandle, JoinError, JoinSet};

use super::batch::concurrency::Concurrency;
use super::batch::objects::{Batch, ObjectId, Pause};
use super::clock;
use super::delta::known_blocks::KnownBlocks;
use super::delta::settings::Reading;
use super::event::{DeltaNotice, Event, Notice, Progress, ReadFor};
use super::finished::Finished;
use super::flight::{Flight, Flights, Inside, Job, RequestId, carry_out};
use super::journal::log::Log;
use super::observer::Observer;
use super::session::{Ended, Ready, Refused, Session};
use super::timing::Sample;
use super::wire::body::Reader;
use super::wire::body_progress::BodyProgress;
use super::wire::call::{Call, Outcome};
use super::wire::transport::Transport;
use crate::cos::Target;
use crate::language::Message;

pub(super) fn now() -> std::time::Instant {
    clock::now().into_std()
}

/// Objects that are open, and the tasks that work for them.
pub(super) struct OpenObjects<T> {
    transport: Arc<T>,
    pub(super) batch: Batch,
    objects: BTreeMap<ObjectId, Open>,
    next_object: u64,
    pub(super) tasks: JoinSet<TaskResult>,
    flights: Flights,
    reading: Reading,
}

/// An object that is open: being prepared, in the batch, or being closed.
enum Open {
    Preparing(AbortHandle, Reading),
    Uploading { session: Box<Session>, log: Option<Box<Log>>, blocks: Option<KnownBlocks> },
    Closing(Reading),
}

/// What a task gives back.
pub(super) enum TaskResult {
    /// An object's session, ready or refused, with what happened on the way.
    Prepared(ObjectId, Box<Session>, Result<Box<Ready>, Refused>, Vec<Event>),
    /// The outcome of a call, and of the flush of the journal before it.
    Answered(RequestId, Outcome, Result<(), Message>),
    /// The flush of the journal of a paused object, with the event that waits for it.
    Flushed(ObjectId, Event, Result<(), Message>),
    /// A session has ended, with a last notice.
    Closed(ObjectId, Ended, Option<DeltaNotice>),
}

impl<T: Transport> OpenObjects<T> {
    pub(super) fn new(concurrency: Concurrency, transport: Arc<T>) -> Self {
        Self {
            transport,
            batch: Batch::new(concurrency),
            objects: BTreeMap::new(),
            next_object: 0,
            tasks: JoinSet::new(),
            flights: Flights::default(),
            reading: Reading::default(),
        }
    }

    /// Whether no object is open.
    pub(super) fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// Whether one more object may be opened.
    pub(super) fn has_room(&self) -> bool {
        self.objects.len() < self.batch.room()
    }

    /// Opens an object: its session is prepared, and then joins the batch.
    pub(super) fn open<N>(&mut self, session: Box<Session>, observer: &mut dyn Observer<N>) {
        let object = ObjectId(self.next_object);
        self.next_object += 1;
        observer.begins(object, &session);
        let (transport, reading) = (self.transport.clone(), self.reading.of_another());
        let read = reading.clone();
        // Reading a journal may take long; a PUT has none.
        let quick = session.plan.is_put();
        let preparing = async move {
            let mut events = Vec::new();
            let ready = session.prepare(&*transport, &read, &mut |event| events.push(event)).await.map(Box::new);
            TaskResult::Prepared(object, session, ready, events)
        };
        if let Some(task) = self.start(preparing, quick, observer) {
            self.objects.insert(object, Open::Preparing(task, reading));
        }
    }

    /// Starts a task. `quick` work is polled once here, since a task would cost more than work that never waits; if it does
    /// wait, it becomes a task.
    fn start<N>(
        &mut self,
        work: impl Future<Output = TaskResult> + Send + 'static,
        quick: bool,
        observer: &mut dyn Observer<N>,
    ) -> Option<AbortHandle> {
        let mut work = Box::pin(work);
        match if quick { work.as_mut().now_or_never() } else { None } {
            Some(result) => {
                self.take(Ok(result), observer);
                None
            }
            None => Some(self.tasks.spawn(work)),
        }
    }

    /// Starts a task that carries out a call.
    pub(super) fn send(&mut self, id: RequestId, call: Call) {
        let (object, _) = id;
        let ahead = self.batch.connections_ahead(object, &call);
        let Some(Open::Uploading { session, log, blocks, .. }) = self.objects.get(&object) else { return };
        let on_backup = self.batch.upload(object).is_some_and(|upload| upload.is_on_backup());
        let backup = if on_backup { by_backup(&session.job) } else { None };
        let job = backup.unwrap_or_else(|| session.job.clone());
        // If Complete works and its answer is lost, the next run needs every part in the journal to know.
        let flush = match (&call, log) {
            (Call::Complete { .. }, Some(log)) => Some(log.recorder.flush()),
            _ => None,
        };
        let (progress, operation, began) = (BodyProgress::default(), call.operation(), now());
        let transport = self.transport.clone();
        let passing = blocks.as_ref().zip(call.body()).and_then(|(blocks, range)| blocks.passing(range));
        let reader = passing.map(|mut passing| Box::new(move |bytes: &[u8]| passing.update(bytes)) as Reader);
        let inside = Inside { progress: progress.clone(), reader, ahead };
        let task = self.tasks.spawn(async move {
            let flushed = match flush {
                Some(flush) => flush.await,
                None => Ok(()),
            };
            TaskResult::Answered(id, carry_out(&call, &job, &*transport, inside).await, flushed)
        });
        self.flights.started(id, Flight { task, progress, operation, began });
    }

    /// Gives up a request, whose task ends without a result.
    pub(super) fn give_up<N>(&mut self, id: RequestId, observer: &mut dyn Observer<N>) {
        if let Some(timing) = self.flights.give_up(id) {
            observer.timed(id.0, &timing);
        }
    }

    /// Takes the result of a task.
    pub(super) fn take<N>(&mut self, finished: Result<TaskResult, JoinError>, observer: &mut dyn Observer<N>) {
        let result = match finished {
            Ok(result) => result,
            Err(died) if died.is_cancelled() => return,
            Err(died) => match self.flights.died(&died) {
                Some((id, outcome)) => TaskResult::Answered(id, outcome, Ok(())),
                None => std::panic::resume_unwind(died.into_panic()),
            },
        };
        match result {
            TaskResult::Prepared(object, session, ready, events) => {
                events.into_iter().for_each(|event| observer.event(object, event));
                match ready {
                    Ok(ready) => self.begin(object, session, *ready),
                    Err(refused) => {
                        self.objects.remove(&object);
                        observer.ends(object, Err(refused));
                    }
                }
            }
            TaskResult::Answered(id, outcome, flushed) => self.answered(id, outcome, flushed, observer),
            TaskResult::Flushed(object, event, flushed) => {
                report_flush(object, flushed, observer);
                observer.event(object, event);
                self.batch.resume(object);
            }
            TaskResult::Closed(object, ended, notice) => {
                self.objects.remove(&object);
                if let Some(notice) = notice {
                    observer.event(object, Event::Notice(Notice::Delta(notice)));
                }
                observer.ends(object, Ok(ended));
            }
        }
    }

    fn answered<N>(
        &mut self,
        id: RequestId,
        outcome: Outcome,
        flushed: Result<(), Message>,
        observer: &mut dyn Observer<N>,
    ) {
        let (object, attempt) = id;
        report_flush(object, flushed, observer);
        if let Some(seconds) = self.transport.take_clock_correction() {
            observer.event(object, Event::Notice(Notice::ClockCorrected { seconds }));
        }
        if let Some(timing) = self.flights.finished(id, &outcome) {
            observer.timed(object, &timing);
        }
        // Before the batch frees its place, which the next request takes at once.
        observer.sampled(self.sample());
        self.batch.record(now(), object, attempt, outcome);
    }

    fn begin(&mut self, object: ObjectId, session: Box<Session>, ready: Ready) {
        let Ready { mut upload, log, blocks } = ready;
        if session.job.target.address.backup().is_some() {
            upload.allow_backup();
        }
        self.objects.insert(object, Open::Uploading { session, log: log.map(Box::new), blocks });
        self.batch.add(object, upload);
    }

    /// Closes the session of an upload that has ended.
    pub(super) fn close<N>(&mut self, object: ObjectId, finished: Finished, observer: &mut dyn Observer<N>) {
        let reading = self.reading.of_another();
        let Some(open) = self.objects.insert(object, Open::Closing(reading.clone())) else { return };
        let Open::Uploading { session, log, blocks, .. } = open else { return };
        let transport = self.transport.clone();
        let quick = log.is_none() && session.delta.is_none();
        let closing = async move {
            // A map is not worth a wait once the user wants to leave.
            let notice = tokio::select! {
                biased;
                notice = session.keep_map(&finished, blocks, &*transport, &reading) => notice,
                () = reading.stopped() => None,
            };
            TaskResult::Closed(object, session.close(finished, log.map(|log| *log), &*transport).await, notice)
        };
        self.start(closing, quick, observer);
    }

    /// Writes events into journals, then reports them. An event that has to be on disk first pauses its object.
    pub(super) fn report<N>(&mut self, observer: &mut dyn Observer<N>) {
        while let Some((object, event)) = self.batch.take_event() {
            if let Some(Open::Uploading { log: Some(log), .. }) = self.objects.get_mut(&object)
                && let Some(flush) = log.record(&event)
            {
                self.batch.pause(object, what_waits(&event));
                self.tasks.spawn(async move { TaskResult::Flushed(object, event, flush.await) });
            } else {
                observer.event(object, event);
            }
        }
    }

    /// Lets the window measure how many bytes moved.
    pub(super) fn measure(&mut self) {
        if self.flights.are_held_up(clock::now()) {
            self.batch.skip_measurement();
        } else {
            self.batch.measure(now(), self.flights.moved());
        }
    }

    /// The state of all requests now.
    fn sample(&self) -> Sample {
        let in_flight = u16::try_from(self.batch.in_flight()).unwrap_or(u16::MAX);
        Sample { at: now(), bytes: self.flights.bytes(), window: self.batch.window(), in_flight }
    }

    /// Reports the progress of every object.
    pub(super) fn report_progress<N>(&self, observer: &mut dyn Observer<N>) {
        observer.sampled(self.sample());
        for (object, upload) in self.batch.uploads() {
            let bytes = upload.bytes_stored() + self.flights.bytes_of(object);
            observer.event(object, Event::Progress(Progress { bytes, total: upload.size() }));
        }
        for (object, open) in &self.objects {
            let (read_for, reading) = match open {
                Open::Preparing(_, reading) => (ReadFor::Comparison, reading),
                Open::Closing(reading) => (ReadFor::Map, reading),
                Open::Uploading { .. } => continue,
            };
            if let Some(progress) = reading.progress() {
                observer.event(*object, Event::Reading(read_for, progress));
            }
        }
    }

    /// Stops the reading of files for their checksums.
    pub(super) fn stop_reading(&self) {
        self.reading.stop();
    }

    /// Gives up requests in flight and sessions in preparation. Closing has a time limit of its own.
    pub(super) fn abandon<N>(&mut self, observer: &mut dyn Observer<N>) {
        self.stop_reading();
        for ((object, attempt), outcome, timing) in self.flights.abandon() {
            observer.timed(object, &timing);
            self.batch.record(now(), object, attempt, outcome);
        }
        let preparing = |(object, open): (&ObjectId, &Open)| match open {
            Open::Preparing(task, _) => Some((*object, task.clone())),
            Open::Uploading { .. } | Open::Closing(_) => None,
        };
        let abandoned: Vec<_> = self.objects.iter().filter_map(preparing).collect();
        for (object, task) in abandoned {
            task.abort();
            self.objects.remove(&object);
            observer.ends(object, Ok(Ended::interrupted()));
        }
    }
}

/// What waits until an event is on disk. Parts need not wait for the upload's ID: a process that dies leaves it in the
/// journal, and a power cut between Initiate and the flush leaves an upload that no journal names either way.
fn what_waits(event: &Event) -> Pause {
    if matches!(event, Event::Initiated(_)) { Pause::Events } else { Pause::Everything }
}

/// The same upload by way of the backup domain, if the address has one.
fn by_backup(job: &Job) -> Option<Arc<Job>> {
    let target = Target { address: job.target.address.backup()?, key: job.target.key.clone() };
    Some(Arc::new(Job { target, ..job.clone() }))
}

fn report_flush<N>(object: ObjectId, flushed: Result<(), Message>, observer: &mut dyn Observer<N>) {
    if let Err(why) = flushed {
        observer.event(object, Event::Notice(Notice::JournalUnwritable(why)));
    }
}
