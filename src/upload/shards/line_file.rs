//! A file to which lines are added, and which must keep its name: a file that was removed loses its lines at the end of the
//! program.

use std::fs::{File, Metadata};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// A file of lines.
#[derive(Debug)]
pub(super) struct LineFile {
    file: File,
    path: PathBuf,
    opened: Metadata,
}

impl LineFile {
    /// The open file with this path.
    pub(super) fn new(file: File, path: &Path) -> io::Result<Self> {
        Ok(Self { opened: file.metadata()?, file, path: path.to_owned() })
    }

    /// Adds lines. They are on disk then.
    pub(super) fn append(&self, text: &str) -> io::Result<()> {
        (&self.file).write_all(text.as_bytes())?;
        self.file.sync_data()?;
        self.check()
    }

    /// Fails if the file no longer has its name.
    pub(super) fn check(&self) -> io::Result<()> {
        match std::fs::metadata(&self.path) {
            Ok(now) if is_same(&self.opened, &now) => Ok(()),
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Err(io::Error::new(io::ErrorKind::NotFound, "the file was removed while it was written")),
        }
    }
}

#[cfg(unix)]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Here a file that is open keeps its name.
#[cfg(not(unix))]
fn is_same(_: &Metadata, _: &Metadata) -> bool {
    true
}
