//! From a size, a wish and the service's limits to a plan: one PUT, or parts. A plan that exists respects the limits.

use std::fmt;

use super::part_sizes::{Cut, Range};
use crate::cos::multipart::{LARGEST_OBJECT, LARGEST_PART, MOST_PARTS, PartNumber, SMALLEST_PART};
use crate::cos::put_object::LARGEST_PUT;

/// The part size where nobody wishes for another, in bytes: 16 MiB.
pub const USUAL_PART_SIZE: u64 = 16 << 20;
/// The size up to which a file goes in one PUT where nobody says otherwise, in bytes: 16 MiB.
pub const USUAL_THRESHOLD: u64 = 16 << 20;

const MEBIBYTE: u64 = 1 << 20;

/// How to cut a source. The service's limits come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanOptions {
    /// The part size in bytes; `None` leaves it to the plan.
    pub part_size: Option<u64>,
    /// The largest file, in bytes, that goes in one PUT.
    pub multipart_threshold: u64,
}

impl Default for PlanOptions {
    fn default() -> Self {
        Self { part_size: None, multipart_threshold: USUAL_THRESHOLD }
    }
}

/// How a source becomes an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plan {
    /// One PUT of the whole.
    Put {
        /// The size in bytes.
        size: u64,
    },
    /// A multipart upload.
    Multipart(Parts),
    /// A multipart upload of a stream: nobody knows how many parts it has before it ends.
    Stream(Cut),
}

/// The parts of a multipart upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts {
    size: u64,
    cut: Cut,
}

/// Why there is no plan: which limit stands in the way and what would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanError {
    /// The source is larger than COS can hold.
    ObjectTooLarge {
        /// The size in bytes.
        size: u64,
    },
    /// The wished part size is below 1 MiB.
    PartTooSmall {
        /// The wish in bytes.
        wish: u64,
        /// The smallest size that would do for this source.
        smallest: u64,
    },
    /// The wished part size is above 5 GiB.
    PartTooLarge {
        /// The wish in bytes.
        wish: u64,
    },
    /// The wished part size makes more than 10,000 parts.
    TooManyParts {
        /// The wish in bytes.
        wish: u64,
        /// How many parts it would make.
        parts: u64,
        /// The smallest size that would do for this source.
        smallest: u64,
    },
    /// The threshold is above what one PUT takes, 5 GiB.
    ThresholdTooLarge {
        /// The wish in bytes.
        wish: u64,
    },
    /// The memory for a stream is too little for its parts.
    MemoryTooSmall {
        /// The memory in bytes.
        memory: u64,
        /// The part size in bytes.
        part_size: u64,
        /// The smallest memory that would do.
        smallest: u64,
    },
}

impl Plan {
    /// Plans a source of `size` bytes.
    pub fn new(size: u64, wish: PlanOptions) -> Result<Self, PlanError> {
        if wish.multipart_threshold > LARGEST_PUT {
            return Err(PlanError::ThresholdTooLarge { wish: wish.multipart_threshold });
        }
        if size > LARGEST_OBJECT {
            return Err(PlanError::ObjectTooLarge { size });
        }
        let smallest = smallest_part_size(size);
        // A wish is checked for small files too: a script that works with one file should not fail with the next.
        let part_size = match wish.part_size {
            None => smallest.max(USUAL_PART_SIZE),
            Some(wish) if wish < SMALLEST_PART => return Err(PlanError::PartTooSmall { wish, smallest }),
            Some(wish) if wish > LARGEST_PART => return Err(PlanError::PartTooLarge { wish }),
            Some(wish) if wish < smallest && size.div_ceil(wish) > u64::from(MOST_PARTS) => {
                return Err(PlanError::TooManyParts { wish, parts: size.div_ceil(wish), smallest });
            }
            Some(wish) => wish,
        };
        if size <= wish.multipart_threshold {
            return Ok(Self::Put { size });
        }
        Ok(Self::Multipart(Parts::new(size, Cut::uniform(part_size))))
    }

