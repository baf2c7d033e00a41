//! Multipart uploads.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use crate::cos::address::{Bucket, Key};
use crate::cos::multipart::{LARGEST_PART, PartNumber};

use super::complete_body::{CompleteBody, completed, in_one_chunk};
use super::objects::{stored, with_version};
use crate::emulator::answer::response::{Answer, Content, error_document};
use crate::emulator::answer::{cdcs_document, document};
use crate::emulator::dialect::{Dialect, Format};
use crate::emulator::exchange::{Exchange, check_length};
use crate::emulator::faults::{Action, Fault};
use crate::emulator::http::body::Trouble;
use crate::emulator::refusal;
use crate::emulator::refusal::Refusal;
use crate::emulator::request::bodies::part_list;
use crate::emulator::request::listing;
use crate::emulator::request::listing::LONGEST_PAGE;
use crate::emulator::request::overwrite::Overwrite;
use crate::emulator::request::properties::object_properties::ObjectProperties;
use crate::emulator::request::request_head::RequestHead;

pub(super) fn initiate(
    exchange: &mut Exchange,
    (bucket, key): &(Bucket, Key),
    head: &RequestHead,
) -> Result<Answer, Refusal> {
    let dialect = exchange.dialect;
    let properties = ObjectProperties::requested(head, dialect)?.with_type_of(key.as_str());
    let encryption = properties.encryption.clone();
    let overwrite = Overwrite::requested(head, dialect);
    let upload_id = exchange.service.store.initiate(bucket, key, properties, overwrite, exchange.now)?;
    let document = match dialect {
        Dialect::Cos => document::initiated(bucket, key, &upload_id),
        Dialect::Cdcs(_) => cdcs_document::initiated(bucket, key, &upload_id),
    };
    exchange.note_stored();
    Ok(Answer::document(document, dialect).with_all(&encryption.headers()))
}

pub(super) async fn upload_part(
    exchange: &mut Exchange,
    (bucket, key): &(Bucket, Key),
    head: &RequestHead,
) -> Result<Answer, Trouble> {
    let number = part_number(head)?;
    let upload_id = head.parameter("uploadId").unwrap_or_default();
    check_length(head, LARGEST_PART, false)?;
    let encryption = exchange.service.store.upload(bucket, key, upload_id)?;
    encryption.check_part(head)?;
    let (draft, file) = exchange.service.store.draft_part(bucket, key, upload_id)?;
    let (draft, digest) = exchange.receive(draft, file, head, LARGEST_PART).await?;
    let about = (digest, exchange.now);
    let part = exchange.service.store.commit_part(bucket, key, upload_id, number, draft, about)?;
    exchange.note_stored();
    Ok(stored(&part.etag, part.crc64, &encryption, Answer::empty(200)))
}

pub(super) async fn complete(
    exchange: &mut Exchange,
    place: &(Bucket, Key),
    head: &RequestHead,
) -> Result<Answer, Trouble> {
    let (bucket, key) = place;
    let upload_id = head.parameter("uploadId").unwrap_or_default();
    // Encryption headers are allowed: official clients repeat the headers of Initiate here.
    check_incomplete(exchange, place, upload_id)?;
    let document = exchange.document(head).await?;
    exchange.dialect = exchange.dialect.of_client(&document);
    let list = match exchange.dialect {
        Dialect::Cdcs(Format::Json) => part_list::read_json(&document)?,
        _ => part_list::read(&document)?,
    };
    let action = exchange.fault.as_ref().map(Fault::action).cloned();
    if let Some(Action::CompleteError { code }) = action {
        let text = error_document(&refusal::INTERNAL_ERROR, &head.resource(), &exchange.ids, exchange.dialect);
        return Ok(Answer { code: Some(code), content: in_one_chunk(text), ..Answer::empty(200) }
            .with("Content-Type", "application/xml"));
    }
    let overwrite = Overwrite::requested(head, exchange.dialect);
    let merge = exchange.service.store.begin_merge(bucket, key, upload_id, &list, overwrite)?;
    let location = format!("http://{}", head.resource());
    let crc64 = merge.crc64.to_string();
    let answer = Answer::empty(200).with("Content-Type", "application/xml").with("x-cos-hash-crc64ecma", &crc64);
    let answer = answer.with_all(&merge.properties.encryption.headers());
    let answer = with_version(answer, merge.version_id.as_deref());
    if action == Some(Action::ResetAfterStored) {
        let (service, now) = (Arc::clone(&exchange.service), exchange.now);
        let merged = spawn_blocking(move || service.store.merge(&merge, now)).await;
        let object = merged.map_err(|_| refusal::INTERNAL_ERROR)??;
        exchange.note_stored();
        let text = completed(exchange.dialect, &location, place, &object.etag);
        return Ok(Answer { content: in_one_chunk(text), ..answer });
    }
    let (sender, receiver) = mpsc::channel(1);
    let mut record = exchange.record.take().unwrap_or_default();
    record.bytes = exchange.body.received();
    let (service, ids) = (Arc::clone(&exchange.service), exchange.ids.clone());
    let (dialect, now, place) = (exchange.dialect, exchange.now, place.clone());
    let body = CompleteBody { service, ids, dialect, merge, place, location, now, action, record };
    tokio::spawn(body.write(sender));
    Ok(Answer { content: Content::Later(receiver), ..answer })
}

/// Refuses an unknown upload. CDCS has its own code for a completed one.
fn check_incomplete(exchange: &Exchange, (bucket, key): &(Bucket, Key), upload_id: &str) -> Result<(), Refusal> {
    let store = &exchange.service.store;
    match store.upload(bucket, key, upload_id) {
        Err(_) if exchange.dialect.is_cdcs() && store.is_complete(bucket, key, upload_id) => {
            Err(refusal::MULTIPART_ALREADY_COMPLETED)
        }
        upload => upload.map(|_| ()),
    }
}

pub(super) fn abort(
    exchange: &mut Exchange,
    (bucket, key): &(Bucket, Key),
    head: &RequestHead,
) -> Result<Answer, Refusal> {
    exchange.service.store.abort(bucket, key, head.parameter("uploadId").unwrap_or_default())?;
    exchange.note_stored();
    Ok(Answer::empty(204))
}

pub(super) fn list_parts(
    exchange: &Exchange,
    (bucket, key): &(Bucket, Key),
    head: &RequestHead,
) -> Result<Answer, Refusal> {
    let (store, dialect) = (&exchange.service.store, exchange.dialect);
    let upload_id = head.parameter("uploadId").unwrap_or_default();
    // The older edition of CDCS has other parameter names.
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

/// The parameter `partNumber`.
pub(super) fn part_number(head: &RequestHead) -> Result<PartNumber, Refusal> {
    let text = head.parameter("partNumber").unwrap_or_default();
    let number = text.parse().ok().and_then(PartNumber::new);
    number.ok_or(refusal::INVALID_ARGUMENT.saying("partNumber must be 1 to 10000."))
}
