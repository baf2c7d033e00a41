//! News about sources, reported in its place between the uploads.

use std::path::PathBuf;

use crate::cli::output::failure::Failure;
use crate::cli::progress::totals::Listed;
use crate::cos::Key;
use crate::upload::source::Skip;

/// Something to report that is no upload.
#[derive(Debug)]
pub(crate) enum SourceNews {
    /// A source that cannot be uploaded.
    Failed {
        /// Its path.
        source: PathBuf,
        /// The key that it would have had.
        key: Option<Key>,
        /// Why it cannot be uploaded.
        failure: Failure,
    },
    /// A source that is skipped because it is not a regular file.
    LeftOut {
        /// Its path.
        source: PathBuf,
        /// What it is.
        why: Skip,
    },
    /// An empty directory, which is not uploaded.
    EmptyDirectory(PathBuf),
    /// How many files were found so far.
    Listed(Listed),
}
