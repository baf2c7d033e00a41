//! The transport over HTTP: sign, send, read the answer.
//!
//! HTTP/1.1 only, because each part needs a connection of its own. Redirects are not followed, because a signature is
//! only valid for the host it was made for.

use std::io;
use std::net::ToSocketAddrs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::oneshot;
use tokio::time::timeout;
use url::Url;

use super::body::SourceBody;
use super::http_messages;
use super::limits::pace::Pacer;
use super::limits::stall::{stalled, while_bytes_move};
use super::limits::unanswered::Unanswered;
use super::opened_ahead::OpenedAhead;
use super::proxy::{AUTHENTICATION_REQUIRED, Proxy, Refusal};
use super::send_error::{build_error, send_error};
use super::server_clock::ServerClock;
use super::transport::Transport;
use crate::cos::multipart::upload_part_copy;
use crate::cos::sign::sign;
use crate::cos::{Credentials, Fault, Provider, Request, Response, Service, ServiceError};
use crate::language::message;
use crate::upload::clock;
use crate::upload::error::{SendError, SendErrorKind};
use crate::upload::threads;

/// The longest time from the start of an answer to its end. Merging 10,000 parts takes minutes.
const LONGEST_READ: Duration = Duration::from_secs(1200);
/// Clocks that differ by fewer seconds are not the reason for a refused signature.
const SMALLEST_SKEW: u64 = 30;
/// The server refuses clocks that differ by more seconds (document 436/7730); an answer to HEAD has no body that says
/// so.
const TOLERATED_SKEW: u64 = 900;
/// The delay of a body after another one was cut off, or if there is only one attempt.
const DELAY: Duration = Duration::from_millis(500);

/// The assumed rate at which the server copies, in bytes a second. It may be silent while it does.
const COPY_RATE: u64 = 8 << 20;

/// The longest wait, as a multiple of the stall limit, while the link may still carry the bytes that were handed over.
const MOST_PATIENCE: u32 = 15;

/// Time limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For opening a connection.
    pub connect: Duration,
    /// For the next byte in either direction.
    pub stall: Duration,
}

/// A client that speaks HTTP/1.1 only and follows no redirect.
pub fn client(limits: Limits) -> reqwest::ClientBuilder {
    let builder = reqwest::Client::builder()
        .http1_only()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(limits.connect)
        .user_agent(concat!("cosput/", env!("CARGO_PKG_VERSION")));
    // The library's default is shorter than this limit.
    #[cfg(any(target_os = "android", target_os = "linux"))]
    let builder = builder.tcp_user_timeout(limits.stall);
    builder.dns_resolver(Arc::new(SystemResolver))
}

/// Resolves names as the system does. The library's own resolver cannot do without a second thread.
struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let looked_up = threads::spawn_blocking(move || (name.as_str(), 0).to_socket_addrs()).await;
            Ok(Box::new(looked_up.map_err(io::Error::other)??) as Addrs)
        })
    }
}

/// Sends over HTTP and signs with the credentials that are valid when a request is sent.
pub struct Http {
    client: reqwest::Client,
    opened_ahead: OpenedAhead,
    service: Service,
    provider: Arc<dyn Provider>,
    clock: ServerClock,
    refused: Mutex<Option<Credentials>>,
    /// True if the last body was not sent to its end, or if the first one must not be cut off.
    cut_off: AtomicBool,
    limits: Limits,
    unanswered: Unanswered,
    pacer: Option<Pacer>,
    proxy: Option<Proxy>,
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

    /// The same, with a client built from [`client`] with further settings.
    pub fn over(
        client: reqwest::ClientBuilder,
        service: Service,
        provider: Arc<dyn Provider>,
        clock: fn() -> SystemTime,
        limits: Limits,
    ) -> Result<Self, SendError> {
        let opened_ahead = OpenedAhead::new(limits.connect);
        Ok(Self {
            client: client.connector_layer(opened_ahead.clone()).build().map_err(|error| build_error(&error))?,
            opened_ahead,
            service,
            provider,
            clock: ServerClock::new(clock),
            refused: Mutex::new(None),
            cut_off: AtomicBool::new(false),
            limits,
            unanswered: Unanswered::default(),
            pacer: None,
            proxy: None,
        })
    }

    /// The same, with a rate limit for all bodies together.
    #[must_use]
    pub fn paced(self, pacer: Option<Pacer>) -> Self {
        Self { pacer, ..self }
    }

    /// The same, for a client that sends through this proxy. Errors name the proxy.
    #[must_use]
    pub fn through(self, proxy: Option<Proxy>) -> Self {
        Self { proxy, ..self }
    }

    /// The same, for requests that are sent once: even the first body is delayed, because an answer that is lost with
    /// its connection cannot be requested again.
    #[must_use]
    pub fn for_one_attempt(self) -> Self {
        self.cut_off.store(true, Ordering::Relaxed);
        self
    }

    /// The seconds that the server's clock is ahead of this machine's, known once a signature was refused for it.
    pub fn skew(&self) -> i64 {
        self.clock.skew()
    }

    /// Sends a request without a signature, which needs no credentials. The service refuses it, but it answers.
    pub async fn send_unsigned(&self, request: Request) -> Result<Response, SendError> {
        self.deliver(request, None).await
    }

    /// Begins to open a connection for requests like this one, which is not sent.
    pub(super) async fn begin_to_open(&self, request: &Request) -> Option<oneshot::Receiver<()>> {
        self.opened_ahead.begin(&self.client, request).await
    }

    /// The proxy that requests to this URL go through, without its user name and password.
    pub fn proxy_to(&self, url: &str) -> Option<String> {
        Some(self.proxy_for(&Url::parse(url).ok()?)?.to_string())
    }

