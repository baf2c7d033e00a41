//! How a source is divided into parts: all of one size or, if the total size is not known, of sizes that double.
//!
//! A stream begins with small parts, so that many fit into memory and can be in flight. Its last parts are so large
//! that 10,000 parts hold the largest possible stream.

use super::divisions::{Division, Divisions};
use super::part_range::Range;
use crate::cos::multipart::{LARGEST_OBJECT, MOST_PARTS, PartNumber};

/// The total size of a stream's parts if memory allows the largest parts that COS accepts: 48 TiB.
const ENOUGH: u64 = 48 << 40;

/// The sizes of parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartSizes {
    first: u64,
    largest: u64,
    /// The number of parts of the first size, then of twice that size, and so on up to the largest.
    every: u16,
    /// True if cosput chose the sizes, false if the user did.
    chosen: bool,
}

/// The parts of a multipart upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts {
    size: u64,
    sizes: PartSizes,
    divisions: Divisions,
}

impl PartSizes {
    /// All parts of one size.
    pub const fn uniform(part_size: u64) -> Self {
        Self::doubling(part_size, part_size, MOST_PARTS)
    }

    /// Parts that grow from `first` to `largest`, as late as possible: 10,000 of them hold 48 TiB or, if the largest is
    /// too small for that, four fifths of 10,000 parts of the largest size.
    pub fn growing(first: u64, largest: u64) -> Self {
        let at_best = Self::uniform(largest).capacity();
        let wanted = if at_best >= ENOUGH { ENOUGH } else { at_best / 5 * 4 };
        // The more parts of each size, the smaller the capacity; one of each has nearly the largest.
        let (mut holds, mut too_many) = (1, MOST_PARTS + 1);
        while too_many - holds > 1 {
            let every = holds.midpoint(too_many);
            if Self::doubling(first, largest, every).capacity() >= wanted { holds = every } else { too_many = every }
        }
        Self::doubling(first, largest, holds)
    }

    /// `every` parts of the first size, as many of twice that size, and so on up to the largest.
    pub const fn doubling(first: u64, largest: u64, every: u16) -> Self {
        Self { first, largest, every, chosen: false }
    }

    /// The same, chosen by cosput and not by the user.
    #[must_use]
    pub const fn chosen(self) -> Self {
        Self { chosen: true, ..self }
    }

    /// True if cosput chose the sizes. Up to 50 such parts of one object begin in any second.
    pub fn is_chosen(&self) -> bool {
        self.chosen
    }

    fn is_uniform(&self) -> bool {
        self.first == self.largest
    }

    /// The size of the first part in bytes.
    pub fn first(&self) -> u64 {
        self.first
    }

    /// The size of the largest parts in bytes.
    pub fn largest(&self) -> u64 {
        self.largest
    }

    /// The number of bytes that 10,000 parts hold, up to the largest object.
    pub fn capacity(&self) -> u64 {
        self.end(MOST_PARTS).min(LARGEST_OBJECT)
    }

    /// The range of a part in a source without an end.
    pub fn range(&self, number: PartNumber) -> Range {
        let before = number.value() - 1;
        let offset = self.end(before);
        Range { offset, length: self.end(number.value()) - offset }
    }

    /// The number of parts for `size` bytes.
    pub fn count(&self, size: u64) -> u64 {
        if self.is_uniform() {
            return size.div_ceil(self.largest);
        }
        let doubled = self.steps() * u64::from(self.every);
        let grown = u16::try_from(doubled).map_or(u64::MAX, |doubled| self.end(doubled));
        if size > grown {
            return doubled + (size - grown).div_ceil(self.largest);
        }
        let (mut too_few, mut enough) = (0, u16::try_from(doubled).unwrap_or(u16::MAX));
        while too_few < enough {
            let middle = too_few.midpoint(enough);
            if self.end(middle) >= size { enough = middle } else { too_few = middle + 1 }
        }
        u64::from(enough)
    }

    /// The end of the last of the first `parts` parts.
    fn end(&self, parts: u16) -> u64 {
        let (parts, every) = (u64::from(parts), u64::from(self.every));
        let step = (parts / every).min(self.steps());
        let size = (self.first << step).min(self.largest);
        every * self.first * ((1 << step) - 1) + (parts - step * every) * size
    }

    /// The number of times that the first size doubles until the largest is reached.
    fn steps(&self) -> u64 {
        u64::from(self.largest.div_ceil(self.first).next_power_of_two().trailing_zeros())
    }
}

impl Parts {
    /// The parts of a source of `size` bytes, which must not exceed the capacity of the sizes.
    pub(crate) fn new(size: u64, sizes: PartSizes) -> Self {
        Self { size, sizes, divisions: Divisions::default() }
    }

    /// The same with smaller parts from one number on. `None` if the service would refuse them.
    pub(crate) fn divided(self, division: Division) -> Option<Self> {
        let offset = self.range(division.first).filter(|_| self.sizes.is_uniform())?.offset;
        let divisions = self.divisions.with(division, offset, self.size)?;
        if division.first == PartNumber::FIRST {
            let sizes = PartSizes { chosen: self.sizes.chosen, ..PartSizes::uniform(division.part_size) };
            return Some(Self::new(self.size, sizes));
        }
        Some(Self { divisions, ..self })
    }

