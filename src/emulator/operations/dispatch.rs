//! Selects the function for an operation.

use crate::cos::address::{Bucket, Key};

use super::{buckets, multipart, objects};
use crate::emulator::answer::refusal;
use crate::emulator::answer::response::Answer;
use crate::emulator::exchange::Exchange;
use crate::emulator::http::body::Trouble;
use crate::emulator::http::request_head::RequestHead;
use crate::emulator::request::operation::{Level, Operation};

/// Performs an operation.
pub(in crate::emulator) async fn perform(
    exchange: &mut Exchange,
    operation: Operation,
    head: &RequestHead,
) -> Result<Answer, Trouble> {
    let place = head.place();
    match place.level() {
        Level::Service => Ok(buckets::list(exchange)),
        Level::Bucket => on_bucket(exchange, operation, &place.bucket()?, head).await,
        Level::Object => on_object(exchange, operation, &(place.bucket()?, place.key()?), head).await,
    }
}

async fn on_bucket(
    exchange: &mut Exchange,
    operation: Operation,
    bucket: &Bucket,
    head: &RequestHead,
) -> Result<Answer, Trouble> {
    if operation != Operation::DeleteObjects {
        exchange.body.drain().await?;
    }
    if operation == Operation::PutBucket {
        return Ok(buckets::put(exchange, bucket)?);
    }
    exchange.service.store.check_bucket(bucket)?;
    Ok(match operation {
        Operation::HeadBucket => buckets::head(),
        Operation::DeleteBucket => buckets::delete(exchange, bucket)?,
        Operation::ListObjects => buckets::list_objects(exchange, bucket, head)?,
        Operation::ListUploads => buckets::list_uploads(exchange, bucket, head)?,
        Operation::DeleteObjects => buckets::delete_objects(exchange, bucket, head).await?,
        _ => return Err(refusal::METHOD_NOT_ALLOWED.into()),
    })
}

async fn on_object(
    exchange: &mut Exchange,
    operation: Operation,
    place: &(Bucket, Key),
    head: &RequestHead,
) -> Result<Answer, Trouble> {
    exchange.service.store.check_bucket(&place.0)?;
    match operation {
        Operation::PutObject => return objects::put(exchange, place, head).await,
        Operation::UploadPart => return multipart::upload_part(exchange, place, head).await,
        Operation::Complete => return multipart::complete(exchange, place, head).await,
        _ => exchange.body.drain().await?,
    }
    Ok(match operation {
        Operation::HeadObject => objects::head(exchange, place, head)?,
        Operation::GetObject => objects::get(exchange, place, head)?,
        Operation::GetTagging => objects::get_tagging(exchange, place)?,
        Operation::DeleteObject => objects::delete(exchange, place)?,
        Operation::Initiate => multipart::initiate(exchange, place, head)?,
        Operation::Abort => multipart::abort(exchange, place, head)?,
        Operation::ListParts => multipart::list_parts(exchange, place, head)?,
        _ => return Err(refusal::METHOD_NOT_ALLOWED.into()),
    })
}
