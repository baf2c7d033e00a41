//! Uploads against a world that loses, breaks, delays and lies, under virtual time: thousands of seeded schedules.
//!
//! Each rule is stated both ways: `Stored` means the object is whole; `Failed` means it was not completed. A failing seed
//! prints itself; `COSPUT_SIMULATIONS=1000000 cargo test --release simulation` runs more of them.

mod many;
mod tape;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::time::{Duration, Instant};

use self::tape::Tape;
use super::batch::{Batch, ObjectId, Turn};
use super::call::{Call, Failure, Outcome, Reply};
use super::error::{Cause, SendError, SendErrorKind, SourceError};
use super::event::{Event, Finished, Notice, PartRecord, ProvedBy};
use super::machine::{AttemptId, Likeness, Proving, Resume, Settings, Step, Upload};
use super::plan::{Plan, Range, Wish};
use super::retry::Patience;
use super::window::Concurrency;
use crate::cos::checksum::{Combiner, Digest, Md5Digest};
use crate::cos::head_object::Object;
use crate::cos::multipart::list_parts::{ListedPart, Page};
use crate::cos::multipart::upload_part::StoredPart;
use crate::cos::multipart::{PartNumber, UploadId};
use crate::cos::put_object::Stored;
use crate::cos::{AnswerError, ServiceError};

/// Some moment for virtual time to begin at.
pub(crate) fn epoch() -> Instant {
    #[expect(clippy::disallowed_methods, reason = "virtual time needs a first moment; only spans are looked at")]
    Instant::now()
}

const MEBIBYTE: u64 = 1 << 20;

/// What may go wrong, in percent of calls.
#[derive(Debug, Clone, Copy)]
struct Weather {
    lost_request: u32,
    lost_answer: u32,
    late_effect: u32,
    server_error: u32,
    throttled: u32,
    corrupted: u32,
    no_crc64: u32,
    lying_etag: u32,
    vanishing_upload: u32,
    denied: u32,
    /// Signatures whose time or credentials are refused, and credentials that nobody has.
    unsigned: u32,
    no_credentials: u32,
    /// Answers that do not confirm the encryption.
    unconfirmed: u32,
    crash: u32,
    source_change: u32,
    cancel: u32,
}

impl Weather {
    fn of(random: &mut fastrand::Rng) -> Self {
        let mut some = |most: u32| if random.bool() { random.u32(0..=most) } else { 0 };
        Self {
            lost_request: some(20),
            lost_answer: some(20),
            late_effect: some(5),
            server_error: some(30),
            throttled: some(20),
            corrupted: some(10),
            no_crc64: some(50),
            lying_etag: some(3),
            vanishing_upload: some(2),
            denied: some(2),
            unsigned: some(10),
            no_credentials: some(1),
            unconfirmed: some(3),
            crash: some(5),
            source_change: some(2),
            cancel: some(1),
        }
    }
}

/// An object or a part on the server.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Held {
    size: u64,
    crc64: u64,
}

impl Held {
    fn etag(&self) -> String {
        format!("\"{}\"", md5(self.crc64).hex())
    }
}

/// Stands for the MD5 of bytes that only exist as their CRC-64.
fn md5(crc64: u64) -> Md5Digest {
    Md5Digest::of(&crc64.to_le_bytes())
}

/// The bytes of a range, as a file of this `version` has them, are known by their CRC-64 alone.
fn read(range: Range, version: u64) -> Held {
    let crc64 = crate::cos::checksum::crc64(&[range.offset.to_le_bytes(), version.to_le_bytes()].concat());
    Held { size: range.length, crc64 }
}

/// How CDCS differs from COS: it gives no CRC-64, writes each object once, and lets an upload keep its key.
#[derive(Debug, Clone, Copy)]
struct Coffer {
    /// It compares parts with their Content-MD5, and its ETags are no MD5s.
    compares_parts: bool,
    /// It says `NoSuchUpload` of an upload that was completed, instead of `MultipartAlreadyCompleted`.
    forgets: bool,
}

/// The service: it does what it is asked, or not, and answers, or not.
#[derive(Default)]
struct Server {
    coffer: Option<Coffer>,
    completed: BTreeSet<String>,
    /// The ETag of an object that was put together.
    identity: Option<&'static str>,
    object: Option<Held>,
    uploads: BTreeMap<String, BTreeMap<PartNumber, Held>>,
    next_upload: u32,
    /// How often a call of ours made the object.
    completions: u32,
    /// True while the object is one that a call of ours made.
    ours: bool,
}

