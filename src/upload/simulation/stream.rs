//! A source that is a stream: it arrives in pieces, may break off, and may differ from its expectations.

use std::collections::BTreeMap;
use std::time::Duration;

use super::MEBIBYTE;
use super::content::{Content, whole};
use super::world::World;
use crate::upload::error::SourceError;
use crate::upload::plan::object_plan::Plan;
use crate::upload::plan::part_range::Range;
use crate::upload::plan::part_sizes::{PartSizes, Parts};
use crate::upload::source::stream::Taken;
use crate::upload::source::stream_buffer::{Expectations, StreamBuffer};
use crate::upload::wire::call::{Call, Failure, Reply};

/// The stream, and how much of it is buffered.
pub(super) struct StreamSource {
    pub(super) intake: StreamBuffer,
    /// How its upload is cut, once it has ended.
    pub(super) plan: Plan,
    pub(super) expected: Content,
    size: u64,
    memory: u64,
    /// Where the pipe breaks, if it does.
    breaks: Option<u64>,
    expectations: Expectations,
    /// Ranges that are no longer buffered: offset and length.
    let_go: BTreeMap<u64, u64>,
}

impl StreamSource {
    pub(super) fn of(random: &mut fastrand::Rng, takes_empty: bool) -> Self {
        let largest = MEBIBYTE << random.u32(0..3);
        let cut = PartSizes::doubling(MEBIBYTE, largest, random.u16(1..4));
        let memory = largest * random.u64(1..4) + random.u64(0..MEBIBYTE);
        let threshold = random.u64(0..3 * MEBIBYTE).min(memory - 1);
        let size = if random.u32(0..20) == 0 { 0 } else { random.u64(0..12 * MEBIBYTE) };
        let plan = if size <= threshold { Plan::Put { size } } else { Plan::Multipart(Parts::new(size, cut)) };
        let expected = whole(plan);
        let mut wrongly = |right: u64| match random.u32(0..8) {
            0..4 => None,
            4..7 => Some(right),
            _ => Some((right + random.u64(0..3)).saturating_sub(1)),
        };
        let (size_told, crc64) = (wrongly(size), wrongly(expected.crc64));
        let allow_empty = takes_empty && random.bool();
        let expectations = Expectations { size: size_told, crc64, allow_empty };
        let planned = match size_told {
            Some(size) if size <= threshold => Plan::Put { size },
            Some(size) => Plan::Multipart(Parts::new(size, cut)),
            None => Plan::Stream(cut),
        };
        let breaks = (random.u32(0..10) == 0).then(|| random.u64(0..=size));
        let intake = StreamBuffer::cut_by(planned, threshold, memory, expectations);
        Self { intake, plan, expected, size, memory, breaks, expectations, let_go: BTreeMap::new() }
    }

    /// True if it may become an object.
    pub(super) fn is_sound(&self) -> bool {
        let Expectations { size, crc64, allow_empty } = self.expectations;
        self.breaks.is_none()
            && size.is_none_or(|size| size == self.size)
            && crc64.is_none_or(|crc64| crc64 == self.expected.crc64)
            && (self.size > 0 || allow_empty)
    }

    /// The producer starts over.
    pub(super) fn rewind(&mut self) {
        self.let_go.clear();
    }

    /// Asserts that a range that is sent is still buffered.
    pub(super) fn check(&self, range: Range) {
        let gone = self
            .let_go
            .iter()
            .find(|(offset, length)| **offset < range.offset + range.length && *offset + *length > range.offset);
        assert!(gone.is_none(), "{range:?} is used, and no longer buffered");
    }

    fn read_on(&mut self, to: u64, let_go: &[Range]) -> Result<Taken, SourceError> {
        for range in let_go {
            self.let_go.insert(range.offset, range.length);
        }
        let buffered = to - self.let_go.values().sum::<u64>();
        assert!(buffered <= self.memory, "{buffered} bytes are buffered, more than {}", self.memory);
        if self.breaks.is_some_and(|breaks| breaks < to) {
            return Err(SourceError::Unreadable("the pipe is broken".into()));
        }
        let end = (to > self.size).then_some(self.expected.crc64);
        Ok(Taken { read: to.min(self.size), end })
    }
}

impl World {
    /// More of the stream arrives, after a while.
    pub(super) fn read_on(&mut self, call: &Call) -> (Duration, Result<Reply, Failure>) {
        let (Call::ReadOn { to, let_go }, Some(stream)) = (call, &mut self.stream) else { panic!("{call:?}") };
        let read = stream.read_on(*to, let_go).map(Reply::Further).map_err(Failure::Source);
        (Duration::from_millis(self.random.u64(0..20_000)), read)
    }
}
