//! What the outcomes of calls mean for an upload.
//!
//! Three answers exist: done, failed, unknown. When it is not clear whether PUT or Complete worked, the object is looked
//! at and compared before any of them is given.

use std::time::{Duration, Instant};

use super::call::{Failure, Reply};
use super::error::{Cause, Operation, SendErrorKind, UploadError};
use super::event::{Event, Finished, Notice, PartRecord};
use super::machine::{Doubt, Phase, Proving, Settings, Upload};
use super::parts::PartBoard;
use super::plan::Plan;
use super::retry::{Attempts, Patience};
use crate::cos::checksum::Digest;
use crate::cos::head_object::Object;
use crate::cos::multipart::PartNumber;
use crate::cos::multipart::list_parts::Page;
use crate::cos::multipart::upload_part::StoredPart;
use crate::cos::put_object::Stored;
use crate::cos::{AnswerError, Fault};

/// How often a request is sent again after its signature's time or credentials were refused.
const MOST_REFUSALS: u32 = 3;

/// What an answer proves about the bytes it is about.
enum Proof {
    /// They arrived as they were read.
    Proved,
    /// They did not.
    Wrong(String),
    /// The answer has nothing to compare.
    Missing,
}

/// Compares an answer with what was read.
fn prove(etag: &str, crc64: Option<u64>, sent: Option<Digest>, settings: Settings) -> Proof {
    let Some(sent) = sent else {
        return Proof::Wrong("the server answered before it had all bytes".to_owned());
    };
    if let Some(crc64) = crc64.filter(|crc64| *crc64 != sent.crc64) {
        return Proof::Wrong(format!("the server's CRC-64 is {crc64}, that of what was read is {}", sent.crc64));
    }
    // With an MD5 of ours the server compares before it answers.
    let compared = crc64.is_some() || settings.proving == Proving::ContentMd5;
    if settings.proving != Proving::Crc64 && compared {
        return Proof::Proved;
    }
    match sent.md5.filter(|_| settings.etags_are_md5) {
        Some(md5) if !md5.is_etag(etag) => {
            Proof::Wrong(format!("the server's ETag is {etag}, the MD5 of what was read is {}", md5.hex()))
        }
        Some(_) => Proof::Proved,
        None if crc64.is_some() => Proof::Proved,
        None => Proof::Missing,
    }
}

/// True where an ETag has the shape of an MD5.
fn looks_like_md5(etag: &str) -> bool {
    let etag = etag.trim_matches('"');
    etag.len() == 32 && etag.bytes().all(|byte| byte.is_ascii_hexdigit())
}

impl Upload {
    pub(super) fn part_answered(&mut self, now: Instant, number: PartNumber, stored: StoredPart, sent: Option<Digest>) {
        if self.phase != Phase::Parts {
            return;
        }
        match prove(&stored.etag, stored.crc64, sent, self.settings) {
            Proof::Proved => self.part_stored(number, stored.etag, sent.map(|sent| sent.crc64)),
            Proof::Wrong(what) => {
                let cause = Cause::Integrity { what, request_id: stored.request_id };
                self.part_wrong(now, number, cause);
            }
            Proof::Missing if self.settings.etags_are_md5 && looks_like_md5(&stored.etag) => {
                if let Some(board) = &mut self.board {
                    board.doubt(number, stored.etag, false);
                }
            }
            // Nothing to compare this part by: the CRC-64 of the whole decides in the end.
            Proof::Missing => self.part_stored(number, stored.etag, sent.map(|sent| sent.crc64)),
        }
    }

    fn part_stored(&mut self, number: PartNumber, etag: String, crc64: Option<u64>) {
        let (Some(board), Some(crc64)) = (&mut self.board, crc64) else { return };
        board.store(number, etag.clone(), crc64, false);
        let size = board.range(number).length;
        self.window.grow();
        self.tell(Event::PartStored(PartRecord { number, size, etag, crc64 }));
    }

