//! The only loop: it carries out what the machine asks for and hands back the outcomes. It decides nothing.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::{Instant, MissedTickBehavior, sleep_until};

use super::body::{FileBody, Meter};
use super::call::{Call, Failure, Outcome, Reply};
use super::error::{SendError, SendErrorKind, SourceError};
use super::event::{Event, Finished, Notice, Progress};
use super::journal::{Header, part_line};
use super::journal_file::Recorder;
use super::machine::{AttemptId, Step, Upload};
use super::object::ObjectOptions;
use super::source::FileSource;
use super::transport::Transport;
use crate::cos::Target;
use crate::cos::checksum::Digest;
use crate::cos::encryption::hides_the_md5;

/// How long requests in flight get to land once the user wants to leave.
const FAREWELL: Duration = Duration::from_millis(1800);
/// How often the bytes in flight are counted.
const TICK: Duration = Duration::from_millis(200);
/// How often the machine is told of them.
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

/// What is uploaded, and where to.
#[derive(Debug, Clone)]
pub struct Job {
    /// The bytes.
    pub source: FileSource,
    /// The object.
    pub target: Target,
    /// What the object is to be.
    pub object: ObjectOptions,
    /// Send each body's MD5 too, which costs a second reading.
    pub md5: bool,
}

/// Where an upload's journal is written, and how its first line reads.
pub struct Log {
    /// The writer.
    pub recorder: Recorder,
    /// The first line; the upload's id is filled in when there is one.
    pub header: Header,
}

/// Carries out `upload` to its end. Journal first, then `observe`: what is reported can be relied on.
pub async fn drive<T: Transport>(
    mut upload: Upload,
    job: Arc<Job>,
    transport: Arc<T>,
    log: Option<&Log>,
    mut stop: watch::Receiver<Stop>,
    observe: &mut (dyn FnMut(Event) + Send),
) -> Finished {
    let mut flights = Flights { tasks: JoinSet::new(), meters: BTreeMap::new(), landed: 0 };
    let backup = on_backup(&job);
    if backup.is_some() {
        upload.allow_backup();
    }
    let mut tick = tokio::time::interval(TICK);
    let mut look = tokio::time::interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut leave_at: Option<Instant> = None;
    loop {
        while let Some(event) = upload.take_event() {
            if let Some(log) = log {
                record(log, &event, observe).await;
            }
            observe(event);
        }
        let until = match upload.next(Instant::now().into_std()) {
            Step::Send(id, call) => {
                // Should Complete work and its answer be lost, the journal must hold every part for the next run to know.
                if let (Call::Complete { .. }, Some(log)) = (&call, log) {
                    flush(log, observe).await;
                }
                let job = backup.as_ref().filter(|_| upload.is_on_backup()).unwrap_or(&job);
                flights.start(id, call, job, &transport);
                continue;
            }
            Step::Wait { until } => until.map_or_else(|| Instant::now() + LONG, Instant::from_std),
            Step::Done(finished) => return finished,
        };
        tokio::select! {
            biased;
            // Before what has landed: outcomes that come without a pause must not keep anybody from leaving.
            wish = next_wish(&mut stop) => {
                let farewell = match wish {
                    Stop::No => continue,
                    Stop::Soon => FAREWELL,
                    Stop::Now => Duration::ZERO,
                };
                upload.cancel();
                leave_at = Some(Instant::now() + farewell);
            }
            Some((id, outcome)) = flights.land(), if !flights.tasks.is_empty() => {
                if let Some(seconds) = transport.take_clock_correction() {
                    observe(Event::Notice(Notice::ClockCorrected { seconds }));
                }
                upload.record(Instant::now().into_std(), id, outcome);
            }
            () = sleep_until(leave_at.unwrap_or(until).min(until)) => {
                if leave_at.is_some_and(|at| at <= Instant::now()) {
                    for (id, outcome) in flights.abandon() {
                        upload.record(Instant::now().into_std(), id, outcome);
                    }
                }
            }
            _ = look.tick() => upload.look(Instant::now().into_std(), flights.moved()),
            _ = tick.tick() => {
                let bytes = upload.bytes_stored() + flights.bytes();
                observe(Event::Progress(Progress { bytes, total: upload.size() }));
            }
        }
    }
}

/// The same upload by way of the backup domain, where the address has one.
fn on_backup(job: &Job) -> Option<Arc<Job>> {
    let target = Target { address: job.target.address.backup()?, key: job.target.key.clone() };
    Some(Arc::new(Job { target, ..job.clone() }))
}

/// What the user wishes next; never, when nobody is there to wish.
async fn next_wish(stop: &mut watch::Receiver<Stop>) -> Stop {
    if stop.changed().await.is_err() {
        return std::future::pending().await;
    }
    *stop.borrow_and_update()
}

/// Requests in flight, each with a meter on its body.
struct Flights {
    tasks: JoinSet<(AttemptId, Outcome)>,
    meters: BTreeMap<AttemptId, (tokio::task::Id, Meter)>,
    /// Bytes of requests that have landed, whatever came of them.
    landed: u64,
}

