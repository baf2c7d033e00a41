//! The documents of CDCS that differ from those of COS.

use crate::cos::address::{Bucket, Key};

use super::document::{name, quoted, time};
use super::tree::Document;
use crate::emulator::request::listing::{Page, Query};
use crate::emulator::store::{ListedUpload, PartPage};

/// The answer to Initiate.
pub(crate) fn initiated(coffer: &Bucket, key: &Key, upload_id: &str) -> Document {
    Document::new("InitiateMultipartUploadResult")
        .text_of("Coffer", coffer.as_str())
        .text_of("Key", key.as_str())
        .text_of("UploadId", upload_id)
}

/// The result of Complete.
pub(crate) fn completed(coffer: &Bucket, key: &Key, etag: &str) -> Document {
    Document::new("CompleteMultipartUploadResult")
        .within("Locations", |document| document.texts_of("Location", &["local"]))
        .text_of("Coffer", coffer.as_str())
        .text_of("Key", key.as_str())
        .text_of("ETag", &quoted(etag))
}

/// A page of List Parts.
pub(crate) fn parts(coffer: &Bucket, key: &Key, upload_id: &str, page: &PartPage, encoded: bool) -> Document {
    Document::new("ListPartsResult")
        .text_of("Coffer", coffer.as_str())
        .text_of("EncodingType", if encoded { "url" } else { "" })
        .text_of("Key", &name(key.as_str(), encoded))
        .text_of("UploadId", upload_id)
        .initiator_and_owner(coffer)
        .page_of_parts(page)
}

/// A page of List Multipart Uploads.
pub(crate) fn uploads(coffer: &Bucket, query: &Query, page: &Page<ListedUpload>) -> Document {
    Document::new("ListMultipartUploadsResult")
        .text_of("Coffer", coffer.as_str())
        .text_of("EncodingType", if query.encoded { "url" } else { "" })
        .text_of("UploadIdMarker", &query.id_marker)
        .text_of("NextUploadIdMarker", page.next.as_ref().map_or("", |(_, id)| id))
        .value_of("MaxUploads", query.limit)
        .value_of("IsTruncated", page.next.is_some())
        .text_of("Prefix", &name(&query.prefix, query.encoded))
        .each("Upload", &page.entries, |document, upload| {
            document
                .text_of("Key", &name(&upload.key, query.encoded))
                .text_of("UploadId", &upload.upload_id)
                .initiator_and_owner(coffer)
                .text_of("Initiated", &time(upload.initiated))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulator::dialect::Format;

    #[test]
    fn a_result_is_written_in_both_editions() {
        let completed = || completed(&Bucket::new("c-1").unwrap(), &Key::new("k").unwrap(), "3a0f-1");
        assert_eq!(
            completed().text(Format::Json),
            r#"{"Locations":{"Location":["local"]},"Coffer":"c-1","Key":"k","ETag":"\"3a0f-1\""}"#
        );
        assert!(completed().text(Format::Xml).contains("<Locations><Location>local</Location></Locations><Coffer>c-1"));
    }
}
