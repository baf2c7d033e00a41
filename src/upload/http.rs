//! The transport over HTTP: sign, send, time limits.
//!
//! HTTP/1.1 only, since each part wants a connection of its own; no redirect is followed, since the next host would be
//! handed a signature meant for another.

use std::error::Error as _;
use std::io;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use reqwest::header::{HeaderName, HeaderValue};
use tokio::time::{Instant, sleep, timeout};

use super::body::{FileBody, Meter};
use super::error::{SendError, SendErrorKind};
use super::transport::Transport;
use crate::cos::sign::sign;
use crate::cos::{Credentials, Fault, Headers, Method, Provider, Request, Response, Service, ServiceError};

/// No answer is longer than this, in bytes; a full page of parts has a tenth of it.
const LONGEST_ANSWER: usize = 4 << 20;
/// The longest that an answer may take once it has begun. Merging 10,000 parts takes minutes.
const LONGEST_TELLING: Duration = Duration::from_secs(1200);
/// Clocks that differ by less are not what a signature was refused for.
const SMALLEST_SKEW: u64 = 30;

/// How long to wait for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For a connection.
    pub connect: Duration,
    /// For the next byte to move, in either direction.
    pub stall: Duration,
}

/// Sends over HTTP and signs with whatever credentials hold at that moment.
pub struct Http {
    /// Made when first needed: one that knows whom to trust costs more to make than a small upload.
    secure: OnceLock<reqwest::Client>,
    plain: OnceLock<reqwest::Client>,
    service: Service,
    provider: Arc<dyn Provider>,
    clock: fn() -> SystemTime,
    /// How many seconds the server's clock is ahead of ours, once it said so.
    skew: AtomicI64,
    refused: Mutex<Option<Credentials>>,
    limits: Limits,
}

impl Http {
    /// A transport for `service`.
    pub fn new(service: Service, provider: Arc<dyn Provider>, clock: fn() -> SystemTime, limits: Limits) -> Self {
        let (skew, refused) = (AtomicI64::new(0), Mutex::new(None));
        Self { secure: OnceLock::new(), plain: OnceLock::new(), service, provider, clock, skew, refused, limits }
    }

    /// The client for a URL's scheme.
    fn client(&self, secure: bool) -> Result<&reqwest::Client, SendError> {
        let held = if secure { &self.secure } else { &self.plain };
        if let Some(client) = held.get() {
            return Ok(client);
        }
        let builder = reqwest::Client::builder()
            .http1_only()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(self.limits.connect)
            .user_agent(concat!("cosput/", env!("CARGO_PKG_VERSION")));
        // The library's own limit is shorter than ours.
        #[cfg(any(target_os = "android", target_os = "linux"))]
        let builder = builder.tcp_user_timeout(self.limits.stall);
        // One that trusts nobody reads no certificates.
        let builder = if secure { builder } else { builder.tls_certs_only([]) };
        let client = builder
            .build()
            .map_err(|error| SendError { kind: SendErrorKind::Certificate, message: innermost(&error) })?;
        Ok(held.get_or_init(|| client))
    }

    /// How many seconds the server's clock is ahead of this machine's, where a signature was refused for it.
    pub fn skew(&self) -> i64 {
        self.skew.load(Ordering::Relaxed)
    }

    fn now(&self) -> SystemTime {
        let skew = self.skew();
        let span = Duration::from_secs(skew.unsigned_abs());
        let now = (self.clock)();
        if skew < 0 { now.checked_sub(span) } else { now.checked_add(span) }.unwrap_or(now)
    }

    async fn signed(&self, mut request: Request) -> Result<(Request, Credentials), SendError> {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let now = self.now();
        let credentials = self
            .provider
            .credentials(now, refused.as_ref())
            .await
            .map_err(|error| SendError { kind: SendErrorKind::NoCredentials, message: error.message })?;
        sign(&mut request, &credentials, self.service, now);
        Ok((request, credentials))
    }

    /// Remembers what a refusal teaches: the server's time, or that these credentials have ended.
    fn learn(&self, response: &Response, credentials: &Credentials) {
        if response.is_success() {
            return;
        }
        let error = ServiceError::read(response);
        match (error.fault(), error.server_time) {
            (Fault::Skewed | Fault::Expired, Some(server)) if apart(server, self.now()) >= SMALLEST_SKEW => {
                let here = (self.clock)();
                let ahead = server.duration_since(here).map(|ahead| signed_seconds(ahead, 1));
                let skew = ahead.unwrap_or_else(|behind| signed_seconds(behind.duration(), -1));
                self.skew.store(skew, Ordering::Relaxed);
            }
            (Fault::Expired, _) => {
                *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(credentials.clone());
            }
            _ => {}
        }
    }
}

