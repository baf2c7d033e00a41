//! Absolute paths, which depend on the directory that the process runs in.

use std::path::{Path, PathBuf};

/// Returns the path from the root; the path itself if the current directory is gone.
#[expect(clippy::disallowed_methods, reason = "the only place that reads the current directory")]
pub(crate) fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
