//! The transport over HTTP: sign, send, time limits.
//!
//! HTTP/1.1 only, since each part wants a connection of its own; no redirect is followed, since the next host would be
//! handed a signature meant for another.

use std::error::Error;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use reqwest::header::{HeaderName, HeaderValue};
use tokio::time::{Instant, sleep, timeout};

use super::body::{Meter, SourceBody};
use super::pace::Pacer;
use super::transport::Transport;
use crate::cos::sign::sign;
use crate::cos::{Credentials, Fault, Headers, Method, Provider, Request, Response, Service, ServiceError};
use crate::upload::clock;
use crate::upload::error::{SendError, SendErrorKind};

/// No answer is longer than this, in bytes; a full page of parts has a tenth of it.
const LONGEST_ANSWER: usize = 4 << 20;
/// The longest that an answer may take once it has begun. Merging 10,000 parts takes minutes.
const LONGEST_TELLING: Duration = Duration::from_secs(1200);
/// Clocks that differ by less are not what a signature was refused for.
const SMALLEST_SKEW: u64 = 30;
/// Clocks that differ by more are refused, says document 436/7730; an answer to HEAD has no body to say so.
const TOLERATED_SKEW: u64 = 900;

/// How long a body hesitates after another one was cut off, or where there is one attempt alone.
const HESITATION: Duration = Duration::from_millis(500);

/// How long to wait for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For a connection.
    pub connect: Duration,
    /// For the next byte to move, in either direction.
    pub stall: Duration,
}

/// A client that keeps to HTTP/1.1 and follows no redirect.
pub fn client(limits: Limits) -> reqwest::ClientBuilder {
    let builder = reqwest::Client::builder()
        .http1_only()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(limits.connect)
        .user_agent(concat!("cosput/", env!("CARGO_PKG_VERSION")));
    // The library's own limit is shorter than ours.
    #[cfg(any(target_os = "android", target_os = "linux"))]
    let builder = builder.tcp_user_timeout(limits.stall);
    builder
}

/// Sends over HTTP and signs with whatever credentials hold at that moment.
pub struct Http {
    client: reqwest::Client,
    service: Service,
    provider: Arc<dyn Provider>,
    clock: fn() -> SystemTime,
    /// How many seconds the server's clock is ahead of ours, once it said so.
    skew: AtomicI64,
    skew_untold: AtomicBool,
    refused: Mutex<Option<Credentials>>,
    /// True while the last body that was sent did not get to its end, or none was sent yet that had better get there.
    cut_off: AtomicBool,
    limits: Limits,
    pacer: Option<Pacer>,
}

impl Http {
    /// A transport for `service`.
    pub fn new(
        service: Service,
        provider: Arc<dyn Provider>,
        clock: fn() -> SystemTime,
        limits: Limits,
    ) -> Result<Self, SendError> {
        Self::over(client(limits), service, provider, clock, limits)
    }

    /// The same, over a client that began as [`client`] and was told more: what to trust, where names lead.
    pub fn over(
        client: reqwest::ClientBuilder,
        service: Service,
        provider: Arc<dyn Provider>,
        clock: fn() -> SystemTime,
        limits: Limits,
    ) -> Result<Self, SendError> {
        let client =
            client.build().map_err(|error| SendError { kind: SendErrorKind::Connect, message: innermost(&error) })?;
        let (skew, refused) = (AtomicI64::new(0), Mutex::new(None));
        let (skew_untold, cut_off) = (AtomicBool::new(false), AtomicBool::new(false));
        Ok(Self { client, service, provider, clock, skew, skew_untold, refused, cut_off, limits, pacer: None })
    }

    /// The same, with all bodies together no faster than `pacer` lets them.
    #[must_use]
    pub fn paced(self, pacer: Option<Pacer>) -> Self {
        Self { pacer, ..self }
    }

    /// The same, for requests that are sent once: the first bodies hesitate already, since an answer that is lost with its
    /// connection cannot be asked for again.
    #[must_use]
    pub fn for_one_attempt(self) -> Self {
        self.cut_off.store(true, Ordering::Relaxed);
        self
    }

