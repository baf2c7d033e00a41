//! Whether an answer proves that the server stored the bytes that were sent.

use crate::cos::checksum::Digest;
use crate::upload::machine::{Proving, Settings};

/// Whether an answer proves that the server stored the bytes that were sent.
pub(super) enum Proof {
    /// It does.
    Proved,
    /// It proves that other bytes arrived.
    Wrong(String),
    /// The answer has no checksum to compare.
    Missing,
}

/// Compares the checksums of an answer with those of the bytes that were sent.
pub(super) fn prove(etag: &str, crc64: Option<u64>, sent: Option<Digest>, settings: Settings) -> Proof {
    let Some(sent) = sent else {
        return Proof::Wrong("the server answered before it had all bytes".to_owned());
    };
    if let Some(crc64) = crc64.filter(|crc64| *crc64 != sent.crc64) {
        return Proof::Wrong(format!("the server's CRC-64 is {crc64}, that of what was read is {}", sent.crc64));
    }
    // The server compares Content-MD5 before it answers.
    let compared = crc64.is_some() || settings.proving == Proving::ContentMd5;
    if settings.proving != Proving::Crc64 && compared {
        return Proof::Proved;
    }
    match sent.md5.filter(|_| settings.etags_are_md5) {
        Some(md5) if !md5.is_etag(etag) => {
            Proof::Wrong(format!("the server's ETag is {etag}, the MD5 of what was read is {}", md5.hex()))
        }
        Some(_) => Proof::Proved,
        None if crc64.is_some() => Proof::Proved,
        None => Proof::Missing,
    }
}
