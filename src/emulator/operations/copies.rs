//! PUT Object - Copy and Upload Part - Copy (documents 436/10881 and 436/8287).

use std::fs::File;

use tokio::task::spawn_blocking;

use crate::cos::address::{Bucket, Key};
use crate::cos::checksum::Digest;
use crate::cos::multipart::LARGEST_PART;
use crate::cos::objects::put_object::LARGEST_PUT;

use super::multipart::part_number;
use super::objects::with_version;
use crate::emulator::answer::document;
use crate::emulator::answer::response::{Answer, error_document};
use crate::emulator::exchange::Exchange;
use crate::emulator::faults::{Action, Fault};
use crate::emulator::http::body::Trouble;
use crate::emulator::refusal;
use crate::emulator::refusal::Refusal;
use crate::emulator::request::conditions;
use crate::emulator::request::conditions::Reading;
use crate::emulator::request::copy_source;
use crate::emulator::request::copy_source::CopySource;
use crate::emulator::request::overwrite::Overwrite;
use crate::emulator::request::properties::object_properties::ObjectProperties;
use crate::emulator::request::request_head::RequestHead;
use crate::emulator::store::Object;
use crate::emulator::store::sparse::copy_range;

/// PUT Object - Copy.
pub(super) async fn copy_object(
    exchange: &mut Exchange,
    (bucket, key): &(Bucket, Key),
    head: &RequestHead,
) -> Result<Answer, Trouble> {
    let source = CopySource::of(head)?;
    let (object, file) = open(exchange, &source)?;
    let replaced = is_replaced(head, "x-cos-metadata-directive")?;
    if (bucket, key) == (&source.bucket, &source.key) && source.version_id.is_none() && !replaced {
        let message = "A copy onto itself must replace the metadata: x-cos-metadata-directive: Replaced.";
        return Err(refusal::INVALID_REQUEST.saying(message).into());
    }
    if object.size > LARGEST_PUT {
        return Err(refusal::ENTITY_TOO_LARGE.into());
    }
    let properties = properties(exchange, &object, head, replaced)?.with_type_of(key.as_str());
    let overwrite = Overwrite::requested(head, exchange.dialect);
    exchange.service.store.check_overwrite(bucket, key, overwrite)?;
    if let Some(answer) = late_error(exchange, head) {
        return Ok(answer);
    }
    let (draft, target) = exchange.service.store.draft_object(bucket, key)?;
    let digest = copied(file, (0, object.size), target).await?;
    let about = (exchange.now, properties);
    let object = exchange.service.store.commit_object(bucket, key, draft, digest, about, overwrite)?;
    exchange.note_stored();
    let document = document::copied_object(&object.etag, object.crc64, object.modified);
    let answer = with_version(Answer::document(document, exchange.dialect), object.version_id.as_deref());
    Ok(answer.with_all(&object.properties.encryption.headers()))
}

/// Upload Part - Copy.
pub(super) async fn upload_part_copy(
    exchange: &mut Exchange,
    (bucket, key): &(Bucket, Key),
    head: &RequestHead,
) -> Result<Answer, Trouble> {
    let number = part_number(head)?;
    let upload_id = head.parameter("uploadId").unwrap_or_default();
    let encryption = exchange.service.store.upload(bucket, key, upload_id)?;
    encryption.check_part(head)?;
    let source = CopySource::of(head)?;
    let (object, file) = open(exchange, &source)?;
    let range = copy_source::range(head, object.size)?;
    let length = if object.size == 0 { 0 } else { range.length() };
    if length > LARGEST_PART {
        return Err(refusal::ENTITY_TOO_LARGE.into());
    }
    if let Some(answer) = late_error(exchange, head) {
        return Ok(answer);
    }
    let (draft, target) = exchange.service.store.draft_part(bucket, key, upload_id)?;
    let digest = copied(file, (range.first, length), target).await?;
    let about = (digest, exchange.now);
    let part = exchange.service.store.commit_part(bucket, key, upload_id, number, draft, about)?;
    exchange.note_stored();
    let answer = Answer::document(document::copied_part(&part.etag, part.modified), exchange.dialect);
    Ok(answer.with_all(&encryption.headers()))
}

/// Opens the source if it may be read and its conditions are met.
fn open(exchange: &Exchange, source: &CopySource) -> Result<(Object, File), Refusal> {
    let store = &exchange.service.store;
    exchange.check_region(source.region.as_deref())?;
    store.check_bucket(&source.bucket)?;
    let (object, file) = store.version(&source.bucket, &source.key, source.version_id.as_deref())?;
    object.properties.encryption.check_read(&source.read)?;
    if object.properties.is_archived() {
        return Err(refusal::INVALID_OBJECT_STATE);
    }
    if object.appendable {
        return Err(refusal::INVALID_REQUEST.saying("An appendable object cannot be copied."));
    }
    match conditions::check(&source.read, &object.etag, object.modified)? {
        Reading::Whole => Ok((object, file)),
        Reading::NotModified => Err(refusal::PRECONDITION_FAILED),
    }
}

/// The properties of the copy. Storage class, access and encryption always come from the request.
fn properties(
    exchange: &Exchange,
    source: &Object,
    head: &RequestHead,
    replaced: bool,
) -> Result<ObjectProperties, Refusal> {
    let mut properties = ObjectProperties::requested(head, exchange.dialect)?;
    if !replaced {
        properties.keep_metadata_of(&source.properties);
    }
    if !is_replaced(head, "x-cos-tagging-directive")? {
        properties.tags.clone_from(&source.properties.tags);
    }
    Ok(properties)
}

fn is_replaced(head: &RequestHead, name: &str) -> Result<bool, Refusal> {
    match head.headers.get(name) {
        None => Ok(false),
        Some(value) if value.eq_ignore_ascii_case("Copy") => Ok(false),
        Some(value) if value.eq_ignore_ascii_case("Replaced") => Ok(true),
        Some(_) => Err(refusal::INVALID_ARGUMENT.saying(format!("{name} must be Copy or Replaced."))),
    }
}

/// The answer of a fault: status 200 with an error in the body.
fn late_error(exchange: &Exchange, head: &RequestHead) -> Option<Answer> {
    let Some(Action::CopyError { refusal }) = exchange.fault.as_ref().map(Fault::action) else { return None };
    let text = error_document(refusal, &head.resource(), &exchange.ids, exchange.dialect);
    Some(Answer { code: Some(refusal.code), ..Answer::text(200, text) })
}

async fn copied(source: File, (first, length): (u64, u64), target: File) -> Result<Digest, Refusal> {
    let copied = spawn_blocking(move || copy_range(source, first, length, target)).await;
    Ok(copied.map_err(|_| refusal::INTERNAL_ERROR)??)
}
