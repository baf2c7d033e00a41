//! Complete Multipart Upload (documents 436/7742 and 1232/44739).
//!
//! The server sends status 200 as soon as merging starts, then white space that keeps the connection alive, then the
//! result in the body. A second Complete is not safe: if the answer is lost, HEAD shows whether the object exists.

use serde::{Serialize, Serializer};

use super::{PartNumber, UploadId, etag_document};
use crate::cos::address::Target;
use crate::cos::checksum::Md5Digest;
use crate::cos::error::AnswerError;
use crate::cos::etag::Etag;
use crate::cos::objects::put_object::Stored;
use crate::cos::request::{Method, Request, Response};
use crate::cos::service::{Edition, Service};

/// The longest text of a part whose ETag is an MD5, so that the body is allocated once.
const PART_LENGTH: usize = "<Part><PartNumber>10000</PartNumber><ETag></ETag></Part>".len() + 34;

/// The request. The parts must be in ascending order, without gaps, from 1.
pub fn request(target: &Target, upload_id: &UploadId, parts: &[(PartNumber, Etag)]) -> Request {
    let (content_type, body) = match (target.address.service, target.address.edition) {
        (Service::Cdcs, Edition::Json) => ("application/json", json(parts)),
        (Service::Cos, _) | (Service::Cdcs, Edition::Xml) => ("application/xml", body(parts)),
    };
    let md5 = Md5Digest::of(body.as_bytes());
    target
        .request(Method::Post)
        .with_query("uploadId", upload_id.as_str())
        .with_document(content_type, body)
        .with_header("Content-MD5", md5.base64())
}

/// The body in the newer edition of CDCS, whose example has ETags without their quotes.
fn json(parts: &[(PartNumber, Etag)]) -> String {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Document<'a> {
        #[serde(serialize_with = "one_by_one")]
        part: &'a [(PartNumber, Etag)],
    }
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Part {
        part_number: u16,
        #[serde(rename = "ETag")]
        etag: String,
    }
    fn one_by_one<S: Serializer>(parts: &[(PartNumber, Etag)], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(parts.iter().map(|(number, etag)| Part {
            part_number: number.value(),
            etag: etag.to_string().trim_matches('"').to_owned(),
        }))
    }
    let mut body = Vec::with_capacity(parts.len() * PART_LENGTH);
    serde_json::to_writer(&mut body, &Document { part: parts }).expect("numbers and texts are JSON");
    String::from_utf8(body).expect("JSON is text")
}

/// The body in compact XML, which stays below the 1 MiB that some deployments accept.
fn body(parts: &[(PartNumber, Etag)]) -> String {
    use std::fmt::Write as _;
    let mut body = String::with_capacity((parts.len() + 1) * PART_LENGTH);
    body.push_str("<CompleteMultipartUpload>");
    for (number, etag) in parts {
        let etag = etag.to_string();
        let etag = quick_xml::escape::partial_escape(&etag);
        let _ = write!(body, "<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>");
    }
    body.push_str("</CompleteMultipartUpload>");
    body
}