impl Server {
    fn etag(&self, held: &Held) -> String {
        let no_md5 = self.coffer.is_some_and(|coffer| coffer.compares_parts);
        if no_md5 { format!("\"{}\"", md5(!held.crc64).hex()) } else { held.etag() }
    }

    fn crc64(&self, held: &Held) -> Option<u64> {
        self.coffer.is_none().then_some(held.crc64)
    }

    /// What an upload's id is answered with where there is no such upload.
    fn unknown(&self, upload_id: &UploadId) -> (u16, &'static str) {
        match self.coffer {
            Some(Coffer { forgets: false, .. }) if self.completed.contains(upload_id.as_str()) => {
                (409, "MultipartAlreadyCompleted")
            }
            _ => (404, "NoSuchUpload"),
        }
    }

    /// What CDCS refuses and COS does not.
    fn refuse(&self, call: &Call, arrived: Option<&Held>) -> Result<(), (u16, &'static str)> {
        let Some(coffer) = self.coffer else { return Ok(()) };
        let compared = match call {
            Call::PutObject(range) => Some(range),
            Call::UploadPart { range, .. } => Some(range).filter(|_| coffer.compares_parts),
            _ => None,
        };
        if compared.zip(arrived).is_some_and(|(range, arrived)| *arrived != read(*range, 0)) {
            return Err((400, "BadDigest"));
        }
        match call {
            Call::PutObject(_) | Call::Initiate if self.object.is_some() => Err((409, "ObjectAlreadyExists")),
            Call::PutObject(_) | Call::Initiate if !self.uploads.is_empty() => Err((409, "ObjectAlreadyUploading")),
            _ => Ok(()),
        }
    }

    /// Does what a call asks, as the service would.
    fn act(&mut self, call: &Call, arrived: Option<&Held>) -> Result<Reply, (u16, &'static str)> {
        self.refuse(call, arrived)?;
        match call {
            Call::PutObject(_) => {
                let held = arrived.expect("a PUT has a body").clone();
                let (etag, crc64) = (self.etag(&held), self.crc64(&held));
                let stored = Stored { etag, crc64, version_id: None, request_id: None };
                self.object = Some(held);
                self.completions += 1;
                self.ours = true;
                Ok(Reply::Stored(stored))
            }
            Call::Initiate => {
                self.next_upload += 1;
                let id = format!("upload-{}", self.next_upload);
                self.uploads.insert(id.clone(), BTreeMap::new());
                Ok(Reply::Initiated(UploadId::new(&id).unwrap()))
            }
            Call::UploadPart { upload_id, number, .. } => {
                let unknown = self.unknown(upload_id);
                let held = arrived.expect("a part has a body").clone();
                let stored = StoredPart { etag: self.etag(&held), crc64: self.crc64(&held), request_id: None };
                let parts = self.uploads.get_mut(upload_id.as_str()).ok_or(unknown)?;
                parts.insert(*number, held);
                Ok(Reply::Part(stored))
            }
            Call::ListParts { upload_id, after } => {
                let parts = self.uploads.get(upload_id.as_str()).ok_or_else(|| self.unknown(upload_id))?;
                let mut rest = parts.iter().filter(|(number, _)| after.is_none_or(|after| **number > after));
                let parts: Vec<ListedPart> = rest
                    .by_ref()
                    .take(3)
                    .map(|(number, held)| ListedPart { number: *number, size: held.size, etag: self.etag(held) })
                    .collect();
                let next = rest.next().and(parts.last().map(|part| part.number));
                Ok(Reply::Parts(Page { parts, next }))
            }
            Call::Complete { upload_id, parts } => {
                let held = self.uploads.get(upload_id.as_str()).ok_or_else(|| self.unknown(upload_id))?;
                let mut combiner = Combiner::new();
                let mut size = 0;
                for (number, etag) in parts {
                    let part = held
                        .get(number)
                        .filter(|part| self.etag(part) == etag.to_string())
                        .ok_or((400, "InvalidPart"))?;
                    combiner.append(part.crc64, part.size);
                    size += part.size;
                }
                self.uploads.remove(upload_id.as_str());
                self.completed.insert(upload_id.as_str().to_owned());
                let whole = Held { size, crc64: combiner.crc64() };
                let (etag, crc64) = ("\"whole-1\"", self.crc64(&whole));
                self.object = Some(whole);
                self.identity = Some(etag);
                self.completions += 1;
                self.ours = true;
                Ok(Reply::Completed(Stored { etag: etag.to_owned(), crc64, version_id: None, request_id: None }))
            }
            Call::HeadObject => Ok(Reply::Object(self.object.as_ref().map(|held| Object {
                size: Some(held.size),
                etag: Some(self.identity.map_or_else(|| self.etag(held), str::to_owned)),
                modified: None,
                crc64: self.crc64(held),
                version_id: None,
                request_id: None,
            }))),
            Call::Abort(upload_id) => {
                self.uploads.remove(upload_id.as_str());
                Ok(Reply::Aborted)
            }
            Call::ComparePart { .. } | Call::CheckSource | Call::ReadSource { .. } | Call::ReadOn { .. } => {
                unreachable!("done on our side")
            }
        }
    }
}

