//! Requests and answers in the types of the HTTP library.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::{HeaderName, HeaderValue};
use url::Url;

use super::body::SourceBody;
use super::limits::stall::while_bytes_move;
use super::send_error::send_error;
use crate::cos::{Headers, Method, Request, Response};
use crate::language::{Message, message};
use crate::upload::error::{SendError, SendErrorKind};

/// The longest answer that is read, in bytes; a full page of parts needs a tenth of it.
const LONGEST_ANSWER: usize = 4 << 20;

/// A request as the library sends it.
pub(super) fn request_of(request: Request, body: Option<Box<SourceBody>>) -> Result<reqwest::Request, SendError> {
    let broken = |message: Message| SendError { kind: SendErrorKind::Connect, message };
    let url = Url::parse(&request.url()).map_err(|error| broken(error.to_string().into()))?;
    let mut made = reqwest::Request::new(method_of(request.method), url);
    for (name, value) in request.headers.iter() {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|error| broken(error.to_string().into()))?;
        let value = HeaderValue::from_bytes(value.as_bytes())
            .map_err(|_| broken(message!("the value of the header {name} cannot be sent", name)))?;
        made.headers_mut().insert(name, value);
    }
    *made.body_mut() = match body {
        Some(body) => Some(reqwest::Body::wrap(body)),
        None if request.document == Bytes::new() => None,
        None => Some(request.document.into()),
    };
    Ok(made)
}

fn method_of(method: Method) -> reqwest::Method {
    match method {
        Method::Get => reqwest::Method::GET,
        Method::Head => reqwest::Method::HEAD,
        Method::Put => reqwest::Method::PUT,
        Method::Post => reqwest::Method::POST,
        Method::Delete => reqwest::Method::DELETE,
    }
}

/// Reads an answer. Drops the white space before it, which only keeps the connection alive.
pub(super) async fn read(mut answer: reqwest::Response, stall: Duration) -> Result<Response, SendError> {
    let status = answer.status().as_u16();
    let headers: Headers = answer
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let mut body = BytesMut::new();
    loop {
        let chunk = while_bytes_move(answer.chunk(), None, stall, || Duration::ZERO).await?;
        let Some(chunk) = chunk.map_err(|error| send_error(&error))? else { break };
        if body.is_empty() && chunk.trim_ascii().is_empty() {
            continue;
        }
        if body.len() + chunk.len() > LONGEST_ANSWER {
            let message = message!("the answer is longer than {longest} bytes", longest = LONGEST_ANSWER);
            return Err(SendError { kind: SendErrorKind::Broken, message });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Response { status, headers, body: body.freeze() })
}