/// Reads the result. Only a `CompleteMultipartUploadResult`, or a JSON object, with an ETag is a success.
pub fn read(response: &Response) -> Result<Stored, AnswerError> {
    Ok(Stored {
        etag: etag_document::read(response, "CompleteMultipartUploadResult")?,
        crc64: response.crc64(),
        version_id: response.headers.get("x-cos-version-id").map(str::to_owned),
        request_id: response.request_id().map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cos::request::Headers;

    fn result(body: &str) -> Result<Stored, AnswerError> {
        let headers: Headers = [("x-cos-hash-crc64ecma", "18446744073709551615")].into_iter().collect();
        read(&Response { status: 200, headers, body: body.to_owned().into() })
    }

    #[test]
    fn the_body_is_compact_and_etags_are_escaped() {
        let number = |n| PartNumber::new(n).unwrap();
        let body = body(&[(number(1), "\"ab\"".into()), (number(2), "<&>".into())]);
        assert_eq!(
            body,
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>\"ab\"</ETag></Part>\
             <Part><PartNumber>2</PartNumber><ETag>&lt;&amp;&gt;</ETag></Part></CompleteMultipartUpload>"
        );
    }

    #[test]
    fn the_body_for_cdcs_is_json_unless_the_older_edition_is_chosen() {
        use crate::cos::{Address, Addressing, Bucket, Endpoint, Key};
        let request = |service, edition| {
            let endpoint = Endpoint::parse("https://cdcs.ap-beijing.myqcloud.com").unwrap();
            let bucket = Bucket::new("examplecoffer-1250000000").unwrap();
            let address = Address { service, edition, endpoint, addressing: Addressing::Path, bucket };
            let target = Target { address, key: Key::new("exampleobject").unwrap() };
            let etags = ["\"827ccb0eea8a706c4c34a16891f84e7b\"", "01cfcd4f6b8770febfb40cb906715822"];
            let parts = etags.into_iter().enumerate();
            let number = |index: usize| PartNumber::new(u16::try_from(index).unwrap() + 1).unwrap();
            let parts: Vec<_> = parts.map(|(index, etag)| (number(index), etag.into())).collect();
            let request = super::request(&target, &UploadId::new("1484").unwrap(), &parts);
            let content_type = request.headers.get("content-type").unwrap().to_owned();
            (content_type, String::from_utf8(request.document.to_vec()).unwrap())
        };
        let json = r#"{"Part":[{"PartNumber":1,"ETag":"827ccb0eea8a706c4c34a16891f84e7b"},{"PartNumber":2,"ETag":"01cfcd4f6b8770febfb40cb906715822"}]}"#;
        assert_eq!(request(Service::Cdcs, Edition::Json), ("application/json".to_owned(), json.to_owned()));
        let xml = request(Service::Cdcs, Edition::Xml);
        assert!(xml.1.starts_with("<CompleteMultipartUpload><Part><PartNumber>1</PartNumber>"), "{xml:?}");
        assert_eq!(request(Service::Cos, Edition::Json), xml);
    }

    #[test]
    fn the_results_of_cdcs_are_read_in_both_editions() {
        let etag = "\"3a0f1fd698c235af9cf098cb74aa25bc\"";
        let json = r#"   {"Locations":{"Location":["ap-beijing","ap-shanghai"]},"Coffer":"examplecoffer-1250000000","Key":"exampleobject","ETag":"\"3a0f1fd698c235af9cf098cb74aa25bc\""}"#;
        assert_eq!(result(json).unwrap().etag, etag);
        let xml = "\n<CompleteMultipartUploadResult xmlns=\"http://www.qcloud.com/document/product/436/7751\"><Locations><Location>ap-beijing</Location><Location>ap-shanghai</Location></Locations><Coffer>examplecoffer-1250000000</Coffer><Key>exampleobject</Key><ETag>&quot;3a0f1fd698c235af9cf098cb74aa25bc&quot;</ETag></CompleteMultipartUploadResult>";
        assert_eq!(result(xml).unwrap().etag, etag);
        let read = result(r#" {"Code":"KMSFailed","Message":"m","RequestId":"r"}"#);
        assert!(matches!(read, Err(AnswerError::Service(error)) if error.code.as_deref() == Some("KMSFailed")));
        for cut in ["{", r#"{"Locations":{"Location":["ap-beijing"]},"Coffer":"c","ETag":"a"#, "{}", r#"{"ETag":""}"#] {
            assert!(matches!(result(cut), Err(AnswerError::Malformed { .. })), "{cut}");
        }
    }

    #[test]
    fn ten_thousand_parts_stay_under_one_mebibyte() {
        let etag = format!("\"{}\"", "a".repeat(32));
        let parts: Vec<_> = (1..=10_000).map(|n| (PartNumber::new(n).unwrap(), etag.as_str().into())).collect();
        for body in [body(&parts), json(&parts)] {
            assert!(body.len() < 1 << 20, "{}", body.len());
            assert_eq!(body.capacity() / PART_LENGTH, 10_000 + usize::from(body.starts_with('<')), "it grew");
        }
    }

    #[test]
    fn white_space_before_the_result_and_a_namespace_are_accepted() {
        let body = " \n \r\n<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<CompleteMultipartUploadResult xmlns=\"http://www.qcloud.com/document/product/436/7751\">\n<Location>http://h/k</Location><ETag>&quot;aa259a62513358f69e98e72e59856d88-3&quot;</ETag></CompleteMultipartUploadResult>";
        let stored = result(body).unwrap();
        assert_eq!(stored.etag, "\"aa259a62513358f69e98e72e59856d88-3\"");
        assert_eq!(stored.crc64, Some(u64::MAX));
    }

    #[test]
    fn a_200_with_an_error_or_without_a_result_is_not_a_success() {
        let read = result("  <Error><Code>InternalError</Code><Message>m</Message></Error>");
        assert!(matches!(read, Err(AnswerError::Service(error)) if error.code.as_deref() == Some("InternalError")));
        for cut in [
            "",
            "   ",
            "<CompleteMultipartUploadResult><ETag>\"a\"</ETag>",
            "<CompleteMultipartUploadResult/>",
            "<html/>",
        ] {
            assert!(matches!(result(cut), Err(AnswerError::Malformed { .. })), "{cut}");
        }
    }
}
