//! List Multipart Uploads (document 436/7736): the unfinished uploads of a bucket, in pages of up to 1,000.

use serde::Deserialize;

use super::UploadId;
use crate::cos::address::Address;
use crate::cos::document;
use crate::cos::error::AnswerError;
use crate::cos::list_page;
use crate::cos::request::{Method, Request, Response};
use crate::cos::service::Service;
use crate::language::{Message, message};

/// An unfinished upload as the server lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedUpload {
    /// The key of the object.
    pub key: String,
    /// The upload ID.
    pub upload_id: UploadId,
    /// When it was initiated, as the server writes it: `2017-06-12T10:13:05.000Z`.
    pub initiated: String,
    /// The storage class, if the answer has one.
    pub storage_class: Option<String>,
}

/// The upload after which a page starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    /// Its key.
    pub key: String,
    /// Its upload ID; if it is empty, all uploads of the key are skipped.
    pub upload_id: String,
}

/// One page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The uploads, by key and upload ID.
    pub uploads: Vec<ListedUpload>,
    /// The upload after which the next page starts; `None` on the last page.
    pub next: Option<Marker>,
}

/// The request for the page after `after`, of the uploads whose keys begin with `prefix`. In CDCS only the
/// upload ID is a marker.
pub fn request(address: &Address, prefix: &str, after: Option<&Marker>) -> Request {
    let mut request = address
        .request(Method::Get)
        .with_query("uploads", "")
        .with_query("max-uploads", "1000")
        .with_query("encoding-type", "url");
    if !prefix.is_empty() {
        request = request.with_query("prefix", prefix);
    }
    let Some(Marker { key, upload_id }) = after else { return request };
    if address.service == Service::Cos {
        request = request.with_query("key-marker", key.as_str());
    }
    if upload_id.is_empty() { request } else { request.with_query("upload-id-marker", upload_id.as_str()) }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    #[serde(default, alias = "Encoding-Type")]
    encoding_type: Option<String>,
    #[serde(default)]
    upload: Vec<Upload>,
    #[serde(default)]
    is_truncated: String,
    #[serde(default)]
    next_key_marker: Option<String>,
    #[serde(default, alias = "NextUploadIDMarker")]
    next_upload_id_marker: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Upload {
    key: String,
    /// The page says `UploadId`, some recorded answers `UploadID`.
    #[serde(alias = "UploadID")]
    upload_id: String,
    #[serde(default)]
    initiated: String,
    #[serde(default)]
    storage_class: Option<String>,
}

/// Reads a page. If the page is truncated but has no marker, the next page starts after its last upload.
pub fn read(response: &Response) -> Result<Page, AnswerError> {
    AnswerError::check(response)?;
    let malformed = |what: Message| AnswerError::malformed(response, what);
    let document: Document = document::read(&response.body, "ListMultipartUploadsResult").map_err(malformed)?;
    let plain = |text: String| list_page::name(text, document.encoding_type.as_deref());
    let mut uploads = Vec::with_capacity(document.upload.len());
    for Upload { key, upload_id, initiated, storage_class } in document.upload {
        let upload_id =
            UploadId::new(&upload_id).ok_or_else(|| malformed(message!("the answer lists an upload without an ID")))?;
        uploads.push(ListedUpload { key: plain(key), upload_id, initiated, storage_class });
    }
    if !list_page::is_truncated(&document.is_truncated) {
        return Ok(Page { uploads, next: None });
    }
    let next_id = document.next_upload_id_marker.filter(|id| !id.is_empty()).map(plain);
    let next = match document.next_key_marker.filter(|key| !key.is_empty()) {
        Some(key) => Some(Marker { key: plain(key), upload_id: next_id.unwrap_or_default() }),
        None => uploads.last().map(|last| Marker {
            key: last.key.clone(),
            upload_id: next_id.unwrap_or_else(|| last.upload_id.to_string()),
        }),
    };
    Ok(Page { uploads, next: Some(next.ok_or_else(|| list_page::without_marker(response))?) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cos::request::Headers;
    use crate::cos::{Addressing, Bucket, Edition, Endpoint, Service};

    fn page(body: &str) -> Result<Page, AnswerError> {
        read(&Response { status: 200, headers: Headers::new(), body: body.to_owned().into() })
    }

    fn upload(key: &str, id: &str) -> ListedUpload {
        ListedUpload {
            key: key.to_owned(),
            upload_id: UploadId::new(id).unwrap(),
            initiated: String::new(),
            storage_class: None,
        }
    }

    fn url(prefix: &str, after: Option<&Marker>) -> String {
        let endpoint = Endpoint::parse("https://cos.ap-beijing.myqcloud.com").unwrap();
        let bucket = Bucket::new("examplebucket-1250000000").unwrap();
        let (service, edition) = (Service::Cos, Edition::default());
        let address = Address { service, edition, endpoint, addressing: Addressing::Virtual, bucket };
        request(&address, prefix, after)
            .url()
            .replace("https://examplebucket-1250000000.cos.ap-beijing.myqcloud.com", "")
    }

    #[test]
    fn the_sub_resource_comes_first_in_the_request() {
        assert_eq!(url("", None), "/?uploads&max-uploads=1000&encoding-type=url");
        assert_eq!(url("a/ b", None), "/?uploads&max-uploads=1000&encoding-type=url&prefix=a%2F%20b");
        let mut marker = Marker { key: "k".to_owned(), upload_id: "1".to_owned() };
        assert_eq!(
            url("", Some(&marker)),
            "/?uploads&max-uploads=1000&encoding-type=url&key-marker=k&upload-id-marker=1"
        );
        marker.upload_id.clear();
        assert_eq!(url("", Some(&marker)), "/?uploads&max-uploads=1000&encoding-type=url&key-marker=k");
    }

    #[test]
    fn in_cdcs_only_the_upload_id_is_a_marker() {
        let endpoint = Endpoint::parse("https://cdcs.ap-beijing.myqcloud.com").unwrap();
        let bucket = Bucket::new("examplecoffer-1250000000").unwrap();
        let (service, edition, addressing) = (Service::Cdcs, Edition::default(), Addressing::Path);
        let address = Address { service, edition, endpoint, addressing, bucket };
        let page = page(
            r#"{"Coffer":"examplecoffer-1250000000","EncodingType":"url","NextUploadIdMarker":"2","IsTruncated":true,
                "Upload":[{"Key":"a%2Fb","UploadId":"2","Initiated":"2017-06-12T10:13:05.000Z"}]}"#,
        )
        .unwrap();
        assert_eq!((page.uploads[0].key.as_str(), page.uploads.len()), ("a/b", 1));
        let url = request(&address, "", page.next.as_ref()).url();
        assert_eq!(
            url,
            "https://cdcs.ap-beijing.myqcloud.com/examplecoffer-1250000000/?uploads&max-uploads=1000&encoding-type=url\
             &upload-id-marker=2"
        );
    }

    #[test]
    fn the_documented_page_is_read() {
        let body = "<?xml version='1.0' encoding='utf-8' ?>
<ListMultipartUploadsResult>
  <Bucket>examplebucket-1250000000</Bucket><Encoding-Type/><KeyMarker/><UploadIdMarker/>
  <MaxUploads>1000</MaxUploads><Prefix/><Delimiter>/</Delimiter><IsTruncated>false</IsTruncated>
  <Upload><Key>Object</Key><UploadId>1484726657932bcb5b17f7a98a8cad9fc36a340ff204c79bd2f51e7dddf0b6d1da6220520c</UploadId>
    <Initiator><ID>qcs::cam::uin/100000000001:uin/100000000011</ID><DisplayName>100000000011</DisplayName></Initiator>
    <Owner><ID>qcs::cam::uin/100000000001:uin/100000000001</ID><DisplayName>100000000001</DisplayName></Owner>
    <StorageClass>Standard</StorageClass><Initiated>2017-06-12T10:13:05.000Z</Initiated></Upload>
  <CommonPrefixes><Prefix>dir/</Prefix></CommonPrefixes>
  <Upload><Key>Object</Key><UploadId>1484727259</UploadId><StorageClass/><Initiated>2017-06-12T10:13:06.000Z</Initiated></Upload>
</ListMultipartUploadsResult>";
        let first = ListedUpload {
            initiated: "2017-06-12T10:13:05.000Z".to_owned(),
            storage_class: Some("Standard".to_owned()),
            ..upload("Object", "1484726657932bcb5b17f7a98a8cad9fc36a340ff204c79bd2f51e7dddf0b6d1da6220520c")
        };
        let read = page(body).unwrap();
        assert_eq!((read.uploads.len(), &read.uploads[0], read.next), (2, &first, None));
    }

    #[test]
    fn both_spellings_of_the_upload_id_and_the_encoding_are_read() {
        for (encoding, id) in [("EncodingType", "UploadId"), ("Encoding-Type", "UploadID")] {
            let body = format!(
                "<ListMultipartUploadsResult><{encoding}>url</{encoding}><IsTruncated>true</IsTruncated>\
                 <Upload><Key>a%2Fb%20%25</Key><{id}>1</{id}></Upload>\
                 <NextKeyMarker>a%2Fb%20%25</NextKeyMarker><NextUploadIdMarker>1</NextUploadIdMarker>\
                 <CommonPrefixs><Prefix>x</Prefix></CommonPrefixs></ListMultipartUploadsResult>"
            );
            let next = Some(Marker { key: "a/b %".to_owned(), upload_id: "1".to_owned() });
            assert_eq!(page(&body), Ok(Page { uploads: vec![upload("a/b %", "1")], next }));
        }
    }

    #[test]
    fn names_that_are_not_encoded_are_not_decoded() {
        let body = "<ListMultipartUploadsResult><EncodingType/><Upload><Key>100%25</Key><UploadId>1</UploadId></Upload>\
                    </ListMultipartUploadsResult>";
        assert_eq!(page(body), Ok(Page { uploads: vec![upload("100%25", "1")], next: None }));
    }

    #[test]
    fn a_truncated_page_continues_at_its_marker_or_after_its_last_upload() {
        let body = |uploads: &str| {
            format!(
                "<ListMultipartUploadsResult>{uploads}<IsTruncated>true</IsTruncated><NextKeyMarker/>\
                 </ListMultipartUploadsResult>"
            )
        };
        let next = page(&body("<Upload><Key>k</Key><UploadId>1</UploadId></Upload>")).unwrap().next;
        assert_eq!(next, Some(Marker { key: "k".to_owned(), upload_id: "1".to_owned() }));
        assert!(page(&body("")).is_err());
        assert!(page(&body("<Upload><Key>k</Key><UploadId/></Upload>")).is_err());
    }
}
