//! PUT Object (document 436/7749): a whole object in one request.

use crate::cos::address::Target;
use crate::cos::checksum::Md5Digest;
use crate::cos::error::AnswerError;
use crate::cos::request::{Headers, Method, Request, Response};
use crate::language::message;

/// The largest object that PUT accepts, in bytes: 5 GiB.
pub const LARGEST_PUT: u64 = 5 << 30;

/// A stored object as the answer describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The ETag as sent, quotes included.
    pub etag: String,
    /// The CRC-64 that the server computed, if the answer has it.
    pub crc64: Option<u64>,
    /// The version ID, in a bucket with versioning.
    pub version_id: Option<String>,
    /// The request ID, which Tencent support needs.
    pub request_id: Option<String>,
}

/// The request that stores `length` bytes, with the headers of the object.
pub fn request(target: &Target, object: &Headers, length: u64, md5: Option<Md5Digest>) -> Request {
    let mut request = target.request(Method::Put).with_header("Content-Length", length.to_string());
    for (name, value) in object.iter() {
        request.headers.set(name, value);
    }
    if let Some(md5) = md5 {
        request.headers.set("Content-MD5", md5.base64());
    }
    request
}

/// Reads the answer.
pub fn read(response: &Response) -> Result<Stored, AnswerError> {
    AnswerError::check(response)?;
    let etag = response.etag().ok_or_else(|| AnswerError::malformed(response, message!("the answer has no ETag")))?;
    Ok(Stored {
        etag: etag.to_owned(),
        crc64: response.crc64(),
        version_id: response.headers.get("x-cos-version-id").map(str::to_owned),
        request_id: response.request_id().map(str::to_owned),
    })
}
