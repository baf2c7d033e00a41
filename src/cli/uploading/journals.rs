//! Journals in the state directory, by the upload that they belong to.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::cos::Bucket;
use crate::cos::multipart::UploadId;
use crate::upload::journal::lines;
use crate::upload::journal::lines::Content;

/// Where the journal of each upload is.
#[derive(Debug, Default)]
pub(crate) struct Journals(BTreeMap<[String; 3], PathBuf>);

impl Journals {
    /// Those in a directory; none where there is no such directory, or it cannot be read.
    pub(crate) fn of(directory: Option<&Path>) -> Self {
        let entries = directory.and_then(|directory| fs::read_dir(directory).ok());
        let paths = entries.into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
        let journals = paths.filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
        Self(journals.filter_map(|path| Some((upload(&path)?, path))).collect())
    }

    /// The journal of an upload, where there is one.
    pub(crate) fn find(&self, bucket: &Bucket, key: &str, upload_id: &UploadId) -> Option<&Path> {
        self.0.get(&[bucket.as_str(), key, upload_id.as_str()].map(str::to_owned)).map(PathBuf::as_path)
    }
}

fn upload(path: &Path) -> Option<[String; 3]> {
    match lines::read(&fs::read(path).ok()?) {
        Content::Journal(journal) => Some([journal.header.bucket, journal.header.key, journal.header.upload_id]),
        Content::Nothing | Content::Publishing(_) | Content::LaterVersion | Content::Garbage => None,
    }
}
