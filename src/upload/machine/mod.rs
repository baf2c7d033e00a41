//! One object's upload: what to do next, and what an outcome means.
//!
//! The machine has one owner, no clock, no lock and no randomness of its own, and does nothing itself: the driver
//! carries out the calls it asks for and hands back their outcomes. `next` walks one ordered list: initiate, or list the
//! parts when resuming; send the parts that the server lacks; look whether the source is unchanged; complete; where the
//! outcome is in doubt, look at the object. `verdict` says what outcomes mean.

pub(crate) mod outcome;

use std::collections::{BTreeMap, VecDeque};
use std::time::Instant;

use super::error::{Cause, Operation, UploadError};
use super::event::{Event, Finished, Held, Object, PartRecord, ProvedBy};
use super::patience::{Attempts, Patience};
use super::plan::object_plan::{Plan, Range};
use super::plan::parts::{PartBoard, Todo};
use super::source::stream_buffer::Intake;
use super::wire::backup_domain::Detour;
use super::wire::call::{AttemptId, Call, Outcome, Reply};
use crate::cos::checksum::Digest;
use crate::cos::multipart::{PartNumber, UploadId};
use crate::cos::put_object::Stored;
use crate::cos::{Service, head_object};

/// How one object is to be uploaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// How persistent to be with each request.
    pub patience: Patience,
    /// Throw the upload away when it fails, instead of keeping it for a resume.
    pub abort_on_failure: bool,
    /// True where the ETag of a part is the MD5 of its bytes: not with SSE-KMS and SSE-C (document 436/7729).
    pub etags_are_md5: bool,
    /// What has to prove the object.
    pub proving: Proving,
}

/// What has to prove an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Proving {
    /// The CRC-64 of the whole, which COS promises.
    #[default]
    Crc64,
    /// No CRC-64 is promised and objects are written once, as in CDCS: each part's ETag is the MD5 of its bytes, the server
    /// says that it put them together, and the object has their size.
    Etags,
    /// The same, but the server compares each part with its `Content-MD5`, so ETags may be anything.
    ContentMd5,
}

impl Proving {
    /// What proves objects of `service`, to which each request does or does not send its `Content-MD5`.
    pub fn of(service: Service, content_md5: bool) -> Self {
        match (service.promises_crc64(), content_md5) {
            (true, _) => Self::Crc64,
            (false, false) => Self::Etags,
            (false, true) => Self::ContentMd5,
        }
    }
}

/// An upload that an earlier run began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resume {
    /// Its id.
    pub upload_id: UploadId,
    /// The parts that the journal holds.
    pub parts: Vec<PartRecord>,
}

/// When an object is taken to be what its source is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Likeness {
    /// It has the source's size and CRC-64, or where the service gives none, its MD5.
    Content,
    /// It has the source's size, and was recorded with this time of modification.
    Modified(String),
}

/// What the driver is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Carry out this call and record its outcome.
    Send(AttemptId, Call),
    /// Wait for an outcome, or until this moment.
    Wait {
        /// When to ask again, outcome or not.
        until: Option<Instant>,
    },
    /// It is over.
    Done(Finished),
}

/// Where the upload stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Phase {
    /// The beginning of a stream is read, to see whether there is more of it.
    Head,
    Compare(Likeness),
    ReadSource(head_object::Object),
    Put,
    Initiate,
    List {
        after: Option<PartNumber>,
    },
    Parts,
    CheckSource,
    Complete,
    Look(Doubt),
    Abort,
}

/// Why the object is looked at, and so what follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Doubt {
    /// The server took the object, but its answer does not prove it.
    Unproved(Stored),
    /// PUT may have worked, although its last answer says or lacks this.
    PutLost {
        /// How often it was sent.
        attempts: u32,
        cause: Cause,
    },
    /// Complete may have worked, although its last answer says or lacks this.
    CompleteLost(Cause),
    /// The upload is gone: completed by us, or thrown away by someone.
    UploadGone(Operation, Cause),
}

