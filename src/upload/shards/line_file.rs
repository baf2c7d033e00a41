//! A file to which lines are added, and which must keep its name: a file that was removed loses its lines at the end of the
//! program.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::language::message;
use crate::upload::file_id::{self, FileId};

/// A file of lines.
#[derive(Debug)]
pub(super) struct LineFile {
    file: File,
    path: PathBuf,
    id: Option<FileId>,
}

impl LineFile {
    /// The open file with this path.
    pub(super) fn new(file: File, path: &Path) -> Self {
        Self { id: file_id::of_open(&file), file, path: path.to_owned() }
    }

    /// Adds lines. They are on disk then.
    pub(super) fn append(&self, text: &str) -> io::Result<()> {
        (&self.file).write_all(text.as_bytes())?;
        self.file.sync_data()?;
        self.check()
    }

    /// Fails if the file no longer has its name.
    pub(super) fn check(&self) -> io::Result<()> {
        match file_id::at(&self.path) {
            Ok(now) if now == self.id => Ok(()),
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Err(io::Error::new(io::ErrorKind::NotFound, message!("the file was removed while it was written"))),
        }
    }
}