    pub(super) fn part_compared(&mut self, now: Instant, number: PartNumber, read: Digest) {
        let doubtful = self.board.as_ref().and_then(|board| board.doubtful(number));
        let Some((etag, resumed)) = doubtful.filter(|_| self.phase == Phase::Parts) else { return };
        if read.md5.is_some_and(|md5| md5.is_etag(&etag)) {
            let Some(board) = &mut self.board else { return };
            board.store(number, etag.clone(), read.crc64, resumed);
            self.tell(Event::PartStored(PartRecord { number, size: read.length, etag, crc64: read.crc64 }));
        } else if resumed {
            self.send_part_again(number, now);
        } else {
            let what = format!("the server's ETag is {etag}, which is not the MD5 of what was read");
            self.part_wrong(now, number, Cause::Integrity { what, request_id: None });
        }
    }

    fn part_wrong(&mut self, now: Instant, number: PartNumber, cause: Cause) {
        let patience = self.settings.patience;
        let Some(board) = &mut self.board else { return };
        let wait = board.attempts(number).after_failure(patience, None, &mut self.random);
        self.part_again_or_fail(now, number, wait, cause);
    }

    pub(super) fn part_failed(&mut self, now: Instant, number: PartNumber, failure: Failure) {
        if failure == Failure::Abandoned || self.phase != Phase::Parts {
            return;
        }
        match fault(&failure) {
            Some(Fault::NoSuchUpload) => {
                return self.upload_gone(Operation::UploadPart(number), failure.into_cause());
            }
            Some(Fault::AlreadyCompleted) => {
                return self.completed_before(Operation::UploadPart(number), failure.into_cause());
            }
            _ => {}
        }
        if fault(&failure) == Some(Fault::Throttled) {
            self.window.shrink(now);
        }
        let Some(mut attempts) = self.board.as_mut().map(|board| *board.attempts(number)) else { return };
        let wait = self.wait_of(&mut attempts, now, &failure);
        let Some(board) = &mut self.board else { return };
        *board.attempts(number) = attempts;
        self.part_again_or_fail(now, number, wait, failure.into_cause());
    }

    fn part_again_or_fail(&mut self, now: Instant, number: PartNumber, wait: Option<Duration>, cause: Cause) {
        let operation = Operation::UploadPart(number);
        let attempts = self.board.as_mut().map_or(0, |board| board.attempts(number).sent());
        match wait {
            Some(wait) => {
                self.send_part_again(number, now + wait);
                if self.goes_on() {
                    self.tell(Event::Retrying { operation, attempts, wait, cause });
                }
            }
            None => self.fail(operation, attempts, cause),
        }
    }

    fn send_part_again(&mut self, number: PartNumber, due: Instant) {
        if let Some(board) = &mut self.board {
            board.send_again(number, due);
        }
    }

    pub(super) fn solo_answered(&mut self, now: Instant, reply: Reply, sent: Option<Digest>) {
        match reply {
            Reply::Stored(stored) => self.put_answered(now, stored, sent),
            Reply::Initiated(upload_id) => {
                self.upload_id = Some(upload_id.clone());
                self.tell(Event::Initiated(upload_id));
                self.enter(Phase::Parts);
            }
            Reply::Parts(page) => self.parts_listed(page),
            Reply::SourceUnchanged => self.enter(Phase::Complete),
            Reply::Completed(stored) => self.completed(stored),
            Reply::Object(object) => self.looked(now, object),
            // The server had said that it stored ours, and may write a header in its own way.
            Reply::OtherObject(object) if matches!(self.phase, Phase::Look(Doubt::Unproved(_))) => {
                self.looked(now, Some(object));
            }
            // The same bytes as ours, perhaps, but an earlier object: ours did not replace it.
            Reply::OtherObject(_) => self.looked(now, None),
            // The upload is gone, so there is nothing left to name.
            Reply::Aborted => self.upload_id = None,
            Reply::Part(_) | Reply::Read(_) => unreachable!("parts are recorded by their numbers"),
            Reply::Unconfirmed { .. } => unreachable!("it is taken apart before it comes here"),
        }
    }

