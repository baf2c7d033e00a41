//! From the blocks of a file and those of an object to the parts of a delta upload.
//!
//! Equal blocks that follow each other are copied together, up to 5 GiB in a request. Other blocks are sent, in parts of
//! the usual size for as many bytes. If that makes too many parts, short runs of equal blocks are sent as well.

use super::block::{Block, block_length, combined};
use super::object_map::{Blocks, ObjectMap};
use crate::cos::multipart::{LARGEST_PART, MOST_PARTS, SMALLEST_PART};
use crate::upload::plan::default_sizes::{PARTS_A_SECOND, of_whole_blocks, part_size};
use crate::upload::plan::delta_parts::DeltaParts;

/// A file of which less than one part in this many is in the object is sent whole: more and smaller parts would cost more
/// than the copies save.
const WORTHWHILE: u64 = 20;

/// At most one part is sent for so many bytes of the file. Only 50 parts begin in a second, and at 1 Gbit/s these bytes take
/// a fiftieth of one: with more parts, the whole file would be sent sooner.
const BYTES_A_PART: u64 = 5 << 19;

/// Blocks that follow each other, all equal to the object's or all not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    first: usize,
    end: usize,
    equal: bool,
}

/// Divides a file of `size` bytes into parts that are copied from the object of `map` and parts that are sent, those in
/// pieces of `part_size` if the user chose it. `None` if copies are not worthwhile.
pub(super) fn plan(map: &ObjectMap, file: &Blocks, size: u64, part_size: Option<u64>) -> Option<DeltaParts> {
    if file.block_size != map.blocks.block_size || size < map.size {
        return None;
    }
    let block_size = file.block_size;
    // The last block of the object may be shorter than that of the file.
    let length = |index: usize| block_length(size, block_size, index as u64);
    let mapped = |index: usize| block_length(map.size, block_size, index as u64);
    let equal = |index: usize| mapped(index) == length(index) && map.blocks.list.get(index) == Some(&file.list[index]);
    let equal: Vec<bool> = (0..file.list.len()).map(equal).collect();
    let division = Division { blocks: &file.list, block_size, size, part_size };
    let mut shortest = SMALLEST_PART;
    while shortest <= size.next_power_of_two() {
        let runs = without_short_copies(&runs(&equal), shortest, |run| division.bytes(run));
        let copied: u64 = runs.iter().filter(|run| run.equal).map(|run| division.bytes(*run)).sum();
        if copied < size.div_ceil(WORTHWHILE) {
            return None;
        }
        let parts = division.parts(&runs, size - copied);
        if parts.len() <= usize::from(MOST_PARTS) && division.is_quick(&parts) {
            return DeltaParts::new(&map.etag, parts);
        }
        shortest *= 2;
    }
    None
}

fn runs(equal: &[bool]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (index, &equal) in equal.iter().enumerate() {
        match runs.last_mut() {
            Some(last) if last.equal == equal => last.end = index + 1,
            _ => runs.push(Run { first: index, end: index + 1, equal }),
        }
    }
    runs
}

/// The same runs, with the equal ones shorter than `shortest` bytes made part of what is sent.
fn without_short_copies(runs: &[Run], shortest: u64, bytes: impl Fn(Run) -> u64) -> Vec<Run> {
    let mut kept: Vec<Run> = Vec::new();
    for &run in runs {
        let run = Run { equal: run.equal && bytes(run) >= shortest, ..run };
        match kept.last_mut() {
            Some(last) if last.equal == run.equal => last.end = run.end,
            _ => kept.push(run),
        }
    }
    kept
}

/// A file that is divided into parts.
struct Division<'a> {
    blocks: &'a [Block],
    block_size: u64,
    size: u64,
    part_size: Option<u64>,
}

impl Division<'_> {
    fn bytes(&self, run: Run) -> u64 {
        (run.end as u64 * self.block_size).min(self.size) - run.first as u64 * self.block_size
    }

    /// The length of each part, with its CRC-64 if it is copied.
    fn parts(&self, runs: &[Run], sent: u64) -> Vec<(u64, Option<u64>)> {
        let part_size = self.part_size.unwrap_or_else(|| of_whole_blocks(part_size(sent, 1)));
        // A rest that is too small for a part of its own makes another one larger.
        let part_size = part_size.max(sent.div_ceil(u64::from(MOST_PARTS) / 2)).min(LARGEST_PART / 2);
        let mut parts = Vec::new();
        for run in runs {
            if run.equal {
                parts.extend(self.copied(*run));
            } else {
                parts.extend(sent_parts(self.bytes(*run), part_size, run.end == self.blocks.len()));
            }
        }
        parts
    }

    /// Whether the parts that are sent are so few that the whole file would not be sent sooner.
    fn is_quick(&self, parts: &[(u64, Option<u64>)]) -> bool {
        let sent = parts.iter().filter(|(_, copied)| copied.is_none()).count() as u64;
        self.part_size.is_some() || sent <= (self.size / BYTES_A_PART).max(PARTS_A_SECOND.into())
    }

    /// The parts of a run that is copied, all of about the same size.
    fn copied(&self, run: Run) -> impl Iterator<Item = (u64, Option<u64>)> {
        let count = run.end - run.first;
        let most = usize::try_from(LARGEST_PART / self.block_size).unwrap_or(usize::MAX).max(1);
        let pieces = count.div_ceil(most);
        (0..pieces).map(move |piece| {
            let (first, end) = (run.first + count * piece / pieces, run.first + count * (piece + 1) / pieces);
            let length = |index: usize| block_length(self.size, self.block_size, index as u64);
            let crc64 = combined((first..end).map(|index| (self.blocks[index].crc64, length(index))));
            (self.bytes(Run { first, end, ..run }), Some(crc64))
        })
    }
}

