//! What the outcomes of Upload Part - Copy mean, and how an upload begins again that copies nothing.
//!
//! A copied part is not proved by itself: the CRC-64 of the whole object proves it, which is compared with the bytes of the
//! file. If that proof fails, or the server does not copy, every part is sent.

use std::time::Instant;

use crate::cos::multipart::PartNumber;
use crate::cos::objects::head_object::Object;
use crate::cos::{Etag, Fault};
use crate::upload::error::{Cause, Operation};
use crate::upload::event::{DeltaNotice, Event, Notice};
use crate::upload::machine::Upload;
use crate::upload::machine::phase::{ObjectMade, Phase};
use crate::upload::patience::Attempts;
use crate::upload::plan::part_record::PartRecord;
use crate::upload::plan::parts::PartBoard;
use crate::upload::wire::call::Failure;

impl Upload {
    pub(super) fn part_copied(&mut self, number: PartNumber, etag: Etag) {
        let Some(board) = self.board.as_mut().filter(|_| self.phase.has_parts()) else { return };
        let Some(crc64) = board.copied_crc64(number) else { return };
        board.store_copied(number, etag.clone(), crc64);
        let size = board.range(number).length;
        self.report(Event::PartStored(PartRecord { number, size, etag, crc64 }));
    }

    pub(super) fn copy_failed(&mut self, now: Instant, number: PartNumber, failure: Failure) {
        if failure == Failure::Abandoned || !self.phase.has_parts() {
            return;
        }
        let operation = Operation::CopyPart(number);
        match failure.fault() {
            Some(Fault::NoSuchUpload) => return self.upload_gone(operation, failure.into_cause()),
            Some(Fault::AlreadyCompleted) => return self.completed_before(operation, failure.into_cause()),
            Some(Fault::Permanent) if !failure.refusal().is_some_and(|refusal| refusal.concerns_bucket()) => {
                return self.copy_nothing(failure.into_cause());
            }
            _ => {}
        }
        let Some(mut attempts) = self.board.as_mut().map(|board| *board.attempts(number)) else { return };
        let wait = self.wait_of(&mut attempts, now, &failure);
        let Some(board) = &mut self.board else { return };
        *board.attempts(number) = attempts;
        let attempts = attempts.sent();
        match wait {
            Some(wait) => {
                self.send_part_again(number, now + wait);
                if self.ending.is_open() {
                    self.report(Event::Retrying { operation, attempts, wait, cause: failure.into_cause() });
                }
            }
            None if failure.is_answer_about_the_part() || failure.is_stalled() => {
                self.send_instead(now, number, failure.into_cause());
            }
            None => self.fail(operation, attempts, failure.into_cause()),
        }
    }

    /// The server keeps failing to copy this part.
    fn send_instead(&mut self, now: Instant, number: PartNumber, cause: Cause) {
        if let Some(board) = &mut self.board {
            board.send_instead(number, now);
        }
        self.report(Event::Notice(Notice::Delta(DeltaNotice::SentInstead(cause))));
    }

    /// The server does not copy: the object was replaced or is archived, or these credentials may not read it.
    fn copy_nothing(&mut self, cause: Cause) {
        if !self.ending.is_open() {
            return;
        }
        self.report(Event::Notice(Notice::Delta(DeltaNotice::NotCopied(cause))));
        // Parts in other places than those of the next upload must not stay in it.
        self.enter(Phase::AbortDelta);
    }

    /// Whether this is still the object that parts are copied from.
    pub(super) fn copies_from(&self, found: &Object) -> bool {
        let etag = self.board.as_ref().and_then(PartBoard::delta_etag);
        etag.is_some() && etag == found.etag.as_deref()
    }

    /// The object was made, and is not what was read. Only another upload can replace it.
    pub(super) fn replace_wrong_copy(&mut self, cause: Cause) {
        self.put_wrong = Some(cause.clone());
        self.replace_copy(cause);
    }

    /// The object may have been made, and nothing proves that it is what was read.
    pub(super) fn replace_unproved_copy(&mut self, cause: Cause) {
        self.object_made = ObjectMade::Possibly;
        self.replace_copy(cause);
    }

    fn replace_copy(&mut self, cause: Cause) {
        self.report(Event::Notice(Notice::Delta(DeltaNotice::NotCopied(cause))));
        self.upload_id = None;
        self.begin_in_full();
    }

    /// Begins an upload that sends every part.
    pub(super) fn begin_in_full(&mut self) {
        let left = self.upload_id.take();
        self.journalled.clear();
        self.clear_the_board();
        self.report(Event::Notice(Notice::Delta(DeltaNotice::Restarted(left))));
        self.retries.complete = Attempts::default();
        self.enter(Phase::Initiate);
    }
}
