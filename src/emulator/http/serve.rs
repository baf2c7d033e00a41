//! Converts the head of a hyper request to data, and an answer to a hyper response.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};

use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt as _};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Empty, Full, StreamBody};
use hyper::body::Frame;
use hyper::header::{CONTENT_LENGTH, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Response, StatusCode};
use tokio::task::spawn_blocking;

use crate::cos::Headers;
use crate::cos::aligned::AlignedBytes;

use crate::emulator::answer::response::{Answer, Content, End};
use crate::emulator::refusal::Refusal;
use crate::emulator::request::request_head::RequestHead;
use crate::emulator::store::sparse::CHUNK;

/// The body of an answer.
pub(crate) type AnswerBody = UnsyncBoxBody<Bytes, io::Error>;

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
    let start = file.seek(SeekFrom::Start(first)).map(|_| (file, length));
    stream::unfold(Some(start), async |state| match state? {
        Err(error) => Some((Err(error), None)),
        Ok((_, 0)) => None,
        Ok((file, left)) => {
            match spawn_blocking(move || chunk(file, left)).await.unwrap_or_else(|error| Err(error.into())) {
                Ok((file, chunk)) => {
                    let left = left - chunk.len() as u64;
                    Some((Ok(chunk), Some(Ok((file, left)))))
                }
                Err(error) => Some((Err(error), None)),
            }
        }
    })
}

/// Reads the next chunk of the `left` bytes that remain.
fn chunk(mut file: File, left: u64) -> io::Result<(File, Bytes)> {
    let mut memory = AlignedBytes::zeroed(usize::try_from(left).map_or(CHUNK, |left| left.min(CHUNK)));
    file.read_exact(memory.as_mut())?;
    Ok((file, Bytes::from_owner(memory)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cos::aligned::assert_aligned;

    #[tokio::test]
    async fn the_chunks_of_a_file_are_aligned_and_a_file_that_is_too_short_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let content: Vec<u8> = (0..=255).cycle().take(2 * CHUNK + 7).collect();
        std::fs::write(dir.path().join("file"), &content).unwrap();
        let open = || File::open(dir.path().join("file")).unwrap();
        let length = content.len() as u64 - 3;
        let chunks: Vec<Bytes> = file_chunks(open(), 3, length).map(Result::unwrap).collect().await;
        chunks.iter().for_each(|chunk| assert_aligned(chunk));
        assert_eq!(chunks.concat(), content[3..]);
        let ends: Vec<bool> = file_chunks(open(), 4, length).map(|chunk| chunk.is_ok()).collect().await;
        assert_eq!(ends, [true, true, false]);
    }
}