    /// The server did what it was asked, but does not say that it encrypts it. Only the object itself can say more.
    pub(super) fn unconfirmed(&mut self, now: Instant, operation: Operation, reply: Reply, cause: Cause) {
        match reply {
            Reply::Completed(stored) => self.enter(Phase::Look(Doubt::Unproved(stored))),
            Reply::Object(_) if !matches!(self.phase, Phase::Look(Doubt::Unproved(_))) => self.looked(now, None),
            Reply::Object(_) => {
                self.upload_id = None;
                self.fail(operation, self.solo.sent(), cause);
            }
            Reply::Initiated(upload_id) => {
                self.upload_id = Some(upload_id.clone());
                self.tell(Event::Initiated(upload_id));
                self.fail(operation, self.solo.sent(), cause);
            }
            _ => self.fail(operation, 1, cause),
        }
    }

    fn put_answered(&mut self, now: Instant, stored: Stored, sent: Option<Digest>) {
        // Whatever is written once is sent with its MD5 where it goes in one request.
        let proving = match self.settings.proving {
            Proving::Crc64 => Proving::Crc64,
            Proving::Etags | Proving::ContentMd5 => Proving::ContentMd5,
        };
        match prove(&stored.etag, stored.crc64, sent, Settings { proving, ..self.settings }) {
            Proof::Proved => self.finish(stored, sent.map_or(0, |sent| sent.crc64)),
            Proof::Missing => self.enter(Phase::Look(Doubt::Unproved(stored))),
            Proof::Wrong(what) => {
                let cause = Cause::Integrity { what, request_id: stored.request_id };
                self.put_wrong = Some(cause.clone());
                match self.solo.after_failure(self.settings.patience, None, &mut self.random) {
                    Some(wait) => self.solo_again(now, Operation::PutObject, wait, cause),
                    None => self.fail(Operation::PutObject, self.solo.sent(), cause),
                }
            }
        }
    }

    /// A part counts where journal and server agree, or where its ETag is the MD5 of our bytes.
    fn parts_listed(&mut self, page: Page) {
        let Some(board) = &mut self.board else { return };
        for listed in page.parts {
            let fits = self.plan.parts() >= listed.number.value() && board.range(listed.number).length == listed.size;
            if !fits {
                continue;
            }
            match self.journalled.get(&listed.number) {
                // CDCS lists ETags with their quotes or without.
                Some(record) if same_etag(&record.etag, &listed.etag) && record.size == listed.size => {
                    board.store(listed.number, listed.etag, record.crc64, !self.repaired);
                }
                _ if self.settings.etags_are_md5 && looks_like_md5(&listed.etag) => {
                    board.doubt(listed.number, listed.etag, true);
                }
                _ => {}
            }
        }
        let Phase::List { after: before } = self.phase else { return };
        // A page that leads back would go round for ever; parts that are not listed are sent.
        match page.next.filter(|next| Some(*next) > before) {
            Some(after) => self.enter(Phase::List { after: Some(after) }),
            None => self.go_on_with_parts(),
        }
    }

    fn go_on_with_parts(&mut self) {
        let (Some(board), Some(upload_id)) = (&mut self.board, &self.upload_id) else { return };
        board.queue_the_rest();
        let (parts, bytes) = board.resumed();
        let event = Event::Resumed { upload_id: upload_id.clone(), parts, bytes };
        if !self.repaired {
            self.tell(event);
        }
        self.enter(Phase::Parts);
    }

    fn completed(&mut self, stored: Stored) {
        let expected = self.expected_crc64();
        match (stored.crc64, expected) {
            (Some(crc64), Some(expected)) if crc64 == expected => self.finish(stored, crc64),
            (Some(crc64), Some(expected)) => {
                let what = format!(
                    "the object was put together, but its CRC-64 is {crc64} and that of what was read is {expected}"
                );
                let cause = Cause::Integrity { what, request_id: stored.request_id };
                self.upload_id = None;
                self.fail(Operation::Complete, self.complete.sent(), cause);
            }
            _ => self.enter(Phase::Look(Doubt::Unproved(stored))),
        }
    }

