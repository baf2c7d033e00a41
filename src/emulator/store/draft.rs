//! A file that is being received. It is removed unless it is committed.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// A file that is being received.
#[derive(Debug)]
pub(crate) struct Draft {
    path: PathBuf,
    /// The file or the directory to remove, unless the draft is kept.
    trash: Option<PathBuf>,
}

impl Draft {
    /// A draft in its own directory.
    pub(super) fn in_own_dir(dir: PathBuf, file_name: &str) -> io::Result<(Self, File)> {
        fs::create_dir_all(&dir)?;
        let draft = Self { path: dir.join(file_name), trash: Some(dir) };
        let file = File::create(&draft.path)?;
        Ok((draft, file))
    }

    /// A draft beside other files.
    pub(super) fn at(path: PathBuf) -> io::Result<(Self, File)> {
        let file = File::create(&path)?;
        Ok((Self { trash: Some(path.clone()), path }, file))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Keeps the file.
    pub(super) fn keep(mut self) {
        self.trash = None;
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if let Some(trash) = &self.trash {
            // If this fails, the next start removes it.
            let _ = if trash.is_dir() { fs::remove_dir_all(trash) } else { fs::remove_file(trash) };
        }
    }
}
