//! What the outcomes of Complete mean.

use crate::language::message;
use std::time::Instant;

use super::refusal::is_about_parts;
use crate::cos::Fault;
use crate::cos::objects::put_object::Stored;
use crate::upload::error::{Cause, Operation};
use crate::upload::event::{Event, Notice};
use crate::upload::machine::Upload;
use crate::upload::machine::phase::{Doubt, ObjectMade, Phase, Recovery};
use crate::upload::plan::parts::PartBoard;
use crate::upload::wire::call::Failure;

impl Upload {
    /// The source is unchanged, and the server holds all parts.
    pub(super) fn begin_complete(&mut self) {
        self.report(Event::Completing);
        self.enter(Phase::Complete);
    }

    pub(super) fn completed(&mut self, stored: Stored) {
        match (stored.crc64, self.expected_crc64()) {
            (Some(crc64), Some(expected)) if crc64 == expected => self.finish(stored, crc64),
            (Some(crc64), Some(expected)) => {
                let what = message!(
                    "the object was put together, but its CRC-64 is {crc64}, and the bytes read have {expected}",
                    crc64,
                    expected
                );
                let cause = Cause::Integrity { what, request_id: stored.request_id };
                self.upload_id = None;
                if self.copies() {
                    return self.replace_wrong_copy(cause);
                }
                self.fail(Operation::Complete, self.retries.complete.sent(), cause);
            }
            _ => self.enter(Phase::Look(Doubt::Unproved(stored))),
        }
    }

    pub(super) fn complete_failed(&mut self, now: Instant, failure: Failure) {
        if failure.is_ambiguous() {
            self.object_made = ObjectMade::Possibly;
        }
        match failure.fault() {
            Some(Fault::NoSuchUpload) => self.upload_gone(Operation::Complete, failure.into_cause()),
            Some(Fault::AlreadyCompleted) => self.completed_before(Operation::Complete, failure.into_cause()),
            _ if self.complete_may_have_worked(&failure) => {
                let cause = failure.into_cause();
                self.report(Event::Notice(Notice::LookingAtObject {
                    operation: Operation::Complete,
                    cause: cause.clone(),
                }));
                self.enter(Phase::Look(Doubt::CompleteLost(cause)));
            }
            _ => self.complete_refused(now, failure),
        }
    }

    fn complete_may_have_worked(&self, failure: &Failure) -> bool {
        failure.is_ambiguous()
            || failure.fault() == Some(Fault::Conflict)
            || (failure.fault() == Some(Fault::AlreadyExists) && self.object_made == ObjectMade::Possibly)
    }

    fn complete_refused(&mut self, now: Instant, failure: Failure) {
        if let Some(wait) = self.wait_after(now, &failure) {
            return self.single_again(now, Operation::Complete, wait, failure.into_cause());
        }
        if is_about_parts(&failure) && self.recovery == Recovery::None && self.holds_every_part() {
            return self.list_again();
        }
        self.fail(Operation::Complete, self.retries.complete.sent(), failure.into_cause());
    }

    pub(super) fn complete_again(&mut self, now: Instant, cause: Cause) {
        self.enter(Phase::Complete);
        let wait = match &cause {
            Cause::Network(error) => self.wait_after(now, &Failure::Send(error.clone())),
            _ => self.retries.complete.after_failure(self.settings.patience, None, &mut self.retries.random),
        };
        match wait {
            Some(wait) => {
                self.single_again(now, Operation::Complete, wait, cause);
            }
            None => self.fail(Operation::Complete, self.retries.complete.sent(), cause),
        }
    }

    /// The CRC-64 of the source, once all of it was read.
    pub(super) fn expected_crc64(&self) -> Option<u64> {
        let put = || self.put_sent.map(|sent| sent.crc64);
        self.board.as_ref().map_or_else(put, PartBoard::crc64)
    }
}
