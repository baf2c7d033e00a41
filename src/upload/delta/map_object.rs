//! The map of an object in the same bucket, beside it or elsewhere: other machines can use it.

use super::object_map::ObjectMap;
use crate::cos::checksum::crc64;
use crate::cos::{
    Address, AnswerError, Headers, Key, Method, Request, Response, Target, objects::head_object, objects::put_object,
};
use crate::language::{Message, message};
use crate::upload::error::Operation;
use crate::upload::flight::Job;
use crate::upload::patience::Patience;
use crate::upload::wire::one_request::Requester;
use crate::upload::wire::transport::Transport;

/// The end of the key of a map.
const SUFFIX: &str = ".cosput-map";
/// The metadata of a map, by which it is known from an object of the user under the same key.
const MARK: (&str, &str) = ("x-cos-meta-cosput-map", "1");
/// How often a request for a map is sent. A map is not worth more.
const PATIENCE: Patience = Patience { max_attempts: 3, retry_time: std::time::Duration::ZERO };

/// Reads the map; `None` if there is none. The error says why it cannot be used.
pub(super) async fn read<T: Transport>(
    (job, prefix): (&Job, &str),
    transport: &T,
    seed: u64,
) -> Result<Option<ObjectMap>, Message> {
    let key = key(job, prefix)?;
    let request =
        |address: &Address| with_key(job, Target { address: address.clone(), key: key.clone() }.request(Method::Get));
    let mut requester = Requester::new(transport, job.target.address.clone(), PATIENCE, seed);
    let text = requester.send(Operation::HeadObject, request, body, &mut |_| ()).await;
    let text = text.map_err(|error| Message::of(&error.cause))?;
    text.map(|text| ObjectMap::read(&text, &job.target)).transpose()
}

/// Writes the map, unless the user has an object of another kind under its key. The error says why it could not be written.
pub(super) async fn write<T: Transport>(
    (job, prefix): (&Job, &str),
    text: &str,
    transport: &T,
    seed: u64,
) -> Result<(), Message> {
    let key = key(job, prefix)?;
    if !may_be_written(job, &key, transport, seed).await? {
        return Err(message!("{key} is another object", key));
    }
    let request = |address: &Address| {
        let target = Target { address: address.clone(), key: key.clone() };
        let request = put_object::request(&target, &job.object.encryption.of_object(), text.len() as u64, None);
        request.with_document("application/json", text.to_owned()).with_header(MARK.0, MARK.1)
    };
    let mut requester = Requester::new(transport, job.target.address.clone(), PATIENCE, seed);
    let stored = requester.send(Operation::PutObject, request, put_object::read, &mut |_| ()).await;
    let stored = stored.map_err(|error| Message::of(&error.cause))?;
    match stored.crc64 {
        Some(theirs) if theirs != crc64(text.as_bytes()) => Err(message!("the server stored other bytes")),
        _ => Ok(()),
    }
}

/// Whether there is a map or nothing under the key.
async fn may_be_written<T: Transport>(job: &Job, key: &Key, transport: &T, seed: u64) -> Result<bool, Message> {
    let request =
        |address: &Address| with_key(job, head_object::request(&Target { address: address.clone(), key: key.clone() }));
    let read = |response: &Response| {
        let is_map = response.headers.get(MARK.0) == Some(MARK.1);
        Ok::<_, AnswerError>(head_object::read(response)?.is_none() || is_map)
    };
    let mut requester = Requester::new(transport, job.target.address.clone(), PATIENCE, seed);
    let found = requester.send(Operation::HeadObject, request, read, &mut |_| ()).await;
    found.map_err(|error| Message::of(&error.cause))
}

fn key(job: &Job, prefix: &str) -> Result<Key, Message> {
    Key::new(&format!("{prefix}{}{SUFFIX}", job.target.key)).map_err(|error| Message::of(&error))
}

fn with_key(job: &Job, mut request: Request) -> Request {
    let headers: Headers = job.object.encryption.of_bytes();
    headers.iter().for_each(|(name, value)| request.headers.set(name, value));
    request
}

/// The body of an answer to GET; `None` if there is no object.
fn body(response: &Response) -> Result<Option<Vec<u8>>, AnswerError> {
    if response.status == 404 && response.request_id().is_some() {
        return Ok(None);
    }
    AnswerError::check(response)?;
    Ok(Some(response.body.to_vec()))
}
