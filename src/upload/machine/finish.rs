//! How the upload ends.

use std::time::Instant;

use super::ending::Ending;
use super::phase::{ObjectMade, Phase};
use super::{Step, Upload};
use crate::cos::objects::head_object;
use crate::cos::objects::put_object::Stored;
use crate::upload::error::{Cause, Operation, UploadError};
use crate::upload::finished::{Copied, Finished, HeldBack, Object, ProvedBy};
use crate::upload::plan::part_states::StoredBy;

impl Upload {
    /// Waits for requests in flight, aborts the upload if it is useless, and reports the result.
    pub(super) fn wind_up(&mut self, now: Instant) -> Step {
        if !self.requests.are_finished() {
            return Step::Wait { until: None };
        }
        if self.is_to_be_aborted() {
            if self.phase != Phase::Abort {
                self.enter(Phase::Abort);
            }
            return self.next_single(now);
        }
        let finished = match self.ending.failure() {
            Some(failure) => self.not_stored(failure.clone(), self.object_made == ObjectMade::Possibly),
            None => self.interrupted(),
        };
        Step::Done(self.end(finished))
    }

    /// A changed source fits no journal, so no run could resume the upload. Parts that the server may keep unencrypted must
    /// not stay, nor parts of an object whose key is taken.
    fn is_to_be_aborted(&self) -> bool {
        let Ending::Failing(failure) = &self.ending else { return false };
        let useless = self.settings.abort_on_failure
            || matches!(failure.cause, Cause::Source(_) | Cause::Unencrypted { .. })
            || failure.cause.is_taken_key();
        // A machine that has only some of the parts never aborts: others may be sending theirs.
        useless && !self.is_shared() && self.upload_id.is_some() && self.object_made != ObjectMade::Possibly
    }

    /// The user stopped the upload, and nothing failed. A wrong object that a PUT left is worse news than that.
    fn interrupted(&mut self) -> Finished {
        let cause = self.put_wrong.take().unwrap_or(Cause::Interrupted);
        let in_doubt = self.object_made == ObjectMade::Possibly || matches!(self.phase, Phase::Look(_));
        self.not_stored(UploadError { operation: None, attempts: 0, cause, leftover: None }, in_doubt)
    }

    fn not_stored(&self, failure: UploadError, in_doubt: bool) -> Finished {
        let error = UploadError { leftover: self.upload_id.clone(), ..failure };
        if in_doubt { Finished::Unknown(error) } else { Finished::Failed(error) }
    }

    /// Ends with the failure that led to Abort; the upload ID is reported as left over.
    pub(super) fn finish_without_abort(&mut self) {
        let Some(failure) = self.ending.failure().cloned() else { return };
        self.end(self.not_stored(failure, false));
    }

    /// Every part is on the server.
    pub(super) fn finish_held_back(&mut self) -> Finished {
        let (parts_sent, bytes_sent) = self.board.as_ref().map_or((0, 0), |board| board.total(StoredBy::Sending));
        let (parts_resumed, bytes_resumed) =
            self.board.as_ref().map_or((0, 0), |board| board.total(StoredBy::EarlierRun));
        let attempts = self.requests.sent();
        self.end(Finished::HeldBack(HeldBack { parts_sent, parts_resumed, bytes_sent, bytes_resumed, attempts }))
    }

    /// The object is stored, whole and proved.
    pub(super) fn finish(&mut self, stored: Stored, crc64: u64) {
        let (parts_sent, bytes_sent) =
            self.board.as_ref().map_or((1, self.whole_size()), |board| board.total(StoredBy::Sending));
        let (parts_resumed, bytes_resumed) =
            self.board.as_ref().map_or((0, 0), |board| board.total(StoredBy::EarlierRun));
        let (parts_copied, bytes_copied) = self.board.as_ref().map_or((0, 0), |board| board.total(StoredBy::Copying));
        let proved_by = if stored.crc64 == Some(crc64) { ProvedBy::Crc64 } else { ProvedBy::Md5 };
        self.end(Finished::Stored(Object {
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
            copied: self.copies().then_some(Copied { parts: parts_copied, bytes: bytes_copied }),
            attempts: self.requests.sent(),
            request_id: stored.request_id,
        }));
    }

    /// An earlier run completed the object; it was found again.
    pub(super) fn finish_completed_before(&mut self, found: head_object::Object, crc64: u64) {
        let size = self.whole_size();
        self.end(Finished::Stored(Object {
            size,
            crc64,
            proved_by: if found.crc64 == Some(crc64) { ProvedBy::Crc64 } else { ProvedBy::Md5 },
            etag: found.etag.unwrap_or_default(),
            version_id: found.version_id,
            upload_id: self.upload_id.clone(),
            parts_sent: 0,
            parts_resumed: self.part_count().unwrap_or_default(),
            bytes_sent: 0,
            bytes_resumed: size,
            copied: None,
            attempts: self.requests.sent(),
            request_id: found.request_id,
        }));
    }

    pub(super) fn end(&mut self, finished: Finished) -> Finished {
        self.ending = Ending::Finished(finished.clone());
        finished
    }

    /// The first permanent failure is reported; requests in flight may still finish.
    pub(super) fn fail(&mut self, operation: Operation, attempts: u32, cause: Cause) {
        // A wrong object that an earlier Complete left is worse news than the failure of what followed.
        let cause = match self.put_wrong.take().filter(|_| self.board.is_some()) {
            Some(wrong) => wrong,
            None => self.retries.explain(cause),
        };
        self.ending.fail(UploadError { operation: Some(operation), attempts, cause, leftover: None });
    }
}
