//! What the outcomes of Complete mean, and of looking at the object when they are in doubt.

use std::time::Instant;

use super::retry::{is_about_parts, stored_of};
use crate::cos::Fault;
use crate::cos::head_object::Object;
use crate::cos::put_object::Stored;
use crate::upload::error::{Cause, Operation};
use crate::upload::event::{Event, Notice};
use crate::upload::machine::{Doubt, Phase, Proving, Upload};
use crate::upload::plan::parts::PartBoard;
use crate::upload::wire::call::Failure;

impl Upload {
    pub(crate) fn completed(&mut self, stored: Stored) {
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

    pub(crate) fn complete_failed(&mut self, now: Instant, failure: Failure) {
        let doubtful = failure.is_ambiguous();
        self.ambiguous |= doubtful;
        let fault = failure.fault();
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
        if is_about_parts(&failure) && !self.repaired && self.holds_every_part() {
            self.repaired = true;
            return self.list_anew();
        }
        self.fail(Operation::Complete, self.complete.sent(), failure.into_cause());
    }

    pub(crate) fn complete_again(&mut self, now: Instant, cause: Cause) {
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

    pub(crate) fn looked(&mut self, now: Instant, object: Option<Object>) {
        let Phase::Look(doubt) = self.phase.clone() else { return };
        let expected = self.expected_crc64();
        let same_size = object.as_ref().is_some_and(|object| object.size == Some(self.whole_size()));
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

    pub(crate) fn is_what_put_sent(&self, object: &Object) -> bool {
        let md5 = self.put_sent.and_then(|sent| sent.md5).filter(|_| self.settings.etags_are_md5);
        md5.zip(object.etag.as_deref()).is_some_and(|(md5, etag)| md5.is_etag(etag))
    }

    /// The server said it has the object; what it says on being asked again is no proof, or proves the contrary.
    pub(crate) fn unproved(&mut self, object: Option<Object>, stored: Stored) {
        self.upload_id = None;
        let request_id = object.as_ref().and_then(|object| object.request_id.clone()).or(stored.request_id);
        let (what, known) = match object {
            None => ("the server said it stored the object, but holds none".to_owned(), true),
            Some(Object { crc64: Some(crc64), .. }) => {
                let expected = self.expected_crc64().unwrap_or_default();
                (format!("the object's CRC-64 is {crc64}, that of what was read is {expected}"), true)
            }
            Some(Object { size: Some(size), .. })
                if self.settings.proving != Proving::Crc64 && size != self.whole_size() =>
            {
                (format!("the object has {size} bytes, what was read has {}", self.whole_size()), true)
            }
            Some(_) if self.settings.proving != Proving::Crc64 => {
                ("the server stored the object but does not say its size".to_owned(), false)
            }
            Some(_) => ("the server stored the object but gives no CRC-64 to prove it by".to_owned(), false),
        };
        self.ambiguous |= !known;
        self.fail(Operation::HeadObject, self.solo.sent(), Cause::Integrity { what, request_id });
    }

    /// The CRC-64 of what was read, where all of it was.
    pub(crate) fn expected_crc64(&self) -> Option<u64> {
        let put = || self.put_sent.map(|sent| sent.crc64);
        self.board.as_ref().map_or_else(put, PartBoard::crc64)
    }
}
