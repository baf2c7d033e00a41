//! News about sources, reported in order between the uploads.

use std::path::PathBuf;

use crate::cli::output::failures::failure::Failure;
use crate::cli::progress::totals::Listed;
use crate::cos::Key;
use crate::upload::source::{Skip, UnmatchedRule};

/// A report about a source that is not an upload.
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
        /// The file type.
        why: Skip,
    },
    /// An empty directory, which is not uploaded.
    EmptyDirectory(PathBuf),
    /// A rule that matched nothing.
    Unmatched(UnmatchedRule),
    /// The number of files found so far.
    Listed(Listed),
}
