//! What follows when more of a stream was read, or its end.

use crate::cos::etag::{Etag, looks_like_md5};
use crate::upload::attempt_id::AttemptId;
use crate::upload::error::{Cause, Operation};
use crate::upload::event::Event;
use crate::upload::machine::Upload;
use crate::upload::machine::phase::Phase;
use crate::upload::plan::object_plan::Plan;
use crate::upload::plan::parts::PartBoard;
use crate::upload::wire::call::{Failure, Reply};

impl Upload {
    pub(super) fn is_reading(&self, id: AttemptId) -> bool {
        self.stream.as_ref().is_some_and(|stream| stream.reading() == Some(id))
    }

    pub(super) fn read_further(&mut self, result: Result<Reply, Failure>) {
        let Some(stream) = &mut self.stream else { return };
        let cause = match result {
            Ok(Reply::Further(taken)) => stream.take(taken).err().map(Cause::Source),
            Ok(_) => unreachable!("reading a stream has an answer of its own"),
            Err(failure) => Some(failure.into_cause()),
        };
        match cause {
            Some(Cause::Interrupted) => {}
            Some(cause) => self.fail(Operation::ReadSource, 1, cause),
            None if self.phase == Phase::ReadBeginning => self.beginning_was_read(),
            None => self.add_parts(),
        }
    }

    /// A stream that has ended by now is small, and goes in one PUT.
    fn beginning_was_read(&mut self) {
        let Some(stream) = &self.stream else { return };
        if stream.taken().end.is_some() && self.upload_id.is_none() {
            self.plan = Plan::Put { size: stream.taken().read };
        }
        self.report(Event::Started(self.plan));
        self.clear_the_board();
        self.enter(Phase::first(self.plan, self.upload_id.is_some(), self.settings.no_overwrite));
    }

    /// Makes every part wait, those of a stream as far as it was read.
    pub(super) fn clear_the_board(&mut self) {
        match (self.plan, &self.stream) {
            (Plan::Put { .. }, _) => {}
            (Plan::Multipart(parts), None) => self.board = Some(PartBoard::new(parts)),
            (Plan::Multipart(parts), Some(_)) => self.board = Some(PartBoard::open(parts.sizes())),
            (Plan::Stream(cut), _) => self.board = Some(PartBoard::open(cut)),
        }
        self.add_parts();
    }

    /// Makes every part wait. The parts of a delta upload stay as they are divided.
    pub(super) fn forget_the_parts(&mut self) {
        match &mut self.board {
            Some(board) if board.is_delta() => {
                board.take_records();
                board.queue_the_rest();
            }
            _ => self.clear_the_board(),
        }
    }

    fn add_parts(&mut self) {
        let (Some(stream), Some(board)) = (&self.stream, &mut self.board) else { return };
        while let Some((length, etag)) = stream.next_part(board) {
            board.add(length, etag.filter(|etag| self.settings.etags_are_md5 && looks_like_md5(etag)).map(Etag::from));
        }
        if stream.taken().end.is_some() {
            self.plan = Plan::Multipart(board.close());
        }
    }

    /// True if every part that was read could be sent again.
    pub(super) fn holds_every_part(&self) -> bool {
        self.stream.as_ref().is_none_or(|stream| stream.holds_everything())
    }
}