/// What is to happen at some moment.
enum Happening {
    /// The server acts, and its answer is on its way.
    Act { id: AttemptId, call: Call, arrived: Option<Held>, sent: Option<Digest>, answered: bool, due: Instant },
    /// The outcome reaches the machine.
    Outcome(AttemptId, Outcome),
}

/// One schedule: a world, a machine and a clock.
struct World {
    random: fastrand::Rng,
    weather: Weather,
    server: Server,
    /// The size of the source.
    size: u64,
    /// What the object is to be.
    expected: Held,
    /// The source, where it is a stream.
    tape: Option<Tape>,
    /// Whether an object that is like the source already is left as it is.
    skips: bool,
    now: Instant,
    order: u64,
    agenda: BinaryHeap<Reverse<(Instant, u64)>>,
    happenings: BTreeMap<u64, Happening>,
    version: u64,
    journal: Option<(UploadId, Vec<PartRecord>)>,
    /// Parts whose storing was journalled, by upload: they must not be sent again.
    settled: BTreeSet<(String, PartNumber)>,
    complete_sent: bool,
    /// True where the source was found unchanged after the last part was sent.
    source_looked_at: bool,
    /// How many lines of the journal are on disk for certain.
    durable: usize,
    /// Set where the world itself destroyed what was settled.
    unsettled: bool,
    /// Uploads that were named to the user, in a notice, a journal or the result.
    named: BTreeSet<String>,
    /// Set once the object was said not to be encrypted as ours would be: it is taken for somebody else's, and replaced.
    disowned: bool,
    orphans_told: usize,
    orphans_lost: usize,
}

impl World {
    fn percent(&mut self, chance: u32) -> bool {
        self.random.u32(0..100) < chance
    }

    fn at(&mut self, due: Instant, happening: Happening) {
        self.order += 1;
        self.agenda.push(Reverse((due, self.order)));
        self.happenings.insert(self.order, happening);
    }

    fn start(&mut self, id: AttemptId, call: Call) {
        let due = self.now + Duration::from_millis(self.random.u64(1..3000));
        if let Call::UploadPart { upload_id, number, .. } = &call {
            let again = self.settled.contains(&(upload_id.as_str().to_owned(), *number));
            assert!(
                !again || self.unsettled || self.version != 0,
                "part {number} was sent again though it was acknowledged and journalled"
            );
        }
        if self.percent(self.weather.source_change) && !matches!(call, Call::Initiate) {
            self.version = 1;
        }
        self.complete_sent |= matches!(call, Call::Complete { .. });
        if let (Some(tape), Call::PutObject(range) | Call::UploadPart { range, .. } | Call::ComparePart { range, .. }) =
            (&self.tape, &call)
        {
            tape.check(*range);
        }
        match &call {
            Call::UploadPart { .. } => self.source_looked_at = false,
            Call::CheckSource => self.source_looked_at = self.version == 0,
            Call::Complete { .. } => assert!(self.source_looked_at, "completed without a look at the source"),
            _ => {}
        }
        match &call {
            Call::ReadOn { .. } => {
                let (after, result) = self.read_on(&call);
                self.at(self.now + after, Happening::Outcome(id, result.into()));
            }
            Call::CheckSource => {
                let changed = || Err(Failure::Source(SourceError::Changed("its size".to_owned())));
                let result = if self.version == 0 { Ok(Reply::SourceUnchanged) } else { changed() };
                self.at(due, Happening::Outcome(id, result.into()));
            }
            Call::ComparePart { .. } | Call::ReadSource { .. } if self.version != 0 => {
                let failure = Failure::Source(SourceError::Changed("its size".to_owned()));
                self.at(due, Happening::Outcome(id, Err(failure).into()));
            }
            Call::ComparePart { range, .. } => {
                let held = read(*range, self.version);
                let digest = Digest { length: held.size, crc64: held.crc64, md5: Some(md5(held.crc64)) };
                self.at(due, Happening::Outcome(id, Ok(Reply::Read(digest)).into()));
            }
            Call::ReadSource { .. } => {
                let Held { size, crc64 } = self.expected;
                let digest = Digest { length: size, crc64, md5: Some(md5(crc64)) };
                self.at(due, Happening::Outcome(id, Ok(Reply::Read(digest)).into()));
            }
            _ => self.send(id, call, due),
        }
    }

