//! Converts the head of a hyper request to data, and an answer to a hyper response.

use std::fs::File;
use std::io::{self, Seek as _, SeekFrom};

use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt as _};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Empty, Full, StreamBody};
use hyper::body::Frame;
use hyper::header::{CONTENT_LENGTH, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Response, StatusCode};
use tokio::io::AsyncReadExt as _;

use crate::cos::Headers;

use crate::emulator::answer::response::{Answer, Content, End};
use crate::emulator::refusal::Refusal;
use crate::emulator::request::request_head::RequestHead;

/// The body of an answer.
pub(crate) type AnswerBody = UnsyncBoxBody<Bytes, io::Error>;

/// How many bytes of an object are read at a time.
const CHUNK: u64 = 256 * 1024;
/// The smallest Content-Length of a truncated answer.
const PROMISED: usize = 64;

/// Reads the head of a request.
pub(crate) fn head(parts: &Parts) -> Result<RequestHead, Refusal> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers: Headers = parts.headers.iter().map(|(name, value)| (name.as_str(), text(value))).collect();
    let host = parts.uri.authority().map(|authority| authority.as_str());
    let host = headers.get("host").or(host).unwrap_or_default().to_owned();
    RequestHead::new(parts.method.as_str(), &host, parts.uri.path(), parts.uri.query(), headers)
}

/// Converts an answer to a hyper response.
pub(crate) fn response(answer: Answer) -> Response<AnswerBody> {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = Response::new(Empty::new().map_err(|never| match never {}).boxed_unsync());
    *response.status_mut() = status;
    for (name, value) in answer.headers.iter() {
        // A parameter such as response-expires may not be a valid header value.
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value.as_bytes())) {
            response.headers_mut().append(name, value);
        }
    }
    *response.body_mut() = match (answer.end, answer.content) {
        (End::Whole, content) => whole(content),
        (End::Cut, content) => {
            if let Some(promised) = promised(&content) {
                response.headers_mut().insert(CONTENT_LENGTH, promised.into());
            }
            cut(content)
        }
    };
    response
}

fn whole(content: Content) -> AnswerBody {
    match content {
        Content::Empty => Empty::new().map_err(|never| match never {}).boxed_unsync(),
        Content::Text(text) => Full::new(Bytes::from(text)).map_err(|never| match never {}).boxed_unsync(),
        Content::File { file, first, length } => streamed(file_chunks(file, first, length)),
        Content::Later(receiver) => streamed(stream::unfold(receiver, async |mut receiver| {
            let chunk = receiver.recv().await?;
            Some((chunk, receiver))
        })),
    }
}

/// The Content-Length of a body that will be cut off; `None` if it has none.
fn promised(content: &Content) -> Option<usize> {
    match content {
        Content::Empty => Some(PROMISED),
        Content::Text(text) => Some(text.len().max(PROMISED)),
        Content::File { .. } | Content::Later(_) => None,
    }
}

/// Half of the content, then the end of the connection.
fn cut(content: Content) -> AnswerBody {
    let half = match content {
        Content::Text(text) => whole(Content::Text(text.chars().take(text.len() / 2).collect())),
        Content::File { file, first, length } => whole(Content::File { file, first, length: length / 2 }),
        content => whole(content),
    };
    let end = stream::once(async {
        // hyper sends its buffer when the body is pending; the error must come after that.
        tokio::task::yield_now().await;
        Err(io::ErrorKind::ConnectionAborted.into())
    });
    streamed(half.into_data_stream().chain(end))
}

fn streamed(chunks: impl Stream<Item = io::Result<Bytes>> + Send + 'static) -> AnswerBody {
    StreamBody::new(chunks.map(|chunk| chunk.map(Frame::data))).boxed_unsync()
}

fn file_chunks(mut file: File, first: u64, length: u64) -> impl Stream<Item = io::Result<Bytes>> + Send {
    let start = file.seek(SeekFrom::Start(first)).map(|_| (tokio::fs::File::from_std(file), length));
    stream::unfold(Some(start), async |state| match state? {
        Err(error) => Some((Err(error), None)),
        Ok((_, 0)) => None,
        Ok((mut file, left)) => {
            let mut chunk = Vec::new();
            match (&mut file).take(left.min(CHUNK)).read_to_end(&mut chunk).await {
                Ok(0) => Some((Err(io::ErrorKind::UnexpectedEof.into()), None)),
                Ok(count) => Some((Ok(chunk.into()), Some(Ok((file, left - count as u64))))),
                Err(error) => Some((Err(error), None)),
            }
        }
    })
}
