//! The reason why a found entry is not uploaded: it is skipped on purpose, or it cannot be uploaded.

use crate::language::{message, phrase};
use std::fmt;

use crate::cos::Key;
use crate::cos::address::InvalidName;
use crate::upload::error::{FileKind, SourceError};

/// Why an entry is skipped. This is not a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skip {
    /// It is a symbolic link, and links are not followed.
    Link,
    /// It is a link that leads back to a directory above it.
    Loop,
    /// It is a pipe, a socket or a device.
    Special(FileKind),
    /// It is a log, a journal or another file that this run writes.
    Own,
}

/// Why a file cannot be uploaded. Other files still can.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// It is missing, cannot be read, or is not a file.
    Source(SourceError),
    /// Its name is not UTF-8, but keys must be.
    NotUtf8,
    /// Its key would be invalid.
    Key(InvalidName),
    /// Another source of this run already has the same key.
    SameKey(Key),
    /// A listed path contains `..`, which a key cannot express.
    Parent,
    /// An entry of the list is longer than this many bytes.
    LongEntry(usize),
}

impl fmt::Display for Skip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Link => phrase!("is a symbolic link").fmt(f),
            Self::Loop => phrase!("leads back to a directory that it lies in").fmt(f),
            Self::Special(kind) => message!("is {kind}, not a file", kind).fmt(f),
            Self::Own => phrase!("is written by this run of cosput").fmt(f),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source(error) => error.fmt(f),
            Self::NotUtf8 => phrase!("its name is not UTF-8, as keys are").fmt(f),
            Self::Key(error) => error.fmt(f),
            Self::SameKey(key) => message!("another source of this run has the key '{key}' already", key).fmt(f),
            Self::Parent => phrase!("a listed path may not have '..' in it").fmt(f),
            Self::LongEntry(longest) => message!("an entry of the list is longer than {longest} bytes", longest).fmt(f),
        }
    }
}

impl std::error::Error for Problem {}

impl From<SourceError> for Problem {
    fn from(error: SourceError) -> Self {
        Self::Source(error)
    }
}
