//! The identity of a file: what would differ if it were changed or replaced.

use crate::language::{Message, message};
use std::fs::{File, Metadata};
use std::io;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::upload::file_id;

/// The properties that distinguish a file from other files, and from a changed version of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// Size in bytes.
    pub size: u64,
    /// Time of the last modification.
    pub modified: SystemTime,
    /// Device and inode, or volume and file index. Windows has them for open files only.
    pub inode: Option<(u64, u64)>,
}

impl Identity {
    /// The identity that the metadata of a path show.
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self {
            size: metadata.len(),
            modified: metadata.modified().unwrap_or(UNIX_EPOCH),
            inode: file_id::in_metadata(metadata),
        }
    }

    /// The identity of an open file.
    pub(super) fn of_open(file: &File) -> io::Result<Self> {
        let found = Self::of(&file.metadata()?);
        Ok(Self { inode: found.inode.or_else(|| file_id::of_open(file)), ..found })
    }

    /// The first property that differs between `self` and `now`; `None` if all are equal.
    pub fn difference(&self, now: &Self) -> Option<Message> {
        if self.size != now.size {
            return Some(message!("its size went from {from} to {to} bytes", from = self.size, to = now.size));
        }
        if self.modified != now.modified {
            let (from, to) = (nanoseconds(self.modified), nanoseconds(now.modified));
            return Some(message!("its time of modification went from {from} to {to}", from, to));
        }
        (self.inode != now.inode).then(|| message!("another file took its place"))
    }
}

/// A time as `seconds.nanoseconds` since 1970; negative seconds before 1970.
pub fn nanoseconds(time: SystemTime) -> String {
    let text = |span: Duration| format!("{}.{:09}", span.as_secs(), span.subsec_nanos());
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => text(since),
        Err(before) => format!("-{}", text(before.duration())),
    }
}
