//! How much of a stream was read, which parts are still buffered, and how far to read next. Does no I/O.
//!
//! A stream is read in order, a part at a time, and each part is buffered until the server has it. Reading a part begins
//! only when all of it fits into the memory limit.

use std::collections::{BTreeMap, BTreeSet};

use super::stream::Taken;
use crate::cos::multipart::PartNumber;
use crate::cos::multipart::list_parts::ListedPart;
use crate::upload::attempt_id::AttemptId;
use crate::upload::error::SourceError;
use crate::upload::event::MemoryLimit;
use crate::upload::plan::object_plan::{Plan, PlanOptions};
use crate::upload::plan::part_range::Range;
use crate::upload::plan::part_sizes::{PartSizes, Parts};
use crate::upload::plan::parts::PartBoard;
use crate::upload::plan::plan_error::PlanError;

/// The conditions for completing the object of a stream. A truncated stream looks like a complete one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Expectations {
    /// Its size in bytes, if known.
    pub size: Option<u64>,
    /// Its CRC-64, if known.
    pub crc64: Option<u64>,
    /// Whether it may be empty.
    pub allow_empty: bool,
}

/// A stream while it is read.
#[derive(Debug, Clone)]
pub struct StreamBuffer {
    plan: Plan,
    /// The size in bytes of the largest stream that is sent in one PUT.
    threshold: u64,
    memory: u64,
    expectations: Expectations,
    taken: Taken,
    reading: Option<AttemptId>,
    /// Parts that are no longer buffered.
    let_go: BTreeSet<PartNumber>,
    /// Parts that the server listed.
    listed: BTreeMap<PartNumber, ListedPart>,
    limit_reported: bool,
}

impl StreamBuffer {
    /// A stream of which at most `memory` bytes are buffered at a time.
    pub fn new(options: PlanOptions, memory: u64, expectations: Expectations) -> Result<Self, PlanError> {
        let plan = Plan::of_stream(expectations.size, options, memory)?;
        let threshold = Plan::stream_threshold(expectations.size, options, memory);
        Ok(Self::cut_by(plan, threshold, memory, expectations))
    }

    /// As `new`, with a given plan. `memory` holds at least one part, and more than `threshold`.
    pub fn cut_by(plan: Plan, threshold: u64, memory: u64, expectations: Expectations) -> Self {
        Self {
            plan,
            threshold,
            memory,
            expectations,
            taken: Taken { read: 0, end: None },
            reading: None,
            let_go: BTreeSet::new(),
            listed: BTreeMap::new(),
            limit_reported: false,
        }
    }

    /// How the stream is cut into parts.
    pub fn plan(&self) -> Plan {
        self.plan
    }

    pub(crate) fn reading(&self) -> Option<AttemptId> {
        self.reading
    }

    /// How much of the stream was read.
    pub(crate) fn taken(&self) -> Taken {
        self.taken
    }

    /// True while every part that was read is still buffered.
    pub(crate) fn holds_everything(&self) -> bool {
        self.let_go.is_empty()
    }

    /// The offset to read up to next; `None` if the stream has ended, a read is in progress, or the memory is full.
    pub(crate) fn next_target(&self, board: Option<&PartBoard>) -> Option<u64> {
        let target = self.target(board).filter(|_| self.reading.is_none())?;
        self.fits(target, board).then_some(target)
    }

    /// Begins the next read, and returns the ranges that no longer need to be buffered.
    pub(crate) fn begin(&mut self, reading: AttemptId, board: Option<&PartBoard>) -> Vec<Range> {
        self.reading = Some(reading);
        let Some(board) = board else { return Vec::new() };
        let stored = board.stored().filter(|number| self.let_go.insert(*number));
        stored.map(|number| board.range(number)).collect()
    }

    /// Records how much of the stream was read, and checks the expectations.
    pub(crate) fn take(&mut self, taken: Taken) -> Result<(), SourceError> {
        self.reading = None;
        self.taken = taken;
        let Taken { read, end } = taken;
        let Expectations { size, crc64, allow_empty } = self.expectations;
        match size {
            Some(expected) if read > expected => return Err(SourceError::Longer { expected }),
            Some(expected) if end.is_some() && read < expected => {
                return Err(SourceError::Shorter { read, expected });
            }
            None if read > self.whole().size() => return Err(SourceError::Outgrown { most: self.whole().size() }),
            _ => {}
        }
        match (end, crc64) {
            (Some(_), _) if read == 0 && !allow_empty => Err(SourceError::EmptyStream),
            (Some(read), Some(expected)) if read != expected => Err(SourceError::OtherCrc64 { read, expected }),
            _ => Ok(()),
        }
    }

    /// The next part that was read completely: its length, and its ETag if the server listed a part of that length.
    pub(crate) fn next_part(&self, board: &PartBoard) -> Option<(u64, Option<String>)> {
        let number = following(board)?;
        let range = self.whole().range(number)?;
        let came = self.taken.read.saturating_sub(range.offset).min(range.length);
        let whole = came == range.length || (came > 0 && self.taken.end.is_some());
        let listed = self.listed.get(&number).filter(|listed| listed.size == came);
        whole.then(|| (came, listed.map(|listed| listed.etag.clone())))
    }

    /// Stores a part that the server listed.
    pub(crate) fn remember(&mut self, listed: ListedPart) {
        self.listed.insert(listed.number, listed);
    }

