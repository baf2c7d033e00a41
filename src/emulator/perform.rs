//! The operations that need no body: a request's head and the store make the answer.

use std::time::SystemTime;

use crate::cos::address::{Bucket, Key};

use super::answer::dialect::{Dialect, Format};
use super::answer::document::quoted;
use super::answer::listing::{LONGEST_PAGE, Query};
use super::answer::refusal::Refusal;
use super::answer::response::{Answer, Content};
use super::answer::{cdcs_document, document, listing, refusal};
use super::http::request_head::Head;
use super::request::conditions::Reading;
use super::request::encryption::Encryption;
use super::request::operation::Operation;
use super::request::range::Range;
use super::request::{conditions, range, request_document};
use super::store::{Object, Overwrite, Store};

/// Performs an operation on the service as a whole or on a bucket.
pub(crate) fn on_bucket(
    store: &Store,
    dialect: Dialect,
    operation: Operation,
    bucket: &Bucket,
    head: &Head,
) -> Result<Answer, Refusal> {
    if operation == Operation::PutBucket {
        return store.put_bucket(bucket).map(|()| Answer::empty(200));
    }
    store.check_bucket(bucket)?;
    match operation {
        Operation::HeadBucket => Ok(Answer::empty(200).with("x-cos-bucket-region", "local")),
        Operation::DeleteBucket => store.delete_bucket(bucket).map(|()| Answer::empty(204)),
        Operation::ListObjects => {
            let query = Query::of_objects(head)?;
            let page = store.list_objects(bucket, &query);
            Ok(Answer::document(document::objects(bucket, &query, &page), dialect))
        }
        Operation::ListUploads => {
            let query = if dialect.is_cdcs() { Query::of_coffer_uploads(head)? } else { Query::of_uploads(head)? };
            let page = store.list_uploads(bucket, &query);
            let document = match dialect {
                Dialect::Cos => document::uploads(bucket, &query, &page),
                Dialect::Cdcs(_) => cdcs_document::uploads(bucket, &query, &page),
            };
            Ok(Answer::document(document, dialect))
        }
        _ => Err(refusal::METHOD_NOT_ALLOWED),
    }
}

/// Performs an operation on an object or an upload.
pub(crate) fn on_object(
    store: &Store,
    dialect: Dialect,
    operation: Operation,
    (bucket, key): (&Bucket, &Key),
    head: &Head,
    now: SystemTime,
) -> Result<Answer, Refusal> {
    store.check_bucket(bucket)?;
    let upload_id = head.parameter("uploadId").unwrap_or_default();
    match operation {
        Operation::HeadObject => head_object(store, bucket, key, head),
        Operation::GetTagging => {
            let (object, _) = store.object(bucket, key)?;
            Ok(Answer::document(document::tagging(&object.kept.tags), dialect))
        }
        Operation::GetObject => get_object(store, bucket, key, head),
        Operation::DeleteObject => store.delete_object(bucket, key).map(|_| Answer::empty(204)),
        Operation::Initiate => {
            let kept = dialect.kept(head)?;
            let encryption = kept.encryption.clone();
            // With COS it is Complete that may not overwrite.
            let overwrite = if dialect.is_cdcs() { Overwrite::WriteOnce } else { Overwrite::Allowed };
            let upload_id = store.initiate(bucket, key, kept, overwrite, now)?;
            let document = match dialect {
                Dialect::Cos => document::initiated(bucket, key, &upload_id),
                Dialect::Cdcs(_) => cdcs_document::initiated(bucket, key, &upload_id),
            };
            Ok(encryption.told(Answer::document(document, dialect)))
        }
        Operation::Abort => store.abort(bucket, key, upload_id).map(|()| Answer::empty(204)),
        Operation::ListParts => list_parts(store, dialect, (bucket, key), head),
        _ => Err(refusal::METHOD_NOT_ALLOWED),
    }
}

/// Lists the buckets.
pub(crate) fn on_service(store: &Store, dialect: Dialect) -> Answer {
    Answer::document(document::buckets(&store.buckets()), dialect)
}