    /// Plans a stream, of which no more than `memory` bytes are held at a time: parts of one size where that is wished for
    /// or the `size` is known, growing ones otherwise.
    pub fn of_stream(size: Option<u64>, wish: PlanOptions, memory: u64) -> Result<Self, PlanError> {
        // While one part is sent, another is read.
        let largest = (memory / 2 / MEBIBYTE * MEBIBYTE).clamp(SMALLEST_PART, LARGEST_PART);
        let usual = USUAL_PART_SIZE.min(largest);
        let part_size = wish.part_size.unwrap_or_else(|| smallest_part_size(size.unwrap_or(0)).max(usual));
        // Whatever goes in one PUT is held whole, so that it can be sent again.
        let multipart_threshold = match wish.multipart_threshold {
            beyond if beyond > LARGEST_PUT => beyond,
            threshold => threshold.min(memory.saturating_sub(1)),
        };
        let plan = Self::new(size.unwrap_or(0), PlanOptions { part_size: Some(part_size), multipart_threshold })?;
        let needed = if wish.part_size.is_some() { part_size } else { 2 * part_size };
        if needed > memory {
            let smallest = needed.next_multiple_of(MEBIBYTE);
            return Err(PlanError::MemoryTooSmall { memory, part_size, smallest });
        }
        Ok(match (size, wish.part_size) {
            (Some(_), _) => plan,
            (None, Some(part_size)) => Self::Stream(Cut::uniform(part_size)),
            (None, None) => Self::Stream(Cut::growing(usual, largest)),
        })
    }

    /// The size of the whole in bytes, where it is known.
    pub fn size(&self) -> Option<u64> {
        match self {
            Self::Put { size } => Some(*size),
            Self::Multipart(parts) => Some(parts.size),
            Self::Stream(_) => None,
        }
    }

    /// How many parts, 1 for a PUT; `None` where that is not known.
    pub fn parts(&self) -> Option<u16> {
        match self {
            Self::Put { .. } => Some(1),
            Self::Multipart(parts) => Some(parts.count()),
            Self::Stream(_) => None,
        }
    }

    /// The part size in bytes; that of a PUT is its size, that of growing parts the first one's.
    pub fn part_size(&self) -> u64 {
        match self {
            Self::Put { size } => *size,
            Self::Multipart(parts) => parts.part_size(),
            Self::Stream(cut) => cut.first(),
        }
    }

    /// Whether all of it goes in one request.
    pub fn is_put(&self) -> bool {
        matches!(self, Self::Put { .. })
    }

    /// `put` or `multipart`, as events name it.
    pub fn mode(&self) -> &'static str {
        match self {
            Self::Put { .. } => "put",
            Self::Multipart(_) | Self::Stream(_) => "multipart",
        }
    }
}

impl Parts {
    /// A source of `size` bytes, which is no more than the cut holds.
    pub(crate) fn new(size: u64, cut: Cut) -> Self {
        Self { size, cut }
    }

    /// How many there are.
    pub fn count(&self) -> u16 {
        u16::try_from(self.cut.count(self.size)).expect("a plan has at most 10,000 parts")
    }

    /// The size of the whole in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The size of every part but the last, in bytes; of the first one, where parts grow.
    pub fn part_size(&self) -> u64 {
        self.cut.first()
    }

    /// How it is cut.
    pub fn cut(&self) -> Cut {
        self.cut
    }

    /// The numbers, ascending.
    pub fn numbers(&self) -> impl Iterator<Item = PartNumber> + use<> {
        (1..=self.count()).map(|number| PartNumber::new(number).expect("a plan has part numbers 1 to 10,000"))
    }

    /// Where a part lies; `None` for a number beyond the last.
    pub fn range(&self, number: PartNumber) -> Option<Range> {
        let Range { offset, length } = self.cut.range(number);
        (offset < self.size).then(|| Range { offset, length: length.min(self.size - offset) })
    }
}

/// The smallest part size, in whole MiB, that makes at most 10,000 parts.
fn smallest_part_size(size: u64) -> u64 {
    size.div_ceil(u64::from(MOST_PARTS)).div_ceil(MEBIBYTE).max(1) * MEBIBYTE
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mebibytes = |bytes: u64| bytes / MEBIBYTE;
        match *self {
            Self::ObjectTooLarge { size } => {
                write!(f, "{size} bytes are more than an object can hold, 50,000 GiB ({LARGEST_OBJECT} bytes)")
            }
            Self::PartTooSmall { wish, smallest } => {
                write!(f, "a part size of {wish} bytes is below 1 MiB; at least {} MiB would do", mebibytes(smallest))
            }
            Self::PartTooLarge { wish } => {
                write!(f, "a part size of {wish} bytes is above 5 GiB; at most 5 GiB would do")
            }
            Self::TooManyParts { wish, parts, smallest } => write!(
                f,
                "a part size of {wish} bytes makes {parts} parts, and an upload has at most {MOST_PARTS}; at least {} MiB would do",
                mebibytes(smallest)
            ),
            Self::ThresholdTooLarge { wish } => {
                write!(f, "a threshold of {wish} bytes is above what one PUT takes; at most 5 GiB would do")
            }
            Self::MemoryTooSmall { memory, part_size, smallest } => write!(
                f,
                "a memory of {memory} bytes is too little for parts of {part_size} bytes; at least {} MiB would do",
                mebibytes(smallest)
            ),
        }
    }
}

