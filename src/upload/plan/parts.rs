//! The state of each part of an upload: waiting, to be compared, in flight or on the server.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, VecDeque};
use std::ops::RangeInclusive;
use std::time::Instant;

use super::delta_parts::DeltaParts;
use super::part_pace::Paces;
use super::part_range::Range;
use super::part_record::PartRecord;
use super::part_sizes::{PartSizes, Parts};
use super::part_states::{Slot, StoredBy, Todo};
use super::part_times::PartTimes;
use super::rest::Rest;
use crate::cos::Etag;
use crate::cos::checksum::Combiner;
use crate::cos::multipart::PartNumber;
use crate::upload::patience::Attempts;

/// The parts of one upload and their states.
#[derive(Debug)]
pub(crate) struct PartBoard {
    /// The parts; for a stream, those known so far.
    plan: Parts,
    /// False while a stream may add parts.
    pub(super) closed: bool,
    pub(super) slots: Vec<Slot>,
    pub(super) attempts: Vec<Attempts>,
    pub(super) fresh: VecDeque<PartNumber>,
    pub(super) doubtful: VecDeque<PartNumber>,
    pub(super) again: BinaryHeap<Reverse<(Instant, PartNumber)>>,
    pub(super) pace: Option<Paces>,
    pub(super) times: PartTimes,
    stored: u16,
    bytes_stored: u64,
    /// Whether the upload is shared, and the number of parts that other machines send.
    shared: bool,
    elsewhere: u16,
    bytes_elsewhere: u64,
    /// The parts of a delta upload, which have sizes of their own.
    delta: Option<DeltaParts>,
    /// The parts of a delta upload that are sent after all, because they could not be copied.
    sent_instead: BTreeSet<PartNumber>,
}

impl PartBoard {
    /// All parts, each waiting.
    pub(crate) fn new(plan: Parts) -> Self {
        Self::with(plan, None)
    }

    /// All parts of a delta upload, each waiting. `plan` is how its source would be sent without a copy.
    pub(crate) fn of_delta(plan: Parts, delta: DeltaParts) -> Self {
        Self::with(plan, Some(delta))
    }

    fn with(plan: Parts, delta: Option<DeltaParts>) -> Self {
        let last = delta.as_ref().map_or(plan.count(), DeltaParts::count);
        let count = usize::from(last);
        Self {
            plan,
            closed: true,
            slots: vec![Slot::Waiting; count],
            attempts: vec![Attempts::default(); count],
            fresh: numbers(last).collect(),
            doubtful: VecDeque::new(),
            again: BinaryHeap::new(),
            pace: plan.sizes().is_chosen().then(Paces::default),
            times: PartTimes::default(),
            stored: 0,
            bytes_stored: 0,
            shared: false,
            elsewhere: 0,
            bytes_elsewhere: 0,
            delta,
            sent_instead: BTreeSet::new(),
        }
    }

    /// Leaves all parts except `ours` to other machines.
    pub(crate) fn leave_to_others(&mut self, ours: &RangeInclusive<u16>) {
        self.shared = true;
        for number in self.numbers().filter(|number| !ours.contains(&number.value())) {
            self.slots[index(number)] = Slot::Elsewhere;
            self.elsewhere += 1;
            self.bytes_elsewhere += self.range(number).length;
        }
        self.queue_the_rest();
    }

    /// The number of bytes in the parts that this machine sends.
    pub(crate) fn bytes_here(&self) -> u64 {
        self.plan.size() - self.bytes_elsewhere
    }

    /// Whether the upload is shared with other machines.
    pub(crate) fn is_shared(&self) -> bool {
        self.shared
    }

    /// Whether another machine sends this part.
    pub(crate) fn is_elsewhere(&self, number: PartNumber) -> bool {
        self.slots[index(number)] == Slot::Elsewhere
    }

    /// An empty list of parts, for a stream.
    pub(crate) fn open(sizes: PartSizes) -> Self {
        Self { closed: false, ..Self::new(Parts::new(0, sizes)) }
    }

    /// Adds the next part, of `length` bytes. With an ETag, the server holds a part of this length, which has to be
    /// compared.
    pub(crate) fn add(&mut self, length: u64, etag: Option<Etag>) {
        self.plan = Parts::new(self.plan.size() + length, self.plan.sizes());
        self.slots.push(Slot::Waiting);
        self.attempts.push(Attempts::default());
        let number = PartNumber::new(self.len()).expect("the part was just added");
        match etag {
            Some(etag) => self.doubt(number, etag, true),
            None => self.fresh.push_back(number),
        }
    }

    /// Ends the list of parts.
    pub(crate) fn close(&mut self) -> Parts {
        self.closed = true;
        self.plan
    }

    /// The number of parts so far.
    pub(crate) fn len(&self) -> u16 {
        self.delta.as_ref().map_or(self.plan.count(), DeltaParts::count)
    }

    /// The number of parts that this machine has to send or is sending.
    pub(super) fn left(&self) -> u16 {
        self.len() - self.stored - self.elsewhere
    }

