//! Where receipts are: in the directory of the plan, in another directory, or in the bucket.

use std::ffi::OsStr;
use std::path::PathBuf;

/// A place for receipts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReceiptPlace {
    /// The directory of the plan.
    Plan,
    /// Another directory.
    Directory(PathBuf),
    /// The bucket, for machines that share nothing else.
    Bucket,
}

impl From<&OsStr> for ReceiptPlace {
    /// `plan`, `cos` or a directory. A directory of such a name is written as `./cos`.
    fn from(text: &OsStr) -> Self {
        match text.to_str() {
            Some("plan") => Self::Plan,
            Some("cos") => Self::Bucket,
            _ => Self::Directory(text.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_words_are_places_and_everything_else_is_a_directory() {
        let place = |text: &str| ReceiptPlace::from(OsStr::new(text));
        assert_eq!((place("plan"), place("cos")), (ReceiptPlace::Plan, ReceiptPlace::Bucket));
        assert_eq!(place("./cos"), ReceiptPlace::Directory("./cos".into()));
        assert_eq!(place("/cos"), ReceiptPlace::Directory("/cos".into()));
    }
}