impl std::error::Error for PlanError {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GIB: u64 = 1 << 30;

    fn wish(part_size: impl Into<Option<u64>>) -> PlanOptions {
        PlanOptions { part_size: part_size.into(), multipart_threshold: 0 }
    }

    #[test]
    fn sizes_around_each_limit_get_the_plan_of_the_reference() {
        let usual = USUAL_PART_SIZE;
        let table = [
            (1, usual, 1),
            (usual - 1, usual, 1),
            (usual, usual, 1),
            (usual + 1, usual, 2),
            (usual * 10_000, usual, 10_000),
            (usual * 10_000 + 1, 17 * MEBIBYTE, 9412),
            (17 * MEBIBYTE * 10_000, 17 * MEBIBYTE, 10_000),
            (17 * MEBIBYTE * 10_000 + 1, 18 * MEBIBYTE, 9445),
            (LARGEST_OBJECT - 1, 5 * GIB, 10_000),
            (LARGEST_OBJECT, 5 * GIB, 10_000),
        ];
        for (size, part_size, parts) in table {
            let plan = Plan::new(size, wish(None)).unwrap();
            assert_eq!((plan.part_size(), plan.parts()), (part_size, Some(parts)), "{size}");
        }
        assert_eq!(
            Plan::new(LARGEST_OBJECT + 1, wish(None)),
            Err(PlanError::ObjectTooLarge { size: LARGEST_OBJECT + 1 })
        );
    }

    #[test]
    fn a_file_at_or_under_the_threshold_is_one_put() {
        let plan =
            |size, multipart_threshold| Plan::new(size, PlanOptions { part_size: None, multipart_threshold }).unwrap();
        assert_eq!(plan(0, 0), Plan::Put { size: 0 });
        assert_eq!(plan(0, 100), Plan::Put { size: 0 });
        assert_eq!(plan(100, 100), Plan::Put { size: 100 });
        assert_eq!(plan(101, 100).mode(), "multipart");
        assert_eq!(plan(5 * GIB, 5 * GIB), Plan::Put { size: 5 * GIB });
        let wish = PlanOptions { part_size: None, multipart_threshold: 5 * GIB + 1 };
        assert_eq!(Plan::new(1, wish), Err(PlanError::ThresholdTooLarge { wish: 5 * GIB + 1 }));
    }

    #[test]
    fn a_wish_that_cannot_be_is_refused_with_what_would_do() {
        let refused = |size, part_size| Plan::new(size, wish(part_size)).unwrap_err();
        assert_eq!(refused(1, MEBIBYTE - 1), PlanError::PartTooSmall { wish: MEBIBYTE - 1, smallest: MEBIBYTE });
        assert_eq!(refused(1, 5 * GIB + 1), PlanError::PartTooLarge { wish: 5 * GIB + 1 });
        assert_eq!(
            refused(100 * GIB, 5 * MEBIBYTE),
            PlanError::TooManyParts { wish: 5 * MEBIBYTE, parts: 20_480, smallest: 11 * MEBIBYTE }
        );
        assert!(Plan::new(100 * GIB, wish(11 * MEBIBYTE)).is_ok());
        assert!(Plan::new(100 * GIB, wish(10 * MEBIBYTE)).is_err());
        assert_eq!(
            refused(100 * GIB, 5 * MEBIBYTE).to_string(),
            "a part size of 5242880 bytes makes 20480 parts, and an upload has at most 10000; at least 11 MiB would do"
        );
    }

