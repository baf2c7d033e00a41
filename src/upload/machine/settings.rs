//! What an upload is given at its start.

use crate::cos::Service;
use crate::cos::multipart::UploadId;
use crate::upload::patience::Patience;
use crate::upload::plan::part_record::PartRecord;

/// How one object is to be uploaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// How often and how long each request is retried.
    pub patience: Patience,
    /// Abort the upload when it fails, instead of keeping it for a resume.
    pub abort_on_failure: bool,
    /// True if the ETag of a part is the MD5 of its bytes: not with SSE-KMS and SSE-C (document 436/7729).
    pub etags_are_md5: bool,
    /// The service, which decides what its answers prove.
    pub service: Service,
    /// Refuse a key that is taken.
    pub no_overwrite: bool,
    /// Send `Content-MD5` with every body, which the server compares.
    pub content_md5: bool,
    /// The user limits the rate: no part is sent twice.
    pub is_limited: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            patience: Patience::default(),
            abort_on_failure: false,
            etags_are_md5: true,
            service: Service::default(),
            no_overwrite: false,
            content_md5: false,
            is_limited: false,
        }
    }
}

/// An upload that an earlier run began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resume {
    /// The upload ID.
    pub upload_id: UploadId,
    /// The parts recorded in the journal.
    pub parts: Vec<PartRecord>,
}

/// When an object counts as a copy of its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Likeness {
    /// It has the source's size and CRC-64 or, if the service gives none, its MD5.
    Content,
    /// It has the source's size, and was recorded with this time of modification.
    Modified(String),
}
