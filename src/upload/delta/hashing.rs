//! Reads a file for the checksums of its blocks, on several threads: one is slower than a disk.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use super::block::Block;
use super::known_blocks::{BlockHasher, KnownBlocks};
use super::object_map::Blocks;
use super::settings::Reading;
use crate::cos::checksum::Hasher;
use crate::upload::buffers::{Buffer, CHUNK};
use crate::upload::error::SourceError;
use crate::upload::plan::part_range::Range;
use crate::upload::source::FileSource;
use crate::upload::threads;

/// More threads hardly read faster, and each needs a buffer.
const MOST_THREADS: usize = 4;

/// Why there are no checksums.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NotRead {
    /// The file cannot be read, or changed.
    Source(SourceError),
    /// The user stops the program.
    Stopped,
}

/// Reads the blocks that are not known. Blocks the thread.
pub(super) fn the_rest(source: &FileSource, known: &KnownBlocks, reading: &Reading) -> Result<(), NotRead> {
    let wanted = known.unknown();
    reading.begin(wanted.iter().map(|index| known.range(*index).length).sum());
    some(source, known, &wanted, reading)?;
    source.check_unchanged().map_err(NotRead::Source)
}

/// Reads the blocks that are not known, until one differs from the object's at the same place. Blocks the thread.
pub(super) fn until_different(
    source: &FileSource,
    known: &KnownBlocks,
    object: &Blocks,
    reading: &Reading,
) -> Result<(), NotRead> {
    let differs = AtomicBool::new(false);
    let wanted = known.unknown();
    reading.begin(wanted.iter().map(|index| known.range(*index).length).sum());
    on_threads(&wanted, |index| {
        if !differs.load(Ordering::Relaxed) {
            let block = hashed(source, known, index, reading)?;
            known.learn(index, block);
            differs.fetch_or(object.list.get(index) != Some(&block), Ordering::Relaxed);
        }
        Ok(())
    })?;
    source.check_unchanged().map_err(NotRead::Source)
}

/// Whether one of the blocks with these indices has the CRC-64 of the object's block at the same place. Reading stops at the
/// first one. A CRC-64 takes a fifteenth of the time of a hash. Blocks the thread.
pub(super) fn is_any_alike(
    source: &FileSource,
    known: &KnownBlocks,
    (object, sample): (&Blocks, &[usize]),
    reading: &Reading,
) -> Result<bool, NotRead> {
    let found = AtomicBool::new(false);
    on_threads(sample, |index| {
        if !found.load(Ordering::Relaxed) {
            let mut hasher = Hasher::crc64();
            read(source, known.range(index), reading, |bytes| hasher.update(bytes))?;
            let crc64 = hasher.finish().crc64;
            if object.list.get(index).is_some_and(|block| block.crc64 == crc64) {
                found.store(true, Ordering::Relaxed);
            }
        }
        Ok(())
    })?;
    Ok(found.into_inner())
}

/// Reads the blocks with these indices. Blocks the thread.
fn some(source: &FileSource, known: &KnownBlocks, wanted: &[usize], reading: &Reading) -> Result<(), NotRead> {
    on_threads(wanted, |index| {
        known.learn(index, hashed(source, known, index, reading)?);
        Ok(())
    })
}

/// The checksums of a block of the file.
fn hashed(source: &FileSource, known: &KnownBlocks, index: usize, reading: &Reading) -> Result<Block, NotRead> {
    let mut hasher = BlockHasher::new();
    read(source, known.range(index), reading, |bytes| hasher.update(bytes))?;
    Ok(hasher.finish())
}

/// Does work for each block, on several threads, until it fails.
fn on_threads(wanted: &[usize], work: impl Fn(usize) -> Result<(), NotRead> + Sync) -> Result<(), NotRead> {
    let next = AtomicUsize::new(0);
    let failed = AtomicBool::new(false);
    let failure = Mutex::new(None);
    let run = || {
        while let Some(index) = wanted.get(next.fetch_add(1, Ordering::Relaxed)) {
            if failed.load(Ordering::Relaxed) {
                return;
            }
            if let Err(error) = work(*index) {
                failed.store(true, Ordering::Relaxed);
                failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 1..thread_count().min(wanted.len()) {
            // If a thread cannot be had, the others do its work.
            let _ = thread::Builder::new().spawn_scoped(scope, run);
        }
        run();
    });
    failure.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
}

/// The number of threads on which a file is hashed.
pub(super) fn thread_count() -> usize {
    if threads::are_scarce() { 1 } else { thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS) }
}

