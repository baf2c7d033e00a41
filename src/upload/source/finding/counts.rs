//! How many entries of each kind were found below the sources.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::problem::Skip;

/// The counts of one search. Clones share them, so that they can be read when the search has ended.
#[derive(Debug, Clone, Default)]
pub struct Counts(Arc<Numbers>);

#[derive(Debug, Default)]
struct Numbers {
    files: AtomicU64,
    excluded_files: AtomicU64,
    excluded_directories: AtomicU64,
    links: AtomicU64,
    others: AtomicU64,
    own: AtomicU64,
    empty_directories: AtomicU64,
}

/// What was left out of a search.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Files that the filter leaves out.
    pub excluded_files: u64,
    /// Directories that the filter leaves out with all they hold.
    pub excluded_directories: u64,
    /// Symbolic links that are not followed.
    pub links: u64,
    /// Pipes, sockets, devices and loops.
    pub others: u64,
    /// Files that this run writes.
    pub own: u64,
    /// Directories without entries.
    pub empty_directories: u64,
}

impl Counts {
    /// How many files were found, with those that cannot be uploaded.
    pub fn files(&self) -> u64 {
        self.0.files.load(Ordering::Acquire)
    }

    /// What was left out.
    pub fn left_out(&self) -> LeftOut {
        let read = |number: &AtomicU64| number.load(Ordering::Acquire);
        LeftOut {
            excluded_files: read(&self.0.excluded_files),
            excluded_directories: read(&self.0.excluded_directories),
            links: read(&self.0.links),
            others: read(&self.0.others),
            own: read(&self.0.own),
            empty_directories: read(&self.0.empty_directories),
        }
    }

    pub(crate) fn file(&self) {
        add(&self.0.files);
    }

    pub(crate) fn excluded(&self, is_directory: bool) {
        add(if is_directory { &self.0.excluded_directories } else { &self.0.excluded_files });
    }

    pub(crate) fn skipped(&self, why: Skip) {
        add(match why {
            Skip::Link => &self.0.links,
            Skip::Loop | Skip::Special(_) => &self.0.others,
            Skip::Own => &self.0.own,
        });
    }

    pub(crate) fn empty_directory(&self) {
        add(&self.0.empty_directories);
    }
}

fn add(number: &AtomicU64) {
    number.fetch_add(1, Ordering::AcqRel);
}
