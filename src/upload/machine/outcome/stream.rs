//! Reading a stream while it is uploaded: when to read on, and what it means that something came, or the end.
//!
//! Reading is no request: it takes no place in the window, and nobody who wants to leave waits for it.

use crate::cos::etag::{Etag, looks_like_md5};
use crate::upload::error::{Cause, Operation};
use crate::upload::event::{Event, Notice};
use crate::upload::machine::{Phase, Upload};
use crate::upload::plan::object_plan::Plan;
use crate::upload::plan::parts::PartBoard;
use crate::upload::wire::call::{AttemptId, Call, Failure, Reply};

impl Upload {
    /// What to read now, where the source is a stream and there is room for more of it.
    pub fn read_on(&mut self) -> Option<(AttemptId, Call)> {
        if !self.goes_on() || self.finished.is_some() {
            return None;
        }
        let to = self.intake.as_ref()?.next_target(self.board.as_ref())?;
        let id = self.next_attempt();
        let let_go = self.intake.as_mut()?.begin(id, self.board.as_ref());
        Some((id, Call::ReadOn { to, let_go }))
    }

    pub(crate) fn is_reading(&self, id: AttemptId) -> bool {
        self.intake.as_ref().is_some_and(|intake| intake.reading() == Some(id))
    }

    pub(crate) fn read_further(&mut self, result: Result<Reply, Failure>) {
        let Some(intake) = &mut self.intake else { return };
        let cause = match result {
            Ok(Reply::Further(taken)) => intake.take(taken).err().map(Cause::Source),
            Ok(_) => unreachable!("what was read of a stream is told as such"),
            Err(failure) => Some(failure.into_cause()),
        };
        match cause {
            Some(Cause::Interrupted) => {}
            Some(cause) => self.fail(Operation::ReadSource, 1, cause),
            None if self.phase == Phase::Head => self.head_was_read(),
            None => self.add_parts(),
        }
    }

    /// What ended by now is small, and goes in one PUT.
    fn head_was_read(&mut self) {
        let Some(intake) = &self.intake else { return };
        if intake.taken().end.is_some() && self.upload_id.is_none() {
            self.plan = Plan::Put { size: intake.taken().read };
            self.tell(Event::Started(self.plan));
            return self.enter(Phase::Put);
        }
        self.tell(Event::Started(self.plan));
        self.clear_the_board();
        self.enter(if self.upload_id.is_some() { Phase::List { after: None } } else { Phase::Initiate });
    }

    /// Makes every part wait, those of a stream as far as they were read.
    pub(crate) fn clear_the_board(&mut self) {
        match (self.plan, &self.intake) {
            (Plan::Put { .. }, _) => {}
            (Plan::Multipart(parts), None) => self.board = Some(PartBoard::new(parts)),
            (Plan::Multipart(parts), Some(_)) => self.board = Some(PartBoard::open(parts.cut())),
            (Plan::Stream(cut), _) => self.board = Some(PartBoard::open(cut)),
        }
        self.add_parts();
    }

    fn add_parts(&mut self) {
        let (Some(intake), Some(board)) = (&self.intake, &mut self.board) else { return };
        while let Some((length, etag)) = intake.next_part(board) {
            board.add(length, etag.filter(|etag| self.settings.etags_are_md5 && looks_like_md5(etag)).map(Etag::from));
        }
        if intake.taken().end.is_some() {
            self.plan = Plan::Multipart(board.close());
        }
    }

    /// True where every part that was read could be sent again.
    pub(crate) fn holds_every_part(&self) -> bool {
        self.intake.as_ref().is_none_or(|intake| intake.holds_everything())
    }

    /// What was sent must be what was read: between the two, a stream is in memory and nowhere else.
    pub(crate) fn every_part_is_there(&mut self) {
        let sent = self.board.as_ref().and_then(PartBoard::crc64);
        match self.intake.as_ref().and_then(|intake| intake.taken().end) {
            Some(read) if sent != Some(read) => {
                let sent = sent.unwrap_or_default();
                let what = format!("the CRC-64 of what was read is {read}, that of what was sent is {sent}");
                self.fail(Operation::ReadSource, 1, Cause::Integrity { what, request_id: None });
            }
            _ => self.enter(Phase::CheckSource),
        }
    }

    /// Says, once, that there could be more requests if there were more memory.
    pub(crate) fn tell_of_memory(&mut self) {
        let (Some(intake), Some(board)) = (&mut self.intake, &self.board) else { return };
        if let Some(limit) = intake.limit_to_tell(board) {
            self.tell(Event::Notice(Notice::MemoryLimits(limit)));
        }
    }
}
