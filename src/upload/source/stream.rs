//! The bytes of a pipe: read once, in order, and held in memory until they are released.
//!
//! The bytes are held in buffers lent from a pool. Buffers are lent as the stream is read, so a small stream uses
//! little memory, and they return to the pool when released. The memory limit is not enforced here.

use crate::language::{Message, message};
use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Read};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use crate::cos::checksum::{Digest, Hasher};
use crate::upload::buffers::{Buffer, CHUNK};
use crate::upload::error::SourceError;
use crate::upload::plan::part_range::Range;

/// The name of a stream, in place of a path.
pub const NAME: &str = "-";

/// A stream.
#[derive(Clone)]
pub struct Stream(Arc<Inner>);

/// How much of a stream was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// The number of bytes read so far.
    pub read: u64,
    /// The CRC-64 of all bytes, once the stream has ended.
    pub end: Option<u64>,
}

struct Inner {
    /// Locked during a read.
    reader: Mutex<Reader>,
    /// The pieces in memory, by their offset.
    held: Mutex<BTreeMap<u64, Piece>>,
}

struct Reader {
    input: Box<dyn Read + Send>,
    /// The CRC-64 of the bytes read so far.
    hasher: Hasher,
    taken: Taken,
}

/// Consecutive bytes.
struct Piece {
    bytes: Bytes,
    /// The number of bytes that are still needed.
    needed: u64,
}

impl Stream {
    /// Wraps `input`. Nothing is read before `read_on`.
    pub fn new(input: impl Read + Send + 'static) -> Self {
        let taken = Taken { read: 0, end: None };
        let reader = Reader { input: Box::new(input), hasher: Hasher::crc64(), taken };
        Self(Arc::new(Inner { reader: Mutex::new(reader), held: Mutex::default() }))
    }

    /// The name that stands for the path.
    pub fn path(&self) -> &Path {
        Path::new(NAME)
    }

    /// Releases the ranges in `let_go`, then reads until `to` bytes in total were read or the stream ends. Blocks.
    pub fn read_on(&self, to: u64, let_go: &[Range]) -> Result<Taken, SourceError> {
        let_go.iter().for_each(|range| self.let_go(*range));
        let mut reader = lock(&self.0.reader);
        while reader.taken.read < to && reader.taken.end.is_none() {
            let wanted = usize::try_from(to - reader.taken.read).unwrap_or(CHUNK).min(CHUNK);
            let mut buffer = Buffer::lend(CHUNK).shortened(wanted);
            let filled = reader.fill(buffer.bytes_mut())?;
            let offset = reader.taken.read - filled as u64;
            if filled > 0 {
                let bytes = Bytes::from_owner(buffer.shortened(filled));
                let piece = Piece { needed: filled as u64, bytes };
                lock(&self.0.held).insert(offset, piece);
            }
        }
        Ok(reader.taken)
    }

    /// Hashes a held range again, for its MD5 and CRC-64.
    pub fn digest(&self, range: Range) -> Result<Digest, SourceError> {
        self.hashed(range, Hasher::crc64_and_md5())
    }

    /// Hashes a held range again, for its CRC-64 only.
    pub fn crc64(&self, range: Range) -> Result<Digest, SourceError> {
        self.hashed(range, Hasher::crc64())
    }

    /// Up to `wanted` of the held bytes at `offset`.
    pub(crate) fn bytes(&self, offset: u64, wanted: usize) -> Result<Bytes, SourceError> {
        let held = lock(&self.0.held);
        let piece = held.range(..=offset).next_back().and_then(|(start, piece)| {
            let skipped = usize::try_from(offset - start).ok()?;
            let end = skipped.saturating_add(wanted).min(piece.bytes.len());
            (skipped < end).then(|| piece.bytes.slice(skipped..end))
        });
        piece.ok_or_else(|| SourceError::Unreadable(message!("what came at {offset} is no longer held", offset)))
    }

    fn hashed(&self, range: Range, mut hasher: Hasher) -> Result<Digest, SourceError> {
        let end = range.offset + range.length;
        let mut offset = range.offset;
        while offset < end {
            let bytes = self.bytes(offset, usize::try_from(end - offset).unwrap_or(CHUNK))?;
            hasher.update(&bytes);
            offset += bytes.len() as u64;
        }
        Ok(hasher.finish())
    }

    fn let_go(&self, range: Range) {
        let mut held = lock(&self.0.held);
        let end = range.offset + range.length;
        let first = held.range(..=range.offset).next_back().map_or(range.offset, |(start, _)| *start);
        let mut free = Vec::new();
        for (start, piece) in held.range_mut(first..end) {
            let piece_end = start + piece.bytes.len() as u64;
            piece.needed -= piece_end.min(end).saturating_sub(range.offset.max(*start));
            if piece.needed == 0 {
                free.push(*start);
            }
        }
        for start in free {
            held.remove(&start);
        }
    }
}

