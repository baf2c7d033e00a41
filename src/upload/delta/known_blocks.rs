//! The blocks of a file, as far as they are known: read for a comparison, or taken while parts are sent. So the map of a
//! first upload needs no second read of the file.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::block::{Block, block_length};
use super::effort_watch::EffortWatch;
use super::object_map::Blocks;
use crate::cos::checksum::Hasher;
use crate::upload::plan::part_range::Range;

/// The blocks of a file, each with its checksums once they are known.
#[derive(Debug, Clone)]
pub(crate) struct KnownBlocks {
    size: u64,
    block_size: u64,
    list: Arc<Mutex<Vec<Option<Block>>>>,
    /// Decides which blocks are hashed as they are sent; without it, all are.
    effort: Option<Arc<EffortWatch>>,
}

impl KnownBlocks {
    /// The blocks of a file of `size` bytes, of which none is known.
    pub(crate) fn none(size: u64, block_size: u64) -> Self {
        let count = usize::try_from(size.div_ceil(block_size)).unwrap_or(usize::MAX);
        Self { size, block_size, list: Arc::new(Mutex::new(vec![None; count])), effort: None }
    }

    /// The same, with blocks hashed only while a map saves time. The next upload will hash on `threads` threads.
    pub(super) fn if_worthwhile(self, threads: usize) -> Self {
        Self { effort: Some(Arc::new(EffortWatch::begin(threads))), ..self }
    }

    /// The size of every block but the last.
    pub(crate) fn block_size(&self) -> u64 {
        self.block_size
    }

    /// A block's bytes in the file.
    pub(super) fn range(&self, index: usize) -> Range {
        let index = index as u64;
        Range { offset: index * self.block_size, length: block_length(self.size, self.block_size, index) }
    }

    /// The checksums of a block are these.
    pub(super) fn learn(&self, index: usize, block: Block) {
        if let Some(place) = self.list().get_mut(index) {
            *place = Some(block);
        }
    }

    /// The blocks that are known, with their indices.
    #[cfg(test)]
    pub(super) fn known(&self) -> Vec<(usize, Block)> {
        let known = |(index, block): (usize, &Option<Block>)| block.map(|block| (index, block));
        self.list().iter().enumerate().filter_map(known).collect()
    }

    /// The indices of the blocks that are not known.
    pub(super) fn unknown(&self) -> Vec<usize> {
        self.list().iter().enumerate().filter(|(_, block)| block.is_none()).map(|(index, _)| index).collect()
    }

    /// All blocks; `None` while one is not known.
    pub(super) fn all(&self) -> Option<Blocks> {
        let list: Option<Vec<Block>> = self.list().iter().copied().collect();
        list.map(|list| Blocks { block_size: self.block_size, list })
    }

    /// Whether the blocks that are not known are read and hashed, now that the upload has ended.
    pub(super) fn are_completed(&self) -> bool {
        let unknown = || self.unknown().into_iter().map(|index| self.range(index).length).sum();
        self.effort.as_ref().is_none_or(|effort| effort.hashes_quickly(unknown()))
    }

    /// Takes the checksums of the blocks within a range of the file, as its bytes pass; `None` if every block is known.
    pub(crate) fn passing(&self, range: Range) -> Option<PassingBlocks> {
        let wanted = self.list().iter().any(Option::is_none);
        wanted.then(|| PassingBlocks { known: self.clone(), offset: range.offset, block: None })
    }

    fn list(&self) -> MutexGuard<'_, Vec<Option<Block>>> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Computes the checksums of a block from its bytes.
pub(super) struct BlockHasher {
    crc64: Hasher,
    hash: blake3::Hasher,
}

impl BlockHasher {
    pub(super) fn new() -> Self {
        Self { crc64: Hasher::crc64(), hash: blake3::Hasher::new() }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.crc64.update(bytes);
        self.hash.update(bytes);
    }

