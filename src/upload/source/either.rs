//! A source: a file or a stream.

use std::path::Path;
use std::time::UNIX_EPOCH;

use super::file::FileSource;
use super::identity::Identity;
use super::stream::Stream;
use crate::cos::checksum::Digest;
use crate::upload::error::SourceError;
use crate::upload::plan::part_range::Range;

/// The source of the bytes of one object.
#[derive(Debug, Clone)]
pub enum Source {
    /// A file, read at any offset when its bytes are needed.
    File(FileSource),
    /// A stream, read in order and held in memory.
    Stream(Stream),
}

impl Source {
    /// The path as given.
    pub fn path(&self) -> &Path {
        match self {
            Self::File(file) => file.path(),
            Self::Stream(stream) => stream.path(),
        }
    }

    /// The identity of the source. All streams have the same one.
    pub fn identity(&self) -> Identity {
        match self {
            Self::File(file) => file.identity(),
            Self::Stream(_) => Identity { size: 0, modified: UNIX_EPOCH, inode: None },
        }
    }

    /// Checks that a file has not changed. The bytes read from a stream cannot change.
    pub fn check_unchanged(&self) -> Result<(), SourceError> {
        match self {
            Self::File(file) => file.check_unchanged(),
            Self::Stream(_) => Ok(()),
        }
    }

    /// Reads a range again, for its MD5 and CRC-64. Blocks.
    pub fn digest(&self, range: Range) -> Result<Digest, SourceError> {
        match self {
            Self::File(file) => file.digest(range),
            Self::Stream(stream) => stream.digest(range),
        }
    }

    /// Reads a range again, for its CRC-64 only. Blocks.
    pub fn crc64(&self, range: Range) -> Result<Digest, SourceError> {
        match self {
            Self::File(file) => file.crc64(range),
            Self::Stream(stream) => stream.crc64(range),
        }
    }
}
