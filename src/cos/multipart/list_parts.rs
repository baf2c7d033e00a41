//! List Parts (document 436/7747): which parts the server holds, a page of at most 1,000 at a time.

use serde::Deserialize;

use super::{PartNumber, UploadId};
use crate::cos::address::Target;
use crate::cos::document;
use crate::cos::error::AnswerError;
use crate::cos::request::{Method, Request, Response};

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
    /// Where the next page starts (exclusive); `None` on the last page.
    pub next: Option<PartNumber>,
}

/// The request for the page after `after`.
pub fn request(target: &Target, upload_id: &UploadId, after: Option<PartNumber>) -> Request {
    let request = target
        .request(Method::Get)
        .with_query("uploadId", upload_id.as_str())
        .with_query("max-parts", "1000")
        .with_query("encoding-type", "url");
    match after {
        Some(number) => request.with_query("part-number-marker", number.to_string()),
        None => request,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    #[serde(default)]
    part: Vec<Part>,
    #[serde(default)]
    is_truncated: bool,
    #[serde(default)]
    next_part_number_marker: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Part {
    part_number: u16,
    size: u64,
    #[serde(rename = "ETag")]
    etag: String,
}

/// Reads a page. A page that says it goes on but does not say where, goes on after its last part.
pub fn read(response: &Response) -> Result<Page, AnswerError> {
    AnswerError::check(response)?;
    let malformed = |what: String| AnswerError::malformed(response, what);
    let document: Document = document::read(&response.body, "ListPartsResult").map_err(malformed)?;
    let mut parts = Vec::with_capacity(document.part.len());
    for part in document.part {
        let number = PartNumber::new(part.part_number)
            .ok_or_else(|| malformed(format!("the answer lists a part number {}", part.part_number)))?;
        parts.push(ListedPart { number, size: part.size, etag: part.etag });
    }
    let last = parts.last().map(|part| part.number);
    let marker =
        document.next_part_number_marker.and_then(|marker| marker.trim().parse().ok()).and_then(PartNumber::new);
    let next = if document.is_truncated { marker.or(last) } else { None };
    if document.is_truncated && next.is_none() {
        return Err(malformed("the answer goes on but does not say where".to_owned()));
    }
    Ok(Page { parts, next })
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
    fn an_upload_without_parts_is_an_empty_page() {
        let body =
            "<ListPartsResult><Encoding-Type>url</Encoding-Type><IsTruncated>false</IsTruncated></ListPartsResult>";
        assert_eq!(page(body), Ok(Page { parts: vec![], next: None }));
    }

    #[test]
    fn a_page_that_goes_on_says_where_or_its_last_part_does() {
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
