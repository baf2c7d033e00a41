//! Files and directories for tests, in a temporary directory.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::finding::filter::Filter;
use super::finding::rule::Rule;

/// A temporary directory, deleted on drop.
pub(crate) struct Tree(TempDir);

impl Tree {
    /// Makes each path: a directory if it ends in a slash, a file otherwise.
    pub(crate) fn new(paths: &[&str]) -> Self {
        let tree = Self(tempfile::tempdir().unwrap());
        paths.iter().for_each(|path| tree.add(path));
        tree
    }

    /// Adds a path, with the directories above it. A file's content is its path.
    pub(crate) fn add(&self, path: &str) {
        let whole = self.path(path);
        if path.ends_with('/') {
            return fs::create_dir_all(whole).unwrap();
        }
        fs::create_dir_all(whole.parent().unwrap()).unwrap();
        fs::write(whole, path).unwrap();
    }

    /// Adds a symbolic link.
    #[cfg(unix)]
    pub(crate) fn link(&self, path: &str, target: impl AsRef<Path>) {
        std::os::unix::fs::symlink(target, self.path(path)).unwrap();
    }

    /// Adds a named pipe without a writer.
    #[cfg(target_os = "linux")]
    pub(crate) fn pipe(&self, path: &str) {
        use rustix::fs::{CWD, FileType, Mode, mknodat};
        mknodat(CWD, self.path(path), FileType::Fifo, Mode::RUSR, 0).unwrap();
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    pub(crate) fn root(&self) -> &Path {
        self.0.path()
    }

    /// A path relative to the tree, as the tests write it.
    pub(crate) fn known(&self, path: &Path) -> String {
        path.strip_prefix(self.root()).unwrap_or(path).display().to_string().replace(std::path::MAIN_SEPARATOR, "/")
    }
}

/// Rules in their order: `+glob` includes, `-glob` excludes.
pub(crate) fn filter<'a>(rules: impl IntoIterator<Item = &'a str>) -> Filter {
    let rule = |text: &str| match text.split_at(1) {
        ("+", glob) => Rule::Include(glob.to_owned()),
        (_, glob) => Rule::Exclude(glob.to_owned()),
    };
    Filter::new(&rules.into_iter().map(rule).collect::<Vec<_>>()).unwrap()
}