    fn send(&mut self, id: AttemptId, call: Call, due: Instant) {
        let mut sent = None;
        let mut arrived = None;
        if let Some(range) = call.body() {
            // The body looks at the source before its last chunk: what was read in between is never sent whole.
            if self.version != 0 {
                let failure = Failure::Source(SourceError::Changed("its time of modification".to_owned()));
                return self.at(due, Happening::Outcome(id, Err(failure).into()));
            }
            let held = read(range, 0);
            let md5 = self.server.coffer.map(|_| md5(held.crc64));
            sent = Some(Digest { length: held.size, crc64: held.crc64, md5 });
            let bits = u64::from(self.percent(self.weather.corrupted));
            arrived = Some(Held { crc64: held.crc64 ^ bits, ..held });
        }
        if self.percent(self.weather.lost_request) {
            let stalled = SendErrorKind::Stalled { after: Duration::from_secs(60) };
            let kind = [SendErrorKind::Connect, SendErrorKind::Broken, stalled][self.random.usize(0..3)];
            let sent = sent.filter(|_| kind != SendErrorKind::Connect);
            let failure = Failure::Send(SendError { kind, message: "lost".into() });
            return self.at(due, Happening::Outcome(id, Outcome { sent, result: Err(failure) }));
        }
        if self.percent(self.weather.no_credentials) {
            let failure = Failure::Send(SendError { kind: SendErrorKind::NoCredentials, message: "none".into() });
            return self.at(due, Happening::Outcome(id, Err(failure).into()));
        }
        if self.percent(self.weather.late_effect) {
            self.lose(id, sent, due);
            let late = due + Duration::from_secs(self.random.u64(0..60));
            // A broken copy of a whole object that arrives after the good one is beyond anybody's help.
            let honest = call.body().filter(|_| matches!(call, Call::PutObject(_))).map(|range| read(range, 0));
            let arrived = honest.or(arrived);
            return self.at(late, Happening::Act { id, call, arrived, sent, answered: false, due: late });
        }
        if let Some((status, code)) = self.refusal() {
            // Without a listing nothing is trusted.
            self.unsettled |= matches!(call, Call::ListParts { .. }) && status == 403;
            let pause = self.random.bool().then(|| Duration::from_secs(self.random.u64(0..20)));
            let result = Err(with_retry_after(service(status, code), pause));
            return self.at(due, Happening::Outcome(id, Outcome { sent, result }));
        }
        let answered = !self.percent(self.weather.lost_answer);
        let acts = self.now + (due - self.now).mul_f64(self.random.f64());
        self.at(acts, Happening::Act { id, call, arrived, sent, answered, due });
        if !answered {
            self.lose(id, sent, due);
        }
    }

    fn lose(&mut self, id: AttemptId, sent: Option<Digest>, due: Instant) {
        let failure = Failure::Send(SendError { kind: SendErrorKind::Broken, message: "lost".into() });
        self.at(due, Happening::Outcome(id, Outcome { sent, result: Err(failure) }));
    }

    fn refusal(&mut self) -> Option<(u16, &'static str)> {
        if self.percent(self.weather.server_error) {
            let errors =
                [(500, "InternalError"), (502, ""), (503, "ServiceUnavailable"), (400, "IncompleteBody"), (409, "")];
            return Some(errors[self.random.usize(0..errors.len())]);
        }
        if self.percent(self.weather.throttled) {
            let errors = [(503, "SlowDown"), (429, ""), (400, "RequestTimeout"), (400, "UserNetworkTooSlow")];
            return Some(errors[self.random.usize(0..errors.len())]);
        }
        if self.percent(self.weather.unsigned) {
            let errors = [(403, "RequestTimeTooSkewed"), (403, "ExpiredToken"), (403, "Request has expired")];
            return Some(errors[self.random.usize(0..errors.len())]);
        }
        self.percent(self.weather.denied).then_some((403, "AccessDenied"))
    }

