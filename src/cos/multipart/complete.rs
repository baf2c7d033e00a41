//! Complete Multipart Upload (document 436/7742).
//!
//! Status 200 is sent as soon as merging starts; the verdict is in the body, after white space that keeps the
//! connection alive. Nothing in the protocol makes a second Complete safe: a lost answer is settled by looking.

use serde::Deserialize;

use super::{PartNumber, UploadId};
use crate::cos::address::Target;
use crate::cos::checksum::Md5Digest;
use crate::cos::document;
use crate::cos::error::{AnswerError, ServiceError};
use crate::cos::put_object::Stored;
use crate::cos::request::{Method, Request, Response};

/// The request. The parts must be in ascending order, without gaps, from 1.
pub fn request<'a>(
    target: &Target,
    upload_id: &UploadId,
    parts: impl Iterator<Item = (PartNumber, &'a str)>,
) -> Request {
    let body = body(parts);
    let md5 = Md5Digest::of(body.as_bytes());
    target
        .request(Method::Post)
        .with_query("uploadId", upload_id.as_str())
        .with_document("application/xml", body)
        .with_header("Content-MD5", md5.base64())
}

/// The body in its compact form, which stays under the 1 MiB that some deployments take.
fn body<'a>(parts: impl Iterator<Item = (PartNumber, &'a str)>) -> String {
    use std::fmt::Write as _;
    let mut body = String::from("<CompleteMultipartUpload>");
    for (number, etag) in parts {
        let etag = quick_xml::escape::partial_escape(etag);
        let _ = write!(body, "<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>");
    }
    body.push_str("</CompleteMultipartUpload>");
    body
}

/// Reads the verdict. Only a `CompleteMultipartUploadResult` with an ETag is success.
pub fn read(response: &Response) -> Result<Stored, AnswerError> {
    #[derive(Deserialize)]
    struct Document {
        #[serde(rename = "ETag", default)]
        etag: String,
    }
    AnswerError::check(response)?;
    if document::read_error(&response.body).is_some() {
        return Err(AnswerError::Service(Box::new(ServiceError::read(response))));
    }
    let document: Document = document::read(&response.body, "CompleteMultipartUploadResult")
        .map_err(|what| AnswerError::malformed(response, what))?;
    if document.etag.trim_matches('"').is_empty() {
        return Err(AnswerError::malformed(response, "the answer has no ETag"));
    }
    Ok(Stored {
        etag: document.etag,
        crc64: response.crc64(),
        version_id: response.headers.get("x-cos-version-id").map(str::to_owned),
        request_id: response.request_id().map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cos::request::Headers;

    fn verdict(body: &str) -> Result<Stored, AnswerError> {
        let headers: Headers = [("x-cos-hash-crc64ecma", "18446744073709551615")].into_iter().collect();
        read(&Response { status: 200, headers, body: body.to_owned().into() })
    }

    #[test]
    fn the_body_is_compact_and_etags_are_escaped() {
        let number = |n| PartNumber::new(n).unwrap();
        let body = body([(number(1), "\"ab\""), (number(2), "<&>")].into_iter());
        assert_eq!(
            body,
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>\"ab\"</ETag></Part>\
             <Part><PartNumber>2</PartNumber><ETag>&lt;&amp;&gt;</ETag></Part></CompleteMultipartUpload>"
        );
    }

    #[test]
    fn ten_thousand_parts_stay_under_one_mebibyte() {
        let etag = format!("\"{}\"", "a".repeat(32));
        let body = body((1..=10_000).map(|n| (PartNumber::new(n).unwrap(), etag.as_str())));
        assert!(body.len() < 1 << 20, "{}", body.len());
    }

    #[test]
    fn white_space_before_the_verdict_and_its_namespace_are_no_trouble() {
        let body = " \n \r\n<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<CompleteMultipartUploadResult xmlns=\"http://www.qcloud.com/document/product/436/7751\">\n<Location>http://h/k</Location><ETag>&quot;aa259a62513358f69e98e72e59856d88-3&quot;</ETag></CompleteMultipartUploadResult>";
        let stored = verdict(body).unwrap();
        assert_eq!(stored.etag, "\"aa259a62513358f69e98e72e59856d88-3\"");
        assert_eq!(stored.crc64, Some(u64::MAX));
    }

    #[test]
    fn a_200_that_holds_an_error_or_nothing_is_no_success() {
        let told = verdict("  <Error><Code>InternalError</Code><Message>m</Message></Error>");
        assert!(matches!(told, Err(AnswerError::Service(error)) if error.code.as_deref() == Some("InternalError")));
        for cut in [
            "",
            "   ",
            "<CompleteMultipartUploadResult><ETag>\"a\"</ETag>",
            "<CompleteMultipartUploadResult/>",
            "<html/>",
        ] {
            assert!(matches!(verdict(cut), Err(AnswerError::Malformed { .. })), "{cut}");
        }
    }
}