/// One object's upload.
#[derive(Debug)]
pub struct Upload {
    pub(super) plan: Plan,
    pub(super) settings: Settings,
    pub(super) random: fastrand::Rng,
    pub(super) phase: Phase,
    /// Where it goes on once the object was compared with the source, and is another.
    pub(super) after_look: Option<Phase>,
    /// How often the one call of this phase was sent, and when it may be sent again. Parts have their own.
    pub(super) solo: Attempts,
    pub(super) solo_due: Option<Instant>,
    /// How often Complete was sent: it is left for a look at the object and returned to.
    pub(super) complete: Attempts,
    pub(super) flying: BTreeMap<AttemptId, Operation>,
    next_id: u64,
    pub(super) upload_id: Option<UploadId>,
    pub(super) board: Option<PartBoard>,
    /// The stream that is read, where it is one.
    pub(super) intake: Option<Intake>,
    /// What the journal holds of the upload that is resumed.
    pub(super) journalled: BTreeMap<PartNumber, PartRecord>,
    /// What PUT sent.
    pub(super) put_sent: Option<Digest>,
    /// Set while the server holds, by its own answer, something else than what was read.
    pub(super) put_wrong: Option<Cause>,
    /// True once a PUT was answered or lost in a way that a look at the object must settle.
    pub(super) put_may_have_worked: bool,
    /// True once the object may have been completed without our knowing.
    pub(super) ambiguous: bool,
    pub(super) restarted: bool,
    pub(super) repaired: bool,
    /// The last answer that called the credentials expired.
    pub(super) expired: Option<Cause>,
    pub(super) failure: Option<UploadError>,
    cancelled: bool,
    /// True where it ends before it is completed.
    pub(super) held: bool,
    requests: u32,
    events: VecDeque<Event>,
    pub(super) finished: Option<Finished>,
    pub(super) detour: Detour,
}

impl Upload {
    /// An upload by `plan`, going on with what `resume` knows. `seed` decides the waits between retries.
    pub fn new(plan: Plan, settings: Settings, resume: Option<Resume>, seed: u64) -> Self {
        let board = match plan {
            Plan::Put { .. } => None,
            Plan::Multipart(parts) => Some(PartBoard::new(parts)),
            Plan::Stream(cut) => Some(PartBoard::open(cut)),
        };
        let phase = match (&board, &resume) {
            (None, _) => Phase::Put,
            (Some(_), None) => Phase::Initiate,
            (Some(_), Some(_)) => Phase::List { after: None },
        };
        let (upload_id, parts) = resume.map_or((None, vec![]), |resume| (Some(resume.upload_id), resume.parts));
        // Of two lines about a part the later one counts.
        let journalled: BTreeMap<_, _> = parts.into_iter().map(|part| (part.number, part)).collect();
        // An earlier run that had sent every part may have completed the object before it ended.
        let ambiguous = upload_id.is_some() && Some(journalled.len()) == plan.parts().map(usize::from);
        Self {
            plan,
            settings,
            random: fastrand::Rng::with_seed(seed),
            phase,
            after_look: None,
            solo: Attempts::default(),
            solo_due: None,
            complete: Attempts::default(),
            flying: BTreeMap::new(),
            next_id: 0,
            upload_id,
            board,
            intake: None,
            journalled,
            put_sent: None,
            put_wrong: None,
            put_may_have_worked: false,
            ambiguous,
            restarted: false,
            repaired: false,
            expired: None,
            failure: None,
            cancelled: false,
            held: false,
            requests: 0,
            events: VecDeque::from([Event::Started(plan)]),
            finished: None,
            detour: Detour::default(),
        }
    }

    /// The upload of a stream, going on with `upload_id` where one is named. It says that it has started once it knows
    /// how.
    pub fn of_stream(intake: Intake, settings: Settings, upload_id: Option<UploadId>, seed: u64) -> Self {
        let plan = intake.plan();
        Self {
            upload_id,
            phase: Phase::Head,
            board: None,
            events: VecDeque::new(),
            intake: Some(intake),
            ..Self::new(plan, settings, None, seed)
        }
    }

    /// Lets requests go to a backup domain where nothing answers at the first.
    pub fn allow_backup(&mut self) {
        self.detour = Detour::new(true);
    }

    /// True where requests go to the backup domain from now on.
    pub fn is_on_backup(&self) -> bool {
        self.detour == Detour::Taken
    }

    /// Ends the upload once all of it is on the server, and leaves it to a later one to complete it.
    pub fn hold_back(&mut self) {
        self.held = true;
    }

    /// Throws away what is on the server, and does nothing else. Complete must not have been sent for it.
    pub fn discard(&mut self) {
        self.settings.abort_on_failure = true;
        self.ambiguous = false;
        self.failure = Some(UploadError { operation: None, attempts: 0, cause: Cause::Interrupted, leftover: None });
    }