    /// The CRC-64 of what was read, where all of it was.
    fn expected_crc64(&self) -> Option<u64> {
        let put = || self.put_sent.map(|sent| sent.crc64);
        self.board.as_ref().map_or_else(put, PartBoard::crc64)
    }

    fn looked(&mut self, now: Instant, object: Option<Object>) {
        let Phase::Look(doubt) = self.phase.clone() else { return };
        let expected = self.expected_crc64();
        let same_size = object.as_ref().is_some_and(|object| object.size == Some(self.plan.size()));
        let found = object.as_ref().and_then(|object| object.crc64);
        if let (Some(object), Some(expected), true) =
            (&object, expected, same_size && found == expected && found.is_some())
        {
            return self.finish(stored_of(object), expected);
        }
        let by_md5 = self.settings.proving != Proving::Crc64 && same_size && found.is_none();
        match (&doubt, &object, expected) {
            // The server says that it put the parts together, and each of them was proved.
            (Doubt::Unproved(stored), Some(object), Some(expected)) if by_md5 && self.board.is_some() => {
                let etag = object.etag.clone().unwrap_or_else(|| stored.etag.clone());
                return self.finish(Stored { etag, ..stored_of(object) }, expected);
            }
            (Doubt::PutLost { .. }, Some(object), Some(expected)) if by_md5 && self.is_what_put_sent(object) => {
                return self.finish(stored_of(object), expected);
            }
            // The key was ours alone, so this may be our object; a new upload of it would be refused in any case.
            (Doubt::UploadGone(operation, cause), Some(_), _) if by_md5 => {
                self.ambiguous = true;
                return self.fail(*operation, 1, cause.clone());
            }
            _ => {}
        }
        match doubt {
            Doubt::Unproved(stored) => self.unproved(object, stored),
            Doubt::PutLost { attempts, cause } => self.fail_put(attempts, cause),
            Doubt::CompleteLost(cause) => self.complete_again(now, cause),
            Doubt::UploadGone(operation, cause) => self.start_anew(operation, cause),
        }
    }

    fn is_what_put_sent(&self, object: &Object) -> bool {
        let md5 = self.put_sent.and_then(|sent| sent.md5).filter(|_| self.settings.etags_are_md5);
        md5.zip(object.etag.as_deref()).is_some_and(|(md5, etag)| md5.is_etag(etag))
    }

    /// The server said it has the object; what it says on being asked again is no proof, or proves the contrary.
    fn unproved(&mut self, object: Option<Object>, stored: Stored) {
        self.upload_id = None;
        let request_id = object.as_ref().and_then(|object| object.request_id.clone()).or(stored.request_id);
        let (what, known) = match object {
            None => ("the server said it stored the object, but holds none".to_owned(), true),
            Some(Object { crc64: Some(crc64), .. }) => {
                let expected = self.expected_crc64().unwrap_or_default();
                (format!("the object's CRC-64 is {crc64}, that of what was read is {expected}"), true)
            }
            Some(Object { size: Some(size), .. })
                if self.settings.proving != Proving::Crc64 && size != self.plan.size() =>
            {
                (format!("the object has {size} bytes, what was read has {}", self.plan.size()), true)
            }
            Some(_) if self.settings.proving != Proving::Crc64 => {
                ("the server stored the object but does not say its size".to_owned(), false)
            }
            Some(_) => ("the server stored the object but gives no CRC-64 to prove it by".to_owned(), false),
        };
        self.ambiguous |= !known;
        self.fail(Operation::HeadObject, self.solo.sent(), Cause::Integrity { what, request_id });
    }

