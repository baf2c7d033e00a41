//! HEAD Object (document 436/7745): what the server holds under a key.

use super::address::Target;
use super::error::AnswerError;
use super::request::{Method, Request, Response};

/// Metadata in which the source's time of modification is kept, in seconds since 1970; rclone names it so too.
pub const MODIFIED: &str = "x-cos-meta-mtime";

/// An object as HEAD describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Size in bytes, where the answer says so.
    pub size: Option<u64>,
    /// The ETag as sent, quotes included.
    pub etag: Option<String>,
    /// The source's time of modification, where whoever uploaded it recorded that.
    pub modified: Option<String>,
    /// The CRC-64; old objects may lack it.
    pub crc64: Option<u64>,
    /// The version, in a bucket that keeps versions.
    pub version_id: Option<String>,
    /// The id that support asks for.
    pub request_id: Option<String>,
}

/// The request.
pub fn request(target: &Target) -> Request {
    target.request(Method::Head)
}

/// Reads the answer; `None` where there is no such object. A 404 to HEAD has no body and so no code.
pub fn read(response: &Response) -> Result<Option<Object>, AnswerError> {
    if response.status == 404 && response.request_id().is_some() {
        return Ok(None);
    }
    AnswerError::check(response)?;
    Ok(Some(Object {
        size: response.headers.get("content-length").and_then(|length| length.trim().parse().ok()),
        etag: response.etag().map(str::to_owned),
        modified: response.headers.get(MODIFIED).map(str::to_owned),
        crc64: response.crc64(),
        version_id: response.headers.get("x-cos-version-id").map(str::to_owned),
        request_id: response.request_id().map(str::to_owned),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cos::request::Headers;

    #[test]
    fn a_404_of_cos_means_absent_and_a_404_of_something_else_is_an_error() {
        let headers: Headers = [("x-cos-request-id", "1")].into_iter().collect();
        assert_eq!(read(&Response { status: 404, headers, body: "".into() }), Ok(None));
        assert!(read(&Response { status: 404, headers: Headers::new(), body: "".into() }).is_err());
    }
}