impl Flights {
    fn start<T: Transport>(&mut self, id: AttemptId, call: Call, job: &Arc<Job>, transport: &Arc<T>) {
        let meter = Meter::default();
        let (job, transport, inside) = (job.clone(), transport.clone(), meter.clone());
        let task = self.tasks.spawn(async move { (id, carry_out(&call, &job, &*transport, inside).await) });
        self.meters.insert(id, (task.id(), meter));
    }

    async fn land(&mut self) -> Option<(AttemptId, Outcome)> {
        let landed = match self.tasks.join_next().await? {
            Ok(landed) => landed,
            Err(died) => {
                let id = self.meters.iter().find(|(_, (task, _))| *task == died.id()).map(|(id, _)| *id)?;
                let error = SendError { kind: SendErrorKind::Broken, message: format!("a task died: {died}") };
                (id, Err(Failure::Send(error)).into())
            }
        };
        self.landed += self.meters.remove(&landed.0).map_or(0, |(_, meter)| meter.bytes());
        Some(landed)
    }

    fn abandon(&mut self) -> Vec<(AttemptId, Outcome)> {
        self.tasks.abort_all();
        self.tasks.detach_all();
        let abandoned = |(id, (_, meter)): (AttemptId, (_, Meter))| {
            (id, Outcome { sent: meter.digest(), result: Err(Failure::Abandoned) })
        };
        std::mem::take(&mut self.meters).into_iter().map(abandoned).collect()
    }

    /// Bytes handed to connections since the beginning.
    fn moved(&self) -> u64 {
        self.landed + self.bytes()
    }

    fn bytes(&self) -> u64 {
        self.meters.values().map(|(_, meter)| meter.bytes()).sum()
    }
}

async fn carry_out<T: Transport>(call: &Call, job: &Job, transport: &T, meter: Meter) -> Outcome {
    let source = job.source.clone();
    match call {
        Call::CheckSource => {
            let checked = blocking(move || source.check_unchanged()).await;
            checked.map(|()| Reply::SourceUnchanged).map_err(Failure::Source).into()
        }
        Call::ComparePart { range, .. } => {
            let range = *range;
            blocking(move || source.digest(range)).await.map(Reply::Read).map_err(Failure::Source).into()
        }
        _ => send(call, job, transport, meter).await,
    }
}

async fn send<T: Transport>(call: &Call, job: &Job, transport: &T, meter: Meter) -> Outcome {
    let service = job.target.address.service;
    // What is written once cannot be mended, so the server is to compare before it stores the whole of an object.
    let announced = job.md5 || (service.is_write_once() && matches!(call, Call::PutObject(_)));
    let mut first_reading: Option<Digest> = None;
    if let Some(range) = call.body().filter(|_| announced) {
        let source = job.source.clone();
        match blocking(move || source.digest(range)).await {
            Ok(digest) => first_reading = Some(digest),
            Err(error) => return Err(Failure::Source(error)).into(),
        }
    }
    let md5 = first_reading.and_then(|digest| digest.md5);
    let request = call.request(&job.target, &job.object, md5).expect("this call is sent");
    let body = call.body().map(|range| {
        let make = if service.promises_crc64() { FileBody::new } else { FileBody::with_md5 };
        make(job.source.clone(), range, meter.clone())
    });
    let answer = transport.send(request, body).await;
    let hidden = answer.as_ref().is_ok_and(hides_the_md5);
    let sent = meter.digest().map(|digest| Digest { md5: digest.md5.or(md5).filter(|_| !hidden), ..digest });
    let result = match (answer, meter.failure()) {
        (Ok(response), _) => call.read(&response, &job.object).map_err(Failure::Answer),
        (Err(_), Some(error)) => Err(Failure::Source(error)),
        (Err(error), None) => Err(Failure::Send(error)),
    };
    Outcome { sent, result }
}

async fn blocking<R: Send + 'static>(
    work: impl FnOnce() -> Result<R, SourceError> + Send + 'static,
) -> Result<R, SourceError> {
    spawn_blocking(work).await.unwrap_or_else(|error| Err(SourceError::Unreadable(error.to_string())))
}

async fn record(log: &Log, event: &Event, observe: &mut (dyn FnMut(Event) + Send)) {
    match event {
        Event::Initiated(upload_id) => {
            let header = Header { upload_id: upload_id.as_str().to_owned(), ..log.header.clone() };
            log.recorder.append(header.line());
            flush(log, observe).await;
        }
        Event::PartStored(record) => log.recorder.append(part_line(record)),
        // Emptied before another upload is begun: an empty journal tells the next run of a possible orphan.
        Event::Notice(Notice::StartedAnew(_)) => {
            log.recorder.start_anew();
            flush(log, observe).await;
        }
        _ => {}
    }
}

async fn flush(log: &Log, observe: &mut (dyn FnMut(Event) + Send)) {
    if let Err(why) = log.recorder.flush().await {
        observe(Event::Notice(Notice::JournalUnwritable(why)));
    }
}
