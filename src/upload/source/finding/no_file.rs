//! What lies under a path that is found, if it is no file to upload.

use std::path::{Path, PathBuf};

use super::problem::{Problem, Skip};

/// An entry that is not uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoFile {
    /// Skipped on purpose.
    Skipped {
        /// The path of the entry.
        path: PathBuf,
        /// The reason.
        why: Skip,
    },
    /// An empty directory. Empty directories are not uploaded.
    EmptyDirectory {
        /// The path of the directory.
        path: PathBuf,
    },
    /// Cannot be read, or has no key. Other files can still be uploaded.
    Failed {
        /// The path of the file or directory, or the entry in the list.
        path: PathBuf,
        /// The reason.
        why: Problem,
    },
}

impl NoFile {
    /// The path of the entry.
    pub fn path(&self) -> &Path {
        let (Self::Skipped { path, .. } | Self::EmptyDirectory { path } | Self::Failed { path, .. }) = self;
        path
    }
}
