//! Why no plan is possible: the limit that is exceeded, and a value within it.

use crate::language::message;
use std::fmt;

use crate::cos::multipart::{LARGEST_OBJECT, MOST_PARTS};

const MEBIBYTE: u64 = 1 << 20;

/// Why no plan is possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanError {
    /// The source is larger than the largest object of COS.
    ObjectTooLarge {
        /// The size in bytes.
        size: u64,
    },
    /// The part size is below 1 MiB.
    PartTooSmall {
        /// The part size in bytes.
        part_size: u64,
        /// The smallest part size for this source.
        smallest: u64,
    },
    /// The part size is above 5 GiB.
    PartTooLarge {
        /// The part size in bytes.
        part_size: u64,
    },
    /// The part size makes more than 10,000 parts.
    TooManyParts {
        /// The part size in bytes.
        part_size: u64,
        /// The number of parts.
        parts: u64,
        /// The smallest part size for this source.
        smallest: u64,
    },
    /// The threshold exceeds the limit of one PUT, 5 GiB.
    ThresholdTooLarge {
        /// The threshold in bytes.
        threshold: u64,
    },
    /// The memory for a stream is too small for its parts.
    MemoryTooSmall {
        /// The memory in bytes.
        memory: u64,
        /// The part size in bytes.
        part_size: u64,
        /// The smallest sufficient memory.
        smallest: u64,
    },
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mebibytes = |bytes: u64| bytes / MEBIBYTE;
        match *self {
            Self::ObjectTooLarge { size } => {
                message!("{size} bytes are more than an object can hold, 50,000 GiB ({largest} bytes)", size, largest = LARGEST_OBJECT).fmt(f)
            }
            Self::PartTooSmall { part_size, smallest } => {
                message!("a part size of {part_size} bytes is below 1 MiB; use at least {least} MiB", part_size, least = mebibytes(smallest)).fmt(f)
            }
            Self::PartTooLarge { part_size } => {
                message!("a part size of {part_size} bytes is above 5 GiB; use at most 5 GiB", part_size).fmt(f)
            }
            Self::TooManyParts { part_size, parts, smallest } => message!(
                "a part size of {part_size} bytes makes {parts} parts, and an upload has at most {most}; use at least {least} MiB",
                part_size,
                parts,
                most = MOST_PARTS,
                least = mebibytes(smallest)
            )
            .fmt(f),
            Self::ThresholdTooLarge { threshold } => {
                message!("a threshold of {threshold} bytes is above what one PUT takes; use at most 5 GiB", threshold).fmt(f)
            }
            Self::MemoryTooSmall { memory, part_size, smallest } => message!(
                "a memory of {memory} bytes is too little for parts of {part_size} bytes; use at least {least} MiB",
                memory,
                part_size,
                least = mebibytes(smallest)
            )
            .fmt(f),
        }
    }
}

impl std::error::Error for PlanError {}
