//! Reads a file for the checksums of its blocks, on several threads: one is slower than a disk.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use super::block::{Block, block_length};
use super::object_map::Blocks;
use super::settings::Reading;
use crate::cos::checksum::Hasher;
use crate::upload::buffers::{Buffer, CHUNK};
use crate::upload::error::SourceError;
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

/// Reads every block of the file. Blocks the thread.
pub(super) fn blocks(source: &FileSource, block_size: u64, reading: &Reading) -> Result<Blocks, NotRead> {
    let size = source.identity().size;
    let count = usize::try_from(size.div_ceil(block_size)).unwrap_or(usize::MAX);
    reading.begin(size);
    let read = some_blocks(source, block_size, &(0..count).collect::<Vec<_>>(), reading)?;
    source.check_unchanged().map_err(NotRead::Source)?;
    Ok(Blocks { block_size, list: read.into_iter().map(|(_, block)| block).collect() })
}

/// Reads the blocks with these numbers, which ascend. Blocks the thread.
pub(super) fn some_blocks(
    source: &FileSource,
    block_size: u64,
    wanted: &[usize],
    reading: &Reading,
) -> Result<Vec<(usize, Block)>, NotRead> {
    let next = AtomicUsize::new(0);
    let failed = AtomicBool::new(false);
    let read = Mutex::new(Vec::with_capacity(wanted.len()));
    let failure = Mutex::new(None);
    let work = || {
        while let Some(index) = wanted.get(next.fetch_add(1, Ordering::Relaxed)) {
            if failed.load(Ordering::Relaxed) {
                return;
            }
            match block(source, block_size, *index, reading) {
                Ok(block) => read.lock().unwrap_or_else(PoisonError::into_inner).push((*index, block)),
                Err(error) => {
                    failed.store(true, Ordering::Relaxed);
                    failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                }
            }
        }
    };
    thread::scope(|scope| {
        for _ in 1..thread_count().min(wanted.len()) {
            // If a thread cannot be had, the others do its work.
            let _ = thread::Builder::new().spawn_scoped(scope, work);
        }
        work();
    });
    if let Some(error) = failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(error);
    }
    let mut read = read.into_inner().unwrap_or_else(PoisonError::into_inner);
    read.sort_unstable_by_key(|(index, _)| *index);
    Ok(read)
}

fn thread_count() -> usize {
    if threads::are_scarce() { 1 } else { thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS) }
}

fn block(source: &FileSource, block_size: u64, index: usize, reading: &Reading) -> Result<Block, NotRead> {
    let begin = index as u64 * block_size;
    let end = begin + block_length(source.identity().size, block_size, index as u64);
    let (mut crc64, mut hash) = (Hasher::crc64(), blake3::Hasher::new());
    let mut buffer = Buffer::lend(CHUNK);
    let mut offset = begin;
    while offset < end {
        if reading.is_stopped() {
            return Err(NotRead::Stopped);
        }
        let wanted = usize::try_from(end - offset).unwrap_or(CHUNK).min(CHUNK);
        let read = source.read_at(&mut buffer.bytes_mut()[..wanted], offset).map_err(NotRead::Source)?;
        crc64.update(&buffer.as_ref()[..read]);
        hash.update(&buffer.as_ref()[..read]);
        offset += read as u64;
        reading.add(read as u64);
    }
    Ok(Block { crc64: crc64.finish().crc64, hash: *hash.finalize().as_bytes() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cos::checksum::crc64;
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
        let read = blocks(&source, BLOCK_SIZE, &reading).unwrap();
        let size = bytes.len() as u64;
        assert_eq!(reading.progress(), Some(Progress { bytes: size, total: Some(size) }));
        assert_eq!(reading.of_another().progress(), None);
        let expected: Vec<Block> = bytes
            .chunks(MIB)
            .map(|chunk| Block { crc64: crc64(chunk), hash: *blake3::hash(chunk).as_bytes() })
            .collect();
        assert_eq!(read, Blocks { block_size: BLOCK_SIZE, list: expected.clone() });
        assert_eq!(read.crc64(bytes.len() as u64), crc64(&bytes));
        let some = some_blocks(&source, BLOCK_SIZE, &[1, 9], &Reading::default()).unwrap();
        assert_eq!(some, [(1, expected[1]), (9, expected[9])]);
    }

    #[test]
    fn a_file_that_changed_has_no_blocks() {
        let (directory, source) = source(&[7; 100]);
        std::fs::write(directory.path().join("file"), [8; 50]).unwrap();
        let read = blocks(&source, BLOCK_SIZE, &Reading::default());
        assert!(matches!(read, Err(NotRead::Source(SourceError::Changed(_)))), "{read:?}");
    }

    #[test]
    fn reading_ends_when_it_is_stopped() {
        let (_directory, source) = source(&[7; 100]);
        let reading = Reading::default();
        reading.stop();
        assert_eq!(blocks(&source, BLOCK_SIZE, &reading), Err(NotRead::Stopped));
    }
}
