//! A source, whichever it is.

use std::path::Path;
use std::time::UNIX_EPOCH;

use super::file::{FileSource, Identity};
use super::stream::Stream;
use crate::cos::checksum::Digest;
use crate::upload::error::SourceError;
use crate::upload::plan::part_sizes::Range;

/// Where the bytes of one object come from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A file, which is read where and when its bytes are needed.
    File(FileSource),
    /// A stream, which is read in order and held.
    Stream(Stream),
}

impl Source {
    /// The path as it was given.
    pub fn path(&self) -> &Path {
        match self {
            Self::File(file) => file.path(),
            Self::Stream(stream) => stream.path(),
        }
    }

    /// What tells it from another. Nothing does with streams.
    pub fn identity(&self) -> Identity {
        match self {
            Self::File(file) => file.identity(),
            Self::Stream(_) => Identity { size: 0, modified: UNIX_EPOCH, inode: None },
        }
    }

    /// Looks whether it is what it was. What was read of a stream stays so.
    pub fn check_unchanged(&self) -> Result<(), SourceError> {
        match self {
            Self::File(file) => file.check_unchanged(),
            Self::Stream(_) => Ok(()),
        }
    }

    /// Reads a range once more, for its MD5 and CRC-64. Blocks.
    pub fn digest(&self, range: Range) -> Result<Digest, SourceError> {
        match self {
            Self::File(file) => file.digest(range),
            Self::Stream(stream) => stream.digest(range),
        }
    }

    /// Reads a range once more, for its CRC-64 alone. Blocks.
    pub fn crc64(&self, range: Range) -> Result<Digest, SourceError> {
        match self {
            Self::File(file) => file.crc64(range),
            Self::Stream(stream) => stream.crc64(range),
        }
    }
}
