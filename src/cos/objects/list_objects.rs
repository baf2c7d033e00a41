//! GET Bucket (document 436/7734): the objects of a bucket, in pages of up to 1,000.

use serde::Deserialize;

use crate::cos::address::Address;
use crate::cos::document;
use crate::cos::error::AnswerError;
use crate::cos::list_page;
use crate::cos::request::{Method, Request, Response};

/// An object as the server lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedObject {
    /// Its key.
    pub key: String,
    /// Its size in bytes; 0 if the answer has none.
    pub size: u64,
}

/// One page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The objects, by key.
    pub objects: Vec<ListedObject>,
    /// The key after which the next page starts; `None` on the last page.
    pub next: Option<String>,
}

/// The request for the page after the key `after`, of the objects whose keys begin with `prefix`.
pub fn request(address: &Address, prefix: &str, after: Option<&str>) -> Request {
    let request = address
        .request(Method::Get)
        .with_query("prefix", prefix)
        .with_query("max-keys", "1000")
        .with_query("encoding-type", "url");
    match after {
        Some(key) => request.with_query("marker", key),
        None => request,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    #[serde(default, alias = "Encoding-Type")]
    encoding_type: Option<String>,
    #[serde(default)]
    contents: Vec<Contents>,
    #[serde(default)]
    is_truncated: String,
    #[serde(default)]
    next_marker: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Contents {
    key: String,
    #[serde(default)]
    size: String,
}

/// Reads a page. If the page is truncated but has no marker, the next page starts after its last object.
pub fn read(response: &Response) -> Result<Page, AnswerError> {
    AnswerError::check(response)?;
    let document: Document =
        document::read(&response.body, "ListBucketResult").map_err(|what| AnswerError::malformed(response, what))?;
    let plain = |text: String| list_page::name(text, document.encoding_type.as_deref());
    let object = |Contents { key, size }| ListedObject { key: plain(key), size: size.trim().parse().unwrap_or(0) };
    let objects: Vec<ListedObject> = document.contents.into_iter().map(object).collect();
    if !list_page::is_truncated(&document.is_truncated) {
        return Ok(Page { objects, next: None });
    }
    let last = objects.last().map(|object| object.key.clone());
    let next = document.next_marker.filter(|marker| !marker.is_empty()).map(plain).or(last);
    Ok(Page { objects, next: Some(next.ok_or_else(|| list_page::without_marker(response))?) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cos::request::Headers;

    fn page(body: &str) -> Result<Page, AnswerError> {
        read(&Response { status: 200, headers: Headers::new(), body: body.to_owned().into() })
    }

    fn document(content: &str) -> String {
        format!("<ListBucketResult><EncodingType>url</EncodingType>{content}</ListBucketResult>")
    }

    #[test]
    fn keys_are_decoded_and_pages_follow_each_other() {
        let object = "<Contents><Key>a%20b</Key><Size>7</Size></Contents>";
        let expected = vec![ListedObject { key: "a b".into(), size: 7 }];
        assert_eq!(page(&document(object)), Ok(Page { objects: expected.clone(), next: None }));
        let more = format!("{object}<IsTruncated>true</IsTruncated>");
        assert_eq!(page(&document(&more)), Ok(Page { objects: expected.clone(), next: Some("a b".into()) }));
        let marked = format!("{more}<NextMarker>c%25</NextMarker>");
        assert_eq!(page(&document(&marked)), Ok(Page { objects: expected, next: Some("c%".into()) }));
    }

    #[test]
    fn an_empty_list_is_one_and_a_page_without_an_end_is_none() {
        assert_eq!(page(&document("")), Ok(Page { objects: vec![], next: None }));
        assert!(page(&document("<IsTruncated>true</IsTruncated>")).is_err());
        assert!(page("<html/>").is_err());
    }
}
