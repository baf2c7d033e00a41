//! GET and PUT Bucket versioning (documents 436/19888 and 436/19889).

use crate::cos::address::Bucket;

use crate::emulator::answer::document;
use crate::emulator::answer::response::Answer;
use crate::emulator::exchange::Exchange;
use crate::emulator::http::body::Trouble;
use crate::emulator::request::bodies::document as request_document;
use crate::emulator::request::request_head::RequestHead;

pub(super) fn get(exchange: &Exchange, bucket: &Bucket) -> Answer {
    let is_enabled = exchange.service.store.keeps_versions(bucket);
    Answer::document(document::versioning(is_enabled), exchange.dialect)
}

pub(super) async fn put(exchange: &mut Exchange, bucket: &Bucket, head: &RequestHead) -> Result<Answer, Trouble> {
    request_document::versioning(&exchange.document(head).await?)?;
    exchange.service.store.keep_versions(bucket)?;
    exchange.note_stored();
    Ok(Answer::empty(200))
}
