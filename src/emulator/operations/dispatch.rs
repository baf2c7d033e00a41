//! Selects the function for an operation.

use crate::cos::address::{Bucket, Key};

use super::{append, browse, buckets, copies, form, multipart, objects, preflight, properties, versioning};
use crate::emulator::answer::response::Answer;
use crate::emulator::exchange::Exchange;
use crate::emulator::http::body::Trouble;
use crate::emulator::refusal;
use crate::emulator::request::operation::Operation;
use crate::emulator::request::place::Place;
use crate::emulator::request::request_head::{Level, RequestHead};

/// Performs an operation.
pub(in crate::emulator) async fn perform(
    exchange: &mut Exchange,
    operation: Operation,
    head: &RequestHead,
) -> Result<Answer, Trouble> {
    let place = Place::of(&head.host, &head.path);
    if operation == Operation::Preflight {
        return Ok(preflight::preflight(head)?);
    }
    match place.level() {
        Level::Service if exchange.is_browsing => Ok(browse::buckets(exchange, head)?),
        Level::Service => Ok(buckets::list(exchange, head)?),
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
    if operation != Operation::PutBucket {
        exchange.service.store.check_bucket(bucket)?;
    }
    match operation {
        Operation::DeleteObjects => return buckets::delete_objects(exchange, bucket, head).await,
        Operation::PutVersioning => return versioning::put(exchange, bucket, head).await,
        Operation::PostObject => return form::post(exchange, bucket, head).await,
        _ => exchange.body.drain().await?,
    }
    Ok(match operation {
        Operation::PutBucket => buckets::put(exchange, bucket)?,
        Operation::HeadBucket => buckets::head(exchange),
        Operation::DeleteBucket => buckets::delete(exchange, bucket)?,
        Operation::ListObjects if exchange.is_browsing => browse::objects(exchange, bucket, head)?,
        Operation::ListObjects => buckets::list_objects(exchange, bucket, head)?,
        Operation::ListUploads => buckets::list_uploads(exchange, bucket, head)?,
        Operation::GetVersioning => versioning::get(exchange, bucket),
        Operation::GetLocation => buckets::location(exchange),
        Operation::GetBucketAcl => buckets::acl(exchange, bucket),
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
        Operation::AppendObject => return append::append(exchange, place, head).await,
        Operation::PutTagging => return properties::put_tagging(exchange, place, head).await,
        Operation::PutAcl => return properties::put_acl(exchange, place, head).await,
        Operation::UploadPart => return multipart::upload_part(exchange, place, head).await,
        Operation::Complete => return multipart::complete(exchange, place, head).await,
        _ => exchange.body.drain().await?,
    }
    Ok(match operation {
        Operation::HeadObject => objects::head(exchange, place, head)?,
        Operation::GetObject => objects::get(exchange, place, head)?,
        Operation::CopyObject => copies::copy_object(exchange, place, head).await?,
        Operation::DeleteObject => objects::delete(exchange, place, head)?,
        Operation::GetTagging => properties::get_tagging(exchange, place)?,
        Operation::DeleteTagging => properties::delete_tagging(exchange, place)?,
        Operation::GetAcl => properties::get_acl(exchange, place)?,
        Operation::Initiate => multipart::initiate(exchange, place, head)?,
        Operation::UploadPartCopy => copies::upload_part_copy(exchange, place, head).await?,
        Operation::Abort => multipart::abort(exchange, place, head)?,
        Operation::ListParts => multipart::list_parts(exchange, place, head)?,
        _ => return Err(refusal::METHOD_NOT_ALLOWED.into()),
    })
}