impl Transport for Http {
    async fn send(&self, request: Request, body: Option<FileBody>) -> Result<Response, SendError> {
        let (request, credentials) = self.signed(request).await?;
        let meter = body.as_ref().map(FileBody::meter);
        let request = reqwest_of(request, body)?;
        let sending = self.client(request.url().scheme() == "https")?.execute(request);
        let answer = while_bytes_move(sending, meter, self.limits.stall).await?.map_err(|error| send_error(&error))?;
        let response = timeout(LONGEST_TELLING, read(answer, self.limits.stall)).await.map_err(|_| SendError {
            kind: SendErrorKind::Stalled { after: LONGEST_TELLING },
            message: String::new(),
        })??;
        self.learn(&response, &credentials);
        Ok(response)
    }
}

/// Waits for `sending`, but not longer than `stall` without another byte of the body being taken.
async fn while_bytes_move<T>(
    sending: impl Future<Output = T>,
    meter: Option<Meter>,
    stall: Duration,
) -> Result<T, SendError> {
    tokio::pin!(sending);
    let bytes = || meter.as_ref().map_or(0, Meter::bytes);
    let (mut seen, mut since) = (bytes(), Instant::now());
    loop {
        tokio::select! {
            done = &mut sending => return Ok(done),
            () = sleep((stall / 4).min(Duration::from_secs(1))) => {
                if bytes() != seen {
                    (seen, since) = (bytes(), Instant::now());
                } else if since.elapsed() >= stall {
                    return Err(stalled(stall));
                }
            }
        }
    }
}

fn stalled(after: Duration) -> SendError {
    SendError { kind: SendErrorKind::Stalled { after }, message: String::new() }
}

/// Reads an answer. White space that only keeps the connection alive is not kept.
async fn read(mut answer: reqwest::Response, stall: Duration) -> Result<Response, SendError> {
    let status = answer.status().as_u16();
    let headers: Headers = answer
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let mut body = BytesMut::new();
    loop {
        let chunk = timeout(stall, answer.chunk()).await.map_err(|_| stalled(stall))?;
        let Some(chunk) = chunk.map_err(|error| send_error(&error))? else { break };
        if body.is_empty() && chunk.trim_ascii().is_empty() {
            continue;
        }
        if body.len() + chunk.len() > LONGEST_ANSWER {
            let message = format!("the answer is longer than {LONGEST_ANSWER} bytes");
            return Err(SendError { kind: SendErrorKind::Broken, message });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Response { status, headers, body: body.freeze() })
}

fn reqwest_of(request: Request, body: Option<FileBody>) -> Result<reqwest::Request, SendError> {
    let broken = |message: String| SendError { kind: SendErrorKind::Connect, message };
    let url = url::Url::parse(&request.url()).map_err(|error| broken(error.to_string()))?;
    let mut made = reqwest::Request::new(method_of(request.method), url);
    for (name, value) in request.headers.iter() {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|error| broken(error.to_string()))?;
        let value = HeaderValue::from_bytes(value.as_bytes())
            .map_err(|_| broken(format!("the value of the header {name} cannot be sent")))?;
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

fn send_error(error: &reqwest::Error) -> SendError {
    let kind = if is_about_certificate(error) {
        SendErrorKind::Certificate
    } else if error.is_connect() {
        SendErrorKind::Connect
    } else {
        SendErrorKind::Broken
    };
    SendError { kind, message: innermost(error) }
}

/// What the library says without the URL, which it puts first: the reasons below it, the last of them deepest.
fn innermost(error: &reqwest::Error) -> String {
    let mut reasons: Vec<String> = Vec::new();
    let mut source = error.source();
    while let Some(reason) = source {
        let text = reason.to_string();
        if reasons.last().is_none_or(|last| !last.contains(&text)) {
            reasons.push(text);
        }
        source = reason.source();
    }
    reasons.split_off(reasons.len().saturating_sub(2)).join(": ")
}

fn is_about_certificate(error: &reqwest::Error) -> bool {
    let mut source = error.source();
    while let Some(reason) = source {
        let inner = reason.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        let tls = reason.downcast_ref::<rustls::Error>().or_else(|| inner?.downcast_ref::<rustls::Error>());
        if let Some(rustls::Error::InvalidCertificate(_)) = tls {
            return true;
        }
        source = reason.source();
    }
    false
}

fn apart(one: SystemTime, other: SystemTime) -> u64 {
    one.duration_since(other).unwrap_or_else(|error| error.duration()).as_secs()
}

fn signed_seconds(span: Duration, sign: i64) -> i64 {
    i64::try_from(span.as_secs()).unwrap_or(0) * sign
}