    fn complete_again(&mut self, now: Instant, cause: Cause) {
        match self.complete.after_failure(self.settings.patience, None, &mut self.random) {
            Some(wait) => {
                self.enter(Phase::Complete);
                self.solo_due = Some(now + wait);
                let attempts = self.complete.sent();
                self.tell(Event::Retrying { operation: Operation::Complete, attempts, wait, cause });
            }
            None => self.fail(Operation::Complete, self.complete.sent(), cause),
        }
    }

    /// `sent` says whether all of the source's bytes were handed to the connection.
    pub(super) fn solo_failed(&mut self, now: Instant, operation: Operation, failure: Failure, sent: bool) {
        if failure == Failure::Abandoned {
            self.ambiguous |= self.phase == Phase::Complete || (self.phase == Phase::Put && sent);
            return;
        }
        match &self.phase {
            Phase::Put => self.put_failed(now, failure, sent),
            Phase::Complete => self.complete_failed(now, failure),
            Phase::List { .. } if fault(&failure) == Some(Fault::NoSuchUpload) => {
                self.upload_gone(operation, failure.into_cause());
            }
            Phase::List { .. } if fault(&failure) == Some(Fault::AlreadyCompleted) => {
                self.completed_before(operation, failure.into_cause());
            }
            Phase::Initiate if failure.is_lost() => {
                self.tell(Event::Notice(Notice::InitiateLost));
                self.solo_retry(now, operation, failure);
            }
            _ => self.solo_retry(now, operation, failure),
        }
    }

    fn put_failed(&mut self, now: Instant, failure: Failure, sent: bool) {
        // What was not sent whole cannot have been stored. An error that was answered settles its own request, unless
        // it is the server's own failure, which a look settles.
        self.ambiguous |= sent && failure.is_lost();
        self.put_may_have_worked |= sent && failure.is_ambiguous();
        if let Some(wait) = self.wait_after(now, &failure) {
            return self.solo_again(now, Operation::PutObject, wait, failure.into_cause());
        }
        let (attempts, cause) = (self.solo.sent(), failure.into_cause());
        if self.put_may_have_worked {
            self.tell(Event::Notice(Notice::LookingAtObject(cause.clone())));
            self.enter(Phase::Look(Doubt::PutLost { attempts, cause }));
        } else {
            self.fail_put(attempts, cause);
        }
    }

    /// A wrong object that an earlier attempt left is worse news than what the last attempt failed of.
    fn fail_put(&mut self, attempts: u32, cause: Cause) {
        let cause = self.put_wrong.take().unwrap_or(cause);
        self.fail(Operation::PutObject, attempts, cause);
    }

    fn complete_failed(&mut self, now: Instant, failure: Failure) {
        let doubtful = failure.is_ambiguous();
        self.ambiguous |= doubtful;
        let fault = fault(&failure);
        match fault {
            Some(Fault::NoSuchUpload) => return self.upload_gone(Operation::Complete, failure.into_cause()),
            Some(Fault::AlreadyCompleted) => return self.completed_before(Operation::Complete, failure.into_cause()),
            _ => {}
        }
        let existing = fault == Some(Fault::AlreadyExists) && self.ambiguous;
        if doubtful || existing || fault == Some(Fault::Conflict) {
            let cause = failure.into_cause();
            self.tell(Event::Notice(Notice::LookingAtObject(cause.clone())));
            return self.enter(Phase::Look(Doubt::CompleteLost(cause)));
        }
        let mut attempts = self.complete;
        let wait = self.wait_of(&mut attempts, now, &failure);
        self.complete = attempts;
        if let Some(wait) = wait {
            return self.solo_again(now, Operation::Complete, wait, failure.into_cause());
        }
        if is_about_parts(&failure) && !self.repaired {
            self.repaired = true;
            return self.list_anew();
        }
        self.fail(Operation::Complete, self.complete.sent(), failure.into_cause());
    }

    /// The server does not accept the list of parts: ask it which parts it holds, and mend.
    fn list_anew(&mut self) {
        let Some(board) = &mut self.board else { return };
        self.journalled = board.take_records().into_iter().map(|record| (record.number, record)).collect();
        self.enter(Phase::List { after: None });
    }

