//! What follows when the server does not know the upload, or its parts, any more.

use crate::cos::put_object::Stored;
use crate::upload::error::{Cause, Operation};
use crate::upload::event::{Event, Notice};
use crate::upload::machine::{Doubt, Phase, Upload};
use crate::upload::patience::Attempts;

impl Upload {
    /// The server does not accept the list of parts: ask it which parts it holds, and mend.
    pub(crate) fn list_anew(&mut self) {
        let Some(board) = &mut self.board else { return };
        self.journalled = board.take_records().into_iter().map(|record| (record.number, record)).collect();
        self.enter(Phase::List { after: None });
    }

    /// The upload is unknown to the server. Where all parts were on it, it may be that Complete had worked.
    pub(crate) fn upload_gone(&mut self, operation: Operation, cause: Cause) {
        if self.every_part_is_known() {
            self.tell(Event::Notice(Notice::LookingAtObject(cause.clone())));
            self.enter(Phase::Look(Doubt::UploadGone(operation, cause)));
        } else {
            self.start_anew(operation, cause);
        }
    }

    /// The server says that the upload was completed: by us, where all parts are known. It is as good as Complete's verdict.
    pub(crate) fn completed_before(&mut self, operation: Operation, cause: Cause) {
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
    pub(crate) fn every_part_is_known(&mut self) -> bool {
        let Some(board) = &mut self.board else { return false };
        if Some(self.journalled.len()) == self.plan.parts().map(usize::from) {
            for record in self.journalled.values() {
                board.store(record.number, record.etag.clone(), record.crc64, true);
            }
        }
        board.is_complete()
    }

    pub(crate) fn start_anew(&mut self, operation: Operation, cause: Cause) {
        let vanished = self.upload_id.take();
        if self.restarted || !self.holds_every_part() {
            let cause = match cause {
                Cause::Service(error) => Cause::UploadVanished(error),
                other => other,
            };
            return self.fail(operation, 1, cause);
        }
        self.restarted = true;
        self.journalled.clear();
        self.clear_the_board();
        if let Some(vanished) = vanished {
            self.tell(Event::Notice(Notice::StartedAnew(vanished)));
        }
        self.complete = Attempts::default();
        self.enter(Phase::Initiate);
    }
}
