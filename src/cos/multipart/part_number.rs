//! The number of a part, and the limits of parts.

use std::fmt;

/// The smallest part, except the last, in bytes: 1 MiB (document 436/7750).
pub const SMALLEST_PART: u64 = 1 << 20;
/// The largest part, in bytes: 5 GiB (document 436/7750).
pub const LARGEST_PART: u64 = 5 << 30;
/// The most parts of one upload (document 436/7750).
pub const MOST_PARTS: u16 = 10_000;
/// The largest object, in bytes: 50,000 GiB, which is 10,000 parts of 5 GiB (document 436/14518).
pub const LARGEST_OBJECT: u64 = LARGEST_PART * MOST_PARTS as u64;

/// The number of a part: 1 to 10,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartNumber(u16);

impl PartNumber {
    /// The first part.
    pub const FIRST: Self = Self(1);

    /// Accepts 1 to 10,000.
    pub fn new(number: u16) -> Option<Self> {
        (1..=MOST_PARTS).contains(&number).then_some(Self(number))
    }

    /// The number.
    pub fn value(self) -> u16 {
        self.0
    }
}

impl fmt::Display for PartNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
