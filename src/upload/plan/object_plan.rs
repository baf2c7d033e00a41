//! From a size, options and the service's limits to a plan: one PUT, or parts. Every plan respects the limits.

use std::time::Duration;

use super::default_sizes;
use super::divisions::Division;
use super::part_sizes::{PartSizes, Parts};
use super::plan_error::PlanError;
use crate::cos::multipart::{LARGEST_OBJECT, LARGEST_PART, MOST_PARTS, SMALLEST_PART};
use crate::cos::objects::put_object::LARGEST_PUT;

const MEBIBYTE: u64 = 1 << 20;

/// The sizes that the user asked for. The service's limits take precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanOptions {
    /// The part size in bytes; if `None`, cosput chooses it.
    pub part_size: Option<u64>,
    /// The largest file, in bytes, that is sent in one PUT; if `None`, cosput chooses it.
    pub multipart_threshold: Option<u64>,
    /// The number of files that are uploaded together, as far as it is known.
    pub files: u64,
    /// The time in which the server answers, if it was measured.
    pub round_trip: Option<Duration>,
}

impl PlanOptions {
    /// Parts of this size, and one PUT for files up to `threshold`.
    pub const fn fixed(part_size: u64, threshold: u64) -> Self {
        Self { part_size: Some(part_size), multipart_threshold: Some(threshold), files: 1, round_trip: None }
    }
}

impl Default for PlanOptions {
    fn default() -> Self {
        Self { part_size: None, multipart_threshold: None, files: 1, round_trip: None }
    }
}

/// How a source is uploaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plan {
    /// One PUT of the whole.
    Put {
        /// The size in bytes.
        size: u64,
    },
    /// A multipart upload.
    Multipart(Parts),
    /// A multipart upload of a stream; the number of parts is known when the stream ends.
    Stream(PartSizes),
}

impl Plan {
    /// Plans a source of `size` bytes.
    pub fn new(size: u64, options: PlanOptions) -> Result<Self, PlanError> {
        let threshold = match options.multipart_threshold {
            Some(beyond) if beyond > LARGEST_PUT => return Err(PlanError::ThresholdTooLarge { threshold: beyond }),
            Some(threshold) => threshold,
            None => default_sizes::threshold(size, options.files, options.round_trip),
        };
        if size > LARGEST_OBJECT {
            return Err(PlanError::ObjectTooLarge { size });
        }
        let smallest = smallest_part_size(size);
        // A part size is checked for small files too: a script that works with one file should not fail with the next.
        let sizes = match options.part_size {
            None => PartSizes::uniform(smallest.max(default_sizes::part_size(size, options.files))).chosen(),
            Some(asked) => PartSizes::uniform(checked(asked, size, smallest)?),
        };
        if size <= threshold {
            return Ok(Self::Put { size });
        }
        Ok(Self::Multipart(Parts::new(size, sizes)))
    }

    /// Plans a stream of which up to `memory` bytes are held: parts of one size if the user asked for it or the `size`
    /// is known, growing ones otherwise.
    pub fn of_stream(size: Option<u64>, options: PlanOptions, memory: u64) -> Result<Self, PlanError> {
        // While one part is sent, the next is read.
        let largest = (memory / 2 / MEBIBYTE * MEBIBYTE).clamp(SMALLEST_PART, LARGEST_PART);
        let usual = default_sizes::stream_part_size(size, memory).min(largest);
        let part_size = options.part_size.unwrap_or_else(|| smallest_part_size(size.unwrap_or(0)).max(usual));
        let multipart_threshold = Some(Self::stream_threshold(size, options, memory));
        let fixed = PlanOptions { part_size: Some(part_size), multipart_threshold, ..options };
        let plan = Self::new(size.unwrap_or(0), fixed)?;
        let needed = if options.part_size.is_some() { part_size } else { 2 * part_size };
        if needed > memory {
            let smallest = needed.next_multiple_of(MEBIBYTE);
            return Err(PlanError::MemoryTooSmall { memory, part_size, smallest });
        }
        Ok(match (plan, size, options.part_size) {
            (plan, Some(_), Some(_)) => plan,
            (Self::Multipart(parts), Some(_), None) => Self::Multipart(parts.chosen()),
            (plan, Some(_), None) => plan,
            (_, None, Some(part_size)) => Self::Stream(PartSizes::uniform(part_size)),
            (_, None, None) => Self::Stream(PartSizes::growing(usual, largest).chosen()),
        })
    }