    /// How many seconds the server's clock is ahead of this machine's, where a signature was refused for it.
    pub fn skew(&self) -> i64 {
        self.skew.load(Ordering::Relaxed)
    }

    fn now(&self) -> SystemTime {
        self.time_with(self.skew())
    }

    fn time_with(&self, skew: i64) -> SystemTime {
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

    /// A server that refuses a request by its head may answer and hang up at once. The connection is then reset under the
    /// body, and the answer is lost with it. So after a body that was cut off the next one hesitates, until one gets
    /// through: where the head alone is refused, the answer comes first and says why.
    fn restrained(&self, body: Option<SourceBody>) -> Option<SourceBody> {
        let mut body = body?;
        body.lend_singly();
        if self.cut_off.load(Ordering::Relaxed) {
            body.hesitate(HESITATION);
        }
        if let Some(pacer) = &self.pacer {
            body.keep_to(pacer.pace());
        }
        Some(body)
    }

    /// Remembers what a refusal teaches: the server's time, or that these credentials have ended. `skew` is what the
    /// request was signed with: another answer may have corrected the clock since.
    fn learn(&self, response: &Response, credentials: &Credentials, skew: i64) {
        if response.is_success() {
            return;
        }
        let error = ServiceError::read(response);
        let bodiless = error.status == 403 && error.code.is_none() && error.request_id.is_some();
        let off = |seconds| error.server_time.filter(|server| apart(*server, self.time_with(skew)) >= seconds);
        match (error.fault(), off(SMALLEST_SKEW)) {
            (fault, Some(server))
                if matches!(fault, Fault::Skewed | Fault::Expired) || (bodiless && off(TOLERATED_SKEW).is_some()) =>
            {
                let here = (self.clock)();
                let ahead = server.duration_since(here).map(|ahead| signed_seconds(ahead, 1));
                let skew = ahead.unwrap_or_else(|behind| signed_seconds(behind.duration(), -1));
                self.skew.store(skew, Ordering::Relaxed);
                self.skew_untold.store(true, Ordering::Relaxed);
            }
            (Fault::Expired, _) => {
                *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(credentials.clone());
            }
            _ => {}
        }
    }
}

impl Transport for Http {
    async fn send(&self, request: Request, body: Option<SourceBody>) -> Result<Response, SendError> {
        let skew = self.skew();
        let (request, credentials) = self.signed(request).await?;
        let meter = body.as_ref().map(SourceBody::meter);
        let request = reqwest_of(request, self.restrained(body))?;
        let sending = self.client.execute(request);
        let answer = while_bytes_move(sending, meter.clone(), self.limits.stall).await?;
        if let Some(meter) = meter {
            self.cut_off.store(answer.is_err() && meter.digest().is_none(), Ordering::Relaxed);
        }
        let answer = answer.map_err(|error| send_error(&error))?;
        let response =
            timeout(LONGEST_TELLING, read(answer, self.limits.stall)).await.map_err(|_| stalled(LONGEST_TELLING))??;
        self.learn(&response, &credentials, skew);
        Ok(response)
    }