    pub(super) fn numbers(&self) -> impl Iterator<Item = PartNumber> + use<> {
        numbers(self.len())
    }

    fn range_of(&self, number: PartNumber) -> Option<Range> {
        match &self.delta {
            Some(delta) => delta.part(number).map(|part| part.range),
            None => self.plan.range(number),
        }
    }

    /// Whether some parts are copied.
    pub(crate) fn is_delta(&self) -> bool {
        self.delta.is_some()
    }

    /// The ETag of the object that parts are copied from.
    pub(crate) fn delta_etag(&self) -> Option<&str> {
        self.delta.as_ref().map(|delta| &*delta.etag)
    }

    /// The CRC-64 of the source's bytes of a part that is copied; `None` if the part is sent.
    pub(crate) fn copied_crc64(&self, number: PartNumber) -> Option<u64> {
        let part = self.delta.as_ref()?.part(number)?;
        part.copied.filter(|_| !self.sent_instead.contains(&number))
    }

    /// Sends a part that could not be copied.
    pub(crate) fn send_instead(&mut self, number: PartNumber, now: Instant) {
        self.sent_instead.insert(number);
        *self.attempts(number) = Attempts::default();
        self.send_again(number, now);
    }

    /// The size of a part, if it exists.
    pub(crate) fn size_of(&self, number: PartNumber) -> Option<u64> {
        self.range_of(number).map(|range| range.length)
    }

    /// The number of bytes that the server holds.
    pub(crate) fn bytes_stored(&self) -> u64 {
        self.bytes_stored
    }

    /// The parts that the server holds.
    pub(crate) fn stored(&self) -> impl Iterator<Item = PartNumber> {
        self.numbers().filter(|number| matches!(self.slots[index(*number)], Slot::Stored { .. }))
    }

    /// A part's range in the source.
    pub(crate) fn range(&self, number: PartNumber) -> Range {
        self.range_of(number).expect("the board's numbers are the plan's")
    }

    /// Takes the next part: first those to compare, then those whose pause is over, then those that were never sent.
    pub(crate) fn take(&mut self, now: Instant) -> Option<(PartNumber, Todo)> {
        if let Some(number) = self.take_doubtful() {
            return Some((number, Todo::Compare));
        }
        let due = self.again.peek().filter(|Reverse((due, _))| *due <= now).map(|Reverse((_, number))| *number);
        let number = due.or(self.fresh.front().copied())?;
        let copied = self.copied_crc64(number).is_some();
        if self.pace.as_ref().is_some_and(|pace| pace.of(copied).next(now) > now) {
            return None;
        }
        match due {
            Some(_) => drop(self.again.pop()),
            None => drop(self.fresh.pop_front()),
        }
        self.slots[index(number)] = Slot::InFlight { since: now, twice: false };
        self.attempts[index(number)].count();
        if let Some(pace) = &mut self.pace {
            pace.of_mut(copied).begin(now);
        }
        Some((number, self.todo(number)))
    }

    fn todo(&self, number: PartNumber) -> Todo {
        match &self.delta {
            Some(delta) if self.copied_crc64(number).is_some() => Todo::Copy(delta.etag.clone()),
            _ => Todo::Send,
        }
    }

    /// Takes the next part to compare.
    pub(crate) fn take_doubtful(&mut self) -> Option<PartNumber> {
        self.doubtful.pop_front()
    }

    /// The number of parts to compare.
    pub(crate) fn doubtful_count(&self) -> u16 {
        u16::try_from(self.doubtful.len()).unwrap_or(u16::MAX)
    }

    /// When the next part may be sent, if `take` has none now: a failed part, or one that would be the 51st in a
    /// second.
    pub(crate) fn next_due(&self, now: Instant) -> Option<Instant> {
        let next = self.fresh.front().or(self.again.peek().map(|Reverse((_, number))| number));
        let copied = next.is_some_and(|next| self.copied_crc64(*next).is_some());
        let paced = self.pace.as_ref().map(|pace| pace.of(copied).next(now)).filter(|next| *next > now);
        let again = self.again.peek().map(|Reverse((due, _))| *due);
        match (self.fresh.is_empty(), paced) {
            (false, Some(paced)) => Some(paced),
            (_, paced) => again.map(|due| paced.map_or(due, |paced| due.max(paced))),
        }
    }

    /// The attempts to send a part.
    pub(crate) fn attempts(&mut self, number: PartNumber) -> &mut Attempts {
        &mut self.attempts[index(number)]
    }

    /// Puts a part back, to be sent at `due`.
    pub(crate) fn send_again(&mut self, number: PartNumber, due: Instant) {
        self.forget(number);
        self.again.push(Reverse((due, number)));
    }

    /// Marks a part for comparison: the server holds one with this ETag.
    pub(crate) fn doubt(&mut self, number: PartNumber, etag: Etag, resumed: bool) {
        self.forget(number);
        self.slots[index(number)] = Slot::Doubtful { etag, resumed };
        self.doubtful.push_back(number);
    }

