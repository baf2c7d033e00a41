//! Operations on whole objects.

use crate::cos::address::{Bucket, Key};
use crate::cos::objects::put_object::LARGEST_PUT;

use crate::emulator::answer::document::quoted;
use crate::emulator::answer::response::{Answer, Content};
use crate::emulator::exchange::{Exchange, check_length};
use crate::emulator::http::body::Trouble;
use crate::emulator::refusal;
use crate::emulator::refusal::Refusal;
use crate::emulator::request::conditions::Reading;
use crate::emulator::request::overwrite::Overwrite;
use crate::emulator::request::properties::encryption::Encryption;
use crate::emulator::request::properties::object_properties::ObjectProperties;
use crate::emulator::request::range::Range;
use crate::emulator::request::request_head::RequestHead;
use crate::emulator::request::{conditions, range};
use crate::emulator::store::Object;

/// PUT Object.
pub(super) async fn put(
    exchange: &mut Exchange,
    (bucket, key): &(Bucket, Key),
    head: &RequestHead,
) -> Result<Answer, Trouble> {
    let chunked = head.headers.get("transfer-encoding").is_some();
    check_length(head, LARGEST_PUT, chunked)?;
    let properties = ObjectProperties::requested(head, exchange.dialect)?.with_type_of(key.as_str());
    let overwrite = Overwrite::requested(head, exchange.dialect);
    exchange.service.store.check_overwrite(bucket, key, overwrite)?;
    let (draft, file) = exchange.service.store.draft_object(bucket, key)?;
    let (draft, digest) = exchange.receive(draft, file, head, LARGEST_PUT).await?;
    if exchange.dialect.is_cdcs() && digest.length == 0 {
        return Err(refusal::OBJECT_EMPTY.into());
    }
    let about = (exchange.now, properties);
    let object = exchange.service.store.commit_object(bucket, key, draft, digest, about, overwrite)?;
    exchange.note_stored();
    Ok(stored_object(&object, Answer::empty(200)))
}

pub(super) fn head(exchange: &Exchange, place: &(Bucket, Key), head: &RequestHead) -> Result<Answer, Refusal> {
    let (object, _) = exchange.service.store.version(&place.0, &place.1, head.parameter("versionId"))?;
    object.properties.encryption.check_read(head)?;
    if conditions::check(head, &object.etag, object.modified)? == Reading::NotModified {
        return Ok(not_modified(&object));
    }
    Ok(described(&object, Answer::empty(200)).with("Content-Length", &object.size.to_string()))
}

pub(super) fn get(exchange: &Exchange, place: &(Bucket, Key), head: &RequestHead) -> Result<Answer, Refusal> {
    let (object, file) = exchange.service.store.version(&place.0, &place.1, head.parameter("versionId"))?;
    object.properties.encryption.check_read(head)?;
    if object.properties.is_archived() {
        return Err(refusal::INVALID_OBJECT_STATE);
    }
    if conditions::check(head, &object.etag, object.modified)? == Reading::NotModified {
        return Ok(not_modified(&object));
    }
    let range = range::read(head.headers.get("range"), object.size)?;
    let (first, length) = range.map_or((0, object.size), |range| (range.first, range.length()));
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

pub(super) fn delete(
    exchange: &mut Exchange,
    (bucket, key): &(Bucket, Key),
    head: &RequestHead,
) -> Result<Answer, Refusal> {
    let store = &exchange.service.store;
    let (version_id, is_marker) = match head.parameter("versionId") {
        Some(id) => (Some(id.to_owned()), store.delete_version(bucket, key, id)?),
        None => {
            let marker = store.delete_object(bucket, key)?;
            let is_marker = marker.is_some();
            (marker, is_marker)
        }
    };
    exchange.note_stored();
    let answer = with_version(Answer::empty(204), version_id.as_deref());
    Ok(if is_marker { answer.with("x-cos-delete-marker", "true") } else { answer })
}

fn not_modified(object: &Object) -> Answer {
    Answer::empty(304).with("ETag", &quoted(&object.etag)).with_time("Last-Modified", object.modified)
}

/// Adds the headers that describe an object.
fn described(object: &Object, answer: Answer) -> Answer {
    let answer = answer
        .with("Content-Type", "application/octet-stream")
        .with("Accept-Ranges", "bytes")
        .with("x-cos-object-type", if object.appendable { "appendable" } else { "normal" });
    let answer = match object.properties.tags.len() {
        0 => answer,
        count => answer.with("x-cos-tagging-count", &count.to_string()),
    };
    let answer = match object.appendable {
        true => answer.with("x-cos-next-append-position", &object.size.to_string()),
        false => answer,
    };
    let answer = object.properties.headers.iter().fold(answer, |answer, (name, value)| answer.with(name, value));
    stored_object(object, answer).with_time("Last-Modified", object.modified)
}

/// Adds ETag, CRC-64, encryption and version ID of an object.
pub(super) fn stored_object(object: &Object, answer: Answer) -> Answer {
    let answer = stored(&object.etag, object.crc64, &object.properties.encryption, answer);
    with_version(answer, object.version_id.as_deref())
}

/// Adds the version ID, if there is one.
pub(super) fn with_version(answer: Answer, version_id: Option<&str>) -> Answer {
    match version_id {
        Some(id) => answer.with("x-cos-version-id", id),
        None => answer,
    }
}

/// Adds ETag, CRC-64 and encryption.
pub(super) fn stored(etag: &str, crc64: u64, encryption: &Encryption, answer: Answer) -> Answer {
    let answer = answer.with("ETag", &quoted(etag)).with("x-cos-hash-crc64ecma", &crc64.to_string());
    answer.with_all(&encryption.headers())
}
