//! The documents of COS.

use std::time::SystemTime;

use crate::cos::address::{Bucket, Key};
use crate::cos::encoding::encode_path;

use super::tree::Document;
use crate::emulator::refusal::Refusal;
use crate::emulator::request::listing::{Page, Query};
use crate::emulator::request::properties::access::complete_id;
use crate::emulator::store::{ListedBucket, ListedObject, ListedUpload, PartPage};

impl Document {
    /// Adds the initiator and the owner of an upload.
    pub(crate) fn initiator_and_owner(self, bucket: &Bucket) -> Self {
        self.within("Initiator", |document| document.account(appid(bucket))).owner(appid(bucket))
    }

    /// Adds the owner.
    pub(super) fn owner(self, id: &str) -> Self {
        self.within("Owner", |document| document.account(id))
    }

    /// Adds the elements of an account.
    pub(super) fn account(self, id: &str) -> Self {
        self.text_of("ID", id).text_of("DisplayName", id)
    }

    /// Adds the elements of a page of parts that both services have.
    pub(crate) fn page_of_parts(self, page: &PartPage) -> Self {
        self.value_of("PartNumberMarker", page.marker)
            .each("Part", &page.parts, |document, (number, part)| {
                document
                    .value_of("PartNumber", number)
                    .text_of("LastModified", &time(part.modified))
                    .text_of("ETag", &quoted(&part.etag))
                    .value_of("Size", part.size)
            })
            .value_of(
                "NextPartNumberMarker",
                page.parts.last().map_or(page.marker, |(number, _)| number.value().into()),
            )
            .value_of("MaxParts", page.limit)
            .value_of("IsTruncated", page.truncated)
    }
}

/// The answer to Initiate.
pub(crate) fn initiated(bucket: &Bucket, key: &Key, upload_id: &str) -> Document {
    Document::new("InitiateMultipartUploadResult")
        .text_of("Bucket", bucket.as_str())
        .text_of("Key", key.as_str())
        .text_of("UploadId", upload_id)
}

/// The result of Complete.
pub(crate) fn completed(location: &str, bucket: &Bucket, key: &Key, etag: &str) -> Document {
    Document::new("CompleteMultipartUploadResult")
        .text_of("Location", location)
        .text_of("Bucket", bucket.as_str())
        .text_of("Key", key.as_str())
        .text_of("ETag", &quoted(etag))
}

/// A page of List Parts.
pub(crate) fn parts(bucket: &Bucket, key: &Key, upload_id: &str, page: &PartPage, encoded: bool) -> Document {
    Document::new("ListPartsResult")
        .text_of("Bucket", bucket.as_str())
        .text_of("EncodingType", if encoded { "url" } else { "" })
        .text_of("Key", &name(key.as_str(), encoded))
        .text_of("UploadId", upload_id)
        .initiator_and_owner(bucket)
        .text_of("StorageClass", &page.storage_class)
        .page_of_parts(page)
}

/// A page of List Multipart Uploads.
pub(crate) fn uploads(bucket: &Bucket, query: &Query, page: &Page<ListedUpload>) -> Document {
    let (next_key, next_id) = page.next.clone().unwrap_or_default();
    Document::new("ListMultipartUploadsResult")
        .text_of("Bucket", bucket.as_str())
        .text_of("EncodingType", if query.encoded { "url" } else { "" })
        .text_of("KeyMarker", &name(&query.marker, query.encoded))
        .text_of("UploadIdMarker", &query.id_marker)
        .text_of("NextKeyMarker", &name(&next_key, query.encoded))
        .text_of("NextUploadIdMarker", &next_id)
        .value_of("MaxUploads", query.limit)
        .value_of("IsTruncated", page.next.is_some())
        .text_of("Prefix", &name(&query.prefix, query.encoded))
        .text_of("Delimiter", &name(&query.delimiter, query.encoded))
        .each("Upload", &page.entries, |document, upload| {
            document
                .text_of("Key", &name(&upload.key, query.encoded))
                .text_of("UploadId", &upload.upload_id)
                .initiator_and_owner(bucket)
                .text_of("StorageClass", &upload.storage_class)
                .text_of("Initiated", &time(upload.initiated))
        })
        .each("CommonPrefixes", &page.prefixes, |document, prefix| {
            document.text_of("Prefix", &name(prefix, query.encoded))
        })
}

/// A page of GET Bucket.
pub(crate) fn objects(bucket: &Bucket, query: &Query, page: &Page<ListedObject>) -> Document {
    let next = page.next.clone().unwrap_or_default().0;
    Document::new("ListBucketResult")
        .text_of("Name", bucket.as_str())
        .text_of("EncodingType", if query.encoded { "url" } else { "" })
        .text_of("Prefix", &name(&query.prefix, query.encoded))
        .text_of("Marker", &name(&query.marker, query.encoded))
        .text_of("NextMarker", &name(&next, query.encoded))
        .value_of("MaxKeys", query.limit)
        .text_of("Delimiter", &name(&query.delimiter, query.encoded))
        .value_of("IsTruncated", page.next.is_some())
        .each("Contents", &page.entries, |document, object| {
            document
                .text_of("Key", &name(&object.key, query.encoded))
                .text_of("LastModified", &time(object.modified))
                .text_of("ETag", &quoted(&object.etag))
                .value_of("Size", object.size)
                .owner(appid(bucket))
                .text_of("StorageClass", &object.storage_class)
        })
        .each("CommonPrefixes", &page.prefixes, |document, prefix| {
            document.text_of("Prefix", &name(prefix, query.encoded))
        })
}

