//! What follows if the server no longer knows the upload, or its parts.

use crate::cos::Fault;
use crate::cos::objects::put_object::Stored;
use crate::upload::error::{Cause, Operation};
use crate::upload::event::{Event, Notice};
use crate::upload::machine::Upload;
use crate::upload::machine::phase::{Doubt, Phase, Recovery};
use crate::upload::patience::Attempts;

impl Upload {
    /// The server refuses the list of parts: ask it which parts it holds, and send the others.
    pub(super) fn list_again(&mut self) {
        let Some(board) = &mut self.board else { return };
        self.recovery = Recovery::PartsListedAgain;
        self.journalled = board.take_records().into_iter().map(|record| (record.number, record)).collect();
        self.enter(Phase::List { after: None });
    }

    /// The server does not know the upload. If every part was on it, Complete may have worked.
    pub(super) fn upload_gone(&mut self, operation: Operation, cause: Cause) {
        if self.is_shared() {
            // Other machines have parts in it, so only the command that began it may begin another.
            return self.fail(operation, 1, upload_vanished(cause));
        }
        if self.every_part_is_known() {
            self.look(operation, cause.clone(), Doubt::UploadGone(operation, cause));
        } else {
            self.some_parts_unknown(operation, cause);
        }
    }

    /// The server reports that the upload was completed. If every part is known, that is as good as the answer to Complete.
    pub(super) fn completed_before(&mut self, operation: Operation, cause: Cause) {
        if self.every_part_is_known() {
            let request_id = cause.request_id().map(str::to_owned);
            let stored = Stored { etag: String::new(), crc64: None, version_id: None, request_id };
            self.look(operation, cause, Doubt::Unproved(stored));
        } else {
            self.some_parts_unknown(operation, cause);
        }
    }

    fn look(&mut self, operation: Operation, cause: Cause, doubt: Doubt) {
        self.report(Event::Notice(Notice::LookingAtObject { operation, cause }));
        self.enter(Phase::Look(doubt));
    }

    /// An upload that was resumed may have been completed by an earlier run. A file can be compared with the object.
    fn some_parts_unknown(&mut self, operation: Operation, cause: Cause) {
        let resumes = matches!(self.phase, Phase::List { .. }) && self.recovery == Recovery::None;
        if resumes && self.stream.is_none() && !self.is_shared() {
            if let Some(upload_id) = &self.upload_id {
                self.report(Event::Notice(Notice::UploadNotFound(upload_id.clone())));
            }
            self.enter(Phase::Look(Doubt::NotResumed(operation, cause)));
        } else {
            self.not_resumed(operation, cause);
        }
    }

    /// The upload was not completed by an earlier run, and is gone.
    pub(super) fn not_resumed(&mut self, operation: Operation, cause: Cause) {
        let completed = matches!(&cause, Cause::Service(error) if error.fault() == Fault::AlreadyCompleted);
        if completed || self.named {
            self.upload_id = None;
            self.fail(operation, 1, cause);
        } else {
            self.start_anew(operation, cause);
        }
    }

    /// Whether every part was on the server, by this run's answers or by the journal.
    fn every_part_is_known(&mut self) -> bool {
        let parts = self.part_count().map(usize::from);
        let Some(board) = &mut self.board else { return false };
        if Some(self.journalled.len()) == parts {
            for record in self.journalled.values() {
                board.store(record.number, record.etag.clone(), record.crc64, true);
            }
        }
        board.is_complete()
    }

    pub(super) fn start_anew(&mut self, operation: Operation, cause: Cause) {
        let vanished = self.upload_id.take();
        if self.recovery == Recovery::StartedAnew || !self.holds_every_part() {
            return self.fail(operation, 1, upload_vanished(cause));
        }
        self.recovery = Recovery::StartedAnew;
        self.journalled.clear();
        self.plan = self.plan.undivided();
        if let Some(stream) = &mut self.stream {
            stream.forget_listed();
        }
        self.forget_the_parts();
        if let Some(vanished) = vanished {
            self.report(Event::Notice(Notice::StartedAnew(vanished)));
        }
        self.retries.complete = Attempts::default();
        self.enter(Phase::Initiate);
    }
}

fn upload_vanished(cause: Cause) -> Cause {
    match cause {
        Cause::Service(error) => Cause::UploadVanished(error),
        other => other,
    }
}
