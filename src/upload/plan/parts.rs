//! Which parts of an upload are waiting, to be compared, in flight or on the server.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::time::Instant;

use super::object_plan::{Parts, Range};
use super::part_sizes::Cut;
use crate::cos::Etag;
use crate::cos::checksum::Combiner;
use crate::cos::multipart::PartNumber;
use crate::upload::event::PartRecord;
use crate::upload::patience::Attempts;

/// One part's state.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Slot {
    /// To be sent, now or when its time has come.
    Waiting,
    /// The server holds something of this size under this ETag; the source's bytes decide whether it counts.
    Doubtful { etag: Etag, resumed: bool },
    /// Being sent or compared.
    Flying,
    /// On the server.
    Stored { etag: Etag, crc64: u64, resumed: bool },
}

/// The parts of one upload and their states.
#[derive(Debug)]
pub struct PartBoard {
    /// The parts that there are; of a stream, so far.
    plan: Parts,
    /// False while there may be more parts.
    closed: bool,
    slots: Vec<Slot>,
    attempts: Vec<Attempts>,
    fresh: VecDeque<PartNumber>,
    doubtful: VecDeque<PartNumber>,
    again: BinaryHeap<Reverse<(Instant, PartNumber)>>,
    stored: u16,
    bytes_stored: u64,
}

/// What is to be done with a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Todo {
    /// Send it.
    Send,
    /// Compare the source's bytes with what the server holds.
    Compare,
}

impl PartBoard {
    /// A board on which every part waits.
    pub fn new(plan: Parts) -> Self {
        let count = usize::from(plan.count());
        Self {
            plan,
            closed: true,
            slots: vec![Slot::Waiting; count],
            attempts: vec![Attempts::default(); count],
            fresh: plan.numbers().collect(),
            doubtful: VecDeque::new(),
            again: BinaryHeap::new(),
            stored: 0,
            bytes_stored: 0,
        }
    }

    /// A board without parts, for a stream.
    pub fn open(cut: Cut) -> Self {
        Self { closed: false, ..Self::new(Parts::new(0, cut)) }
    }

    /// Adds the part that follows, of `length` bytes. Where the server holds something of this ETag, the bytes decide
    /// whether it counts.
    pub fn add(&mut self, length: u64, etag: Option<Etag>) {
        self.plan = Parts::new(self.plan.size() + length, self.plan.cut());
        self.slots.push(Slot::Waiting);
        self.attempts.push(Attempts::default());
        let number = PartNumber::new(self.len()).expect("there is the part that was added");
        match etag {
            Some(etag) => self.doubt(number, etag, true),
            None => self.fresh.push_back(number),
        }
    }

    /// There are no more parts than these.
    pub fn close(&mut self) -> Parts {
        self.closed = true;
        self.plan
    }

    /// How many parts there are so far.
    pub fn len(&self) -> u16 {
        self.plan.count()
    }

    /// The size of a part, where there is such a part.
    pub fn size_of(&self, number: PartNumber) -> Option<u64> {
        self.plan.range(number).map(|range| range.length)
    }

    /// How many bytes the server holds.
    pub fn bytes_stored(&self) -> u64 {
        self.bytes_stored
    }

    /// Which parts the server holds.
    pub fn stored(&self) -> impl Iterator<Item = PartNumber> {
        self.plan.numbers().filter(|number| matches!(self.slots[index(*number)], Slot::Stored { .. }))
    }

    /// Where a part lies.
    pub fn range(&self, number: PartNumber) -> Range {
        self.plan.range(number).expect("the board's numbers are the plan's")
    }

    /// Takes the next thing to do: what is on the server is settled first, then failures whose time has come, then the rest.
    pub fn take(&mut self, now: Instant) -> Option<(PartNumber, Todo)> {
        if let Some(number) = self.doubtful.pop_front() {
            return Some((number, Todo::Compare));
        }
        let due = self.again.peek().is_some_and(|Reverse((due, _))| *due <= now);
        let number = if due { self.again.pop().map(|Reverse((_, number))| number) } else { self.fresh.pop_front() }?;
        self.slots[index(number)] = Slot::Flying;
        self.attempts[index(number)].count();
        Some((number, Todo::Send))
    }

