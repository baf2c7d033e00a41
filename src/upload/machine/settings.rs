//! What an upload is given at its start.

use crate::cos::Service;
use crate::cos::multipart::UploadId;
use crate::upload::event::PartRecord;
use crate::upload::patience::Patience;

/// How one object is to be uploaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// How often and how long each request is retried.
    pub patience: Patience,
    /// Abort the upload when it fails, instead of keeping it for a resume.
    pub abort_on_failure: bool,
    /// True if the ETag of a part is the MD5 of its bytes: not with SSE-KMS and SSE-C (document 436/7729).
    pub etags_are_md5: bool,
    /// What has to prove the object.
    pub proving: Proving,
}

/// What has to prove an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Proving {
    /// The CRC-64 of the whole object, which COS promises.
    #[default]
    Crc64,
    /// No CRC-64 is promised and objects are written once, as in CDCS: the ETag of each part is the MD5 of its bytes, the
    /// server reports that it put the parts together, and the object has their size.
    Etags,
    /// The same, but the server compares each part with its `Content-MD5`, so ETags may be anything.
    ContentMd5,
}

impl Proving {
    /// What proves objects of `service`, if each request does or does not send its `Content-MD5`.
    pub fn of(service: Service, content_md5: bool) -> Self {
        match (service.promises_crc64(), content_md5) {
            (true, _) => Self::Crc64,
            (false, false) => Self::Etags,
            (false, true) => Self::ContentMd5,
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
