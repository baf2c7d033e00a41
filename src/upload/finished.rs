//! How the upload of one object ended, and the proof of it.

use super::error::UploadError;
use crate::cos::multipart::UploadId;

/// The result of one object's upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finished {
    /// The object is complete on the server and was verified.
    Stored(Object),
    /// The object already existed and equals its source. Nothing was sent.
    Unchanged(Unchanged),
    /// All parts are on the server. The object is completed later.
    HeldBack(HeldBack),
    /// The object was not completed.
    Failed(UploadError),
    /// It is unknown whether the object was completed.
    Unknown(UploadError),
}

impl Object {
    /// Adds the counts from before the completion was held back. Parts counted here as resumed were sent before it, so
    /// the resumed counts are replaced.
    pub fn add_to(&mut self, held: HeldBack) {
        let HeldBack { parts_sent, parts_resumed, bytes_sent, bytes_resumed, attempts } = held;
        self.attempts += attempts;
        if parts_sent + parts_resumed > 0 {
            (self.parts_resumed, self.bytes_resumed) = (parts_resumed, bytes_resumed);
            self.parts_sent += parts_sent;
            self.bytes_sent += bytes_sent;
        }
    }
}

/// An object that only needs to be completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HeldBack {
    /// The number of parts that this run sent.
    pub parts_sent: u16,
    /// The number of parts that an earlier run sent.
    pub parts_resumed: u16,
    /// The number of bytes that this run sent, without retries.
    pub bytes_sent: u64,
    /// The number of bytes that an earlier run sent.
    pub bytes_resumed: u64,
    /// The number of requests of every kind for this object.
    pub attempts: u32,
}

/// An object that already existed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unchanged {
    /// Its size in bytes.
    pub size: u64,
    /// Its CRC-64, if known.
    pub crc64: Option<u64>,
    /// Its ETag as received, quotes included.
    pub etag: Option<String>,
    /// The version, if the bucket keeps versions.
    pub version_id: Option<String>,
    /// The request ID of the answer that reported it.
    pub request_id: Option<String>,
}

/// The part of an object that the server copied from the object before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Copied {
    /// The number of parts that were copied in this run.
    pub parts: u16,
    /// Their bytes.
    pub bytes: u64,
}

/// The proof that an object equals the data that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProvedBy {
    /// The server's CRC-64 of the object equals that of the data that was read.
    Crc64,
    /// The server's MD5 of each part equals that of the data that was read. CDCS has no CRC-64.
    Md5,
}

impl ProvedBy {
    /// The name in events.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Crc64 => "crc64",
            Self::Md5 => "md5",
        }
    }
}

/// A verified object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its size in bytes.
    pub size: u64,
    /// The CRC-64 of the data that was read.
    pub crc64: u64,
    /// The proof that the object was verified by.
    pub proved_by: ProvedBy,
    /// Its ETag as received, quotes included.
    pub etag: String,
    /// Its version ID, if the bucket keeps versions.
    pub version_id: Option<String>,
    /// The multipart upload that made it.
    pub upload_id: Option<UploadId>,
    /// The number of parts that this run sent.
    pub parts_sent: u16,
    /// The number of parts that an earlier run sent.
    pub parts_resumed: u16,
    /// The number of bytes that this run sent, without retries.
    pub bytes_sent: u64,
    /// The number of bytes that an earlier run sent.
    pub bytes_resumed: u64,
    /// What the server copied, if this is a delta upload.
    pub copied: Option<Copied>,
    /// The number of requests of every kind for this object.
    pub attempts: u32,
    /// The request ID of the answer that verified it.
    pub request_id: Option<String>,
}
