//! A part that is on the server.

use crate::cos::Etag;
use crate::cos::multipart::PartNumber;

/// A finished part, as recorded in events and in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartRecord {
    /// The part number.
    pub number: PartNumber,
    /// Its size in bytes.
    pub size: u64,
    /// Its ETag as received, quotes included.
    pub etag: Etag,
    /// The CRC-64 of the bytes that were read.
    pub crc64: u64,
}