    #[test]
    fn a_stream_is_cut_so_that_its_parts_fit_into_memory() {
        let plan = |size: Option<u64>, part_size: Option<u64>, memory| {
            let wish = PlanOptions { part_size, ..PlanOptions::default() };
            Plan::of_stream(size, wish, memory * MEBIBYTE)
        };
        let stream = |first, largest| Ok(Plan::Stream(Cut::growing(first * MEBIBYTE, largest * MEBIBYTE)));
        let multipart = |size, part_size| Ok(Plan::Multipart(Parts::new(size, Cut::uniform(part_size * MEBIBYTE))));
        let too_small = |memory, part_size, smallest| {
            let [memory, part_size, smallest] = [memory, part_size, smallest].map(|size| size * MEBIBYTE);
            Err(PlanError::MemoryTooSmall { memory, part_size, smallest })
        };
        assert_eq!(plan(None, None, 256), stream(16, 128));
        assert_eq!(plan(None, None, 33), stream(16, 16));
        assert_eq!(plan(None, None, 9), stream(4, 4));
        assert_eq!(plan(None, None, 64 << 10), stream(16, 5 << 10));
        assert_eq!(plan(None, None, 1), too_small(1, 1, 2));
        assert_eq!(plan(None, Some(64 * MEBIBYTE), 256), Ok(Plan::Stream(Cut::uniform(64 * MEBIBYTE))));
        assert_eq!(plan(None, Some(64 * MEBIBYTE), 64), Ok(Plan::Stream(Cut::uniform(64 * MEBIBYTE))));
        assert_eq!(plan(None, Some(64 * MEBIBYTE), 63), too_small(63, 64, 64));
        assert_eq!(plan(None, Some(1), 64), Err(PlanError::PartTooSmall { wish: 1, smallest: MEBIBYTE }));
        // A size that is known makes parts that are alike.
        assert_eq!(plan(Some(5), None, 256), Ok(Plan::Put { size: 5 }));
        assert_eq!(plan(Some(5 * GIB), None, 256), multipart(5 * GIB, 16));
        assert_eq!(plan(Some(5 * GIB), None, 8), multipart(5 * GIB, 4));
        assert_eq!(plan(Some(1000 * GIB), None, 256), multipart(1000 * GIB, 103));
        assert_eq!(plan(Some(5000 * GIB), None, 256), too_small(256, 512, 1024));
        assert_eq!(plan(Some(5000 * GIB), None, 1024), multipart(5000 * GIB, 512));
        assert_eq!(
            plan(Some(5000 * GIB), None, 256).unwrap_err().to_string(),
            "a memory of 268435456 bytes is too little for parts of 536870912 bytes; at least 1024 MiB would do"
        );
    }

    #[test]
    fn what_goes_in_one_put_fits_into_memory() {
        let wish = PlanOptions { part_size: None, multipart_threshold: 5 * GIB };
        let plan = |size| Plan::of_stream(Some(size), wish, 2 * MEBIBYTE).unwrap();
        assert_eq!(plan(2 * MEBIBYTE - 1).mode(), "put");
        assert_eq!(plan(2 * MEBIBYTE).mode(), "multipart");
    }

    #[test]
    fn every_small_case_covers_the_source_without_gap_or_overlap() {
        for size in 1..=64_u64 {
            for part_size in 1..=16 {
                let parts = Parts::new(size * MEBIBYTE - size % 3, Cut::uniform(part_size * MEBIBYTE));
                let mut offset = 0;
                for number in parts.numbers() {
                    let range = parts.range(number).unwrap();
                    assert_eq!(range.offset, offset);
                    assert!(range.length > 0 && range.length <= parts.part_size());
                    assert!(range.length == parts.part_size() || number.value() == parts.count());
                    offset += range.length;
                }
                assert_eq!(offset, parts.size);
                assert_eq!(parts.range(PartNumber::new(parts.count() + 1).unwrap()), None);
            }
        }
    }

    proptest! {
        #[test]
        fn a_plan_respects_every_limit(size in 0..=LARGEST_OBJECT, part_size in prop::option::of(0..=LARGEST_PART + MEBIBYTE)) {
            match Plan::new(size, wish(part_size)) {
                Ok(Plan::Put { .. }) => prop_assert_eq!(size, 0),
                Ok(Plan::Multipart(parts)) => {
                    prop_assert!((SMALLEST_PART..=LARGEST_PART).contains(&parts.part_size()));
                    prop_assert!(parts.count() >= 1 && parts.count() <= MOST_PARTS);
                    let last = parts.range(parts.numbers().last().unwrap()).unwrap();
                    prop_assert_eq!(last.offset + last.length, size);
                    prop_assert!(last.length >= 1);
                }
                Err(PlanError::PartTooSmall { smallest, .. } | PlanError::TooManyParts { smallest, .. }) => {
                    prop_assert!(Plan::new(size, wish(smallest)).is_ok());
                    prop_assert!(smallest == SMALLEST_PART || Plan::new(size, wish(smallest - MEBIBYTE)).is_err());
                }
                Ok(Plan::Stream(_)) => prop_assert!(false, "the size is known"),
                Err(PlanError::PartTooLarge { .. }) => prop_assert!(part_size > Some(LARGEST_PART)),
                Err(other) => prop_assert!(false, "{}", other),
            }
        }
    }
}
