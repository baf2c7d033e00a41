//! The tags and the ACL of an object (documents 436/42997 and 436/7748).

use crate::cos::address::{Bucket, Key};

use crate::emulator::answer::response::Answer;
use crate::emulator::answer::{acl_document, document};
use crate::emulator::exchange::Exchange;
use crate::emulator::http::body::Trouble;
use crate::emulator::refusal::Refusal;
use crate::emulator::request::bodies::document as request_document;
use crate::emulator::request::properties::access;
use crate::emulator::request::request_head::RequestHead;

pub(super) fn get_tagging(exchange: &Exchange, (bucket, key): &(Bucket, Key)) -> Result<Answer, Refusal> {
    let (object, _) = exchange.service.store.object(bucket, key)?;
    Ok(Answer::document(document::tagging(&object.properties.tags), exchange.dialect))
}

pub(super) async fn put_tagging(
    exchange: &mut Exchange,
    (bucket, key): &(Bucket, Key),
    head: &RequestHead,
) -> Result<Answer, Trouble> {
    let document = exchange.document(head).await?;
    let tags = request_document::tagging(&document)?;
    exchange.service.store.change_properties(bucket, key, |properties| properties.tags = tags)?;
    exchange.note_stored();
    Ok(Answer::empty(200))
}

pub(super) fn delete_tagging(exchange: &mut Exchange, (bucket, key): &(Bucket, Key)) -> Result<Answer, Refusal> {
    exchange.service.store.change_properties(bucket, key, |properties| properties.tags.clear())?;
    exchange.note_stored();
    Ok(Answer::empty(204))
}

pub(super) fn get_acl(exchange: &Exchange, (bucket, key): &(Bucket, Key)) -> Result<Answer, Refusal> {
    let (object, _) = exchange.service.store.object(bucket, key)?;
    let access = &object.properties.access;
    let answer = Answer::document(acl_document::acl(bucket, &access::grants(access)), exchange.dialect);
    match access.iter().find(|(name, _)| name == "x-cos-acl") {
        Some((name, value)) => Ok(answer.with(name, value)),
        None if access.is_empty() => Ok(answer.with("x-cos-acl", "default")),
        None => Ok(answer),
    }
}

pub(super) async fn put_acl(
    exchange: &mut Exchange,
    (bucket, key): &(Bucket, Key),
    head: &RequestHead,
) -> Result<Answer, Trouble> {
    let document = exchange.document(head).await?;
    let access = if document.is_empty() { access::requested(head)? } else { request_document::acl(&document)? };
    exchange.service.store.change_properties(bucket, key, |properties| properties.access = access)?;
    exchange.note_stored();
    Ok(Answer::empty(200))
}