    /// Forgets the parts that the server listed, because their upload no longer exists.
    pub(crate) fn forget_listed(&mut self) {
        self.listed.clear();
    }

    /// The number of parts that the server listed, and their bytes.
    pub(crate) fn listed(&self) -> (u16, u64) {
        let parts = u16::try_from(self.listed.len()).unwrap_or(u16::MAX);
        (parts, self.listed.values().map(|part| part.size).sum())
    }

    /// The memory limit, the first time that it stops reading.
    pub(crate) fn limit_to_report(&mut self, board: &PartBoard) -> Option<MemoryLimit> {
        let target = self.target(Some(board)).filter(|_| self.reading.is_none() && !self.limit_reported)?;
        if self.fits(target, Some(board)) {
            return None;
        }
        self.limit_reported = true;
        let part_size = self.whole().range(following(board)?)?.length;
        Some(MemoryLimit { memory: self.memory, part_size, parts: (self.memory / part_size).max(1) })
    }

    fn target(&self, board: Option<&PartBoard>) -> Option<u64> {
        if self.taken.end.is_some() {
            return None;
        }
        let beyond = self.whole().size() + 1;
        Some(match (board, self.plan) {
            (None, Plan::Put { .. }) => beyond,
            (None, _) => self.threshold + 1,
            (Some(board), _) => following(board)
                .and_then(|number| self.whole().range(number))
                .map_or(beyond, |range| range.offset + range.length),
        })
    }

    fn fits(&self, target: u64, board: Option<&PartBoard>) -> bool {
        target - board.map_or(0, PartBoard::bytes_stored) <= self.memory
    }

    /// The largest possible stream, cut into parts.
    fn whole(&self) -> Parts {
        match self.plan {
            Plan::Put { size } => Parts::new(size, PartSizes::uniform(size.max(1))),
            Plan::Multipart(parts) => parts,
            Plan::Stream(cut) => Parts::new(cut.capacity(), cut),
        }
    }
}

/// The number of the next part.
fn following(board: &PartBoard) -> Option<PartNumber> {
    PartNumber::new(board.len() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    fn taken(read: u64, end: impl Into<Option<u64>>) -> Taken {
        Taken { read, end: end.into() }
    }

    fn stream(expectations: Expectations) -> StreamBuffer {
        StreamBuffer::cut_by(Plan::Stream(PartSizes::uniform(MIB)), MIB, 4 * MIB, expectations)
    }

    #[test]
    fn a_stream_that_outgrows_its_parts_is_refused() {
        let most = 10_000 * MIB;
        assert_eq!(stream(Expectations::default()).take(taken(most, None)), Ok(()));
        assert_eq!(stream(Expectations::default()).take(taken(most + 1, None)), Err(SourceError::Outgrown { most }));
    }

    #[test]
    fn the_end_has_to_be_what_was_expected() {
        let expecting = |size, crc64| stream(Expectations { size, crc64, allow_empty: false });
        let table = [
            (None, None, taken(5, 1), Ok(())),
            (Some(5), Some(1), taken(5, 1), Ok(())),
            (Some(5), None, taken(5, None), Ok(())),
            (Some(5), None, taken(4, None), Ok(())),
            (Some(5), None, taken(4, 1), Err(SourceError::Shorter { read: 4, expected: 5 })),
            (Some(5), None, taken(6, None), Err(SourceError::Longer { expected: 5 })),
            (None, Some(2), taken(5, None), Ok(())),
            (None, Some(2), taken(5, 1), Err(SourceError::OtherCrc64 { read: 1, expected: 2 })),
            (None, None, taken(0, 0), Err(SourceError::EmptyStream)),
        ];
        for (size, crc64, came, answer) in table {
            assert_eq!(expecting(size, crc64).take(came), answer, "{size:?} {crc64:?} {came:?}");
        }
        let mut empty = stream(Expectations { allow_empty: true, ..Expectations::default() });
        assert_eq!(empty.take(taken(0, 0)), Ok(()));
    }

    #[test]
    fn a_part_is_read_only_if_all_of_it_fits() {
        let mut intake = stream(Expectations::default());
        assert_eq!(intake.next_target(None), Some(MIB + 1));
        let mut board = PartBoard::open(PartSizes::uniform(MIB));
        for part in 1..=4 {
            assert_eq!(intake.next_target(Some(&board)), Some(part * MIB));
            intake.take(taken(part * MIB, None)).unwrap();
            board.add(MIB, None);
        }
        assert_eq!(intake.next_target(Some(&board)), None);
        let limit = MemoryLimit { memory: 4 * MIB, part_size: MIB, parts: 4 };
        assert_eq!(intake.limit_to_report(&board), Some(limit));
        assert_eq!(intake.limit_to_report(&board), None);
        let third = PartNumber::new(3).unwrap();
        board.store(third, "e".into(), 7, false);
        assert_eq!(intake.next_target(Some(&board)), Some(5 * MIB));
        assert!(intake.holds_everything());
        assert_eq!(intake.begin(AttemptId(1), Some(&board)), [Range { offset: 2 * MIB, length: MIB }]);
        assert!(!intake.holds_everything());
        assert_eq!(intake.next_target(Some(&board)), None, "it is being read");
        assert_eq!(intake.begin(AttemptId(2), Some(&board)), []);
    }
}