/// The answer to GET Service. The owner is the account of the first bucket.
pub(crate) fn buckets(page: &Page<ListedBucket>, region: &str) -> Document {
    let owner = page.entries.first().map_or(String::new(), |bucket| complete_id(appid(&bucket.name)));
    let document = Document::new("ListAllMyBucketsResult").owner(&owner).within("Buckets", |document| {
        document.each("Bucket", &page.entries, |document, bucket| {
            document
                .text_of("Name", bucket.name.as_str())
                .text_of("Location", region)
                .text_of("CreationDate", &time_in_seconds(bucket.created))
                .text_of("BucketType", "cos")
        })
    });
    let document = document.value_of("IsTruncated", page.next.is_some());
    match &page.next {
        Some((marker, _)) => document.text_of("NextMarker", marker),
        None => document,
    }
}

/// The answer to PUT Object - Copy.
pub(crate) fn copied_object(etag: &str, crc64: u64, modified: SystemTime) -> Document {
    Document::new("CopyObjectResult")
        .text_of("ETag", &quoted(etag))
        .value_of("CRC64", crc64)
        .text_of("LastModified", &time(modified))
}

/// The answer to Upload Part - Copy. The documentation shows no CRC-64.
pub(crate) fn copied_part(etag: &str, modified: SystemTime) -> Document {
    Document::new("CopyPartResult").text_of("ETag", &quoted(etag)).text_of("LastModified", &time(modified))
}

/// The answer to POST Object with `success_action_status` 201.
pub(crate) fn posted(location: &str, bucket: &Bucket, key: &str, etag: &str) -> Document {
    Document::new("PostResponse")
        .text_of("Location", location)
        .text_of("Bucket", bucket.as_str())
        .text_of("Key", key)
        .text_of("ETag", &quoted(etag))
}

/// The answer to GET Bucket location.
pub(crate) fn location(region: &str) -> String {
    Document::only_text("LocationConstraint", region)
}

/// The answer to GET Bucket versioning. Without versions, it has no status.
pub(crate) fn versioning(is_enabled: bool) -> Document {
    let document = Document::new("VersioningConfiguration");
    if is_enabled { document.text_of("Status", "Enabled") } else { document }
}

/// The digits after the last hyphen of a bucket name.
pub(super) fn appid(bucket: &Bucket) -> &str {
    bucket.as_str().rsplit('-').next().unwrap_or_default()
}

/// The answer to GET Object tagging.
pub(crate) fn tagging(tags: &[(String, String)]) -> Document {
    Document::new("Tagging").within("TagSet", |document| {
        document.each("Tag", tags, |document, (key, value)| document.text_of("Key", key).text_of("Value", value))
    })
}

/// The answer to DELETE Multiple Objects: the deleted keys, and the keys with an error.
pub(crate) fn deleted(keys: &[String], errors: &[(String, Refusal)]) -> Document {
    Document::new("DeleteResult").each("Deleted", keys, |document, key| document.text_of("Key", key)).each(
        "Error",
        errors,
        |document, (key, refusal)| {
            document.text_of("Key", key).text_of("Code", refusal.code).text_of("Message", &refusal.message)
        },
    )
}

/// An ETag in quotes.
pub(crate) fn quoted(etag: &str) -> String {
    format!("\"{etag}\"")
}

/// A key or a prefix, percent-encoded if the client requested that.
pub(crate) fn name(text: &str, encoded: bool) -> String {
    if encoded { encode_path(text) } else { text.to_owned() }
}

/// A time as the list of buckets has it.
fn time_in_seconds(time: SystemTime) -> String {
    humantime::format_rfc3339_seconds(time).to_string()
}

/// A time in the format of documents.
pub(crate) fn time(time: SystemTime) -> String {
    humantime::format_rfc3339_millis(time).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cos::multipart::initiate;
    use crate::cos::{Headers, Response};
    use crate::emulator::dialect::Format;

    #[test]
    fn the_client_reads_the_answer_to_initiate() {
        let bucket = Bucket::new("b-1").unwrap();
        let text = initiated(&bucket, &Key::new("a&<b>\"").unwrap(), "17").text(Format::Xml);
        assert!(text.ends_with(
            "<Bucket>b-1</Bucket><Key>a&amp;&lt;b&gt;&quot;</Key><UploadId>17</UploadId></InitiateMultipartUploadResult>"
        ));
        let response = Response { status: 200, headers: Headers::new(), body: text.into() };
        assert_eq!(initiate::read(&response).unwrap().as_str(), "17");
    }
}
