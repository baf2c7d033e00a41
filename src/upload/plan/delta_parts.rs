//! The parts of a delta upload: some are copied from the object that exists, the others are sent.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::part_range::Range;
use super::part_record::PartRecord;
use crate::cos::multipart::{LARGEST_PART, MOST_PARTS, PartNumber, SMALLEST_PART};

/// One part of a delta upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeltaPart {
    /// Its bytes in the source. A part that is copied has the same place in the object.
    pub range: Range,
    /// The CRC-64 of the source's bytes if the part is copied; `None` if it is sent.
    pub copied: Option<u64>,
}

/// The parts of a delta upload, and the object that is copied from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeltaParts {
    /// The ETag of the object that is copied from, as received.
    pub etag: Arc<str>,
    parts: Arc<[DeltaPart]>,
}

impl DeltaParts {
    /// Parts of these lengths, one after the other, each with its CRC-64 if it is copied. `None` if the service would
    /// refuse them.
    pub fn new(etag: &str, parts: impl IntoIterator<Item = (u64, Option<u64>)>) -> Option<Self> {
        let mut offset: u64 = 0;
        let mut all = Vec::new();
        for (length, copied) in parts {
            all.push(DeltaPart { range: Range { offset, length }, copied });
            offset = offset.checked_add(length)?;
        }
        let (last, others) = all.split_last()?;
        let fits = |part: &DeltaPart| (SMALLEST_PART..=LARGEST_PART).contains(&part.range.length);
        let last_fits = (1..=LARGEST_PART).contains(&last.range.length) && (last.copied.is_none() || fits(last));
        let possible = all.len() <= usize::from(MOST_PARTS) && others.iter().all(fits) && last_fits;
        possible.then(|| Self { etag: etag.into(), parts: all.into() })
    }

    /// The number of parts.
    pub fn count(&self) -> u16 {
        u16::try_from(self.parts.len()).expect("there are at most 10,000 parts")
    }

    /// A part; `None` for a number beyond the last.
    pub fn part(&self, number: PartNumber) -> Option<DeltaPart> {
        self.parts.get(usize::from(number.value()) - 1).copied()
    }

    /// The parts, in order.
    pub fn iter(&self) -> impl Iterator<Item = DeltaPart> {
        self.parts.iter().copied()
    }

    /// The size of all parts in bytes.
    pub fn size(&self) -> u64 {
        self.parts.last().map_or(0, |part| part.range.offset + part.range.length)
    }

    /// The number of bytes that are copied.
    pub fn copied(&self) -> u64 {
        self.left(&[]).1
    }

    /// The number of bytes that are sent and that are copied, without the parts that the server has already.
    pub fn left(&self, stored: &[PartRecord]) -> (u64, u64) {
        let stored: BTreeSet<u16> = stored.iter().map(|part| part.number.value()).collect();
        let (mut sent, mut copied) = (0, 0);
        for (part, _) in self.iter().zip(1..).filter(|(_, number)| !stored.contains(number)) {
            *(if part.copied.is_some() { &mut copied } else { &mut sent }) += part.range.length;
        }
        (sent, copied)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cos::Etag;

    const MIB: u64 = 1 << 20;

    fn parts(parts: &[(u64, Option<u64>)]) -> Option<DeltaParts> {
        DeltaParts::new("e", parts.iter().copied())
    }

    #[test]
    fn parts_follow_each_other_without_gaps() {
        let parts = parts(&[(MIB, Some(1)), (3 * MIB, None), (5, None)]).unwrap();
        let offsets: Vec<u64> = parts.iter().map(|part| part.range.offset).collect();
        assert_eq!(offsets, [0, MIB, 4 * MIB]);
        assert_eq!((parts.count(), parts.size(), parts.copied()), (3, 4 * MIB + 5, MIB));
    }

    #[test]
    fn what_the_server_has_is_not_left() {
        let parts = parts(&[(MIB, Some(1)), (3 * MIB, None), (2 * MIB, Some(2)), (5, None)]).unwrap();
        let stored = |numbers: &[u16]| -> Vec<PartRecord> {
            let record = |number: &u16| PartRecord {
                number: PartNumber::new(*number).unwrap(),
                size: 1,
                etag: Etag::from("e".to_owned()),
                crc64: 1,
            };
            numbers.iter().map(record).collect()
        };
        assert_eq!(parts.left(&stored(&[])), (3 * MIB + 5, 3 * MIB));
        assert_eq!(parts.left(&stored(&[1, 2, 2])), (5, 2 * MIB));
        assert_eq!(parts.left(&stored(&[1, 2, 3, 4])), (0, 0));
    }

    #[test]
    fn parts_that_the_service_refuses_are_no_plan() {
        assert_eq!(parts(&[]), None);
        assert_eq!(parts(&[(0, None)]), None);
        assert_eq!(parts(&[(MIB - 1, None), (MIB, None)]), None, "only the last may be small");
        assert_eq!(parts(&[(MIB, None), (MIB - 1, Some(1))]), None, "less than 1 MiB is not copied");
        assert_eq!(parts(&[(LARGEST_PART + 1, Some(1))]), None);
        assert_eq!(parts(&[(MIB, None); 10_001]), None);
        assert!(parts(&[(MIB, None); 10_000]).is_some() && parts(&[(LARGEST_PART, Some(1))]).is_some());
        assert!(parts(&[(1, None)]).is_some());
    }
}