/// Removes the objects that the document names.
pub(crate) fn delete_objects(store: &Store, bucket: &Bucket, document: &[u8]) -> Result<Answer, Refusal> {
    let keys = request_document::read_deletion(document)?;
    for key in &keys {
        let key = Key::new(key).map_err(|error| refusal::INVALID_OBJECT_NAME.saying(error.to_string()))?;
        store.delete_object(bucket, &key)?;
    }
    Ok(Answer::document(document::deleted(&keys), Dialect::Cos))
}

fn list_parts(store: &Store, dialect: Dialect, (bucket, key): (&Bucket, &Key), head: &Head) -> Result<Answer, Refusal> {
    let upload_id = head.parameter("uploadId").unwrap_or_default();
    // The older edition of CDCS has other names for the two.
    let (limit, marker) = match dialect {
        Dialect::Cdcs(Format::Xml) => ("max-count", "marker"),
        _ => ("max-parts", "part-number-marker"),
    };
    let limit = listing::number(head, limit, 1, LONGEST_PAGE)?;
    let encoded = listing::encoded(head)?;
    let marker = match head.parameter(marker).filter(|text| !text.is_empty()) {
        None => 0,
        Some(text) => {
            text.parse().map_err(|_| refusal::INVALID_ARGUMENT.saying(format!("{marker} must be a number.")))?
        }
    };
    let page = store.list_parts(bucket, key, upload_id, (marker, limit))?;
    let document = match dialect {
        Dialect::Cos => document::parts(bucket, key, upload_id, &page, encoded),
        Dialect::Cdcs(_) => cdcs_document::parts(bucket, key, upload_id, &page, encoded),
    };
    Ok(Answer::document(document, dialect))
}

fn head_object(store: &Store, bucket: &Bucket, key: &Key, head: &Head) -> Result<Answer, Refusal> {
    let (object, _) = store.object(bucket, key)?;
    object.kept.encryption.check_read(head)?;
    if conditions::check(head, &object.etag, object.modified)? == Reading::NotModified {
        return Ok(not_modified(&object));
    }
    Ok(described(&object, Answer::empty(200)).with("Content-Length", &object.size.to_string()))
}

fn get_object(store: &Store, bucket: &Bucket, key: &Key, head: &Head) -> Result<Answer, Refusal> {
    let (object, file) = store.object(bucket, key)?;
    object.kept.encryption.check_read(head)?;
    if conditions::check(head, &object.etag, object.modified)? == Reading::NotModified {
        return Ok(not_modified(&object));
    }
    let range = range::read(head.headers.get("range"), object.size)?;
    let (first, length) = range.map_or((0, object.size), |Range { first, last }| (first, last - first + 1));
    let mut answer = described(&object, Answer::empty(if range.is_some() { 206 } else { 200 }));
    if let Some(Range { first, last }) = range {
        answer = answer.with("Content-Range", &format!("bytes {first}-{last}/{}", object.size));
    }
    for (name, value) in &head.query {
        if let Some(header) = name.strip_prefix("response-") {
            answer.headers.set(header, value.as_str());
        }
    }
    answer.content = Content::File { file, first, length };
    Ok(answer.with("Content-Length", &length.to_string()))
}

fn not_modified(object: &Object) -> Answer {
    Answer::empty(304).with("ETag", &quoted(&object.etag)).with_time("Last-Modified", object.modified)
}

/// Adds the headers that describe an object.
fn described(object: &Object, answer: Answer) -> Answer {
    let answer = answer
        .with("Content-Type", "application/octet-stream")
        .with("Accept-Ranges", "bytes")
        .with("x-cos-object-type", "normal");
    let answer = object.kept.headers.iter().fold(answer, |answer, (name, value)| answer.with(name, value));
    stored(&object.etag, object.crc64, &object.kept.encryption, answer).with_time("Last-Modified", object.modified)
}

/// Adds the ETag, the CRC-64 and the encryption.
pub(crate) fn stored(etag: &str, crc64: u64, encryption: &Encryption, answer: Answer) -> Answer {
    encryption.told(answer.with("ETag", &quoted(etag)).with("x-cos-hash-crc64ecma", &crc64.to_string()))
}
