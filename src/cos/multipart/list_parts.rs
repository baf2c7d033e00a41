//! List Parts (documents 436/7747 and 1232/44741): the parts that the server has, in pages of up to 1,000.

use serde::Deserialize;

use super::{PartNumber, UploadId};
use crate::cos::address::Target;
use crate::cos::document;
use crate::cos::error::AnswerError;
use crate::cos::list_page;
use crate::cos::request::{Method, Request, Response};
use crate::cos::service::{Edition, Service};
use crate::language::{Message, message};

/// A part as the server lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedPart {
    /// Its number.
    pub number: PartNumber,
    /// Its size in bytes.
    pub size: u64,
    /// Its ETag, quotes included.
    pub etag: String,
}

/// One page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The parts, by number.
    pub parts: Vec<ListedPart>,
    /// The part number after which the next page starts; `None` on the last page.
    pub next: Option<PartNumber>,
}

/// The request for the page after `after`. The older edition of CDCS has other parameter names.
pub fn request(target: &Target, upload_id: &UploadId, after: Option<PartNumber>) -> Request {
    let (count, marker) = match (target.address.service, target.address.edition) {
        (Service::Cdcs, Edition::Xml) => ("max-count", "marker"),
        (Service::Cos, _) | (Service::Cdcs, Edition::Json) => ("max-parts", "part-number-marker"),
    };
    let request = target
        .request(Method::Get)
        .with_query("uploadId", upload_id.as_str())
        .with_query(count, "1000")
        .with_query("encoding-type", "url");
    match after {
        Some(number) => request.with_query(marker, number.to_string()),
        None => request,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    #[serde(default)]
    part: Vec<Part>,
    #[serde(default)]
    is_truncated: String,
    #[serde(default)]
    next_part_number_marker: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Part {
    part_number: String,
    size: String,
    #[serde(rename = "ETag")]
    etag: String,
}

/// Reads a page. If the page is truncated but has no marker, the next page starts after its last part.
pub fn read(response: &Response) -> Result<Page, AnswerError> {
    AnswerError::check(response)?;
    let malformed = |what: Message| AnswerError::malformed(response, what);
    let document: Document = document::read(&response.body, "ListPartsResult").map_err(malformed)?;
    let mut parts = Vec::with_capacity(document.part.len());
    for Part { part_number, size, etag } in document.part {
        let number = number(&part_number).ok_or_else(|| {
            malformed(message!("the answer lists an invalid part number, {number}", number = part_number))
        })?;
        let size = size
            .trim()
            .parse()
            .map_err(|_| malformed(message!("the answer lists a part with an invalid size, {size}", size)))?;
        parts.push(ListedPart { number, size, etag });
    }
    if !list_page::is_truncated(&document.is_truncated) {
        return Ok(Page { parts, next: None });
    }
    let last = parts.last().map(|part| part.number);
    let next = number(&document.next_part_number_marker).or(last);
    Ok(Page { parts, next: Some(next.ok_or_else(|| list_page::without_marker(response))?) })
}

fn number(text: &str) -> Option<PartNumber> {
    PartNumber::new(text.trim().parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cos::request::Headers;

    fn page(body: &str) -> Result<Page, AnswerError> {
        read(&Response { status: 200, headers: Headers::new(), body: body.to_owned().into() })
    }

    #[test]
    fn the_documented_page_is_read() {
        let body = "<ListPartsResult>
  <Bucket>examplebucket-1250000000</Bucket><EncodingType/><Key>exampleobject</Key>
  <UploadId>1585</UploadId>
  <Initiator><ID>qcs::cam::uin/100000000001:uin/100000000011</ID><DisplayName>100000000011</DisplayName></Initiator>
  <Owner><ID>1250000000</ID><DisplayName>1250000000</DisplayName></Owner>
  <PartNumberMarker>0</PartNumberMarker>
  <Part><PartNumber>1</PartNumber><LastModified>2020-03-25T10:07:14.000Z</LastModified><ETag>&quot;39270a968a357d24207e9911162507eb&quot;</ETag><Size>1048576</Size></Part>
  <NextPartNumberMarker>1</NextPartNumberMarker>
  <StorageClass>Standard</StorageClass><MaxParts>1000</MaxParts><IsTruncated>false</IsTruncated>
</ListPartsResult>";
        let part = ListedPart {
            number: PartNumber::new(1).unwrap(),
            size: 1_048_576,
            etag: "\"39270a968a357d24207e9911162507eb\"".into(),
        };
        assert_eq!(page(body), Ok(Page { parts: vec![part], next: None }));
    }

    #[test]
    fn both_editions_of_cdcs_are_read() {
        let part = |number, etag: &str| ListedPart {
            number: PartNumber::new(number).unwrap(),
            size: 1_048_576,
            etag: etag.to_owned(),
        };
        let json = r#"{"Coffer":"examplecoffer-1250000000","Key":"exampleobject","UploadId":"1484",
            "Initiator":{"ID":"qcs::cam::uin/100000000001:uin/100000000001","DisplayName":"100000000001"},
            "Owner":{"ID":"1250000000","DisplayName":"1250000000"},
            "PartNumberMarker":"0","NextPartNumberMarker":2,"MaxParts":"2","IsTruncated":"true",
            "Part":[{"PartNumber":1,"LastModified":"Tue Jan 17 16:43:37 2017","ETag":"\"a1f8e5e4d63ac6970a0062a6277e191fe09a1382\"","Size":1048576},
                    {"PartNumber":"2","LastModified":"Tue Jan 17 16:43:38 2017","ETag":"a1","Size":"1048576"}]}"#;
        let parts = vec![part(1, "\"a1f8e5e4d63ac6970a0062a6277e191fe09a1382\""), part(2, "a1")];
        assert_eq!(page(json), Ok(Page { parts, next: PartNumber::new(2) }));
        let xml = "<ListPartsResult><Coffer>examplecoffer-1250000000</Coffer><UploadId>1484</UploadId>\
            <PartNumberMarker>0</PartNumberMarker><NextPartNumberMarker>1</NextPartNumberMarker><MaxParts>1</MaxParts>\
            <Part><PartNumber>1</PartNumber><LastModified>Tue Jan 17 16:43:37 2017</LastModified><ETag>\"a1\"</ETag>\
            <Size>1048576</Size></Part><IsTruncated>false</IsTruncated></ListPartsResult>";
        assert_eq!(page(xml), Ok(Page { parts: vec![part(1, "\"a1\"")], next: None }));
        assert_eq!(page(r#"{"IsTruncated":false,"Part":null}"#), Ok(Page { parts: vec![], next: None }));
        assert!(page(r#"{"Part":[{"PartNumber":1,"ETag":"e","Size":"many"}]}"#).is_err());
    }

    #[test]
    fn an_upload_without_parts_is_an_empty_page() {
        let body =
            "<ListPartsResult><Encoding-Type>url</Encoding-Type><IsTruncated>false</IsTruncated></ListPartsResult>";
        assert_eq!(page(body), Ok(Page { parts: vec![], next: None }));
    }

    #[test]
    fn a_truncated_page_continues_at_its_marker_or_after_its_last_part() {
        let part = "<Part><PartNumber>7</PartNumber><ETag>e</ETag><Size>1</Size></Part>";
        let with = |marker: &str| {
            page(&format!("<ListPartsResult>{part}{marker}<IsTruncated>true</IsTruncated></ListPartsResult>"))
        };
        assert_eq!(with("").unwrap().next, PartNumber::new(7));
        assert_eq!(with("<NextPartNumberMarker/>").unwrap().next, PartNumber::new(7));
        assert_eq!(with("<NextPartNumberMarker>9</NextPartNumberMarker>").unwrap().next, PartNumber::new(9));
        assert!(page("<ListPartsResult><IsTruncated>true</IsTruncated></ListPartsResult>").is_err());
    }

    #[test]
    fn a_part_number_out_of_range_is_malformed() {
        assert!(
            page(
                "<ListPartsResult><Part><PartNumber>0</PartNumber><ETag>e</ETag><Size>1</Size></Part></ListPartsResult>"
            )
            .is_err()
        );
        assert!(page("<ListPartsResult><Part><PartNumber>10001</PartNumber><ETag>e</ETag><Size>1</Size></Part></ListPartsResult>").is_err());
    }
}
