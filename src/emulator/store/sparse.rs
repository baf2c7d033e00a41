//! Files whose runs of zeros stay holes.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};

use crate::cos::aligned::AlignedBytes;
use crate::cos::checksum::Digest;
use crate::emulator::hasher::Hasher;

/// The granularity of holes, in bytes.
const BLOCK: usize = 4096;
/// How many bytes of a file are read at a time.
pub(crate) const CHUNK: usize = 256 * 1024;
/// How many bytes are looked at together.
const LINE: usize = 64;

/// Splits bytes at `position` of a file into blocks of the file and returns the runs of zero and of other blocks.
fn runs(bytes: &[u8], position: u64) -> impl Iterator<Item = (bool, &[u8])> {
    let mut rest = bytes;
    let mut position = position;
    std::iter::from_fn(move || {
        let is_zero = is_zero(block(rest, position)?);
        let mut length = 0;
        while let Some(block) = block(&rest[length..], position).filter(|block| self::is_zero(block) == is_zero) {
            length += block.len();
            position += block.len() as u64;
        }
        let (run, after) = rest.split_at(length);
        rest = after;
        Some((is_zero, run))
    })
}

/// The bytes up to the end of the block of the file.
fn block(bytes: &[u8], position: u64) -> Option<&[u8]> {
    let offset = usize::try_from(position % BLOCK as u64).unwrap_or_default();
    let length = bytes.len().min(BLOCK - offset);
    (length > 0).then(|| &bytes[..length])
}

/// Looks at lines instead of comparing, because the `memcmp` of a static program looks at one byte after another.
fn is_zero(block: &[u8]) -> bool {
    block.chunks(LINE).all(|line| line.iter().fold(0, |bits, byte| bits | byte) == 0)
}

/// Appends bytes to a file.
pub(crate) struct SparseWriter {
    file: File,
    position: u64,
    /// Used again for each range of another file.
    buffer: AlignedBytes,
}

impl SparseWriter {
    /// Writes after the content of a file.
    pub(crate) fn new(mut file: File) -> io::Result<Self> {
        let position = file.seek(SeekFrom::End(0))?;
        Ok(Self { file, position, buffer: AlignedBytes::default() })
    }

    /// Appends `length` bytes of `source` from `first` on.
    pub(crate) fn append(&mut self, source: &mut File, first: u64, length: u64, hasher: &mut Hasher) -> io::Result<()> {
        source.seek(SeekFrom::Start(first))?;
        if self.buffer.as_ref().is_empty() {
            self.buffer = AlignedBytes::zeroed(CHUNK);
        }
        let mut buffer = std::mem::take(&mut self.buffer);
        let mut source = source.take(length);
        let mut copied = 0;
        loop {
            let count = source.read(buffer.as_mut())?;
            if count == 0 {
                self.buffer = buffer;
                return if copied == length { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
            }
            copied += count as u64;
            let bytes = &buffer.as_ref()[..count];
            hasher.update(bytes);
            self.write(bytes)?;
        }
    }

    /// Appends bytes.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        for (is_zero, run) in runs(bytes, self.position) {
            if is_zero {
                self.file.seek(SeekFrom::Current(i64::try_from(run.len()).unwrap_or(i64::MAX)))?;
            } else {
                self.file.write_all(run)?;
            }
        }
        self.position += bytes.len() as u64;
        Ok(())
    }

    /// Ends the file, which may end with a hole.
    pub(crate) fn finish(self) -> io::Result<File> {
        self.file.set_len(self.position)?;
        Ok(self.file)
    }
}

/// Copies a range of a file to an empty file, and returns the digest of its bytes.
pub(crate) fn copy_range(mut source: File, first: u64, length: u64, target: File) -> io::Result<Digest> {
    let mut hasher = Hasher::crc64_and_md5();
    let mut writer = SparseWriter::new(target)?;
    writer.append(&mut source, first, length, &mut hasher)?;
    writer.finish()?;
    Ok(hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_runs_are_the_bytes_and_holes_are_zero(
            lengths in prop::collection::vec((any::<bool>(), 0..3 * BLOCK), 0..5), position in 0..2 * BLOCK as u64,
        ) {
            let bytes: Vec<u8> = lengths.iter().flat_map(|(zero, length)| vec![u8::from(!zero); *length]).collect();
            let runs: Vec<(bool, &[u8])> = runs(&bytes, position).collect();
            let joined: Vec<u8> = runs.iter().flat_map(|(_, run)| run.iter().copied()).collect();
            prop_assert_eq!(&joined, &bytes);
            prop_assert!(runs.iter().all(|(zero, run)| !zero || is_zero_run(run)));
            prop_assert!(runs.windows(2).all(|pair| pair[0].0 != pair[1].0));
        }
    }

    fn is_zero_run(run: &[u8]) -> bool {
        run.iter().all(|byte| *byte == 0)
    }

    #[test]
    fn bytes_that_are_copied_are_aligned() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("source"), vec![7; CHUNK + 1]).unwrap();
        let mut source = File::open(dir.path().join("source")).unwrap();
        let mut writer = SparseWriter::new(File::create(dir.path().join("target")).unwrap()).unwrap();
        for first in [1, CHUNK as u64] {
            writer.append(&mut source, first, 1, &mut Hasher::crc64_and_md5()).unwrap();
            crate::cos::aligned::assert_aligned(writer.buffer.as_ref());
            assert_eq!(writer.buffer.as_ref()[0], 7, "the buffer is used");
        }
    }

    #[test]
    fn a_copied_range_has_the_bytes_and_their_digest() {
        let dir = tempfile::tempdir().unwrap();
        let bytes = [vec![0; 3 * BLOCK], b"text".to_vec(), vec![0; BLOCK]].concat();
        std::fs::write(dir.path().join("source"), &bytes).unwrap();
        let open = || File::open(dir.path().join("source")).unwrap();
        let target = dir.path().join("target");
        let digest = copy_range(open(), 10, bytes.len() as u64 - 10, File::create(&target).unwrap()).unwrap();
        assert_eq!(std::fs::read(&target).unwrap(), bytes[10..]);
        assert_eq!(digest.crc64, crate::cos::checksum::crc64(&bytes[10..]));
        assert!(copy_range(open(), 10, bytes.len() as u64, File::create(&target).unwrap()).is_err());
    }
}
