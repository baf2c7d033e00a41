//! POST Object: a form upload, as a page in a browser sends it (document 436/14690).

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};

use tokio::task::spawn_blocking;

use crate::cos::address::Bucket;
use crate::cos::encoding::encode;
use crate::cos::objects::put_object::LARGEST_PUT;

use super::objects::stored_object;
use crate::emulator::answer::document;
use crate::emulator::answer::document::quoted;
use crate::emulator::answer::response::Answer;
use crate::emulator::exchange::Exchange;
use crate::emulator::http::body::Trouble;
use crate::emulator::refusal;
use crate::emulator::refusal::Refusal;
use crate::emulator::request::bodies::form;
use crate::emulator::request::bodies::form::Form;
use crate::emulator::request::overwrite::Overwrite;
use crate::emulator::request::place::Place;
use crate::emulator::request::properties::object_properties::ObjectProperties;
use crate::emulator::request::request_head::{Level, RequestHead};
use crate::emulator::store::Object;
use crate::emulator::store::sparse::copy_range;

/// The longest fields before the file, in bytes.
const LONGEST_FIELDS: u64 = 256 * 1024;
/// The longest end after the file, in bytes.
const LONGEST_END: u64 = 4096;

/// Stores the file of a form.
pub(super) async fn post(exchange: &mut Exchange, bucket: &Bucket, head: &RequestHead) -> Result<Answer, Trouble> {
    let boundary = form::boundary(head)?;
    let received = exchange.service.store.scratch_file()?;
    let body = exchange.body.store(received.try_clone()?, LARGEST_PUT + LONGEST_FIELDS).await?;
    let read = move || read(received, body.length, &boundary);
    let (form, file, size) = spawn_blocking(read).await.map_err(|_| refusal::INTERNAL_ERROR)??;
    let text = form.key()?;
    let place = Place { bucket: bucket.as_str(), key: &text, region: None };
    let key =
        if place.level() == Level::Object { place.key()? } else { return Err(refusal::INVALID_OBJECT_NAME.into()) };
    form.verify(&exchange.service.credentials, exchange.now, (bucket.as_str(), &text, size))?;
    exchange.note(|record| record.key = Some(text.clone()));
    let fields = RequestHead {
        headers: form.headers(),
        ..RequestHead::new("PUT", &head.host, &head.wire_path, None, form.headers())?
    };
    let properties = ObjectProperties::requested(&fields, exchange.dialect)?.with_type_of(&text);
    let overwrite = Overwrite::requested(&fields, exchange.dialect);
    let store = &exchange.service.store;
    store.check_overwrite(bucket, &key, overwrite)?;
    let (draft, target) = store.draft_object(bucket, &key)?;
    let first = form.file as u64;
    let copied = spawn_blocking(move || copy_range(file, first, size, target)).await;
    let digest = copied.map_err(|_| refusal::INTERNAL_ERROR)??;
    let object = store.commit_object(bucket, &key, draft, digest, (exchange.now, properties), overwrite)?;
    exchange.note_stored();
    Ok(answer(exchange, head, &form, (bucket, &text), &object))
}

/// Reads the fields and finds the file in the received body. Returns its size.
fn read(mut file: File, length: u64, boundary: &str) -> Result<(Form, File, u64), Refusal> {
    let form = Form::read(&bytes(&mut file, 0, LONGEST_FIELDS)?, boundary)?;
    let end = bytes(&mut file, length.saturating_sub(LONGEST_END).max(form.file as u64), LONGEST_END)?;
    let end = form::length_of_end(&end, boundary)? as u64;
    let size = length.saturating_sub(end).saturating_sub(form.file as u64);
    Ok((form, file, size))
}

fn bytes(file: &mut File, first: u64, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(first))?;
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The answer that the form asks for: a redirect, a document, or nothing.
fn answer(exchange: &Exchange, head: &RequestHead, form: &Form, place: (&Bucket, &str), object: &Object) -> Answer {
    let (bucket, key) = place;
    let location = format!(
        "http://{}{}",
        head.resource().trim_end_matches('/'),
        format_args!("/{}", crate::cos::encoding::encode_path(key))
    );
    let describe = |answer| stored_object(object, answer).with("Location", &location);
    if let Some(target) = form.field("success_action_redirect").filter(|target| !target.is_empty()) {
        let separator = if target.contains('?') { '&' } else { '?' };
        let etag = encode(&quoted(&object.etag));
        let target = format!("{target}{separator}bucket={bucket}&key={}&etag={etag}", encode(key));
        return describe(Answer::empty(303)).with("Location", &target);
    }
    match form.field("success_action_status") {
        Some("200") => describe(Answer::empty(200)),
        Some("201") => {
            let document = document::posted(&location, bucket, key, &object.etag);
            let answer = Answer::document(document, exchange.dialect);
            describe(Answer { status: 201, ..answer })
        }
        _ => describe(Answer::empty(204)),
    }
}
