//! The tags and the ACL of an object (documents 436/42997 and 436/7748).

use crate::cos::address::{Bucket, Key};

use crate::emulator::answer::document;
use crate::emulator::answer::response::Answer;
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
    let grants = access::grants(&object.properties.access);
    let answer = Answer::document(document::acl(bucket, &grants), exchange.dialect);
    let acl = object.properties.access.iter().find(|(name, _)| name == "x-cos-acl");
    Ok(answer.with("x-cos-acl", acl.map_or("default", |(_, value)| value)))
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