impl Reader {
    /// Fills the buffer, or stops at the end of the input.
    fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, SourceError> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.input.read(&mut buffer[filled..]) {
                Ok(0) => {
                    self.hasher.update(&buffer[..filled]);
                    self.taken.read += filled as u64;
                    let hasher = std::mem::replace(&mut self.hasher, Hasher::crc64());
                    self.taken.end = Some(hasher.finish().crc64);
                    return Ok(filled);
                }
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(SourceError::Unreadable(Message::of(&error))),
            }
        }
        self.hasher.update(buffer);
        self.taken.read += filled as u64;
        Ok(filled)
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a few bytes at a time, as pipes do, and is sometimes interrupted.
    struct Pipe {
        content: Vec<u8>,
        at: usize,
        stumbles: bool,
    }

    impl Read for Pipe {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.stumbles = !self.stumbles;
            if self.stumbles {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let read = buffer.len().min(60_000).min(self.content.len() - self.at);
            buffer[..read].copy_from_slice(&self.content[self.at..self.at + read]);
            self.at += read;
            Ok(read)
        }
    }

    fn stream(size: usize) -> (Stream, Vec<u8>) {
        let mut content = vec![0; size];
        fastrand::Rng::with_seed(7).fill(&mut content);
        (Stream::new(Pipe { content: content.clone(), at: 0, stumbles: false }), content)
    }

    fn all(stream: &Stream, range: Range) -> Vec<u8> {
        let mut bytes = Vec::new();
        while (bytes.len() as u64) < range.length {
            let wanted = usize::try_from(range.length).unwrap() - bytes.len();
            bytes.extend_from_slice(&stream.bytes(range.offset + bytes.len() as u64, wanted).unwrap());
        }
        bytes
    }

    fn range(offset: u64, length: u64) -> Range {
        Range { offset, length }
    }

    #[test]
    fn what_came_can_be_read_again_from_anywhere() {
        let (stream, content) = stream(3 * CHUNK + 17);
        let size = content.len() as u64;
        assert_eq!(stream.read_on(5, &[]), Ok(Taken { read: 5, end: None }));
        assert_eq!(stream.read_on(1000, &[]), Ok(Taken { read: 1000, end: None }));
        assert_eq!(stream.read_on(size, &[]), Ok(Taken { read: size, end: None }));
        let end = Some(crate::cos::checksum::crc64(&content));
        assert_eq!(stream.read_on(size + 1, &[]), Ok(Taken { read: size, end }));
        assert_eq!(stream.read_on(size + 9, &[]), Ok(Taken { read: size, end }));
        assert_eq!(all(&stream, range(0, size)), content);
        assert_eq!(all(&stream, range(3, 1500)), content[3..1503]);
        let digest = stream.digest(range(999, 2)).unwrap();
        assert_eq!(digest.md5, Some(crate::cos::checksum::Md5Digest::of(&content[999..1001])));
        assert_eq!(stream.crc64(range(0, size)).map(|digest| Some(digest.crc64)), Ok(end));
    }

    #[test]
    fn an_empty_stream_ends_at_once() {
        assert_eq!(stream(0).0.read_on(1, &[]), Ok(Taken { read: 0, end: Some(0) }));
    }

    #[test]
    fn what_is_let_go_is_no_longer_held() {
        let (stream, content) = stream(6 * CHUNK);
        let half = CHUNK as u64 / 2;
        stream.read_on(4 * half, &[]).unwrap();
        let buffers = || lock(&stream.0.held).len();
        assert_eq!(buffers(), 2);
        lock(&stream.0.held).values().for_each(|piece| crate::cos::aligned::assert_aligned(&piece.bytes));
        // A piece that two parts share is held until both are released.
        stream.let_go(range(0, half));
        assert_eq!(all(&stream, range(half, half)), content[CHUNK / 2..CHUNK]);
        stream.let_go(range(half, half));
        assert_eq!(stream.bytes(0, 1), Err(SourceError::Unreadable("what came at 0 is no longer held".into())));
        for step in 2..6 {
            stream.read_on((step + 1) * 2 * half, &[range((step - 1) * 2 * half, 2 * half)]).unwrap();
            assert_eq!(buffers(), 1);
        }
        assert_eq!(all(&stream, range(10 * half, 2 * half)), content[5 * CHUNK..]);
    }

    #[test]
    fn an_error_says_why() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("the other end is gone"))
            }
        }
        let read = Stream::new(Broken).read_on(1, &[]);
        assert_eq!(read, Err(SourceError::Unreadable("the other end is gone".into())));
    }
}