    /// The server acts now; what it answers may be less than the truth.
    fn act(
        &mut self,
        id: AttemptId,
        call: &Call,
        arrived: Option<&Held>,
        sent: Option<Digest>,
        answered: bool,
        due: Instant,
    ) {
        if self.percent(self.weather.vanishing_upload) {
            self.server.uploads.clear();
            self.unsettled = true;
            // Somebody aborted our upload, and then filled its key with as many bytes of their own.
            if self.server.coffer.is_some() && self.server.object.is_none() && self.random.bool() {
                self.server.object = Some(Held { size: self.size, crc64: 3 });
            }
        }
        // A corrupted copy that arrives late replaces what was good.
        self.unsettled |= arrived.zip(sent).is_some_and(|(arrived, sent)| arrived.crc64 != sent.crc64 && !answered);
        let result = self.server.act(call, arrived).map_err(|(status, code)| service(status, code));
        if !answered {
            if matches!(call, Call::Initiate) {
                self.orphans_lost += 1;
            }
            return;
        }
        let no_crc64 = self.percent(self.weather.no_crc64);
        let lying_etag = self.percent(self.weather.lying_etag);
        let result = match result {
            Ok(Reply::Part(stored)) => {
                self.unsettled |= lying_etag;
                let etag = if lying_etag { format!("\"{}\"", md5(1).hex()) } else { stored.etag };
                Ok(Reply::Part(StoredPart { etag, crc64: stored.crc64.filter(|_| !no_crc64), ..stored }))
            }
            Ok(Reply::Stored(stored)) => {
                Ok(Reply::Stored(Stored { crc64: stored.crc64.filter(|_| !no_crc64), ..stored }))
            }
            Ok(Reply::Completed(_)) if self.percent(self.weather.lost_answer) => {
                let what = "the verdict is cut off".to_owned();
                Err(Failure::Answer(AnswerError::Malformed { what, request_id: None }))
            }
            Ok(Reply::Completed(stored)) => {
                Ok(Reply::Completed(Stored { crc64: stored.crc64.filter(|_| !no_crc64), ..stored }))
            }
            // Whoever made it may have given it other headers.
            Ok(Reply::Object(Some(object))) if !self.server.ours && self.random.bool() => {
                Ok(Reply::OtherObject(object))
            }
            other => other,
        };
        let result = result.map(|reply| self.confirmed_or_not(reply));
        self.at(due, Happening::Outcome(id, Outcome { sent, result }));
    }

    /// An answer may not say that the server encrypts what it was to encrypt.
    fn confirmed_or_not(&mut self, reply: Reply) -> Reply {
        let confirms = matches!(
            reply,
            Reply::Stored(_) | Reply::Initiated(_) | Reply::Part(_) | Reply::Completed(_) | Reply::Object(Some(_))
        );
        if confirms && self.percent(self.weather.unconfirmed) {
            self.disowned |= matches!(reply, Reply::Object(_));
            let what = "x-cos-server-side-encryption".to_owned();
            return Reply::Unconfirmed { reply: Box::new(reply), what, request_id: None };
        }
        reply
    }

    /// The process dies: outcomes die with it, and what the server was sent goes on.
    fn crash(&mut self) {
        self.happenings.retain(|_, happening| matches!(happening, Happening::Act { .. }));
        for happening in self.happenings.values_mut() {
            if let Happening::Act { answered, .. } = happening {
                *answered = false;
            }
        }
        // An empty journal tells the next run that there may be an orphan.
        self.orphans_told += usize::from(self.journal.is_none());
    }

    /// When the next thing happens, if anything does.
    fn next_due(&self) -> Option<Instant> {
        self.agenda.peek().map(|Reverse((due, _))| *due)
    }

    /// Lets happen what is due; outcomes reach the batch.
    fn pass(&mut self, batch: &mut Batch, object: ObjectId) {
        while let Some(Reverse((_, order))) = self.agenda.peek().copied().filter(|Reverse((due, _))| *due <= self.now) {
            self.agenda.pop();
            match self.happenings.remove(&order) {
                Some(Happening::Act { id, call, arrived, sent, answered, due }) => {
                    self.act(id, &call, arrived.as_ref(), sent, answered, due);
                }
                Some(Happening::Outcome(id, outcome)) => batch.record(self.now, object, id, outcome),
                None => {}
            }
        }
    }

    fn note(&mut self, event: Event) {
        match event {
            Event::Initiated(id) => {
                self.named.insert(id.as_str().to_owned());
                self.journal = Some((id, vec![]));
                self.durable = 0;
            }
            Event::PartStored(record) => {
                let (id, parts) = self.journal.as_mut().expect("parts follow Initiate");
                self.settled.insert((id.as_str().to_owned(), record.number));
                parts.push(record);
            }
            // The driver empties the journal before another upload is begun.
            Event::Notice(Notice::StartedAnew(_)) => self.journal = None,
            Event::Notice(Notice::InitiateLost) => self.orphans_told += 1,
            _ => {}
        }
    }
}

