//! APPEND Object (document 436/7741).

use std::fs::File;

use tokio::task::spawn_blocking;

use crate::cos::address::{Bucket, Key};
use crate::cos::objects::put_object::LARGEST_PUT;

use super::objects::stored_object;
use crate::emulator::answer::response::Answer;
use crate::emulator::exchange::{Exchange, check_length};
use crate::emulator::hasher::Hasher;
use crate::emulator::http::body::Trouble;
use crate::emulator::refusal;
use crate::emulator::refusal::Refusal;
use crate::emulator::request::overwrite::Overwrite;
use crate::emulator::request::properties::object_properties::ObjectProperties;
use crate::emulator::request::request_head::RequestHead;
use crate::emulator::store::sparse::SparseWriter;

/// Appends the body to an object, and creates it at position 0.
pub(super) async fn append(
    exchange: &mut Exchange,
    (bucket, key): &(Bucket, Key),
    head: &RequestHead,
) -> Result<Answer, Trouble> {
    check_length(head, LARGEST_PUT, false)?;
    let position = position(head)?;
    let known = match exchange.service.store.object(bucket, key) {
        Ok(known) => Some(known),
        Err(refusal) if refusal == refusal::NO_SUCH_KEY => None,
        Err(refusal) => return Err(refusal.into()),
    };
    exchange.service.store.check_overwrite(bucket, key, Overwrite::AppendAt(position))?;
    let (draft, file) = exchange.service.store.draft_object(bucket, key)?;
    let properties = match &known {
        Some((object, _)) => object.properties.clone(),
        None => ObjectProperties::requested(head, exchange.dialect)?.with_type_of(key.as_str()),
    };
    let (file, hasher) = begin(known.map(|(_, file)| file), position, file).await?;
    let digest = exchange.append(file, hasher, head, LARGEST_PUT.saturating_sub(position)).await?;
    let about = (exchange.now, properties);
    let object = exchange.service.store.commit_appended(bucket, key, draft, digest, about, position)?;
    exchange.note_stored();
    Ok(stored_object(&object, Answer::empty(200)).with("x-cos-next-append-position", &object.size.to_string()))
}

fn position(head: &RequestHead) -> Result<u64, Refusal> {
    let text = head.parameter("position").unwrap_or_default();
    text.parse().map_err(|_| refusal::INVALID_ARGUMENT.saying("position must be a number."))
}

/// Copies the object so far into the new file.
async fn begin(known: Option<File>, length: u64, target: File) -> Result<(File, Hasher), Refusal> {
    let Some(mut known) = known else { return Ok((target, Hasher::crc64_and_md5())) };
    let copy = move || {
        let mut hasher = Hasher::crc64_and_md5();
        let mut writer = SparseWriter::new(target)?;
        writer.append(&mut known, 0, length, &mut hasher)?;
        Ok::<_, std::io::Error>((writer.finish()?, hasher))
    };
    Ok(spawn_blocking(copy).await.map_err(|_| refusal::INTERNAL_ERROR)??)
}
