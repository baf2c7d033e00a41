//! Hints about the source.

use std::path::Path;

use crate::language::{Phrase, phrase};
use crate::upload::{FileKind, SourceError};

/// Returns the hint about a source that cannot be uploaded, by its path.
pub(crate) fn for_named_source(source: &Path, error: &SourceError) -> Option<Phrase> {
    let path = source.as_os_str().as_encoded_bytes();
    match error {
        SourceError::Missing if path.starts_with(b"~") => {
            Some(phrase!("the shell replaces ~ only outside quotes and lists; write the whole path"))
        }
        SourceError::Missing if path.iter().any(|byte| b"*?".contains(byte)) => Some(if cfg!(windows) {
            phrase!(
                "the shells of Windows do not replace wildcards; use -r with --include GLOB to choose files in a directory"
            )
        } else {
            phrase!(
                "the shell found no match for these wildcards; use -r with --include 'GLOB' to choose files in a directory"
            )
        }),
        _ => for_source(error),
    }
}

/// Returns the hint about a source that cannot be uploaded.
pub(crate) fn for_source(error: &SourceError) -> Option<Phrase> {
    match error {
        SourceError::NotAFile(FileKind::Directory) => {
            Some(phrase!("use -r to upload a directory and everything in it"))
        }
        SourceError::Changed(_) => Some(phrase!("upload it again when no other program writes to it")),
        SourceError::SizeUnknown => Some(phrase!("upload it as a stream: cosput upload - --key KEY < FILE")),
        SourceError::EmptyStream => Some(phrase!(
            "the command that feeds the pipe may have failed; use --allow-empty to upload an empty object"
        )),
        SourceError::Shorter { .. } | SourceError::Longer { .. } | SourceError::OtherCrc64 { .. } => Some(phrase!(
            "the command that feeds the pipe may have failed; otherwise correct --expect-size or --expect-crc64"
        )),
        SourceError::Outgrown { .. } => {
            Some(phrase!("set --expect-size to its size, or use a larger --part-size; both may need more --memory"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_the_shell_was_to_replace_has_a_hint() {
        let hint = |path: &str| for_named_source(Path::new(path), &SourceError::Missing).map_or("", Phrase::english);
        assert!(hint("~/a").contains("outside quotes"));
        assert!(hint("dist/*.js").contains(if cfg!(windows) { "--include GLOB" } else { "--include 'GLOB'" }));
        assert_eq!(hint("a~b"), "");
    }
}