pub(crate) fn service(status: u16, code: &str) -> Failure {
    Failure::Answer(AnswerError::Service(Box::new(ServiceError {
        status,
        code: (!code.is_empty()).then(|| code.to_owned()),
        message: None,
        request_id: Some("id".into()),
        trace_id: None,
        retry_after: None,
        server_time: None,
        region: None,
    })))
}

fn with_retry_after(failure: Failure, pause: Option<Duration>) -> Failure {
    match failure {
        Failure::Answer(AnswerError::Service(error)) => {
            Failure::Answer(AnswerError::Service(Box::new(ServiceError { retry_after: pause, ..*error })))
        }
        other => other,
    }
}

/// How one run of the machine ended.
enum Run {
    Finished(Finished),
    Crashed,
}

/// The one object of a schedule.
const OBJECT: ObjectId = ObjectId(0);

fn run(world: &mut World, plan: Plan, settings: Settings, most: u16) -> Run {
    let mut batch = Batch::new(Concurrency::Fixed(most));
    batch.add(OBJECT, upload(world, plan, settings));
    for _ in 0..100_000 {
        while let Some((_, event)) = batch.take_event() {
            world.note(event);
        }
        match batch.next(world.now) {
            Turn::Send(_, id, call) => {
                assert!(batch.in_flight() <= usize::from(most));
                world.start(id, call);
                continue;
            }
            Turn::Done(_, finished) => return Run::Finished(finished),
            Turn::Wait { until } => {
                let due = world.next_due().into_iter().chain(until).min().expect("a wait has an end");
                world.now = world.now.max(due);
            }
        }
        if world.percent(world.weather.cancel) {
            batch.cancel();
        }
        if world.percent(world.weather.crash) {
            world.crash();
            return Run::Crashed;
        }
        world.pass(&mut batch, OBJECT);
    }
    panic!("the upload does not end");
}

/// The upload that goes on with what the journal holds.
fn upload(world: &mut World, plan: Plan, settings: Settings) -> Upload {
    let resume = world.journal.clone().map(|(upload_id, parts)| Resume { upload_id, parts });
    let begins = resume.is_none();
    let seed = world.random.u64(..);
    let mut upload = match &world.tape {
        Some(tape) => Upload::of_stream(tape.intake.clone(), settings, resume.map(|resume| resume.upload_id), seed),
        None => Upload::new(plan, settings, resume, seed),
    };
    if world.skips && begins {
        upload.unless_unchanged(Likeness::Content);
    }
    upload
}

/// What a schedule came to, to see that the schedules reach every ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Ending {
    Stored,
    Unchanged,
    Failed,
    Unknown,
}

fn schedule(seed: u64, coffer: Option<Coffer>, streams: bool) -> Ending {
    let (mut world, plan, settings) = scene(seed, coffer, streams);
    let most = world.random.u16(1..6);
    let expected = world.expected.clone();
    let mut crashes = 0;
    let finished = loop {
        match run(&mut world, plan, settings, most) {
            Run::Finished(finished) => break finished,
            Run::Crashed => {
                crashes += 1;
                run_again(&mut world, plan, crashes);
            }
        }
    };
    check(&mut world, &finished, &expected)
}

/// A world, and how its one object is uploaded.
fn scene(seed: u64, coffer: Option<Coffer>, streams: bool) -> (World, Plan, Settings) {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut weather = Weather::of(&mut random);
    let part_size = MEBIBYTE;
    // CDCS takes no empty objects.
    let size = random.u64(u64::from(coffer.is_some())..12 * MEBIBYTE);
    let wish = Wish { part_size: Some(part_size), multipart_threshold: MEBIBYTE };
    let tape = streams.then(|| Tape::of(&mut random, coffer.is_none()));
    if streams {
        weather.source_change = 0;
    }
    let plan = tape.as_ref().map_or_else(|| Plan::new(size, wish).unwrap(), |tape| tape.plan);
    let size = plan.size().unwrap();
    let settings = Settings {
        patience: Patience { max_attempts: random.u32(1..8), retry_time: Duration::from_secs(60) },
        abort_on_failure: random.bool(),
        etags_are_md5: true,
        proving: match coffer {
            None => Proving::Crc64,
            Some(Coffer { compares_parts: false, .. }) => Proving::Etags,
            Some(Coffer { compares_parts: true, .. }) => Proving::ContentMd5,
        },
    };
    let mut world = World {
        weather,
        server: Server { coffer, ..Server::default() },
        size,
        expected: whole(plan),
        tape,
        skips: !streams && random.bool(),
        now: epoch(),
        order: 0,
        agenda: BinaryHeap::new(),
        happenings: BTreeMap::new(),
        version: 0,
        journal: None,
        settled: BTreeSet::new(),
        complete_sent: false,
        source_looked_at: false,
        durable: 0,
        // What is not proved by its ETag is sent again where the journal forgot it.
        unsettled: coffer.is_some_and(|coffer| coffer.compares_parts),
        named: BTreeSet::new(),
        disowned: false,
        orphans_told: 0,
        orphans_lost: 0,
        random,
    };
    let there_before = if coffer.is_some() { world.random.u32(0..10) == 0 } else { world.random.bool() };
    let size = if world.random.bool() { size } else { 3 };
    world.server.object = there_before.then_some(Held { size, crc64: 3 });
    if world.skips && world.random.u32(0..4) == 0 {
        world.server.object = Some(world.expected.clone());
    }
    (world, plan, settings)
}

