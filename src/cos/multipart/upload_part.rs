//! Upload Part (documents 436/7750 and 1232/44742). A part that is sent again replaces the earlier one, so a retry is safe.

use super::{PartNumber, UploadId};
use crate::cos::address::Target;
use crate::cos::checksum::Md5Digest;
use crate::cos::encryption::hides_the_md5;
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
    /// True if the ETag is certainly no MD5, so that the same bytes may get another one.
    pub hides_the_md5: bool,
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
        hides_the_md5: hides_the_md5(response),
        request_id: response.request_id().map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_says_whether_its_etag_is_no_md5() {
        let hides_the_md5 = |mode| {
            let headers = [("ETag", "\"e\""), ("x-cos-server-side-encryption", mode)];
            let response = Response { status: 200, headers: headers.into_iter().collect(), body: "".into() };
            read(&response).unwrap().hides_the_md5
        };
        assert!(hides_the_md5("cos/kms") && !hides_the_md5("AES256"));
    }
}
