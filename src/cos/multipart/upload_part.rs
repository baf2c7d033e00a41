//! Upload Part (documents 436/7750 and 1232/44742). A part that is sent again replaces the earlier one, so a retry is safe.

use super::{PartNumber, UploadId};
use crate::cos::address::Target;
use crate::cos::checksum::Md5Digest;
use crate::cos::error::AnswerError;
use crate::cos::request::{Method, Request, Response};
use crate::language::message;

/// A stored part as the answer describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPart {
    /// The ETag as sent, quotes included.
    pub etag: String,
    /// The CRC-64 that the server computed, if the answer has it.
    pub crc64: Option<u64>,
    /// The request ID, which Tencent support needs.
    pub request_id: Option<String>,
}

/// The request for `length` bytes. The service needs the length in advance and refuses chunked transfer here.
pub fn request(
    target: &Target,
    upload_id: &UploadId,
    number: PartNumber,
    length: u64,
    md5: Option<Md5Digest>,
) -> Request {
    let mut request = target
        .request(Method::Put)
        .with_query("partNumber", number.to_string())
        .with_query("uploadId", upload_id.as_str())
        .with_header("Content-Length", length.to_string());
    if let Some(md5) = md5 {
        request.headers.set("Content-MD5", md5.base64());
    }
    request
}

/// Reads the answer.
pub fn read(response: &Response) -> Result<StoredPart, AnswerError> {
    AnswerError::check(response)?;
    let etag = response.etag().ok_or_else(|| AnswerError::malformed(response, message!("the answer has no ETag")))?;
    Ok(StoredPart {
        etag: etag.to_owned(),
        crc64: response.crc64(),
        request_id: response.request_id().map(str::to_owned),
    })
}
