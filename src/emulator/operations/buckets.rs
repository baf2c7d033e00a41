//! Operations on the service and on buckets.

use crate::cos::address::{Bucket, Key};

use crate::emulator::answer::refusal;
use crate::emulator::answer::refusal::Refusal;
use crate::emulator::answer::response::Answer;
use crate::emulator::answer::{cdcs_document, document};
use crate::emulator::dialect::Dialect;
use crate::emulator::exchange::Exchange;
use crate::emulator::http::body::Trouble;
use crate::emulator::http::request_head::RequestHead;
use crate::emulator::request::listing::Query;
use crate::emulator::request::request_document;

/// GET Service: lists the buckets.
pub(super) fn list(exchange: &Exchange) -> Answer {
    Answer::document(document::buckets(&exchange.service.store.buckets()), exchange.dialect)
}

pub(super) fn put(exchange: &mut Exchange, bucket: &Bucket) -> Result<Answer, Refusal> {
    exchange.service.store.put_bucket(bucket)?;
    exchange.note_stored();
    Ok(Answer::empty(200))
}

pub(super) fn head() -> Answer {
    Answer::empty(200).with("x-cos-bucket-region", "local")
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
    Ok(Answer::document(document::objects(bucket, &query, &page), exchange.dialect))
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
    let document = exchange.document(head).await?;
    let keys = request_document::read_deletion(&document)?;
    for key in &keys {
        let key = Key::new(key).map_err(|error| refusal::INVALID_OBJECT_NAME.saying(error.to_string()))?;
        exchange.service.store.delete_object(bucket, &key)?;
    }
    exchange.note_stored();
    Ok(Answer::document(document::deleted(&keys), Dialect::Cos))
}
