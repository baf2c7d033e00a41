//! Upload Part - Copy (document 436/8287): a part that the server copies from an object.
//!
//! The server may answer with status 200 while it still copies, so an error can follow in the body.

use super::{PartNumber, UploadId, etag_document};
use crate::cos::address::Target;
use crate::cos::error::AnswerError;
use crate::cos::request::{Method, Request, Response};

/// The object that is copied from.
const SOURCE: &str = "x-cos-copy-source";
/// The bytes of it that are copied.
const RANGE: &str = "x-cos-copy-source-range";
/// The ETag that it must have.
const IF_MATCH: &str = "x-cos-copy-source-If-Match";

/// The bytes to copy of an object.
#[derive(Debug, Clone, Copy)]
pub struct CopyRange<'a> {
    /// The offset of the first byte.
    pub offset: u64,
    /// The number of bytes, at least 1.
    pub length: u64,
    /// The ETag that the object must still have.
    pub etag: &'a str,
}

/// A copied part as the answer describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiedPart {
    /// The ETag as sent, quotes included.
    pub etag: String,
    /// The request ID, which Tencent support needs.
    pub request_id: Option<String>,
}

/// The request that copies bytes of the object that `target` has now into a part of its next version.
pub fn request(target: &Target, upload_id: &UploadId, number: PartNumber, copy: CopyRange<'_>) -> Request {
    let CopyRange { offset, length, etag } = copy;
    let request = target.request(Method::Put);
    let source = format!("{}{}", target.address.host(), request.wire_path);
    request
        .with_query("partNumber", number.to_string())
        .with_query("uploadId", upload_id.as_str())
        .with_header("Content-Length", "0")
        .with_header(SOURCE, source)
        .with_header(RANGE, format!("bytes={offset}-{}", offset + length - 1))
        .with_header(IF_MATCH, etag)
}

/// The number of bytes that a request has the server copy; `None` if it has it copy no range.
pub fn copied(request: &Request) -> Option<u64> {
    let (first, last) = request.headers.get(RANGE)?.strip_prefix("bytes=")?.split_once('-')?;
    last.parse::<u64>().ok()?.checked_sub(first.parse().ok()?)?.checked_add(1)
}

/// Reads the answer. Only a `CopyPartResult` with an ETag is a success.
pub fn read(response: &Response) -> Result<CopiedPart, AnswerError> {
    let etag = etag_document::read(response, "CopyPartResult")?;
    Ok(CopiedPart { etag, request_id: response.request_id().map(str::to_owned) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cos::request::Headers;
    use crate::cos::{Address, Addressing, Bucket, Edition, Endpoint, Key, Service};

    fn target(endpoint: &str, addressing: Addressing) -> Target {
        let endpoint = Endpoint::parse(endpoint).unwrap();
        let bucket = Bucket::new("examplebucket-1250000000").unwrap();
        let address = Address { service: Service::Cos, edition: Edition::default(), endpoint, addressing, bucket };
        Target { address, key: Key::new("a b/中.bin").unwrap() }
    }

    fn headers(target: &Target) -> Vec<(String, String)> {
        let copy = CopyRange { offset: 1 << 20, length: 2 << 20, etag: "\"e-3\"" };
        let request = request(target, &UploadId::new("1484").unwrap(), PartNumber::FIRST, copy);
        assert_eq!(request.query, [("partNumber", "1".to_owned()), ("uploadId", "1484".to_owned())]);
        request.headers.iter().skip(1).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn the_source_is_the_object_itself_with_its_range_and_etag() {
        let there = target("https://cos.ap-guangzhou.myqcloud.com", Addressing::Virtual);
        let source = "examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com/a%20b/%E4%B8%AD.bin";
        let expected = [
            ("Content-Length", "0"),
            ("x-cos-copy-source", source),
            ("x-cos-copy-source-range", "bytes=1048576-3145727"),
            ("x-cos-copy-source-If-Match", "\"e-3\""),
        ];
        assert_eq!(headers(&there), expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let here = target("http://127.0.0.1:9460", Addressing::Path);
        assert_eq!(headers(&here)[1].1, "127.0.0.1:9460/examplebucket-1250000000/a%20b/%E4%B8%AD.bin");
    }

    #[test]
    fn a_request_says_how_much_it_copies() {
        let there = target("https://cos.ap-guangzhou.myqcloud.com", Addressing::Virtual);
        let copy = CopyRange { offset: 1 << 20, length: 5 << 30, etag: "\"e\"" };
        let id = UploadId::new("id").unwrap();
        assert_eq!(copied(&request(&there, &id, PartNumber::FIRST, copy)), Some(5 << 30));
        let other = there.request(Method::Put);
        assert_eq!(copied(&other), None);
        assert_eq!(copied(&other.with_header(RANGE, "bytes=5-3")), None);
    }

    fn result(body: &str) -> Result<CopiedPart, AnswerError> {
        read(&Response { status: 200, headers: Headers::new(), body: body.to_owned().into() })
    }

    #[test]
    fn a_200_with_an_error_or_without_a_result_is_not_a_success() {
        let copied = result("<CopyPartResult><ETag>\"ab\"</ETag><LastModified>x</LastModified></CopyPartResult>");
        assert_eq!(copied, Ok(CopiedPart { etag: "\"ab\"".to_owned(), request_id: None }));
        let failed = result("<Error><Code>SlowDown</Code><Message>m</Message></Error>");
        assert!(matches!(failed, Err(AnswerError::Service(error)) if error.code.as_deref() == Some("SlowDown")));
        for cut in ["", "<CopyPartResult><ETag>\"a\"</ETag>", "<CopyPartResult/>", "<CopyObjectResult/>"] {
            assert!(matches!(result(cut), Err(AnswerError::Malformed { .. })), "{cut}");
        }
    }
}