/// Prepares a world whose process died for the next one.
fn run_again(world: &mut World, plan: Plan, crashes: u32) {
    after_crash(world);
    world.weather.crash = if crashes > 5 { 0 } else { world.weather.crash };
    if plan.mode() == "put" || world.tape.is_some() {
        // Neither keeps a journal: what a run that died had sent is not the next run's to tell.
        finish_the_agenda(world);
        world.server.completions = 0;
    }
    if let Some(tape) = &mut world.tape {
        tape.rewind();
    }
}

/// The journal was flushed up to some line: what came after it is forgotten, but proved by its MD5. It is flushed whole
/// before Complete is sent.
fn after_crash(world: &mut World) {
    if world.version != 0 {
        // The journal does not fit a source that changed: the next run aborts the old upload and starts anew.
        finish_the_agenda(world);
        world.version = 0;
        world.server.completions = 0;
        world.server.object = None;
        if let Some((id, _)) = world.journal.take() {
            world.server.uploads.remove(id.as_str());
        }
    }
    world.source_looked_at = false;
    let complete_was_sent = std::mem::take(&mut world.complete_sent);
    if let Some((_, parts)) = world.journal.as_mut().filter(|_| !complete_was_sent) {
        let kept = world.random.usize(world.durable.min(parts.len())..=parts.len());
        parts.truncate(kept);
    }
    world.durable = world.journal.as_ref().map_or(0, |(_, parts)| parts.len());
}

fn whole(plan: Plan) -> Held {
    match plan {
        Plan::Put { size } => read(Range { offset: 0, length: size }, 0),
        Plan::Multipart(parts) => {
            let mut combiner = Combiner::new();
            for number in parts.numbers() {
                let held = read(parts.range(number).unwrap(), 0);
                combiner.append(held.crc64, held.size);
            }
            Held { size: parts.size(), crc64: combiner.crc64() }
        }
        Plan::Stream(_) => unreachable!("here everybody knows how a stream will end"),
    }
}

fn check(world: &mut World, finished: &Finished, expected: &Held) -> Ending {
    if world.tape.as_ref().is_some_and(|tape| !tape.is_sound()) {
        assert!(matches!(finished, Finished::Failed(_)), "a stream that is not what was expected fails: {finished:?}");
        assert!(!world.complete_sent, "what is to be thrown away is not completed");
    }
    match finished {
        Finished::Stored(object) => {
            assert_eq!(world.server.object.as_ref(), Some(expected), "stored means the object is whole");
            assert_eq!((object.size, object.crc64), (expected.size, expected.crc64));
            let proved_by = if world.server.coffer.is_some() { ProvedBy::Md5 } else { ProvedBy::Crc64 };
            assert_eq!(object.proved_by, proved_by);
        }
        Finished::Unchanged(_) => {
            assert_eq!(world.server.object.as_ref(), Some(expected), "unchanged means the object is whole");
            assert!(world.skips);
        }
        Finished::Held(_) => unreachable!("nothing is held back"),
        Finished::Failed(error) => {
            // What was sent goes on to happen after the process has ended.
            finish_the_agenda(world);
            let integrity = matches!(error.cause, Cause::Integrity { .. });
            let in_the_clear = matches!(error.cause, Cause::Unencrypted { .. });
            let whole = world.server.object.as_ref() == Some(expected);
            assert!(
                world.server.completions == 0 || (integrity && !whole) || in_the_clear || world.disowned,
                "failed means it was not completed: {error:?}"
            );
        }
        Finished::Unknown(_) => finish_the_agenda(world),
    }
    let leftover = match finished {
        Finished::Failed(error) | Finished::Unknown(error) => error.leftover.clone(),
        Finished::Stored(_) | Finished::Unchanged(_) | Finished::Held(_) => None,
    };
    let told = leftover.iter().map(|id| id.as_str().to_owned()).collect::<BTreeSet<_>>();
    let unnamed = world.server.uploads.keys().filter(|id| !world.named.contains(*id) && !told.contains(*id)).count();
    assert!(
        unnamed <= world.orphans_told,
        "{unnamed} uploads are left without a name, {} were told, {} answers lost",
        world.orphans_told,
        world.orphans_lost
    );
    match finished {
        Finished::Stored(_) => Ending::Stored,
        Finished::Unchanged(_) => Ending::Unchanged,
        Finished::Held(_) => unreachable!("nothing is held back"),
        Finished::Failed(_) => Ending::Failed,
        Finished::Unknown(_) => Ending::Unknown,
    }
}