    /// The largest stream that is sent in one PUT. All of it stays in memory, so that it can be sent again.
    pub(crate) fn stream_threshold(size: Option<u64>, options: PlanOptions, memory: u64) -> u64 {
        match options.multipart_threshold.unwrap_or_else(|| default_sizes::stream_threshold(size)) {
            beyond if beyond > LARGEST_PUT => beyond,
            threshold => threshold.min(memory.saturating_sub(1)),
        }
    }

    /// The same source in parts of another size, if cosput chose this size and the other one is possible.
    #[must_use]
    pub(crate) fn with_part_size(self, part_size: u64) -> Option<Self> {
        let Self::Multipart(parts) = self else { return None };
        let size = parts.size();
        let possible = parts.sizes().is_chosen() && checked(part_size, size, smallest_part_size(size)).is_ok();
        possible.then(|| Self::Multipart(Parts::new(size, PartSizes::uniform(part_size).chosen())))
    }

    /// The same source in parts of whole blocks of a delta map, if cosput chose the size.
    #[must_use]
    pub(crate) fn in_whole_blocks(self) -> Self {
        self.with_part_size(default_sizes::of_whole_blocks(self.part_size())).unwrap_or(self)
    }

    /// The same source with smaller parts from one number on, if the service accepts them.
    #[must_use]
    pub(crate) fn divided(self, division: Division) -> Option<Self> {
        let Self::Multipart(parts) = self else { return None };
        parts.divided(division).map(Self::Multipart)
    }

    /// The same source without divisions.
    #[must_use]
    pub(crate) fn undivided(self) -> Self {
        match self {
            Self::Multipart(parts) => Self::Multipart(parts.undivided()),
            plan @ (Self::Put { .. } | Self::Stream(_)) => plan,
        }
    }

    /// True for one PUT of the whole.
    pub fn is_put(&self) -> bool {
        matches!(self, Self::Put { .. })
    }

    /// Whether the same source would be one PUT to a server beside this machine.
    pub(crate) fn may_be_put_if_near(&self) -> bool {
        let most = default_sizes::threshold(0, 1, Some(Duration::ZERO));
        matches!(self, Self::Multipart(parts) if parts.sizes().is_chosen() && parts.size() <= most)
    }

    /// The size of the whole in bytes, if it is known.
    pub fn size(&self) -> Option<u64> {
        match self {
            Self::Put { size } => Some(*size),
            Self::Multipart(parts) => Some(parts.size()),
            Self::Stream(_) => None,
        }
    }

    /// The number of parts, 1 for a PUT; `None` while it is not known.
    pub fn parts(&self) -> Option<u16> {
        match self {
            Self::Put { .. } => Some(1),
            Self::Multipart(parts) => Some(parts.count()),
            Self::Stream(_) => None,
        }
    }

    /// The part size in bytes: the whole size for a PUT, the first part's for growing parts.
    pub fn part_size(&self) -> u64 {
        match self {
            Self::Put { size } => *size,
            Self::Multipart(parts) => parts.part_size(),
            Self::Stream(sizes) => sizes.first(),
        }
    }

    /// `put` or `multipart`, as in events.
    pub fn mode(&self) -> &'static str {
        if self.is_put() { "put" } else { "multipart" }
    }
}

