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
/// A map of the most blocks has 3.9 MB. An object of the user may be of any size.
const LONGEST: usize = 4 << 20;
/// How often a request for a map is sent. A map is not worth more.
const PATIENCE: Patience = Patience { max_attempts: 3, retry_time: std::time::Duration::ZERO };

/// Reads the map; `None` if there is none. The error says why it cannot be used.
pub(super) async fn read<T: Transport>(
    (job, prefix): (&Job, &str),
    transport: &T,
    seed: u64,
) -> Result<Option<ObjectMap>, Message> {
    let key = key(job, prefix)?;
    let request = |address: &Address| {
        with_key(job, Target { address: address.clone(), key: key.clone() }.request(Method::Get))
            .with_header("Range", format!("bytes=0-{}", LONGEST - 1))
    };
    let mut requester = Requester::new(transport, job.target.address.clone(), PATIENCE, seed);
    let found = requester.send(Operation::HeadObject, request, found, &mut |_| ()).await;
    match found.map_err(|error| Message::of(&error.cause))? {
        Found::Nothing => Ok(None),
        Found::Map(text) => ObjectMap::read(&text, &job.target).map(Some),
        Found::Other => Err(other(&key)),
    }
}

/// Writes the map, unless it is there already, or the user has an object of another kind under its key. The error says why
/// it could not be written.
pub(super) async fn write<T: Transport>(
    (job, prefix): (&Job, &str),
    text: &str,
    transport: &T,
    seed: u64,
) -> Result<(), Message> {
    let key = key(job, prefix)?;
    match look(job, &key, transport, seed).await? {
        Looked::Map(Some(theirs)) if theirs == crc64(text.as_bytes()) => return Ok(()),
        Looked::Map(_) | Looked::Nothing => {}
        Looked::Other => return Err(other(&key)),
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

/// What HEAD finds under the key of a map.
enum Looked {
    Nothing,
    /// A map, with its CRC-64.
    Map(Option<u64>),
    /// An object of the user.
    Other,
}

async fn look<T: Transport>(job: &Job, key: &Key, transport: &T, seed: u64) -> Result<Looked, Message> {
    let request =
        |address: &Address| with_key(job, head_object::request(&Target { address: address.clone(), key: key.clone() }));
    let read = |response: &Response| {
        Ok::<_, AnswerError>(match head_object::read(response)? {
            None => Looked::Nothing,
            Some(object) if is_map(response) => Looked::Map(object.crc64),
            Some(_) => Looked::Other,
        })
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

/// What GET finds under the key of a map.
enum Found {
    Nothing,
    Map(Vec<u8>),
    /// An object of the user.
    Other,
}

fn found(response: &Response) -> Result<Found, AnswerError> {
    if response.status == 404 && response.request_id().is_some() {
        return Ok(Found::Nothing);
    }
    AnswerError::check(response)?;
    Ok(if is_map(response) { Found::Map(response.body.to_vec()) } else { Found::Other })
}

fn is_map(response: &Response) -> bool {
    response.headers.get(MARK.0) == Some(MARK.1)
}

fn other(key: &Key) -> Message {
    message!("there is an object {key} that is no map of cosput, and it is kept", key)
}