fn finish_the_agenda(world: &mut World) {
    for (_, happening) in std::mem::take(&mut world.happenings) {
        if let Happening::Act { call, arrived, .. } = happening {
            let _ = world.server.act(&call, arrived.as_ref());
        }
    }
}

#[test]
fn in_every_schedule_stored_means_whole_and_failed_means_not_completed() {
    many_schedules(|seed| schedule(seed, None, false));
}

#[test]
fn in_every_schedule_of_a_stream_the_same_holds() {
    many_schedules_to(&STREAM_ENDINGS, |seed| schedule(seed, None, true));
}

#[test]
fn in_every_schedule_of_a_stream_to_a_coffer_the_same_holds() {
    many_schedules_to(&STREAM_ENDINGS, |seed| {
        let coffer = Coffer { compares_parts: seed % 2 == 1, forgets: seed % 4 >= 2 };
        schedule(seed, Some(coffer), true)
    });
}

/// A stream is never compared with what is there.
const STREAM_ENDINGS: [Ending; 3] = [Ending::Stored, Ending::Failed, Ending::Unknown];

#[test]
fn where_nothing_gives_a_crc64_and_objects_are_written_once_the_same_holds() {
    many_schedules(|seed| {
        let coffer = Coffer { compares_parts: seed % 2 == 1, forgets: seed % 4 >= 2 };
        schedule(seed, Some(coffer), false)
    });
}

/// How many schedules are tried, unless `COSPUT_SIMULATIONS` says otherwise.
fn how_many(usually: u64) -> u64 {
    #[expect(clippy::disallowed_methods, reason = "the number of schedules is the one thing a longer run changes")]
    let wanted = std::env::var("COSPUT_SIMULATIONS").ok();
    wanted.and_then(|count| count.parse().ok()).unwrap_or(usually)
}

fn many_schedules(schedule: impl Fn(u64) -> Ending + std::panic::RefUnwindSafe) {
    many_schedules_to(&[Ending::Stored, Ending::Unchanged, Ending::Failed, Ending::Unknown], schedule);
}

fn many_schedules_to(reached: &[Ending], schedule: impl Fn(u64) -> Ending + std::panic::RefUnwindSafe) {
    let schedules = how_many(20_000);
    let mut endings = BTreeMap::new();
    for seed in 0..schedules {
        let outcome = std::panic::catch_unwind(|| schedule(seed));
        let ending = outcome.unwrap_or_else(|_| panic!("the schedule of seed {seed} breaks a rule"));
        *endings.entry(ending).or_insert(0_u64) += 1;
    }
    for ending in reached {
        let per_mille = endings.get(ending).copied().unwrap_or(0) * 1000 / schedules;
        assert!(endings.contains_key(ending) && per_mille >= 5, "the schedules hardly reach {ending:?}: {endings:?}");
    }
}

#[test]
fn expired_credentials_that_nothing_renews_are_told_in_the_words_of_the_service() {
    let settings = Settings {
        patience: Patience::default(),
        abort_on_failure: false,
        etags_are_md5: true,
        proving: Proving::Crc64,
    };
    let mut upload = Upload::new(Plan::new(3, Wish::default()).unwrap(), settings, None, 1);
    let no_credentials = SendError { kind: SendErrorKind::NoCredentials, message: "there are no newer ones".into() };
    for failure in [service(403, "ExpiredToken"), Failure::Send(no_credentials)] {
        let Step::Send(id, _) = upload.next(epoch()) else { panic!("it does not try") };
        upload.record(epoch(), id, Err(failure).into());
    }
    let Step::Done(Finished::Failed(error)) = upload.next(epoch()) else { panic!("it goes on") };
    assert!(
        matches!(&error.cause, Cause::Service(error) if error.code.as_deref() == Some("ExpiredToken")),
        "{error:?}"
    );
}