    /// When the next failed part may be sent again.
    pub fn next_due(&self) -> Option<Instant> {
        self.again.peek().map(|Reverse((due, _))| *due)
    }

    /// How often a part was sent.
    pub fn attempts(&mut self, number: PartNumber) -> &mut Attempts {
        &mut self.attempts[index(number)]
    }

    /// Puts a part back, to be sent at `due`.
    pub fn send_again(&mut self, number: PartNumber, due: Instant) {
        self.forget(number);
        self.again.push(Reverse((due, number)));
    }

    /// Marks a part as being on the server, which holds something that only the source's bytes can prove.
    pub fn doubt(&mut self, number: PartNumber, etag: Etag, resumed: bool) {
        self.forget(number);
        self.slots[index(number)] = Slot::Doubtful { etag, resumed };
        self.doubtful.push_back(number);
    }

    /// The ETag of a part that is to be compared, and whether an earlier run had sent it.
    pub fn doubtful(&self, number: PartNumber) -> Option<(Etag, bool)> {
        match &self.slots[index(number)] {
            Slot::Doubtful { etag, resumed } => Some((etag.clone(), *resumed)),
            _ => None,
        }
    }

    /// Marks a part as being on the server.
    pub fn store(&mut self, number: PartNumber, etag: Etag, crc64: u64, resumed: bool) {
        self.forget(number);
        self.slots[index(number)] = Slot::Stored { etag, crc64, resumed };
        self.stored += 1;
        self.bytes_stored += self.range(number).length;
    }

    /// Makes a part wait again, whatever it was.
    fn forget(&mut self, number: PartNumber) {
        if matches!(self.slots[index(number)], Slot::Stored { .. }) {
            self.stored -= 1;
            self.bytes_stored -= self.range(number).length;
        }
        self.slots[index(number)] = Slot::Waiting;
    }

    /// Rebuilds what waits from the states, after a listing changed them.
    pub fn queue_the_rest(&mut self) {
        self.again.clear();
        self.fresh = self.plan.numbers().filter(|number| matches!(self.slots[index(*number)], Slot::Waiting)).collect();
    }

    /// Makes every part that is on the server wait, but gives back what was known of it.
    pub fn take_records(&mut self) -> Vec<PartRecord> {
        let records = self.records().collect();
        for number in self.plan.numbers() {
            self.forget(number);
        }
        self.doubtful.clear();
        records
    }

    /// What is known of the parts on the server.
    fn records(&self) -> impl Iterator<Item = PartRecord> {
        self.plan.numbers().filter_map(|number| match &self.slots[index(number)] {
            Slot::Stored { etag, crc64, .. } => {
                Some(PartRecord { number, size: self.range(number).length, etag: etag.clone(), crc64: *crc64 })
            }
            _ => None,
        })
    }

    /// True when the server holds every part.
    pub fn is_complete(&self) -> bool {
        self.closed && self.stored == self.plan.count()
    }

    /// How many parts an earlier run had sent, and their bytes.
    pub fn resumed(&self) -> (u16, u64) {
        self.total(|resumed| resumed)
    }

    /// How many parts this run sent, and their bytes.
    pub fn sent(&self) -> (u16, u64) {
        self.total(|resumed| !resumed)
    }

    fn total(&self, wanted: impl Fn(bool) -> bool) -> (u16, u64) {
        let mut total = (0, 0);
        for number in self.plan.numbers() {
            if let Slot::Stored { resumed, .. } = self.slots[index(number)]
                && wanted(resumed)
            {
                total = (total.0 + 1, total.1 + self.range(number).length);
            }
        }
        total
    }

    /// Every part's number and ETag, for Complete.
    pub fn etags(&self) -> Vec<(PartNumber, Etag)> {
        let mut etags = Vec::with_capacity(usize::from(self.stored));
        etags.extend(self.records().map(|record| (record.number, record.etag)));
        etags
    }

    /// The CRC-64 of the whole; `None` while a part is missing.
    pub fn crc64(&self) -> Option<u64> {
        if !self.is_complete() {
            return None;
        }
        let mut combiner = Combiner::new();
        for record in self.records() {
            combiner.append(record.crc64, record.size);
        }
        Some(combiner.crc64())
    }
}

fn index(number: PartNumber) -> usize {
    usize::from(number.value()) - 1
}