    /// The upload is unknown to the server. Where all parts were on it, it may be that Complete had worked.
    fn upload_gone(&mut self, operation: Operation, cause: Cause) {
        if self.every_part_is_known() {
            self.tell(Event::Notice(Notice::LookingAtObject(cause.clone())));
            self.enter(Phase::Look(Doubt::UploadGone(operation, cause)));
        } else {
            self.start_anew(operation, cause);
        }
    }

    /// The server says that the upload was completed: by us, where all parts are known. It is as good as Complete's verdict.
    fn completed_before(&mut self, operation: Operation, cause: Cause) {
        if self.every_part_is_known() {
            let request_id = cause.request_id().map(str::to_owned);
            self.tell(Event::Notice(Notice::LookingAtObject(cause)));
            let stored = Stored { etag: String::new(), crc64: None, version_id: None, request_id };
            self.enter(Phase::Look(Doubt::Unproved(stored)));
        } else {
            self.upload_id = None;
            self.fail(operation, 1, cause);
        }
    }

    /// Whether every part was on the server, as this run or the journal knows.
    fn every_part_is_known(&mut self) -> bool {
        let Some(board) = &mut self.board else { return false };
        if self.journalled.len() == usize::from(self.plan.parts()) {
            for record in self.journalled.values() {
                board.store(record.number, record.etag.clone(), record.crc64, true);
            }
        }
        board.is_complete()
    }

    fn start_anew(&mut self, operation: Operation, cause: Cause) {
        let vanished = self.upload_id.take();
        if self.restarted {
            let cause = match cause {
                Cause::Service(error) => Cause::UploadVanished(error),
                other => other,
            };
            return self.fail(operation, 1, cause);
        }
        self.restarted = true;
        self.journalled.clear();
        if let Plan::Multipart(parts) = self.plan {
            self.board = Some(PartBoard::new(parts));
        }
        if let Some(vanished) = vanished {
            self.tell(Event::Notice(Notice::StartedAnew(vanished)));
        }
        self.complete = Attempts::default();
        self.enter(Phase::Initiate);
    }

    fn solo_retry(&mut self, now: Instant, operation: Operation, failure: Failure) {
        if let Some(wait) = self.wait_after(now, &failure) {
            return self.solo_again(now, operation, wait, failure.into_cause());
        }
        match self.phase.clone() {
            // Many keys may upload but not list. Nothing is trusted then, and every part is sent again.
            Phase::List { .. } if is_refused(&failure) => {
                if let Some(board) = &mut self.board {
                    board.take_records();
                    board.queue_the_rest();
                }
                self.tell(Event::Notice(Notice::PartsNotListed));
                self.enter(Phase::Parts);
            }
            // The upload's failure stays the one to be told; its id is named as left over.
            Phase::Abort => self.end_without_abort(),
            // So the server answers where an SSE-C key does not fit: the object is not ours.
            Phase::Look(doubt)
                if !matches!(doubt, Doubt::Unproved(_)) && !self.settings.etags_are_md5 && is_bad_request(&failure) =>
            {
                self.looked(now, None);
            }
            Phase::Look(_) => {
                self.ambiguous = true;
                self.fail(Operation::HeadObject, self.solo.sent(), failure.into_cause());
            }
            _ => self.fail(operation, self.solo.sent(), failure.into_cause()),
        }
    }

    fn end_without_abort(&mut self) {
        let Some(failure) = self.failure.clone() else { return };
        self.finished = Some(Finished::Failed(UploadError { leftover: self.upload_id.clone(), ..failure }));
    }

    fn wait_after(&mut self, now: Instant, failure: &Failure) -> Option<Duration> {
        let mut attempts = self.solo;
        let wait = self.wait_of(&mut attempts, now, failure);
        self.solo = attempts;
        wait
    }

