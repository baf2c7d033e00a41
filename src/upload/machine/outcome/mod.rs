//! What the outcomes of calls mean for an upload.
//!
//! Three answers exist: done, failed, unknown. When it is not clear whether PUT or Complete worked, the object is looked
//! at and compared before any of them is given.

pub(crate) mod complete;
pub(crate) mod no_such_upload;
pub(crate) mod proof;
pub(crate) mod put_object;
pub(crate) mod retry;
pub(crate) mod stream;
pub(crate) mod unchanged;
pub(crate) mod upload_part;

use std::time::{Duration, Instant};

use self::retry::{is_bad_request, is_refused, may_not_look, same_etag};
use super::{Doubt, Phase, Upload};
use crate::cos::Fault;
use crate::cos::checksum::Digest;
use crate::cos::etag::looks_like_md5;
use crate::cos::multipart::list_parts::Page;
use crate::upload::error::{Cause, Operation, SendErrorKind, UploadError};
use crate::upload::event::{Event, Finished, Notice};
use crate::upload::patience::Attempts;
use crate::upload::source::stream_buffer::Intake;
use crate::upload::wire::call::{Failure, Reply};
use crate::upload::wire::retry::wait_after;

impl Upload {
    pub(crate) fn solo_answered(&mut self, now: Instant, reply: Reply, sent: Option<Digest>) {
        match reply {
            Reply::Stored(stored) => self.put_answered(now, stored, sent),
            Reply::Initiated(upload_id) => {
                self.upload_id = Some(upload_id.clone());
                self.tell(Event::Initiated(upload_id));
                self.enter(Phase::Parts);
            }
            Reply::Parts(page) => self.parts_listed(page),
            Reply::SourceUnchanged if self.held => {
                self.hold();
            }
            Reply::SourceUnchanged => self.enter(Phase::Complete),
            Reply::Completed(stored) => self.completed(stored),
            Reply::Object(object) if matches!(self.phase, Phase::Compare(_)) => self.compared(object),
            // The same bytes under other headers are the same bytes.
            Reply::OtherObject(object) if matches!(self.phase, Phase::Compare(_)) => self.compared(Some(object)),
            Reply::Read(read) => self.source_read(read),
            Reply::Object(object) => self.looked(now, object),
            // The server had said that it stored ours, and may write a header in its own way.
            Reply::OtherObject(object) if matches!(self.phase, Phase::Look(Doubt::Unproved(_))) => {
                self.looked(now, Some(object));
            }
            // The same bytes as ours, perhaps, but an earlier object: ours did not replace it.
            Reply::OtherObject(_) => self.looked(now, None),
            // The upload is gone, so there is nothing left to name.
            Reply::Aborted => self.upload_id = None,
            Reply::Part(_) => unreachable!("parts are recorded by their numbers"),
            Reply::Further(_) => unreachable!("reading is recorded before"),
            Reply::Unconfirmed { .. } => unreachable!("it is taken apart before it comes here"),
        }
    }

