//! Header names in the service's case: `ETag`, not `etag`.
//!
//! Header names are not case-sensitive, but the official Python client returns answers as dictionaries whose users look up
//! `ETag`. hyper writes names in lower case unless the response has a map of original names, and only hyper can create one,
//! when it reads a request. So a request with the right names is read from memory at start.

use std::convert::Infallible;
use std::io;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use http_body_util::Empty;
use hyper::http::Extensions;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::AsyncWriteExt as _;

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\n\
    Accept-Ranges: \r\n\
    Cache-Control: \r\n\
    Connection: close\r\n\
    Content-Disposition: \r\n\
    Content-Encoding: \r\n\
    Content-Language: \r\n\
    Content-Length: 0\r\n\
    Content-Range: \r\n\
    Content-Type: \r\n\
    Date: \r\n\
    ETag: \r\n\
    Expires: \r\n\
    Last-Modified: \r\n\
    Location: \r\n\
    Retry-After: \r\n\
    Server: \r\n\
    x-cos-server-side-encryption-customer-key-MD5: \r\n\
    \r\n";

/// The extensions of a response that is written with these names.
pub(crate) async fn learn() -> io::Result<Extensions> {
    let (mut client, server) = tokio::io::duplex(REQUEST.len() * 2);
    client.write_all(REQUEST).await?;
    let learned = Mutex::new(Extensions::new());
    let listen = service_fn(async |request: Request<_>| {
        *learned.lock().unwrap_or_else(PoisonError::into_inner) = request.extensions().clone();
        Ok::<_, Infallible>(Response::new(Empty::<Bytes>::new()))
    });
    let mut connection = http1::Builder::new();
    connection
        .preserve_header_case(true)
        .serve_connection(TokioIo::new(server), listen)
        .await
        .map_err(io::Error::other)?;
    Ok(learned.into_inner().unwrap_or_else(PoisonError::into_inner))
}