/// Reads a range of a file, piece by piece.
fn read(source: &FileSource, range: Range, reading: &Reading, mut take: impl FnMut(&[u8])) -> Result<(), NotRead> {
    let end = range.offset + range.length;
    let mut buffer = Buffer::lend(CHUNK);
    let mut offset = range.offset;
    while offset < end {
        if reading.is_stopped() {
            return Err(NotRead::Stopped);
        }
        let wanted = usize::try_from(end - offset).unwrap_or(CHUNK).min(CHUNK);
        let read = source.read_at(&mut buffer.bytes_mut()[..wanted], offset).map_err(NotRead::Source)?;
        take(&buffer.as_ref()[..read]);
        offset += read as u64;
        reading.add(read as u64);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cos::checksum::crc64;
    use crate::upload::delta::block::Block;
    use crate::upload::event::Progress;

    const MIB: usize = 1 << 20;
    const BLOCK_SIZE: u64 = 1 << 20;

    fn source(bytes: &[u8]) -> (tempfile::TempDir, FileSource) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        std::fs::write(&path, bytes).unwrap();
        (directory, FileSource::open(&path).unwrap())
    }

    #[test]
    fn the_blocks_are_those_of_the_bytes_in_order() {
        let bytes: Vec<u8> = (0..251).cycle().take(9 * MIB + 5).collect();
        let (_directory, source) = source(&bytes);
        let reading = Reading::default();
        assert_eq!(reading.progress(), None);
        let size = bytes.len() as u64;
        let known = KnownBlocks::none(size, BLOCK_SIZE);
        the_rest(&source, &known, &reading).unwrap();
        assert_eq!(reading.progress(), Some(Progress { bytes: size, total: Some(size) }));
        assert_eq!(reading.of_another().progress(), None);
        let expected: Vec<Block> = bytes
            .chunks(MIB)
            .map(|chunk| Block { crc64: crc64(chunk), hash: *blake3::hash(chunk).as_bytes() })
            .collect();
        let read = known.all().unwrap();
        assert_eq!(read, Blocks { block_size: BLOCK_SIZE, list: expected });
        assert_eq!(read.crc64(size), crc64(&bytes));
    }

    #[test]
    fn a_block_that_is_known_is_not_read_again() {
        let bytes: Vec<u8> = (0..251).cycle().take(9 * MIB + 5).collect();
        let (_directory, source) = source(&bytes);
        let known = KnownBlocks::none(bytes.len() as u64, BLOCK_SIZE);
        some(&source, &known, &[1, 9], &Reading::default()).unwrap();
        assert_eq!(known.known().iter().map(|(index, _)| *index).collect::<Vec<_>>(), [1, 9]);
        let reading = Reading::default();
        the_rest(&source, &known, &reading).unwrap();
        assert_eq!(reading.progress(), Some(Progress { bytes: 8 << 20, total: Some(8 << 20) }));
        assert_eq!(known.all().unwrap().crc64(bytes.len() as u64), crc64(&bytes));
    }

    #[test]
    fn one_block_at_its_place_makes_a_file_alike() {
        let bytes: Vec<u8> = (0..251).cycle().take(4 * MIB + 5).collect();
        let (_directory, source) = source(&bytes);
        let known = KnownBlocks::none(bytes.len() as u64, BLOCK_SIZE);
        let other = Block { crc64: 1, hash: [0; 32] };
        let alike = |list: &[Block]| {
            let object = Blocks { block_size: BLOCK_SIZE, list: list.to_vec() };
            is_any_alike(&source, &known, (&object, &[0, 1, 2, 3, 4]), &Reading::default()).unwrap()
        };
        let third = Block { crc64: crc64(&bytes[2 * MIB..3 * MIB]), hash: [0; 32] };
        assert!(alike(&[other, other, third]), "the hash is not compared yet");
        assert!(!alike(&[other, third, other, other, other]), "at another place");
        assert!(!alike(&[]));
        assert_eq!(known.known(), [], "nothing was hashed");
    }

    #[test]
    fn a_file_that_changed_has_no_blocks() {
        let (directory, source) = source(&[7; 100]);
        std::fs::write(directory.path().join("file"), [8; 50]).unwrap();
        let read = the_rest(&source, &KnownBlocks::none(100, BLOCK_SIZE), &Reading::default());
        assert!(matches!(read, Err(NotRead::Source(SourceError::Changed(_)))), "{read:?}");
    }

    #[test]
    fn reading_ends_when_it_is_stopped() {
        let (_directory, source) = source(&[7; 100]);
        let reading = Reading::default();
        reading.stop();
        assert_eq!(the_rest(&source, &KnownBlocks::none(100, BLOCK_SIZE), &reading), Err(NotRead::Stopped));
    }
}