/// The requested part size, if a source of `size` bytes can be divided by it.
fn checked(part_size: u64, size: u64, smallest: u64) -> Result<u64, PlanError> {
    if part_size < SMALLEST_PART {
        return Err(PlanError::PartTooSmall { part_size, smallest });
    }
    if part_size > LARGEST_PART {
        return Err(PlanError::PartTooLarge { part_size });
    }
    match size.div_ceil(part_size) {
        parts if parts > u64::from(MOST_PARTS) => Err(PlanError::TooManyParts { part_size, parts, smallest }),
        _ => Ok(part_size),
    }
}

/// The smallest part size, in whole MiB, with at most 10,000 parts.
fn smallest_part_size(size: u64) -> u64 {
    size.div_ceil(u64::from(MOST_PARTS)).div_ceil(MEBIBYTE).max(1) * MEBIBYTE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cos::multipart::PartNumber;
    use proptest::prelude::*;

    const GIB: u64 = 1 << 30;

    fn fixed(part_size: u64) -> PlanOptions {
        PlanOptions::fixed(part_size, 0)
    }

    fn chosen(size: u64, part_size: u64) -> Plan {
        Plan::Multipart(Parts::new(size, PartSizes::uniform(part_size).chosen()))
    }

    #[test]
    fn sizes_around_each_limit_get_the_plan_of_the_reference() {
        let largest = 64 * MEBIBYTE;
        let table = [
            (1, MEBIBYTE, 1),
            (MEBIBYTE, MEBIBYTE, 1),
            (MEBIBYTE + 1, MEBIBYTE, 2),
            (45 * MEBIBYTE, MEBIBYTE, 45),
            (45 * MEBIBYTE + 1, 2 * MEBIBYTE, 23),
            (90 * MEBIBYTE + 1, 9 * MEBIBYTE / 4, 41),
            (largest * 45, largest, 45),
            (largest * 10_000, largest, 10_000),
            (largest * 10_000 + 1, 65 * MEBIBYTE, 9847),
            (LARGEST_OBJECT - 1, 5 * GIB, 10_000),
            (LARGEST_OBJECT, 5 * GIB, 10_000),
        ];
        let options = PlanOptions { multipart_threshold: Some(0), ..PlanOptions::default() };
        for (size, part_size, parts) in table {
            let plan = Plan::new(size, options).unwrap();
            assert_eq!((plan, plan.parts()), (chosen(size, part_size), Some(parts)), "{size}");
        }
        assert_eq!(Plan::new(LARGEST_OBJECT + 1, options), Err(PlanError::ObjectTooLarge { size: LARGEST_OBJECT + 1 }));
    }

    #[test]
    fn a_file_at_or_under_the_threshold_is_one_put() {
        let plan =
            |size, threshold| Plan::new(size, PlanOptions { multipart_threshold: threshold, ..PlanOptions::default() });
        assert_eq!(plan(0, Some(0)), Ok(Plan::Put { size: 0 }));
        assert_eq!(plan(0, Some(100)), Ok(Plan::Put { size: 0 }));
        assert_eq!(plan(100, Some(100)), Ok(Plan::Put { size: 100 }));
        assert_eq!(plan(101, Some(100)), Ok(chosen(101, MEBIBYTE)));
        assert_eq!(plan(5 * GIB, Some(5 * GIB)), Ok(Plan::Put { size: 5 * GIB }));
        assert_eq!(plan(1, Some(5 * GIB + 1)), Err(PlanError::ThresholdTooLarge { threshold: 5 * GIB + 1 }));
        assert_eq!(plan(2 * MEBIBYTE, None), Ok(Plan::Put { size: 2 * MEBIBYTE }));
        assert_eq!(plan(2 * MEBIBYTE + 1, None), Ok(chosen(2 * MEBIBYTE + 1, MEBIBYTE)));
    }

    #[test]
    fn a_part_size_that_cannot_be_is_refused_with_one_that_can() {
        let refused = |size, part_size| Plan::new(size, fixed(part_size)).unwrap_err();
        assert_eq!(refused(1, MEBIBYTE - 1), PlanError::PartTooSmall { part_size: MEBIBYTE - 1, smallest: MEBIBYTE });
        assert_eq!(refused(1, 5 * GIB + 1), PlanError::PartTooLarge { part_size: 5 * GIB + 1 });
        assert_eq!(
            refused(100 * GIB, 5 * MEBIBYTE),
            PlanError::TooManyParts { part_size: 5 * MEBIBYTE, parts: 20_480, smallest: 11 * MEBIBYTE }
        );
        assert!(Plan::new(100 * GIB, fixed(11 * MEBIBYTE)).is_ok());
        assert!(Plan::new(100 * GIB, fixed(10 * MEBIBYTE)).is_err());
        assert_eq!(
            refused(100 * GIB, 5 * MEBIBYTE).to_string(),
            "a part size of 5242880 bytes makes 20480 parts, and an upload has at most 10000; use at least 11 MiB"
        );
    }

    #[test]
    fn a_plan_takes_the_part_size_of_a_journal_unless_the_user_named_one() {
        let size = 100 * MEBIBYTE;
        let journal = 16 * MEBIBYTE;
        let plan = Plan::new(size, PlanOptions::default()).unwrap();
        assert_eq!(plan.with_part_size(journal), Some(chosen(size, journal)));
        assert_eq!(plan.with_part_size(1), None);
        assert_eq!(Plan::new(size, fixed(MEBIBYTE)).unwrap().with_part_size(journal), None);
        assert_eq!(Plan::Put { size: 1 }.with_part_size(journal), None);
    }

    #[test]
    fn a_delta_upload_has_parts_of_whole_mebibytes_unless_the_user_named_a_size() {
        let plan = |part_size| Plan::new(100 * MEBIBYTE, PlanOptions { part_size, ..PlanOptions::default() }).unwrap();
        assert_eq!(plan(None).in_whole_blocks(), chosen(100 * MEBIBYTE, 3 * MEBIBYTE));
        assert_eq!(plan(Some(3 * MEBIBYTE / 2)).in_whole_blocks(), plan(Some(3 * MEBIBYTE / 2)));
        assert_eq!(Plan::Put { size: 1 }.in_whole_blocks(), Plan::Put { size: 1 });
    }

    #[test]
    fn a_stream_has_parts_that_fit_into_memory() {
        let plan = |size: Option<u64>, part_size: Option<u64>, memory| {
            let options = PlanOptions { part_size, ..PlanOptions::default() };
            Plan::of_stream(size, options, memory * MEBIBYTE)
        };
        let growing = |first, largest| PartSizes::growing(first * MEBIBYTE, largest * MEBIBYTE).chosen();
        let stream = |first, largest| Ok(Plan::Stream(growing(first, largest)));
        let multipart = |size, part_size| Ok(chosen(size, part_size * MEBIBYTE));
        let too_small = |memory, part_size, smallest| {
            let [memory, part_size, smallest] = [memory, part_size, smallest].map(|size| size * MEBIBYTE);
            Err(PlanError::MemoryTooSmall { memory, part_size, smallest })
        };
        assert_eq!(plan(None, None, 256), stream(8, 128));
        assert_eq!(plan(None, None, 33), stream(2, 16));
        assert_eq!(plan(None, None, 9), stream(1, 4));
        assert_eq!(plan(None, None, 64 << 10), stream(8, 5 << 10));
        assert_eq!(plan(None, None, 1), too_small(1, 1, 2));
        let sixty_four = Some(64 * MEBIBYTE);
        assert_eq!(plan(None, sixty_four, 256), Ok(Plan::Stream(PartSizes::uniform(64 * MEBIBYTE))));
        assert_eq!(plan(None, sixty_four, 64), Ok(Plan::Stream(PartSizes::uniform(64 * MEBIBYTE))));
        assert_eq!(plan(None, sixty_four, 63), too_small(63, 64, 64));
        let smallest = MEBIBYTE;
        assert_eq!(plan(None, Some(1), 64), Err(PlanError::PartTooSmall { part_size: 1, smallest }));
        // With a known size, all parts have the same size.
        assert_eq!(plan(Some(5), None, 256), Ok(Plan::Put { size: 5 }));
        assert_eq!(plan(Some(100 * MEBIBYTE), None, 256), Ok(chosen(100 * MEBIBYTE, 9 * MEBIBYTE / 4)));
        assert_eq!(plan(Some(5 * GIB), None, 256), multipart(5 * GIB, 16));
        assert_eq!(plan(Some(5 * GIB), None, 8), multipart(5 * GIB, 1));
        assert_eq!(plan(Some(1000 * GIB), None, 256), multipart(1000 * GIB, 103));
        assert_eq!(plan(Some(5000 * GIB), None, 256), too_small(256, 512, 1024));
        assert_eq!(plan(Some(5000 * GIB), None, 1024), multipart(5000 * GIB, 512));
        assert_eq!(
            plan(Some(5000 * GIB), None, 256).unwrap_err().to_string(),
            "a memory of 268435456 bytes is too little for parts of 536870912 bytes; use at least 1024 MiB"
        );
    }

    #[test]
    fn what_goes_in_one_put_fits_into_memory() {
        let options = PlanOptions { multipart_threshold: Some(5 * GIB), ..PlanOptions::default() };
        let plan = |size| Plan::of_stream(Some(size), options, 2 * MEBIBYTE).unwrap();
        assert_eq!(plan(2 * MEBIBYTE - 1).mode(), "put");
        assert_eq!(plan(2 * MEBIBYTE).mode(), "multipart");
    }

    #[test]
    fn every_small_case_covers_the_source_without_gap_or_overlap() {
        for size in 1..=64_u64 {
            for part_size in 1..=16 {
                let parts = Parts::new(size * MEBIBYTE - size % 3, PartSizes::uniform(part_size * MEBIBYTE));
                let mut offset = 0;
                for number in parts.numbers() {
                    let range = parts.range(number).unwrap();
                    assert_eq!(range.offset, offset);
                    assert!(range.length > 0 && range.length <= parts.part_size());
                    assert!(range.length == parts.part_size() || number.value() == parts.count());
                    offset += range.length;
                }
                assert_eq!(offset, parts.size());
                assert_eq!(parts.range(PartNumber::new(parts.count() + 1).unwrap()), None);
            }
        }
    }

    proptest! {
        #[test]
        fn a_plan_respects_every_limit(
            size in 0..=LARGEST_OBJECT,
            part_size in prop::option::of(0..=LARGEST_PART + MEBIBYTE),
            files in 0..=u64::MAX,
        ) {
            let options = |part_size| PlanOptions { part_size, multipart_threshold: Some(0), files, ..PlanOptions::default() };
            match Plan::new(size, options(part_size)) {
                Ok(Plan::Put { .. }) => prop_assert_eq!(size, 0),
                Ok(Plan::Multipart(parts)) => {
                    prop_assert!((SMALLEST_PART..=LARGEST_PART).contains(&parts.part_size()));
                    prop_assert!(parts.count() >= 1 && parts.count() <= MOST_PARTS);
                    let last = parts.range(parts.numbers().last().unwrap()).unwrap();
                    prop_assert_eq!(last.offset + last.length, size);
                    prop_assert!(last.length >= 1);
                }
                Err(PlanError::PartTooSmall { smallest, .. } | PlanError::TooManyParts { smallest, .. }) => {
                    prop_assert!(Plan::new(size, options(Some(smallest))).is_ok());
                    let smaller = Plan::new(size, options(Some(smallest - MEBIBYTE)));
                    prop_assert!(smallest == SMALLEST_PART || smaller.is_err());
                }
                Ok(Plan::Stream(_)) => prop_assert!(false, "the size is known"),
                Err(PlanError::PartTooLarge { .. }) => prop_assert!(part_size > Some(LARGEST_PART)),
                Err(other) => prop_assert!(false, "{}", other),
            }
        }
    }
}
