//! HEAD Object (document 436/7745): size, ETag, CRC-64 and headers of an object.

use crate::cos::address::Target;
use crate::cos::error::{AnswerError, ServiceError, is_of_service};
use crate::cos::request::{Method, Request, Response};

/// The metadata that holds the source's modification time, in seconds since 1970. rclone uses the same name.
pub const MODIFIED: &str = "x-cos-meta-mtime";

/// An object as HEAD describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Size in bytes, if the answer has it.
    pub size: Option<u64>,
    /// The ETag as sent, quotes included.
    pub etag: Option<String>,
    /// The source's modification time, if it was recorded when the object was uploaded.
    pub modified: Option<String>,
    /// The CRC-64; old objects may not have one.
    pub crc64: Option<u64>,
    /// The version ID, in a bucket with versioning.
    pub version_id: Option<String>,
    /// The request ID, which Tencent support needs.
    pub request_id: Option<String>,
}

/// The request.
pub fn request(target: &Target) -> Request {
    target.request(Method::Head)
}

/// Reads the answer; `None` if the object does not exist. A 404 answer to HEAD has no body and so no code. Each object has an
/// ETag: a success without one is the page of a login portal.
pub fn read(response: &Response) -> Result<Option<Object>, AnswerError> {
    if response.status == 404 && response.request_id().is_some() {
        return Ok(None);
    }
    AnswerError::check(response)?;
    if response.etag().is_none() && !is_of_service(response) {
        return Err(AnswerError::Service(Box::new(ServiceError::read(response))));
    }
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

    #[test]
    fn the_page_of_a_login_portal_is_no_object() {
        let answer = |headers: &[(&str, &str)]| {
            let headers: Headers = headers.iter().copied().collect();
            read(&Response { status: 200, headers, body: "".into() })
        };
        let page = answer(&[("content-type", "text/html"), ("content-length", "99")]);
        assert!(matches!(page, Err(AnswerError::Service(error)) if error.is_page()));
        assert!(answer(&[("etag", "\"1\"")]).is_ok() && answer(&[("x-cos-request-id", "1")]).is_ok());
    }
}
