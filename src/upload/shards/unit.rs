//! The units of a plan, and which shard has which.
//!
//! A unit is a small file or one part of a large one. Each weighs its bytes and [`OVERHEAD`], and a shard has the units whose
//! middle lies in its stretch of the plan. So no table is needed, every machine comes to the same result, and each reads its
//! files in order.

use std::fmt;
use std::str::FromStr;

use crate::cos::multipart::PartNumber;
use crate::upload::plan::part_range::Range;

/// What a request costs besides its bytes, as a number of bytes.
pub const OVERHEAD: u64 = 256 << 10;

/// One of a number of equal stretches of a plan, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    index: u32,
    count: u32,
}

/// Why something is no shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidShard;

impl Shard {
    /// The shard `index` of `count`. `None` if there is no such shard.
    pub fn new(index: u32, count: u32) -> Option<Self> {
        (1..=count).contains(&index).then_some(Self { index, count })
    }

    /// Its number, from 1.
    pub fn index(self) -> u32 {
        self.index
    }

    /// How many shards there are.
    pub fn count(self) -> u32 {
        self.count
    }

    /// True if both can have the same unit of a plan, which may be divided differently for each.
    pub fn meets(self, other: Self) -> bool {
        let begins_before_the_end = |one: Self, other: Self| {
            u64::from(one.index - 1) * u64::from(other.count) < u64::from(other.index) * u64::from(one.count)
        };
        begins_before_the_end(self, other) && begins_before_the_end(other, self)
    }
}

impl FromStr for Shard {
    type Err = InvalidShard;

    fn from_str(text: &str) -> Result<Self, InvalidShard> {
        let (index, count) = text.split_once('/').ok_or(InvalidShard)?;
        let number =
            |text: &str| if text.starts_with('+') { Err(InvalidShard) } else { text.parse().map_err(|_| InvalidShard) };
        Self::new(number(index)?, number(count)?).ok_or(InvalidShard)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

/// A unit of work: one part of a file, or all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unit {
    /// The part, or `None` for a small file.
    pub part: Option<PartNumber>,
    /// Where its bytes are in the file.
    pub range: Range,
    /// The weight of all units before it.
    pub start: u64,
}

impl Unit {
    /// What it weighs.
    pub fn weight(&self) -> u64 {
        weight(1, self.range.length)
    }
}

/// What a number of units with so many bytes in all weighs.
pub fn weight(units: u64, bytes: u64) -> u64 {
    units * OVERHEAD + bytes
}

/// The weight of a whole plan, which divides it into shards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale {
    total: u64,
}

impl Scale {
    /// The scale of a plan with so many units and bytes.
    pub fn new(units: u64, bytes: u64) -> Self {
        Self { total: weight(units, bytes) }
    }

    /// The number of the shard, of `count`, that has this unit.
    pub fn shard_of(self, unit: &Unit, count: u32) -> u32 {
        // The middle and the total are doubled, so that the middle is a whole number.
        let middle = 2 * u128::from(unit.start) + u128::from(unit.weight());
        let index = middle * u128::from(count) / (2 * u128::from(self.total.max(1)));
        u32::try_from(index).unwrap_or(count).min(count - 1) + 1
    }

    /// True if the shard has this unit.
    pub fn has(self, shard: Shard, unit: &Unit) -> bool {
        self.shard_of(unit, shard.count) == shard.index
    }