    fn take_clock_correction(&self) -> Option<i64> {
        self.skew_untold.swap(false, Ordering::Relaxed).then(|| self.skew())
    }
}

/// Waits for `moving`, but not longer than `stall` without another byte of the body being taken.
///
/// Time is counted in steps, and a step that took longer than it was to counts no more for it: a process that was stopped
/// (SIGTSTP) saw nothing move, which says nothing about its connections.
async fn while_bytes_move<T>(
    moving: impl Future<Output = T>,
    meter: Option<Meter>,
    stall: Duration,
) -> Result<T, SendError> {
    tokio::pin!(moving);
    let step = (stall / 4).min(Duration::from_secs(1));
    let meter = meter.unwrap_or_default();
    let mut stillness = Stillness { seen: meter.bytes(), looked: clock::now(), lasted: Duration::ZERO };
    loop {
        tokio::select! {
            biased;
            done = &mut moving => return Ok(done),
            () = sleep(step) => {
                if stillness.after(step, clock::now(), &meter) >= stall {
                    return Err(stalled(stall));
                }
            }
        }
    }
}

/// How long a body has not moved.
struct Stillness {
    seen: u64,
    looked: Instant,
    lasted: Duration,
}

impl Stillness {
    /// How long it has not moved, one step later. Waiting for its turn at a limited rate is no standing still.
    fn after(&mut self, step: Duration, now: Instant, meter: &Meter) -> Duration {
        let waited = meter.waits_until().is_some_and(|turn| turn > self.looked);
        let moved = meter.bytes() != self.seen;
        self.lasted = if moved || waited { Duration::ZERO } else { self.lasted + step };
        (self.seen, self.looked) = (meter.bytes(), now);
        self.lasted
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
        let chunk = while_bytes_move(answer.chunk(), None, stall).await?;
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

fn reqwest_of(request: Request, body: Option<SourceBody>) -> Result<reqwest::Request, SendError> {
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
    let message = match error.url().and_then(|url| url.host_str()) {
        Some(host) if kind == SendErrorKind::Connect => format!("{host}: {}", innermost(error)),
        _ => innermost(error),
    };
    SendError { kind, message }
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
        if holds_certificate_error(reason) {
            return true;
        }
        source = reason.source();
    }
    false
}

/// An I/O error's source is that of what it holds, not what it holds; and the TLS connector puts one into another.
fn holds_certificate_error(reason: &(dyn Error + 'static)) -> bool {
    match (reason.downcast_ref::<rustls::Error>(), reason.downcast_ref::<io::Error>().and_then(io::Error::get_ref)) {
        (Some(error), _) => matches!(error, rustls::Error::InvalidCertificate(_)),
        (None, Some(inner)) => holds_certificate_error(inner),
        (None, None) => false,
    }
}

fn apart(one: SystemTime, other: SystemTime) -> u64 {
    one.duration_since(other).unwrap_or_else(|error| error.duration()).as_secs()
}

fn signed_seconds(span: Duration, sign: i64) -> i64 {
    i64::try_from(span.as_secs()).unwrap_or(0) * sign
}

#[cfg(test)]
mod tests {
    use super::*;

    const STALL: Duration = Duration::from_millis(200);

    /// Keeps the one thread from everything else, as SIGTSTP does.
    #[expect(
        clippy::disallowed_methods,
        reason = "only the operating system's clock goes on while a thread is held up"
    )]
    fn hold_up(span: Duration) {
        let began = std::time::Instant::now();
        while began.elapsed() < span {
            std::thread::yield_now();
        }
    }

    #[tokio::test]
    async fn a_stopped_process_is_no_stalled_connection() {
        let moving = async {
            hold_up(STALL * 2);
            sleep(STALL / 2).await;
        };
        assert_eq!(while_bytes_move(moving, None, STALL).await, Ok(()));
    }

    #[tokio::test]
    async fn what_does_not_move_is_given_up() {
        let never = std::future::pending::<()>();
        assert_eq!(while_bytes_move(never, None, STALL).await, Err(stalled(STALL)));
    }

    #[test]
    fn a_body_that_waits_for_its_turn_does_not_stand_still() {
        let (meter, begin, step) = (Meter::default(), clock::now(), Duration::from_secs(1));
        let mut stillness = Stillness { seen: 0, looked: begin, lasted: Duration::ZERO };
        let mut after = |seconds: u32, meter: &Meter| stillness.after(step, begin + seconds * step, meter).as_secs();
        assert_eq!([1, 2, 3].map(|seconds| after(seconds, &meter)), [1, 2, 3]);
        meter.wait_until(begin + 5 * step + step / 2);
        assert_eq!([4, 5, 6, 7, 8].map(|seconds| after(seconds, &meter)), [0, 0, 0, 1, 2]);
    }
}