    /// The server did what it was asked, but does not say that it encrypts it. Only the object itself can say more.
    pub(crate) fn unconfirmed(&mut self, now: Instant, operation: Operation, reply: Reply, cause: Cause) {
        match reply {
            // What is not encrypted as it was asked for is replaced.
            Reply::Object(_) if matches!(self.phase, Phase::Compare(_)) => self.changed(),
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

    /// A part counts where journal and server agree, or where its ETag is the MD5 of our bytes.
    pub(crate) fn parts_listed(&mut self, page: Page) {
        let Some(board) = &mut self.board else { return };
        for listed in page.parts {
            if let Some(intake) = &mut self.intake {
                intake.remember(listed.clone());
            }
            if board.size_of(listed.number) != Some(listed.size) {
                continue;
            }
            match self.journalled.get(&listed.number) {
                // CDCS lists ETags with their quotes or without.
                Some(record) if same_etag(&record.etag.to_string(), &listed.etag) && record.size == listed.size => {
                    board.store(listed.number, listed.etag.into(), record.crc64, !self.repaired);
                }
                _ if self.settings.etags_are_md5 && looks_like_md5(&listed.etag) => {
                    board.doubt(listed.number, listed.etag.into(), true);
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

    pub(crate) fn go_on_with_parts(&mut self) {
        let (Some(board), Some(upload_id)) = (&mut self.board, &self.upload_id) else { return };
        board.queue_the_rest();
        // What the server holds of a stream is compared once that has come.
        let (parts, bytes) = self.intake.as_ref().map_or_else(|| board.resumed(), Intake::listed);
        let event = Event::Resumed { upload_id: upload_id.clone(), parts, bytes };
        if !self.repaired {
            self.tell(event);
        }
        self.enter(Phase::Parts);
    }

    /// `sent` says whether all of the source's bytes were handed to the connection.
    pub(crate) fn solo_failed(&mut self, now: Instant, operation: Operation, failure: Failure, sent: bool) {
        if failure == Failure::Abandoned {
            self.ambiguous |= self.phase == Phase::Complete || (self.phase == Phase::Put && sent);
            return;
        }
        match &self.phase {
            Phase::Put => self.put_failed(now, failure, sent),
            Phase::Complete => self.complete_failed(now, failure),
            Phase::List { .. } if failure.fault() == Some(Fault::NoSuchUpload) => {
                self.upload_gone(operation, failure.into_cause());
            }
            Phase::List { .. } if failure.fault() == Some(Fault::AlreadyCompleted) => {
                self.completed_before(operation, failure.into_cause());
            }
            Phase::Initiate if failure.is_lost() => {
                self.tell(Event::Notice(Notice::InitiateLost));
                self.solo_retry(now, operation, failure);
            }
            _ => self.solo_retry(now, operation, failure),
        }
    }

    pub(crate) fn solo_retry(&mut self, now: Instant, operation: Operation, failure: Failure) {
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
            Phase::Compare(_) if may_not_look(&failure) => self.not_compared(failure),
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

    pub(crate) fn end_without_abort(&mut self) {
        let Some(failure) = self.failure.clone() else { return };
        self.finished = Some(Finished::Failed(UploadError { leftover: self.upload_id.clone(), ..failure }));
    }

    pub(crate) fn wait_after(&mut self, now: Instant, failure: &Failure) -> Option<Duration> {
        let mut attempts = self.solo;
        let wait = self.wait_of(&mut attempts, now, failure);
        self.solo = attempts;
        wait
    }

    /// How long to wait, and whether the backup domain is where to go on.
    pub(crate) fn wait_of(&mut self, attempts: &mut Attempts, now: Instant, failure: &Failure) -> Option<Duration> {
        let patience = self.settings.patience;
        if self.goes_on() && self.detour.consider(failure, attempts, patience) {
            self.tell(Event::Notice(Notice::BackupDomain));
            return Some(Duration::ZERO);
        }
        wait_after(attempts, now, failure, patience, &mut self.random)
    }

    pub(crate) fn solo_again(&mut self, now: Instant, operation: Operation, wait: Duration, cause: Cause) {
        self.solo_due = Some(now + wait);
        let attempts = if self.phase == Phase::Complete { self.complete.sent() } else { self.solo.sent() };
        self.tell(Event::Retrying { operation, attempts, wait, cause });
    }

    /// Remembers what the service said of the credentials, for when there are no newer ones.
    pub(crate) fn note_expiry(&mut self, failure: &Failure) {
        if failure.fault() == Some(Fault::Expired) {
            self.expired = Some(failure.clone().into_cause());
        }
    }

    /// The first permanent failure is the one that is told; what flies may still land.
    pub(crate) fn fail(&mut self, operation: Operation, attempts: u32, cause: Cause) {
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