    /// Weights in which the middle of each of the shard's units lies: from, and before.
    pub fn stretch(self, shard: Shard) -> (u64, u64) {
        let at = |index: u32| {
            let weight = u128::from(self.total) * u128::from(index) / u128::from(shard.count);
            u64::try_from(weight).unwrap_or(self.total)
        };
        (at(shard.index - 1), at(shard.index) + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Units of these sizes, one after the other.
    fn units(sizes: &[u64]) -> (Vec<Unit>, Scale) {
        let mut start = 0;
        let units = sizes.iter().map(|length| {
            let unit = Unit { part: None, range: Range { offset: 0, length: *length }, start };
            start += unit.weight();
            unit
        });
        (units.collect(), Scale::new(sizes.len() as u64, sizes.iter().sum()))
    }

    #[test]
    fn a_shard_is_written_as_a_number_of_a_number() {
        assert_eq!("3/64".parse(), Ok(Shard { index: 3, count: 64 }));
        assert_eq!("1/1".parse::<Shard>().map(|shard| shard.to_string()), Ok("1/1".to_owned()));
        for wrong in ["", "x", "3", "0/4", "5/4", "1/0", "-1/4", "+1/4", "1/4/2", "1 /4", "1/99999999999"] {
            assert_eq!(wrong.parse::<Shard>(), Err(InvalidShard), "{wrong}");
        }
    }

    /// Sizes of small files: all alike, evenly spread, spread over all magnitudes, and a few large ones among tiny ones.
    const SIZES: [fn(&mut fastrand::Rng) -> u64; 4] = [
        |_| 16 << 10,
        |random| random.u64(0..200_000),
        |random| 1 << random.u32(0..27),
        |random| if random.u32(0..1000) == 0 { 64 << 20 } else { random.u64(0..100) },
    ];

    /// How far the weight of any shard is from the mean, at most, as a fraction of it.
    fn imbalance(files: usize, shards: u32, size: fn(&mut fastrand::Rng) -> u64) -> f64 {
        let sizes = || {
            let mut random = fastrand::Rng::with_seed(1);
            std::iter::repeat_with(move || size(&mut random)).take(files)
        };
        let scale = Scale::new(files as u64, sizes().sum());
        let mut weights = vec![0_u64; shards as usize];
        let mut start = 0;
        for length in sizes() {
            let unit = Unit { part: None, range: Range { offset: 0, length }, start };
            start += unit.weight();
            weights[scale.shard_of(&unit, shards) as usize - 1] += unit.weight();
        }
        let mean = start as f64 / f64::from(shards);
        weights.iter().map(|weight| (*weight as f64 - mean).abs() / mean).fold(0.0, f64::max)
    }

    #[test]
    fn small_files_are_balanced_within_two_percent() {
        for (index, size) in SIZES.into_iter().enumerate() {
            for shards in [3, 8] {
                let imbalance = imbalance(100_000, shards, size);
                assert!(imbalance <= 0.02, "{imbalance} with the sizes {index} and {shards} shards");
            }
        }
    }

    #[test]
    #[ignore = "counts to 20 million for each row, which takes a minute without optimization"]
    fn ten_million_small_files_are_balanced_within_two_percent() {
        for (index, size) in SIZES.into_iter().enumerate() {
            for shards in [3, 64, 300] {
                let imbalance = imbalance(10_000_000, shards, size);
                assert!(imbalance <= 0.02, "{imbalance} with the sizes {index} and {shards} shards");
            }
        }
    }

    #[test]
    fn shards_of_different_divisions_meet_if_their_stretches_do() {
        let meets = |one: &str, other: &str| {
            let [one, other]: [Shard; 2] = [one, other].map(|text| text.parse().unwrap());
            assert_eq!(one.meets(other), other.meets(one), "{one} {other}");
            one.meets(other)
        };
        assert!(meets("3/8", "3/8") && meets("3/8", "1/1") && meets("3/8", "2/4") && meets("2/3", "2/4"));
        assert!(!meets("3/8", "4/8") && !meets("3/8", "1/4") && !meets("1/3", "3/4"));
        let last = u32::MAX;
        assert!(!meets(&format!("1/{last}"), &format!("2/{last}")));
        assert!(meets(&format!("{last}/{last}"), &format!("{}/{}", last - 1, last - 1)));
    }

    #[test]
    fn more_shards_than_units_leave_some_empty() {
        let (units, scale) = units(&[5, 5, 5]);
        let numbers: Vec<u32> = units.iter().map(|unit| scale.shard_of(unit, 100)).collect();
        assert_eq!(numbers, [17, 51, 84]);
    }

    proptest! {
        /// A shard that does not meet another has no unit of it.
        #[test]
        fn a_unit_of_two_shards_means_that_they_meet(
            sizes in proptest::collection::vec(0_u64..50 << 30, 1..200),
            (one, other) in (1_u32..300, 1_u32..300),
        ) {
            let (units, scale) = units(&sizes);
            for unit in &units {
                let shard = |count| Shard::new(scale.shard_of(unit, count), count).expect("it is one");
                prop_assert!(shard(one).meets(shard(other)), "{} {}", shard(one), shard(other));
            }
        }

        /// Each unit has exactly one shard, in order, whatever the number of shards.
        #[test]
        fn each_unit_has_one_shard_and_shards_are_stretches(
            sizes in proptest::collection::vec(0_u64..50 << 30, 1..200),
            count in 1_u32..300,
        ) {
            let (units, scale) = units(&sizes);
            let numbers: Vec<u32> = units.iter().map(|unit| scale.shard_of(unit, count)).collect();
            prop_assert!(numbers.is_sorted());
            for (unit, number) in units.iter().zip(&numbers) {
                let holders: Vec<u32> = (1..=count)
                    .filter(|index| scale.has(Shard::new(*index, count).expect("it is one"), unit))
                    .collect();
                prop_assert_eq!(&holders, &[*number]);
                let (from, before) = scale.stretch(Shard::new(*number, count).expect("it is one"));
                let middle = unit.start + unit.weight() / 2;
                prop_assert!(from <= middle + 1 && middle < before, "{} {} {}", from, middle, before);
            }
        }
    }
}