    /// What to do now. Ask again after each `Send`, and after each outcome.
    pub fn next(&mut self, now: Instant) -> Step {
        if let Some(finished) = &self.finished {
            return Step::Done(finished.clone());
        }
        if !self.goes_on() {
            return self.wind_up(now);
        }
        match &self.phase {
            Phase::Head => Step::Wait { until: None },
            Phase::Parts => self.next_part(now),
            // It is empty: there is nothing to send ahead.
            Phase::Put if self.held => Step::Done(self.hold().clone()),
            _ => self.next_solo(now),
        }
    }

    /// Takes the outcome of a call that `next` asked for.
    pub fn record(&mut self, now: Instant, id: AttemptId, outcome: Outcome) {
        if self.is_reading(id) {
            return self.read_further(outcome.result);
        }
        let Some(operation) = self.flying.remove(&id) else {
            return;
        };
        let Outcome { sent, result } = outcome;
        if let Err(failure) = &result {
            self.note_expiry(failure);
        }
        if operation == Operation::PutObject && sent.is_some() {
            self.put_sent = sent;
        }
        if let Ok(Reply::Unconfirmed { reply, what, request_id }) = result {
            return self.unconfirmed(now, operation, *reply, Cause::Unencrypted { what, request_id });
        }
        match operation {
            Operation::UploadPart(number) => match result {
                Ok(Reply::Part(stored)) => self.part_answered(now, number, stored, sent),
                Ok(_) => unreachable!("an answer to Upload Part is read as one"),
                Err(failure) => self.part_failed(now, number, failure),
            },
            Operation::ComparePart(number) => match result {
                Ok(Reply::Read(digest)) => self.part_compared(now, number, digest),
                Ok(_) => unreachable!("an answer to Compare Part is read as one"),
                Err(failure) => self.part_failed(now, number, failure),
            },
            _ => match result {
                Ok(reply) => self.solo_answered(now, reply, sent),
                Err(failure) => self.solo_failed(now, operation, failure, sent.is_some()),
            },
        }
    }

    /// Starts nothing new and lets what flies land.
    pub fn cancel(&mut self) {
        self.cancelled = true;
    }

    /// The next thing that happened, in order.
    pub fn take_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// How it ended, once it has.
    pub(super) fn finished(&self) -> Option<&Finished> {
        self.finished.as_ref()
    }

    /// How many requests are in flight.
    pub fn in_flight(&self) -> usize {
        self.flying.len()
    }

    /// The size of the source in bytes, where it is known.
    pub fn size(&self) -> Option<u64> {
        self.plan.size()
    }

    /// The same, once no more of the source can come.
    pub(super) fn whole_size(&self) -> u64 {
        self.plan.size().expect("the size is known once there is nothing more to read")
    }

    /// Bytes that the server holds.
    pub fn bytes_stored(&self) -> u64 {
        match (&self.finished, &self.board) {
            (Some(Finished::Stored(_) | Finished::Unchanged(_) | Finished::Held(_)), _) => self.whole_size(),
            (_, Some(board)) => board.bytes_stored(),
            (_, None) => 0,
        }
    }

    fn next_part(&mut self, now: Instant) -> Step {
        let board = self.board.as_mut().expect("only a multipart upload sends parts");
        if board.is_complete() && self.flying.is_empty() {
            self.every_part_is_there();
            return self.next(now);
        }
        let Some((number, todo)) = board.take(now) else {
            let until = board.next_due();
            if until.is_none() {
                self.tell_of_memory();
            }
            return Step::Wait { until };
        };
        let range = board.range(number);
        let call = match todo {
            Todo::Compare => Call::ComparePart { number, range },
            Todo::Send => {
                let upload_id = self.upload_id.clone().expect("parts are sent once the upload has its id");
                Call::UploadPart { upload_id, number, range }
            }
        };
        self.send(call)
    }

    /// The phases of a single call begin when the parts in flight have landed.
    fn next_solo(&mut self, now: Instant) -> Step {
        if !self.flying.is_empty() {
            return Step::Wait { until: None };
        }
        if let Some(due) = self.solo_due.filter(|due| *due > now) {
            return Step::Wait { until: Some(due) };
        }
        self.solo_due = None;
        if self.phase == Phase::Complete {
            self.complete.count();
        } else {
            self.solo.count();
        }
        let call = self.solo_call();
        self.send(call)
    }