    /// The ETag of a part that is being compared, and whether an earlier run had sent it.
    pub(crate) fn doubtful(&self, number: PartNumber) -> Option<(Etag, bool)> {
        let Slot::Doubtful { etag, resumed } = &self.slots[index(number)] else { return None };
        Some((etag.clone(), *resumed))
    }

    /// Marks a part as stored on the server.
    pub(crate) fn store(&mut self, number: PartNumber, etag: Etag, crc64: u64, resumed: bool) {
        self.store_by(number, etag, crc64, StoredBy::earlier(resumed));
    }

    /// Marks a part as copied by the server.
    pub(crate) fn store_copied(&mut self, number: PartNumber, etag: Etag, crc64: u64) {
        self.store_by(number, etag, crc64, StoredBy::Copying);
    }

    fn store_by(&mut self, number: PartNumber, etag: Etag, crc64: u64, by: StoredBy) {
        self.forget(number);
        self.slots[index(number)] = Slot::Stored { etag, crc64, by };
        self.stored += 1;
        self.bytes_stored += self.range(number).length;
    }

    /// Sets a part back to waiting.
    fn forget(&mut self, number: PartNumber) {
        if matches!(self.slots[index(number)], Slot::Stored { .. }) {
            self.stored -= 1;
            self.bytes_stored -= self.range(number).length;
        }
        if !self.is_elsewhere(number) {
            self.slots[index(number)] = Slot::Waiting;
        }
    }

    /// Queues every waiting part, after a list of parts changed their states.
    pub(crate) fn queue_the_rest(&mut self) {
        self.again.clear();
        self.fresh = self.numbers().filter(|number| matches!(self.slots[index(*number)], Slot::Waiting)).collect();
    }

    /// Sets every part back to waiting, and returns the records of those that were on the server.
    pub(crate) fn take_records(&mut self) -> Vec<PartRecord> {
        let records = self.records().collect();
        for number in self.numbers() {
            self.forget(number);
        }
        self.doubtful.clear();
        records
    }

    /// The records of the parts on the server.
    fn records(&self) -> impl Iterator<Item = PartRecord> {
        self.numbers().filter_map(|number| match &self.slots[index(number)] {
            Slot::Stored { etag, crc64, .. } => {
                Some(PartRecord { number, size: self.range(number).length, etag: etag.clone(), crc64: *crc64 })
            }
            _ => None,
        })
    }

    /// Since when a part is being sent.
    pub(crate) fn in_flight_since(&self, number: PartNumber) -> Option<Instant> {
        let Slot::InFlight { since, .. } = self.slots[index(number)] else { return None };
        Some(since)
    }

    /// The parts from the first one that the server lacks. `None` if it lacks none, or if they cannot be divided: other
    /// machines send some, some are copied or not compared yet, or the source is a stream.
    pub(crate) fn rest(&self) -> Option<Rest> {
        if !self.doubtful.is_empty() || self.shared || self.is_delta() || !self.closed {
            return None;
        }
        let first = self.numbers().find(|number| !matches!(self.slots[index(*number)], Slot::Stored { .. }))?;
        let missing = self.plan.size() - self.bytes_stored;
        Some(Rest { first, missing, held: self.bytes_stored - self.range(first).offset })
    }

    /// Goes on with these parts, which are the same as before up to `first`. No part may be in flight.
    pub(crate) fn divide(&mut self, plan: Parts, first: PartNumber) {
        let before = std::mem::replace(self, Self { pace: self.pace.clone(), ..Self::new(plan) });
        for (number, slot) in numbers(first.value() - 1).zip(before.slots) {
            let Slot::Stored { etag, crc64, by } = slot else { continue };
            self.store_by(number, etag, crc64, by);
        }
        self.queue_the_rest();
    }

    /// True if the server holds every part.
    pub(crate) fn is_complete(&self) -> bool {
        self.closed && self.left() == 0
    }

    /// The number of the parts that came on the server in this way, and their bytes.
    pub(crate) fn total(&self, wanted: StoredBy) -> (u16, u64) {
        let mut total = (0, 0);
        for number in self.numbers() {
            if let Slot::Stored { by, .. } = self.slots[index(number)]
                && by == wanted
            {
                total = (total.0 + 1, total.1 + self.range(number).length);
            }
        }
        total
    }

    /// The number and ETag of each part, for Complete.
    pub(crate) fn etags(&self) -> Vec<(PartNumber, Etag)> {
        self.records().map(|record| (record.number, record.etag)).collect()
    }

    /// The CRC-64 of the whole object; `None` while a part is missing.
    pub(crate) fn crc64(&self) -> Option<u64> {
        if !self.is_complete() || self.is_shared() {
            return None;
        }
        let mut combiner = Combiner::new();
        for record in self.records() {
            combiner.append(record.crc64, record.size);
        }
        Some(combiner.crc64())
    }
}

fn numbers(last: u16) -> impl Iterator<Item = PartNumber> {
    (1..=last).map(|number| PartNumber::new(number).expect("an upload has part numbers 1 to 10,000"))
}

pub(super) fn index(number: PartNumber) -> usize {
    usize::from(number.value()) - 1
}
