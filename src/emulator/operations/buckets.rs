//! Operations on the service and on buckets.

use crate::cos::address::{Bucket, Key};

use crate::emulator::answer::response::Answer;
use crate::emulator::answer::{acl_document, cdcs_document, document};
use crate::emulator::dialect::Dialect;
use crate::emulator::exchange::Exchange;
use crate::emulator::http::body::Trouble;
use crate::emulator::refusal;
use crate::emulator::refusal::Refusal;
use crate::emulator::request::bodies::document as request_document;
use crate::emulator::request::bodies::document::Deletion;
use crate::emulator::request::listing::Query;
use crate::emulator::request::request_head::RequestHead;

/// The header with the region of the bucket.
const REGION: &str = "x-cos-bucket-region";

/// GET Service: lists the buckets. All are in one region; another one has none.
pub(super) fn list(exchange: &Exchange, head: &RequestHead) -> Result<Answer, Refusal> {
    let is_here = exchange.check_region(head.parameter("region").filter(|region| !region.is_empty())).is_ok();
    let mut page = exchange.service.store.buckets(&Query::of_buckets(head)?);
    page.entries.retain(|_| is_here);
    Ok(Answer::document(document::buckets(&page, exchange.region()), exchange.dialect))
}

pub(super) fn put(exchange: &mut Exchange, bucket: &Bucket) -> Result<Answer, Refusal> {
    exchange.service.store.put_bucket(bucket)?;
    exchange.note_stored();
    Ok(Answer::empty(200))
}

pub(super) fn head(exchange: &Exchange) -> Answer {
    Answer::empty(200).with(REGION, exchange.region())
}

pub(super) fn delete(exchange: &mut Exchange, bucket: &Bucket) -> Result<Answer, Refusal> {
    exchange.service.store.delete_bucket(bucket)?;
    exchange.note_stored();
    Ok(Answer::empty(204))
}

/// GET Bucket: lists objects.
pub(super) fn list_objects(exchange: &Exchange, bucket: &Bucket, head: &RequestHead) -> Result<Answer, Refusal> {
    let query = Query::of_objects(head)?;
    let page = exchange.service.store.list_objects(bucket, &query);
    let answer = Answer::document(document::objects(bucket, &query, &page), exchange.dialect);
    Ok(answer.with(REGION, exchange.region()))
}

pub(super) fn list_uploads(exchange: &Exchange, bucket: &Bucket, head: &RequestHead) -> Result<Answer, Refusal> {
    let (store, dialect) = (&exchange.service.store, exchange.dialect);
    let query = if dialect.is_cdcs() { Query::of_cdcs_uploads(head)? } else { Query::of_uploads(head)? };
    let page = store.list_uploads(bucket, &query);
    let document = match dialect {
        Dialect::Cos => document::uploads(bucket, &query, &page),
        Dialect::Cdcs(_) => cdcs_document::uploads(bucket, &query, &page),
    };
    Ok(Answer::document(document, dialect))
}

/// DELETE Multiple Objects: deletes the objects that the document lists.
pub(super) async fn delete_objects(
    exchange: &mut Exchange,
    bucket: &Bucket,
    head: &RequestHead,
) -> Result<Answer, Trouble> {
    if head.headers.get("content-md5").is_none() {
        return Err(refusal::INVALID_REQUEST.saying("The header Content-MD5 is missing.").into());
    }
    let document = exchange.document(head).await?;
    let Deletion { keys, quiet } = request_document::deletion(&document)?;
    let (mut deleted, mut errors) = (Vec::new(), Vec::new());
    for text in keys {
        let key = Key::as_stored(&text).ok_or(refusal::INVALID_OBJECT_NAME);
        match key.and_then(|key| exchange.service.store.delete_object(bucket, &key)) {
            Ok(_) => deleted.push(text),
            Err(refusal) => errors.push((text, refusal)),
        }
    }
    exchange.note_stored();
    let deleted = if quiet { Vec::new() } else { deleted };
    Ok(Answer::document(document::deleted(&deleted, &errors), exchange.dialect))
}

/// GET Bucket location.
pub(super) fn location(exchange: &Exchange) -> Answer {
    Answer::text(200, document::location(exchange.region()))
}

/// GET Bucket acl: always private.
pub(super) fn acl(exchange: &Exchange, bucket: &Bucket) -> Answer {
    Answer::document(acl_document::acl(bucket, &[]), exchange.dialect)
}