    fn solo_call(&self) -> Call {
        let upload_id = || self.upload_id.clone().expect("this phase follows Initiate");
        match &self.phase {
            Phase::Put => Call::PutObject(Range { offset: 0, length: self.whole_size() }),
            Phase::Initiate => Call::Initiate,
            Phase::List { after } => Call::ListParts { upload_id: upload_id(), after: *after },
            Phase::CheckSource => Call::CheckSource,
            Phase::Complete => {
                let parts = self.board.as_ref().map(PartBoard::etags).unwrap_or_default();
                Call::Complete { upload_id: upload_id(), parts }
            }
            Phase::Look(_) | Phase::Compare(_) => Call::HeadObject,
            Phase::ReadSource(found) => Call::ReadSource {
                range: Range { offset: 0, length: self.whole_size() },
                with_md5: found.crc64.is_none(),
            },
            Phase::Abort => Call::Abort(upload_id()),
            Phase::Parts | Phase::Head => unreachable!("parts and reading have calls of their own"),
        }
    }

    fn send(&mut self, call: Call) -> Step {
        let id = self.next_attempt();
        let operation = call.operation();
        if !matches!(operation, Operation::ComparePart(_) | Operation::CheckSource | Operation::ReadSource) {
            self.requests += 1;
        }
        self.flying.insert(id, operation);
        Step::Send(id, call)
    }

    pub(super) fn next_attempt(&mut self) -> AttemptId {
        let id = AttemptId(self.next_id);
        self.next_id += 1;
        id
    }

    /// Lets what flies land, throws the upload away where it is of no more use, and says how it ended.
    fn wind_up(&mut self, now: Instant) -> Step {
        if !self.flying.is_empty() {
            return Step::Wait { until: None };
        }
        let Some(failure) = &self.failure else {
            let cause = self.put_wrong.take().unwrap_or(Cause::Interrupted);
            let error = UploadError { operation: None, attempts: 0, cause, leftover: self.upload_id.clone() };
            let unknown = self.ambiguous || matches!(self.phase, Phase::Look(_));
            let finished = if unknown { Finished::Unknown(error) } else { Finished::Failed(error) };
            return Step::Done(self.finished.insert(finished).clone());
        };
        // A changed source fits no journal, so nothing could ever resume this upload; and what may lie there in the clear
        // must not stay.
        let of_no_use =
            self.settings.abort_on_failure || matches!(failure.cause, Cause::Source(_) | Cause::Unencrypted { .. });
        if of_no_use && self.upload_id.is_some() && !self.cancelled && !self.ambiguous {
            if self.phase != Phase::Abort {
                self.enter(Phase::Abort);
            }
            return self.next_solo(now);
        }
        let error = UploadError { leftover: self.upload_id.clone(), ..failure.clone() };
        let finished = if self.ambiguous { Finished::Unknown(error) } else { Finished::Failed(error) };
        Step::Done(self.finished.insert(finished).clone())
    }

    /// True while neither a failure nor the user has put an end to it.
    pub(super) fn goes_on(&self) -> bool {
        self.failure.is_none() && !self.cancelled
    }

    pub(super) fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.solo = Attempts::default();
        self.solo_due = None;
    }

    pub(super) fn tell(&mut self, event: Event) {
        self.events.push_back(event);
    }

    /// All of it is on the server.
    pub(super) fn hold(&mut self) -> &Finished {
        let (parts_sent, bytes_sent) = self.board.as_ref().map_or((0, 0), PartBoard::sent);
        let (parts_resumed, bytes_resumed) = self.board.as_ref().map_or((0, 0), PartBoard::resumed);
        let attempts = self.requests;
        self.finished.insert(Finished::Held(Held { parts_sent, parts_resumed, bytes_sent, bytes_resumed, attempts }))
    }

    /// The object is there, whole and proved.
    pub(super) fn finish(&mut self, stored: Stored, crc64: u64) {
        let (parts_sent, bytes_sent) = self.board.as_ref().map_or((1, self.whole_size()), PartBoard::sent);
        let (parts_resumed, bytes_resumed) = self.board.as_ref().map_or((0, 0), PartBoard::resumed);
        let proved_by = if stored.crc64 == Some(crc64) { ProvedBy::Crc64 } else { ProvedBy::Md5 };
        self.finished = Some(Finished::Stored(Object {
            size: self.whole_size(),
            crc64,
            proved_by,
            etag: stored.etag,
            version_id: stored.version_id,
            upload_id: self.upload_id.clone(),
            parts_sent,
            parts_resumed,
            bytes_sent,
            bytes_resumed,
            attempts: self.requests,
            request_id: stored.request_id,
        }));
    }
}
