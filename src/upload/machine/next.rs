//! What to do next.

use crate::language::message;
use std::time::Instant;

use super::phase::{Phase, Recovery};
use super::{Step, Upload};
use crate::cos::multipart::UploadId;
use crate::upload::attempt_id::AttemptId;
use crate::upload::error::{Cause, Operation};
use crate::upload::event::{Event, Notice};
use crate::upload::patience::Attempts;
use crate::upload::plan::part_range::Range;
use crate::upload::plan::part_states::{StoredBy, Todo};
use crate::upload::plan::parts::PartBoard;
use crate::upload::source::stream_buffer::StreamBuffer;
use crate::upload::wire::call::{BodyMd5, Call};

impl Upload {
    /// What to do now. Ask again after each `Send`, and after each outcome.
    pub fn next(&mut self, now: Instant) -> Step {
        if let Some(finished) = self.finished() {
            return Step::Done(finished.clone());
        }
        if !self.ending.is_open() {
            return self.wind_up(now);
        }
        match &self.phase {
            Phase::ReadBeginning => Step::Wait { until: None },
            Phase::CompareParts => self.next_comparison(now),
            Phase::Parts => self.next_part(now),
            // An object that goes in one PUT is too small to send any of it ahead.
            Phase::Put if self.held_back => Step::Done(self.finish_held_back()),
            _ => self.next_single(now),
        }
    }

    /// Whether nothing is sent before a request in flight is answered. Only parts are sent or compared several at a time.
    pub fn waits_for_answer(&self) -> bool {
        let has_parts = matches!(self.phase, Phase::ReadBeginning | Phase::CompareParts | Phase::Parts);
        !has_parts && self.ending.is_open() && self.finished().is_none() && !self.requests.are_finished()
    }

    /// The part of a stream to read now, if there is room for more. Reading is no request: it takes no place in the
    /// window, and an interrupted upload does not wait for it.
    pub fn read_on(&mut self) -> Option<(AttemptId, Call)> {
        if !self.ending.is_open() {
            return None;
        }
        let to = self.stream.as_ref()?.next_target(self.board.as_ref())?;
        let id = self.requests.next_id();
        let let_go = self.stream.as_mut()?.begin(id, self.board.as_ref());
        Some((id, Call::ReadOn { to, let_go }))
    }

    fn next_comparison(&mut self, now: Instant) -> Step {
        let board = self.board.as_mut().expect("only a multipart upload compares parts");
        if let Some(number) = board.take_doubtful() {
            let range = board.range(number);
            return self.send(Call::ComparePart { number, range });
        }
        if !self.requests.are_finished() {
            return Step::Wait { until: None };
        }
        self.leave_comparisons();
        self.next(now)
    }

    /// Every part on the server is proved or is sent again. The parts of a stream are compared once they were read.
    fn leave_comparisons(&mut self) {
        let (Some(board), Some(upload_id)) = (&self.board, &self.upload_id) else { return };
        let (parts, bytes) =
            self.stream.as_deref().map_or_else(|| board.total(StoredBy::EarlierRun), StreamBuffer::listed);
        let sends = !board.is_complete();
        if self.recovery == Recovery::None {
            self.report(Event::Resumed { upload_id: upload_id.clone(), parts, bytes });
        }
        self.enter(if self.settings.no_overwrite && sends { Phase::CheckKey } else { Phase::Parts });
    }

    fn next_part(&mut self, now: Instant) -> Step {
        if let Some(step) = self.divide_large_parts(now) {
            return step;
        }
        let board = self.board.as_mut().expect("only a multipart upload sends parts");
        if board.is_complete() && self.requests.are_finished() {
            self.leave_parts();
            return self.next(now);
        }
        let Some((number, todo)) = board.take(now) else {
            let until = board.next_due(now);
            if until.is_none() {
                self.report_memory_limit();
            }
            return Step::Wait { until };
        };
        let range = board.range(number);
        let call = match todo {
            Todo::Compare => Call::ComparePart { number, range },
            Todo::Send => Call::UploadPart { upload_id: self.begun(), number, range, md5: self.proofs.body_md5() },
            Todo::Copy(etag) => Call::CopyPart { upload_id: self.begun(), number, range, etag },
        };
        self.send(call)
    }

    pub(super) fn begun(&self) -> UploadId {
        self.upload_id.clone().expect("parts are sent once the upload has its ID")
    }

    /// The parts that were sent must be the stream that was read: after that, its bytes are nowhere else.
    fn leave_parts(&mut self) {
        let sent = self.board.as_ref().and_then(PartBoard::crc64);
        match self.stream.as_ref().and_then(|stream| stream.taken().end) {
            Some(read) if sent != Some(read) => {
                let sent = sent.unwrap_or_default();
                let what =
                    message!("the CRC-64 of what was read is {read}, that of what was sent is {sent}", read, sent);
                self.fail(Operation::ReadSource, 1, Cause::Integrity { what, request_id: None });
            }
            _ => self.enter(Phase::CheckSource),
        }
    }

    /// Reports, once, that more memory would allow more requests.
    fn report_memory_limit(&mut self) {
        let (Some(stream), Some(board)) = (&mut self.stream, &self.board) else { return };
        if let Some(limit) = stream.limit_to_report(board) {
            self.report(Event::Notice(Notice::MemoryLimits(limit)));
        }
    }

    /// The one request of this phase, which begins when the parts in flight have finished.
    pub(super) fn next_single(&mut self, now: Instant) -> Step {
        if !self.requests.are_finished() {
            return Step::Wait { until: None };
        }
        if let Some(due) = self.retries.due.filter(|due| *due > now) {
            return Step::Wait { until: Some(due) };
        }
        self.retries.due = None;
        self.single_attempts().count();
        let call = self.single_call();
        self.send(call)
    }

    /// The attempts of this phase's one request.
    pub(super) fn single_attempts(&mut self) -> &mut Attempts {
        match self.phase {
            Phase::Complete => &mut self.retries.complete,
            _ => &mut self.retries.single,
        }
    }

    fn single_call(&self) -> Call {
        let upload_id = || self.begun();
        match &self.phase {
            Phase::Put => Call::PutObject { range: self.whole_range(), md5: self.put_md5() },
            Phase::Initiate => Call::Initiate,
            Phase::List { after } => Call::ListParts { upload_id: upload_id(), after: *after },
            Phase::CheckSource => Call::CheckSource,
            Phase::Complete => {
                let parts = self.board.as_ref().map(PartBoard::etags).unwrap_or_default();
                Call::Complete { upload_id: upload_id(), parts }
            }
            Phase::Look(_) | Phase::Compare(_) | Phase::CheckKey => Call::HeadObject,
            Phase::ReadSource { found, .. } => {
                Call::ReadSource { range: self.whole_range(), with_md5: found.crc64.is_none() }
            }
            Phase::Abort | Phase::AbortDelta => Call::Abort(upload_id()),
            Phase::CompareParts | Phase::Parts | Phase::ReadBeginning => {
                unreachable!("parts and reading have calls of their own")
            }
        }
    }

    /// An object that must not be overwritten cannot be replaced by a better one, so the server compares it before it
    /// stores it.
    fn put_md5(&self) -> BodyMd5 {
        let once = self.settings.service.is_write_once() || self.settings.no_overwrite;
        if once { BodyMd5::Sent } else { self.proofs.body_md5() }
    }

    fn whole_range(&self) -> Range {
        Range { offset: 0, length: self.whole_size() }
    }

    pub(super) fn send(&mut self, call: Call) -> Step {
        Step::Send(self.requests.start(&call, self.retries.network.answers()), call)
    }
}
