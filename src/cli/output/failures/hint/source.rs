//! Hints about the source.

use crate::upload::{FileKind, SourceError};

/// Returns the hint about a source that cannot be uploaded.
pub(crate) fn for_source(error: &SourceError) -> Option<&'static str> {
    match error {
        SourceError::NotAFile(FileKind::Directory) => Some("use -r to upload a directory and everything in it"),
        SourceError::Changed(_) => Some("upload it again when no other program writes to it"),
        SourceError::SizeUnknown => Some("upload it as a stream: cosput upload - --key KEY < FILE"),
        SourceError::EmptyStream => {
            Some("the command that feeds the pipe may have failed; use --allow-empty to upload an empty object")
        }
        SourceError::Shorter { .. } | SourceError::Longer { .. } | SourceError::OtherCrc64 { .. } => {
            Some("the command that feeds the pipe may have failed; otherwise correct --expect-size or --expect-crc64")
        }
        SourceError::Outgrown { .. } => {
            Some("set --expect-size to its size, or use a larger --part-size; both may need more --memory")
        }
        _ => None,
    }
}
