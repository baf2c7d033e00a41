//! What the server lacks of an upload, and into which parts it can be divided if the present ones are too large for the
//! network.

use super::divisions::Division;
use super::part_sizes::Parts;
use crate::cos::multipart::{MOST_PARTS, PartNumber, SMALLEST_PART};

/// How much smaller parts become.
const SMALLER: u64 = 4;
/// How much smaller they become at least; less is not worth a division.
const LEAST_SMALLER: u64 = 2;

/// The parts from the first one that the server lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rest {
    /// The first of them.
    pub(crate) first: PartNumber,
    /// The bytes of those that the server lacks.
    pub(crate) missing: u64,
    /// The bytes of those that it holds. A division gives them up, because its parts take their numbers.
    pub(crate) held: u64,
}

/// Whether parts can become smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Smaller {
    /// They can, like this.
    Parts(Division),
    /// They are as small as is of use.
    No,
    /// Smaller ones would need more than 10,000 numbers.
    NumbersUsedUp,
}

impl Parts {
    /// How the parts from `first` on can become smaller.
    pub(crate) fn smaller_from(&self, first: PartNumber) -> Smaller {
        let Some(range) = self.range(first) else { return Smaller::No };
        let present = self.endless_range(first).length;
        // Where later parts are smaller already, it was of use.
        let wanted = self.divided_part_size().map_or(present / SMALLER, |last| last.min(present / SMALLER));
        let wanted = wanted.next_multiple_of(SMALLEST_PART);
        if wanted > present / LEAST_SMALLER || range.length <= wanted {
            return Smaller::No;
        }
        let numbers = u64::from(MOST_PARTS - first.value()) + 1;
        let smallest = (self.size() - range.offset).div_ceil(numbers).next_multiple_of(SMALLEST_PART);
        let division = Division { first, part_size: wanted.max(smallest) };
        match self.divided(division).filter(|_| division.part_size <= present / LEAST_SMALLER) {
            Some(_) => Smaller::Parts(division),
            None => Smaller::NumbersUsedUp,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upload::plan::part_sizes::PartSizes;
    use proptest::prelude::*;

    const MIB: u64 = 1 << 20;

    fn number(number: u16) -> PartNumber {
        PartNumber::new(number).unwrap()
    }

    fn parts(size: u64, part_size: u64) -> Parts {
        Parts::new(size, PartSizes::uniform(part_size).chosen())
    }

    /// Each part covers the source where the one before ends.
    fn check(parts: &Parts) {
        let mut offset = 0;
        for number in parts.numbers() {
            let range = parts.range(number).unwrap();
            assert_eq!(range.offset, offset, "part {number} of {parts:?}");
            let is_last = number.value() == parts.count();
            assert!(range.length >= if is_last { 1 } else { SMALLEST_PART }, "part {number} of {parts:?}");
            offset += range.length;
        }
        assert_eq!(offset, parts.size());
        assert!(parts.count() <= MOST_PARTS);
        assert_eq!(PartNumber::new(parts.count() + 1).and_then(|beyond| parts.range(beyond)), None);
    }

    #[test]
    fn the_rest_becomes_a_quarter_each_time_until_parts_have_one_mebibyte() {
        let mut parts = parts(3000 * MIB - 5, 60 * MIB);
        let mut sizes = Vec::new();
        for first in [3, 5, 5, 9, 9] {
            if let Smaller::Parts(division) = parts.smaller_from(number(first)) {
                sizes.push(division.part_size / MIB);
                parts = parts.divided(division).unwrap();
                check(&parts);
            }
        }
        assert_eq!(sizes, [15, 4, 1]);
        let lengths = [1, 2, 3, 4, 5, 6].map(|part| parts.range(number(part)).unwrap().length / MIB);
        assert_eq!((lengths, parts.count()), ([60, 60, 15, 15, 1, 1], 4 + 2850));
        assert_eq!(parts.smaller_from(number(9)), Smaller::No, "COS accepts no smaller ones");
    }

    #[test]
    fn from_the_first_part_on_all_parts_have_one_size() {
        let undivided = parts(100 * MIB, 8 * MIB);
        let Smaller::Parts(division) = undivided.smaller_from(PartNumber::FIRST) else { panic!("it can be divided") };
        assert_eq!(undivided.divided(division), Some(parts(100 * MIB, 2 * MIB)));
    }

    #[test]
    fn a_part_that_is_lost_before_a_division_takes_the_size_that_came_later() {
        let divided = parts(1000 * MIB, 64 * MIB).divided(Division { first: number(5), part_size: 2 * MIB }).unwrap();
        let Smaller::Parts(division) = divided.smaller_from(number(2)) else { panic!("it can be divided") };
        assert_eq!(division, Division { first: number(2), part_size: 2 * MIB });
        check(&divided.divided(division).unwrap());
    }

    #[test]
    fn the_last_part_is_divided_if_it_is_larger_than_the_new_ones() {
        let whole = parts(18 * MIB, 8 * MIB);
        assert_eq!(whole.smaller_from(number(3)), Smaller::No);
        let whole = parts(19 * MIB, 8 * MIB);
        assert_eq!(whole.smaller_from(number(3)), Smaller::Parts(Division { first: number(3), part_size: 2 * MIB }));
        assert_eq!(whole.smaller_from(number(4)), Smaller::No, "there is no such part");
    }

    #[test]
    fn numbers_that_are_used_up_allow_no_division_or_a_lesser_one() {
        let all = parts(64 * MIB * 10_000, 64 * MIB);
        assert_eq!(all.smaller_from(PartNumber::FIRST), Smaller::NumbersUsedUp);
        assert_eq!(all.smaller_from(number(9_999)), Smaller::NumbersUsedUp);
        // 5,000 numbers for 2,000 parts of 64 MiB.
        let some = parts(64 * MIB * 7_000, 64 * MIB);
        let Smaller::Parts(division) = some.smaller_from(number(5_001)) else { panic!("it can be divided") };
        assert_eq!(division.part_size, 26 * MIB);
        check(&some.divided(division).unwrap());
    }

    proptest! {
        #[test]
        fn however_often_parts_are_divided_they_cover_the_source_and_earlier_ones_stay(
            size in 2 * MIB..700_000 * MIB,
            whole in any::<bool>(),
            part_size in 1..=64_u64,
            lacking in prop::collection::vec(any::<prop::sample::Index>(), 1..8),
        ) {
            let size = if whole { size / MIB * MIB } else { size };
            let part_size = (part_size * MIB).max(size.div_ceil(10_000).next_multiple_of(MIB));
            let mut parts = parts(size, part_size);
            for first in lacking {
                let first = number(u16::try_from(first.index(usize::from(parts.count()))).unwrap() + 1);
                let before = parts;
                if let Smaller::Parts(division) = parts.smaller_from(first) {
                    parts = parts.divided(division).unwrap();
                    for kept in 1..first.value() {
                        prop_assert_eq!(parts.range(number(kept)), before.range(number(kept)));
                    }
                    prop_assert!(2 * parts.range(first).unwrap().length <= before.endless_range(first).length);
                    check(&parts);
                }
            }
        }
    }
}