/// The parts of a run that is sent. Only the last part of the file may be smaller than the smallest part.
fn sent_parts(bytes: u64, part_size: u64, last: bool) -> impl Iterator<Item = (u64, Option<u64>)> {
    let whole = bytes / part_size;
    let rest = bytes % part_size;
    let joined = whole > 0 && rest > 0 && rest < SMALLEST_PART && !last;
    let pieces = if joined || rest == 0 { whole } else { whole + 1 };
    (1..=pieces).map(move |piece| {
        let length = if piece == pieces { bytes - (pieces - 1) * part_size } else { part_size };
        (length, None)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cos::multipart::PartNumber;
    use crate::upload::delta::block::tests::block;
    use crate::upload::delta::object_map::tests::map;
    use proptest::prelude::*;

    const MIB: u64 = 1 << 20;
    const GIB: u64 = 1 << 30;

    fn file(contents: &[u64]) -> Blocks {
        Blocks { block_size: MIB, list: contents.iter().map(|content| block(*content)).collect() }
    }

    /// Each part's length in MiB, and whether it is copied.
    fn planned(object: &[u64], contents: &[u64], size: u64) -> Option<Vec<(u64, bool)>> {
        let parts = plan(&map(object, object.len() as u64 * MIB), &file(contents), size, None)?;
        Some(parts.iter().map(|part| (part.range.length / MIB, part.copied.is_some())).collect())
    }

    #[test]
    fn equal_blocks_are_copied_together_and_the_others_are_sent() {
        assert_eq!(planned(&[1, 2, 3, 4, 5], &[1, 2, 9, 4, 5], 5 * MIB), Some(vec![(2, true), (1, false), (2, true)]));
        assert_eq!(planned(&[1, 2, 3], &[1, 2, 3], 3 * MIB), Some(vec![(3, true)]));
    }

    #[test]
    fn a_block_with_the_same_crc64_and_another_hash_is_sent() {
        let mut file = file(&[1, 2, 3]);
        file.list[1].hash = [9; 32];
        let parts = plan(&map(&[1, 2, 3], 3 * MIB), &file, 3 * MIB, None).unwrap();
        assert_eq!(parts.iter().map(|part| part.copied.is_some()).collect::<Vec<_>>(), [true, false, true]);
    }

    #[test]
    fn the_tail_of_a_file_that_grew_is_sent() {
        assert_eq!(planned(&[1, 2], &[1, 2, 3, 4], 4 * MIB), Some(vec![(2, true), (1, false), (1, false)]));
        let object = map(&[1, 2], MIB + 5);
        let parts = plan(&object, &file(&[1, 2]), 2 * MIB, None).unwrap();
        assert_eq!(parts.iter().map(|part| part.copied.is_some()).collect::<Vec<_>>(), [true, false]);
    }

    #[test]
    fn a_rest_of_less_than_a_mebibyte_is_copied_only_with_its_neighbour() {
        let object = map(&[1, 2, 3], 2 * MIB + 5);
        let parts = |contents: &[u64]| {
            let parts = plan(&object, &file(contents), 2 * MIB + 5, None).unwrap();
            parts.iter().map(|part| (part.range.length, part.copied.is_some())).collect::<Vec<_>>()
        };
        assert_eq!(parts(&[1, 2, 3]), [(2 * MIB + 5, true)]);
        assert_eq!(parts(&[1, 9, 3]), [(MIB, true), (MIB, false), (5, false)]);
    }

    #[test]
    fn a_file_that_shrank_or_is_quite_different_is_no_delta() {
        assert_eq!(planned(&[1, 2, 3], &[1, 2], 2 * MIB), None);
        assert_eq!(planned(&[1, 2, 3], &[4, 5, 6], 3 * MIB), None);
        assert_eq!(planned(&[1, 2, 3], &[2, 3, 4], 3 * MIB), None, "content that moved is not found");
    }

    #[test]
    fn no_copy_has_more_than_five_gibibytes() {
        let contents: Vec<u64> = (0..5121).collect();
        let copied = planned(&contents, &contents, 5121 * MIB).unwrap();
        assert_eq!(copied, [(2560, true), (2561, true)]);
        assert_eq!(planned(&contents[1..], &contents[1..], 5 * GIB), Some(vec![(5120, true)]));
    }

    #[test]
    fn many_scattered_changes_stay_within_ten_thousand_parts() {
        let object: Vec<u64> = (0..60_000).collect();
        let contents: Vec<u64> =
            object.iter().map(|block| if block % 5 == 0 { block + 1_000_000 } else { *block }).collect();
        let parts = plan(&map(&object, 60_000 * MIB), &file(&contents), 60_000 * MIB, None);
        assert_eq!(parts, None, "every run of equal blocks is too short to be kept");
        let contents: Vec<u64> = object
            .iter()
            .map(|block| if block % 20 == 0 || *block < 9000 && block % 2 == 0 { block + 1_000_000 } else { *block })
            .collect();
        let parts = plan(&map(&object, 60_000 * MIB), &file(&contents), 60_000 * MIB, None).unwrap();
        assert!(parts.copied() > 45_000 * MIB, "{}", parts.copied());
    }

    #[test]
    fn every_other_block_is_not_sent_by_itself() {
        let object: Vec<u64> = (0..1000).collect();
        let every = |step: u64| {
            let contents: Vec<u64> =
                object.iter().map(|block| if block % step == 0 { block + 5000 } else { *block }).collect();
            planned(&object, &contents, 1000 * MIB)
        };
        assert_eq!(every(2), None, "500 parts take 10 s, and so does the whole file at 1 Gbit/s");
        assert_eq!(every(3).map(|parts| parts.len()), Some(667));
    }

    #[test]
    fn parts_that_are_sent_end_with_blocks() {
        let object: Vec<u64> = (0..400).collect();
        let contents: Vec<u64> = object.iter().map(|block| if *block < 100 { block + 5000 } else { *block }).collect();
        let parts = plan(&map(&object, 400 * MIB), &file(&contents), 400 * MIB, None).unwrap();
        let uneven: Vec<_> = parts.iter().filter(|part| !part.range.length.is_multiple_of(MIB)).collect();
        assert!(uneven.is_empty(), "a block in two parts would be read again: {uneven:?}");
    }

    #[test]
    fn a_part_size_that_the_user_chose_is_that_of_the_parts_that_are_sent() {
        let part_size = 3 * MIB / 2;
        let parts = plan(&map(&[1, 2, 3, 4, 5], 5 * MIB), &file(&[1, 7, 8, 4, 9]), 5 * MIB, Some(part_size)).unwrap();
        let lengths: Vec<u64> = parts.iter().map(|part| part.range.length).collect();
        assert_eq!(lengths, [MIB, 2 * MIB, MIB, MIB], "half a mebibyte is too small for a part of its own");
    }

    proptest! {
        #[test]
        fn every_plan_covers_the_file_and_copies_only_what_is_equal(
            object in prop::collection::vec(0..3_u64, 1..60),
            contents in prop::collection::vec(0..3_u64, 1..60),
            (cut, grown) in (0..MIB, 0..MIB),
            part_size in prop::option::of(MIB..20 * MIB),
        ) {
            let map = map(&object, object.len() as u64 * MIB - cut);
            let size = contents.len() as u64 * MIB - grown;
            let Some(parts) = plan(&map, &file(&contents), size, part_size) else { return Ok(()) };
            prop_assert_eq!(parts.size(), size);
            prop_assert!(size >= map.size && parts.copied() >= size / WORTHWHILE);
            for part in parts.iter().filter(|part| part.copied.is_some()) {
                let end = part.range.offset + part.range.length;
                prop_assert!(end <= map.size && part.range.offset % MIB == 0);
                prop_assert!(end % MIB == 0 || end == size && size == map.size);
                let blocks = usize::try_from(part.range.offset / MIB).unwrap()..usize::try_from(end.div_ceil(MIB)).unwrap();
                prop_assert_eq!(&object[blocks.clone()], &contents[blocks]);
            }
            prop_assert!(parts.part(PartNumber::FIRST).is_some());
        }

        #[test]
        fn the_crc64_of_copies_is_that_of_their_blocks(contents in prop::collection::vec(any::<u64>(), 2..30)) {
            let size = contents.len() as u64 * MIB;
            let parts = plan(&map(&contents, size), &file(&contents), size, None).unwrap();
            let copied = parts.iter().map(|part| (part.copied.unwrap(), part.range.length));
            prop_assert_eq!(combined(copied), file(&contents).crc64(size));
        }
    }
}