    pub(super) fn finish(self) -> Block {
        Block { crc64: self.crc64.finish().crc64, hash: *self.hash.finalize().as_bytes() }
    }
}

/// Takes the checksums of the whole blocks in a range of a file. A block that begins before the range, or ends after it,
/// stays unknown.
pub(crate) struct PassingBlocks {
    known: KnownBlocks,
    offset: u64,
    block: Option<Box<BlockHasher>>,
}

impl PassingBlocks {
    /// The next bytes of the range.
    pub(crate) fn update(&mut self, mut bytes: &[u8]) {
        let effort = self.known.effort.as_deref();
        if let Some(effort) = effort {
            effort.send(bytes.len());
        }
        while !bytes.is_empty() {
            let index = usize::try_from(self.offset / self.known.block_size).unwrap_or(usize::MAX);
            let range = self.known.range(index);
            let end = range.offset + range.length;
            let length = usize::try_from(end - self.offset).map_or(bytes.len(), |left| left.min(bytes.len()));
            let (of_block, later) = bytes.split_at(length);
            if self.offset == range.offset {
                let wanted = effort.is_none_or(EffortWatch::is_worthwhile);
                self.block = wanted.then(|| Box::new(BlockHasher::new()));
            }
            if let Some(block) = &mut self.block {
                match effort {
                    Some(effort) => effort.hash(of_block, |bytes| block.update(bytes)),
                    None => block.update(of_block),
                }
            }
            self.offset += of_block.len() as u64;
            if self.offset == end
                && let Some(block) = self.block.take()
            {
                self.known.learn(index, block.finish());
            }
            bytes = later;
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::time::Duration;

    use super::*;
    use crate::cos::checksum::crc64;
    use crate::upload::delta::effort::Effort;

    const BLOCK_SIZE: u64 = 1 << 20;
    const SIZE: u64 = 5 * BLOCK_SIZE / 2;

    fn bytes() -> Vec<u8> {
        (0..251).cycle().take(usize::try_from(SIZE).unwrap()).collect()
    }

    fn passed(ranges: &[(u64, u64)], piece: usize) -> KnownBlocks {
        let known = KnownBlocks::none(SIZE, BLOCK_SIZE);
        for (offset, length) in ranges {
            let range = Range { offset: *offset, length: *length };
            let mut passing = known.passing(range).expect("a block is unknown");
            let [begin, end] = [range.offset, range.offset + range.length].map(|at| usize::try_from(at).unwrap());
            bytes()[begin..end].chunks(piece).for_each(|piece| passing.update(piece));
        }
        known
    }

    #[test]
    fn parts_of_whole_blocks_leave_none_unknown() {
        let content = bytes();
        let expected: Vec<Block> = content
            .chunks(1 << 20)
            .map(|chunk| Block { crc64: crc64(chunk), hash: *blake3::hash(chunk).as_bytes() })
            .collect();
        for piece in [224 << 10, 999_999, 3 << 20] {
            let known = passed(&[(BLOCK_SIZE, SIZE - BLOCK_SIZE), (0, BLOCK_SIZE)], piece);
            assert_eq!(known.all(), Some(Blocks { block_size: BLOCK_SIZE, list: expected.clone() }), "{piece}");
            assert!(known.passing(Range { offset: 0, length: SIZE }).is_none(), "there is nothing left to hash");
        }
    }

    /// The whole file has passed, and a map may not be worthwhile after this effort.
    fn passed_after(effort: impl FnOnce(&mut Effort)) -> KnownBlocks {
        let known = KnownBlocks::none(SIZE, BLOCK_SIZE).if_worthwhile(1);
        known.effort.as_ref().unwrap().change(effort);
        let mut passing = known.passing(Range { offset: 0, length: SIZE }).unwrap();
        bytes().chunks(300_000).for_each(|piece| passing.update(piece));
        known
    }

    /// The blocks of a file that was sent as fast as it is hashed.
    pub(in crate::upload::delta) fn not_worthwhile(size: u64) -> KnownBlocks {
        let known = KnownBlocks::none(size, BLOCK_SIZE).if_worthwhile(1);
        known.effort.as_ref().unwrap().change(|effort| effort.hash(64 << 20, Duration::from_secs(3600)));
        known
    }

    #[test]
    fn a_file_that_is_sent_as_fast_as_it_is_hashed_is_not_hashed() {
        const HOUR: Duration = Duration::from_secs(3600);
        let known = passed_after(|effort| effort.hash(64 << 20, HOUR));
        assert_eq!((known.unknown().len(), known.are_completed()), (3, false));
        let known = passed_after(|_| ());
        assert_eq!((known.unknown().len(), known.are_completed()), (0, true));
        let known = passed_after(|effort| effort.send(1, HOUR));
        assert_eq!((known.unknown().len(), known.are_completed()), (0, true));
        // Slow at last, so that the blocks that were left out are few.
        let known = passed_after(|effort| effort.hash(64 << 20, HOUR));
        known.effort.as_ref().unwrap().change(|effort| effort.send(1, 10 * HOUR));
        assert_eq!((known.unknown().len(), known.are_completed()), (3, true));
    }

    #[test]
    fn a_block_that_no_part_has_as_a_whole_stays_unknown() {
        let known = passed(&[(0, 3 * BLOCK_SIZE / 2), (3 * BLOCK_SIZE / 2, BLOCK_SIZE)], 300_000);
        assert_eq!((known.unknown(), known.all()), (vec![1], None));
        assert_eq!(known.known().iter().map(|(index, _)| *index).collect::<Vec<_>>(), [0, 2]);
    }
}
