//! Where the parts of an upload become smaller.
//!
//! COS refuses part numbers with gaps (document 436/7742), so a part that the server holds keeps its number only if as many
//! parts come before it as before. That is why a division concerns every part from the first one that the server lacks.

use crate::cos::multipart::{LARGEST_PART, MOST_PARTS, PartNumber, SMALLEST_PART};

use super::part_range::Range;

/// The most divisions of one upload. Each at least halves the parts, so six lead from 64 MiB to 1 MiB.
const MOST_DIVISIONS: usize = 6;

/// The smaller parts of an upload, from one number on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Division {
    /// The first of them.
    pub first: PartNumber,
    /// Their size in bytes; the last one may be smaller.
    pub part_size: u64,
}

/// The divisions of one upload, each of what the one before left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Divisions([Option<Placed>; MOST_DIVISIONS]);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Placed {
    division: Division,
    /// Where its first part begins.
    offset: u64,
}

impl Division {
    /// The number of all parts, if the first of these begins at `offset` of a source of `size` bytes; `None` if that is too
    /// many, or the parts are too small or too large.
    fn count(self, offset: u64, size: u64) -> Option<u16> {
        let fits = (SMALLEST_PART..=LARGEST_PART).contains(&self.part_size) && offset < size;
        let count = u64::from(self.first.value() - 1) + size.checked_sub(offset)?.div_ceil(self.part_size.max(1));
        u16::try_from(count).ok().filter(|count| fits && *count <= MOST_PARTS)
    }
}

impl Divisions {
    /// The same with one more, whose first part begins at `offset` of a source of `size` bytes. It replaces those that begin
    /// later. `None` if the service would refuse its parts, or there are too many divisions.
    pub(super) fn with(mut self, division: Division, offset: u64, size: u64) -> Option<Self> {
        division.count(offset, size)?;
        for placed in &mut self.0 {
            *placed = placed.filter(|placed| placed.division.first < division.first);
        }
        let place = self.0.iter_mut().find(|placed| placed.is_none())?;
        *place = Some(Placed { division, offset });
        Some(self)
    }

    /// The number of all parts of a source of `size` bytes; `None` if nothing is divided.
    pub(super) fn count(&self, size: u64) -> Option<u16> {
        let Placed { division, offset } = self.iter().last()?;
        division.count(offset, size)
    }

    /// The range of a part in a source without an end; `None` if it comes before every division.
    pub(super) fn range(&self, number: PartNumber) -> Option<Range> {
        let Placed { division, offset } = self.iter().filter(|placed| placed.division.first <= number).last()?;
        let before = u64::from(number.value() - division.first.value());
        Some(Range { offset: offset + before * division.part_size, length: division.part_size })
    }

    /// The size of the last parts; `None` if nothing is divided.
    pub(super) fn last_part_size(&self) -> Option<u64> {
        self.iter().last().map(|placed| placed.division.part_size)
    }

    fn iter(&self) -> impl Iterator<Item = Placed> {
        self.0.iter().flatten().copied()
    }
}