    /// How long to wait, and whether the backup domain is where to go on.
    fn wait_of(&mut self, attempts: &mut Attempts, now: Instant, failure: &Failure) -> Option<Duration> {
        let patience = self.settings.patience;
        if self.goes_on() && self.detour.consider(failure, attempts, patience) {
            self.tell(Event::Notice(Notice::BackupDomain));
            return Some(Duration::ZERO);
        }
        wait_after(attempts, now, failure, patience, &mut self.random)
    }

    fn solo_again(&mut self, now: Instant, operation: Operation, wait: Duration, cause: Cause) {
        self.solo_due = Some(now + wait);
        let attempts = if self.phase == Phase::Complete { self.complete.sent() } else { self.solo.sent() };
        self.tell(Event::Retrying { operation, attempts, wait, cause });
    }

    /// Remembers what the service said of the credentials, for when there are no newer ones.
    pub(super) fn note_expiry(&mut self, failure: &Failure) {
        if fault(failure) == Some(Fault::Expired) {
            self.expired = Some(failure.clone().into_cause());
        }
    }

    /// The first permanent failure is the one that is told; what flies may still land.
    fn fail(&mut self, operation: Operation, attempts: u32, cause: Cause) {
        let cause = match cause {
            Cause::Network(error) if error.kind == SendErrorKind::NoCredentials => {
                self.expired.take().unwrap_or(Cause::Network(error))
            }
            cause => cause,
        };
        if self.failure.is_none() {
            self.failure = Some(UploadError { operation: Some(operation), attempts, cause, leftover: None });
        }
    }
}

/// How long to wait before the same request is sent again; `None` where that is of no use, or patience is at its end.
pub(super) fn wait_after(
    attempts: &mut Attempts,
    now: Instant,
    failure: &Failure,
    patience: Patience,
    random: &mut fastrand::Rng,
) -> Option<Duration> {
    match failure {
        Failure::Source(_) | Failure::Abandoned => None,
        Failure::Send(error) if matches!(error.kind, SendErrorKind::Certificate | SendErrorKind::NoCredentials) => None,
        Failure::Send(_) | Failure::Answer(AnswerError::Malformed { .. }) => {
            attempts.after_failure(patience, None, random)
        }
        Failure::Answer(AnswerError::Service(error)) => match error.fault() {
            Fault::Throttled => attempts.after_throttling(now, patience, error.retry_after, random),
            Fault::Transient | Fault::Corrupted | Fault::Conflict => {
                attempts.after_failure(patience, error.retry_after, random)
            }
            // The transport has corrected the clock or renewed the credentials by now.
            Fault::Skewed | Fault::Expired if attempts.sent() < MOST_REFUSALS => Some(Duration::ZERO),
            _ => None,
        },
    }
}

fn same_etag(one: &str, other: &str) -> bool {
    one.trim_matches('"') == other.trim_matches('"')
}

fn fault(failure: &Failure) -> Option<Fault> {
    match failure {
        Failure::Answer(AnswerError::Service(error)) => Some(error.fault()),
        _ => None,
    }
}

/// True where the service knows who asks, and does not let them.
fn is_refused(failure: &Failure) -> bool {
    matches!(failure, Failure::Answer(AnswerError::Service(error)) if matches!(error.code.as_deref(), Some("AccessDenied" | "PolicyCheckFailed")))
}

fn is_bad_request(failure: &Failure) -> bool {
    matches!(failure, Failure::Answer(AnswerError::Service(error)) if error.status == 400)
}

fn is_about_parts(failure: &Failure) -> bool {
    let codes = ["InvalidPart", "InvalidPartOrder"];
    matches!(failure, Failure::Answer(AnswerError::Service(error)) if error.code.as_deref().is_some_and(|code| codes.contains(&code)))
}

fn stored_of(object: &Object) -> Stored {
    Stored {
        etag: object.etag.clone().unwrap_or_default(),
        crc64: object.crc64,
        version_id: object.version_id.clone(),
        request_id: object.request_id.clone(),
    }
}