    /// The same, with all parts of the size of the first.
    pub(crate) fn undivided(self) -> Self {
        Self::new(self.size, self.sizes)
    }

    /// The same, with sizes that cosput chose.
    #[must_use]
    pub(super) fn chosen(self) -> Self {
        Self::new(self.size, self.sizes.chosen())
    }

    /// The number of parts.
    pub fn count(&self) -> u16 {
        let undivided = || u16::try_from(self.sizes.count(self.size)).expect("a plan has at most 10,000 parts");
        self.divisions.count(self.size).unwrap_or_else(undivided)
    }

    /// The total size in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The size of every part but the last, in bytes; of the first part if parts grow or were divided.
    pub fn part_size(&self) -> u64 {
        self.sizes.first()
    }

    /// The size of the last parts if parts were divided; the last of all may be smaller.
    pub fn divided_part_size(&self) -> Option<u64> {
        self.divisions.last_part_size()
    }

    /// The sizes of the parts.
    pub fn sizes(&self) -> PartSizes {
        self.sizes
    }

    /// The part numbers, ascending.
    pub fn numbers(&self) -> impl Iterator<Item = PartNumber> + use<> {
        (1..=self.count()).map(|number| PartNumber::new(number).expect("a plan has part numbers 1 to 10,000"))
    }

    /// The range of a part; `None` for a number beyond the last.
    pub fn range(&self, number: PartNumber) -> Option<Range> {
        let Range { offset, length } = self.endless_range(number);
        (offset < self.size).then(|| Range { offset, length: length.min(self.size - offset) })
    }

    /// The range of a part if the source had no end.
    pub(super) fn endless_range(&self, number: PartNumber) -> Range {
        self.divisions.range(number).unwrap_or_else(|| self.sizes.range(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cos::multipart::{LARGEST_PART, SMALLEST_PART};
    use proptest::prelude::*;

    const MIB: u64 = 1 << 20;
    const GIB: u64 = 1 << 30;
    const TIB: u64 = 1 << 40;

    fn numbers() -> impl Iterator<Item = PartNumber> {
        (1..=MOST_PARTS).map(|number| PartNumber::new(number).unwrap())
    }

    /// The sizes of the parts, each with the number of parts of that size.
    fn runs(sizes: PartSizes) -> Vec<(u64, u16)> {
        let mut runs: Vec<(u64, u16)> = Vec::new();
        for size in numbers().map(|number| sizes.range(number).length) {
            match runs.last_mut() {
                Some((last, count)) if *last == size => *count += 1,
                _ => runs.push((size / MIB * MIB, 1)),
            }
        }
        runs
    }

    #[test]
    fn parts_double_up_to_what_memory_allows() {
        // As large as COS accepts them; 48 TiB are 50,331,648 MiB.
        let largest_of_all = [
            (16, 22),
            (32, 22),
            (64, 22),
            (128, 22),
            (256, 22),
            (512, 22),
            (1024, 22),
            (2048, 22),
            (4096, 22),
            (5120, 9802),
        ];
        let table = [
            // The default memory: two parts of 128 MiB.
            (16, 128, [(16, 941), (32, 941), (64, 941), (128, 7177)].as_slice(), 1_024_048),
            (16, 16, &[(16, 10_000)], 160_000),
            (16, 32, &[(16, 4000), (32, 6000)], 256_000),
            (4, 4, &[(4, 10_000)], 40_000),
            (16, 48, &[(16, 2000), (32, 2000), (48, 6000)], 384_000),
            (16, 5120, &largest_of_all, 50_366_112),
        ];
        for (first, largest, expected, capacity) in table {
            let sizes = PartSizes::growing(first * MIB, largest * MIB);
            let expected: Vec<(u64, u16)> = expected.iter().map(|(size, count)| (size * MIB, *count)).collect();
            assert_eq!(runs(sizes), expected, "{first} to {largest} MiB");
            assert_eq!(sizes.capacity(), capacity * MIB, "{first} to {largest} MiB");
        }
        assert!(PartSizes::growing(16 * MIB, 5 * GIB).capacity() >= 48 * TIB);
    }

    proptest! {
        #[test]
        fn parts_never_shrink_and_keep_within_the_limits(first in 1..=5120_u64, more in 0..=5120_u64, size in 1..=LARGEST_OBJECT) {
            let (first, largest) = (first * MIB, ((first + more) * MIB).min(LARGEST_PART));
            let sizes = PartSizes::growing(first, largest);
            let (mut offset, mut last) = (0, 0);
            for number in numbers() {
                let range = sizes.range(number);
                prop_assert_eq!(range.offset, offset);
                prop_assert!(range.length >= last && (SMALLEST_PART..=largest).contains(&range.length));
                (offset, last) = (offset + range.length, range.length);
            }
            prop_assert_eq!(sizes.capacity(), offset.min(LARGEST_OBJECT));
            let at_best = largest * u64::from(MOST_PARTS);
            prop_assert!(sizes.capacity() >= (at_best / 5 * 4).min(48 * TIB));

            let size = size.min(sizes.capacity());
            let count = sizes.count(size);
            let last = sizes.range(PartNumber::new(u16::try_from(count).unwrap()).unwrap());
            prop_assert!(last.offset < size && size <= last.offset + last.length);
        }
    }
}