    async fn deliver(&self, request: Request, body: Option<Box<SourceBody>>) -> Result<Response, SendError> {
        let progress = body.as_deref().map(SourceBody::progress);
        let copying = copying_time(&request);
        let site = request.origin.clone();
        let request = http_messages::request_of(request, self.restrained(body))?;
        let url = request.url().clone();
        let sending = self.opened_ahead.used(site, self.client.execute(request));
        let unanswered = progress.clone().map(|progress| self.unanswered.add(clock::now(), progress));
        let more_time = || self.unanswered.time(clock::now()).min(MOST_PATIENCE * self.limits.stall).max(copying);
        let answer = while_bytes_move(sending, progress.clone(), self.limits.stall, more_time).await?;
        if let Some(body) = unanswered.filter(|_| answer.is_ok()) {
            body.answered();
        }
        if let Some(progress) = progress {
            self.cut_off.store(answer.is_err() && progress.digest().is_none(), Ordering::Relaxed);
        }
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => return Err(self.with_proxy(send_error(&error), &url).await),
        };
        if let Some(proxy) = self.proxy_for(&url).filter(|_| answer.status() == AUTHENTICATION_REQUIRED) {
            let refusal = Refusal { status: AUTHENTICATION_REQUIRED, text: answer.status().to_string() };
            return Err(refused_by(proxy, &refusal));
        }
        timeout(LONGEST_READ, http_messages::read(answer, self.limits.stall + copying))
            .await
            .map_err(|_| stalled(LONGEST_READ))?
    }

    async fn signed(&self, mut request: Request, skew: i64) -> Result<(Request, Credentials), SendError> {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let now = self.clock.time_with(skew);
        let credentials = self
            .provider
            .credentials(now, refused.as_ref())
            .await
            .map_err(|error| SendError { kind: SendErrorKind::NoCredentials, message: error.message })?;
        sign(&mut request, &credentials, self.service, now);
        Ok((request, credentials))
    }

    /// A server that refuses a request by its head may answer and close the connection at once. The body then resets
    /// the connection, and the answer is lost. So after a body was cut off, the next ones are delayed until one is sent
    /// to its end: if the server refuses the head, the answer arrives before the body and gives the reason.
    fn restrained(&self, body: Option<Box<SourceBody>>) -> Option<Box<SourceBody>> {
        let mut body = body?;
        body.lend_singly();
        if self.cut_off.load(Ordering::Relaxed) {
            body.hesitate(DELAY);
        }
        if let Some(pacer) = &self.pacer {
            body.keep_to(pacer.pace());
        }
        Some(body)
    }

    /// Learns from a refusal: corrects the clock, or marks these credentials as expired. `skew` is the offset that the
    /// request was signed with; another answer may have corrected the clock since.
    fn learn(&self, response: &Response, credentials: &Credentials, skew: i64) {
        if response.is_success() {
            return;
        }
        let error = ServiceError::read(response);
        let bodiless = error.status == 403 && error.code.is_none() && error.request_id.is_some();
        let off = |seconds| error.server_time.filter(|server| apart(*server, self.clock.time_with(skew)) >= seconds);
        match (error.fault(), off(SMALLEST_SKEW)) {
            (fault, Some(server))
                if matches!(fault, Fault::Skewed | Fault::Expired) || (bodiless && off(TOLERATED_SKEW).is_some()) =>
            {
                self.clock.correct(server);
            }
            (Fault::Expired, _) => {
                *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(credentials.clone());
            }
            _ => {}
        }
    }

    /// Adds the proxy's name, and its answer if there is one, to the error of a connection through it.
    async fn with_proxy(&self, error: SendError, url: &Url) -> SendError {
        let Some(proxy) = self.proxy_for(url).filter(|_| error.kind == SendErrorKind::Connect) else { return error };
        match proxy.refusal(url, self.limits.connect).await {
            Some(refusal) => refused_by(proxy, &refusal),
            None => SendError { message: message!("proxy {proxy}: {error}", proxy, error = error.message), ..error },
        }
    }

    fn proxy_for(&self, url: &Url) -> Option<&Proxy> {
        self.proxy.as_ref().filter(|proxy| proxy.is_for(url))
    }
}

impl Transport for Http {
    async fn send(&self, request: Request, body: Option<Box<SourceBody>>) -> Result<Response, SendError> {
        let skew = self.skew();
        let (request, credentials) = self.signed(request, skew).await?;
        let response = self.deliver(request, body).await?;
        self.learn(&response, &credentials, skew);
        Ok(response)
    }

    async fn open_ahead(&self, request: &Request, connections: u16) {
        for _ in 0..connections {
            // The task that opens it goes on by itself.
            drop(self.begin_to_open(request).await);
        }
    }

    fn take_clock_correction(&self) -> Option<i64> {
        self.clock.take_correction()
    }

    fn clock_corrections(&self) -> u64 {
        self.clock.corrections()
    }
}

/// How long the server may take for what it is to copy.
fn copying_time(request: &Request) -> Duration {
    Duration::from_secs(upload_part_copy::copied(request).map_or(0, |bytes| bytes.div_ceil(COPY_RATE)))
}

/// The error of a connection that a proxy refused. A refusal is final; a gateway that failed may recover.
fn refused_by(proxy: &Proxy, refusal: &Refusal) -> SendError {
    let kind = if refusal.status < 500 { SendErrorKind::ProxyRefused } else { SendErrorKind::Connect };
    SendError { kind, message: message!("the proxy {proxy} answered {answer}", proxy, answer = refusal.text) }
}

fn apart(one: SystemTime, other: SystemTime) -> u64 {
    one.duration_since(other).unwrap_or_else(|error| error.duration()).as_secs()
}
