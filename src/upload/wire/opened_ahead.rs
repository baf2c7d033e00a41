//! Connections that are opened before a request needs them.
//!
//! The HTTP library opens a connection only for a request. So a request is begun that is never sent: once the library asks
//! for its connection, the connection is opened by a task of its own and kept here, and the request ends with an error. The
//! next request to the same site gets the connection.

use std::any::Any;
use std::collections::{HashMap, VecDeque};
use std::error::Error;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use reqwest::{Client, Method};
use tokio::sync::oneshot;
use tokio::task::yield_now;
use tokio::time::{Instant, timeout};
use tower_layer::Layer;
use tower_service::Service;
use url::Url;

use crate::cos::Request;
use crate::language::message;
use crate::upload::clock;

/// A connection that nothing was sent on for longer than this may be closed by the server, and is not used.
const LONGEST_IDLE: Duration = Duration::from_secs(5);

type BoxError = Box<dyn Error + Send + Sync>;
/// A connection of a type that only the HTTP library can name, and when it was opened.
type Opened = (Box<dyn Any + Send>, Instant);

tokio::task_local! {
    /// What the connection that the library asks for is needed for.
    static PURPOSE: Purpose;
}

/// What a connection is needed for.
#[derive(Debug, Clone)]
struct Purpose {
    /// The scheme, the host and the port.
    site: String,
    /// Reports that the connection was opened, if it is opened ahead.
    ahead: Option<Arc<Mutex<Option<oneshot::Sender<()>>>>>,
}

/// The connections that were opened ahead, by site. A clone is the same.
#[derive(Debug, Clone)]
pub(super) struct OpenedAhead {
    connections: Arc<Mutex<HashMap<String, VecDeque<oneshot::Receiver<Opened>>>>>,
    /// For opening a connection.
    limit: Duration,
}

impl OpenedAhead {
    /// No connections yet.
    pub(super) fn new(limit: Duration) -> Self {
        Self { connections: Arc::default(), limit }
    }

    /// Begins to open a connection for requests like this one, which is not sent. `None` if it has no valid URL.
    pub(super) async fn begin(&self, client: &Client, request: &Request) -> Option<oneshot::Receiver<()>> {
        let mut url = Url::parse(&request.url()).ok()?;
        // The library would send the request on a connection that is idle. It keeps none for a URL with this name.
        url.set_username("ahead").ok()?;
        let never_sent = client.execute(reqwest::Request::new(Method::HEAD, url));
        Some(self.open(request.origin.clone(), never_sent).await)
    }

    /// Begins to open a connection to `site` with a request that is not sent. The result is there once it is open; an error
    /// if it could not be opened.
    async fn open<T>(&self, site: String, request: impl Future<Output = T>) -> oneshot::Receiver<()> {
        let (opened, is_open) = oneshot::channel();
        let ahead = Some(Arc::new(Mutex::new(Some(opened))));
        PURPOSE.scope(Purpose { site, ahead }, request).await;
        is_open
    }

    /// Sends a request to `site`, with a connection that was opened ahead if there is one.
    pub(super) async fn used<T>(&self, site: String, request: impl Future<Output = T>) -> T {
        PURPOSE.scope(Purpose { site, ahead: None }, request).await
    }

    fn keep(&self, site: String, connection: oneshot::Receiver<Opened>) {
        self.lock().entry(site).or_default().push_back(connection);
    }

    fn take(&self, site: &str) -> Option<oneshot::Receiver<Opened>> {
        self.lock().get_mut(site)?.pop_front()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, VecDeque<oneshot::Receiver<Opened>>>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S> Layer<S> for OpenedAhead {
    type Service = Connector<S>;

    fn layer(&self, inner: S) -> Connector<S> {
        Connector { inner, opened_ahead: self.clone() }
    }
}

/// Opens connections, or takes those that were opened ahead.
#[derive(Debug, Clone)]
pub(super) struct Connector<S> {
    inner: S,
    opened_ahead: OpenedAhead,
}

impl<S, R> Service<R> for Connector<S>
where
    S: Service<R, Error = BoxError> + Clone + Send + 'static,
    S::Future: Send + 'static,
    S::Response: Send + 'static,
    R: Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let Ok(Purpose { site, ahead }) = PURPOSE.try_with(Clone::clone) else {
            return Box::pin(self.inner.call(request));
        };
        if let Some(ahead) = ahead {
            let opening = self.inner.call(request);
            let is_open = ahead.lock().unwrap_or_else(PoisonError::into_inner).take();
            self.open(site, opening, is_open);
            return Box::pin(std::future::ready(Err(message!("this connection is opened ahead").into())));
        }
        let opened = self.opened_ahead.take(&site);
        let mut inner = self.inner.clone();
        Box::pin(async move {
            let fresh = match opened {
                Some(opened) => opened.await.ok().filter(|(_, since)| may_be_used(*since, clock::now())),
                None => {
                    // A request that just ended may be about to give its connection back.
                    yield_now().await;
                    None
                }
            };
            if let Some(connection) = fresh.and_then(|(connection, _)| connection.downcast::<S::Response>().ok()) {
                return Ok(*connection);
            }
            let opening = async move {
                std::future::poll_fn(|context| inner.poll_ready(context)).await?;
                inner.call(request).await
            };
            while_needed(pin!(opening)).await
        })
    }
}

impl<S> Connector<S> {
    /// Waits in a task until the connection is open, and keeps it.
    fn open<C: Send + 'static>(
        &self,
        site: String,
        opening: impl Future<Output = Result<C, BoxError>> + Send + 'static,
        is_open: Option<oneshot::Sender<()>>,
    ) {
        let (keep, kept) = oneshot::channel::<Opened>();
        self.opened_ahead.keep(site, kept);
        let limit = self.opened_ahead.limit;
        tokio::spawn(async move {
            let Ok(Ok(connection)) = timeout(limit, opening).await else { return };
            // The other side is gone if the transport is.
            let _ = keep.send((Box::new(connection), clock::now()));
            let _ = is_open.map(|is_open| is_open.send(()));
        });
    }
}

/// Opens a connection as long as the request that needs it waits for it. If another connection is free before, the library
/// takes that one and finishes this one in a task of its own, so that there would be more connections than requests.
async fn while_needed<C>(mut opening: Pin<&mut impl Future<Output = Result<C, BoxError>>>) -> Result<C, BoxError> {
    std::future::poll_fn(|context| match PURPOSE.try_with(|_| ()) {
        Ok(()) => opening.as_mut().poll(context),
        Err(_) => Poll::Ready(Err(message!("no request waits for this connection any more").into())),
    })
    .await
}

/// Whether a connection that was opened then, and not used, may be used now.
fn may_be_used(opened: Instant, now: Instant) -> bool {
    now - opened < LONGEST_IDLE
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    /// Opens connections that are numbers: 0, 1, and so on.
    #[derive(Clone, Default)]
    struct Numbers(Arc<AtomicU32>);

    impl Service<()> for Numbers {
        type Response = u32;
        type Error = BoxError;
        type Future = std::future::Ready<Result<u32, BoxError>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, (): ()) -> Self::Future {
            std::future::ready(Ok(self.0.fetch_add(1, Ordering::Relaxed)))
        }
    }

    #[test]
    fn a_connection_that_nothing_was_sent_on_for_five_seconds_is_not_used() {
        let opened = clock::now();
        for (seconds, used) in [(0.0, true), (4.9, true), (5.0, false), (60.0, false)] {
            assert_eq!(may_be_used(opened, opened + Duration::from_secs_f64(seconds)), used, "{seconds}");
        }
    }

    #[tokio::test]
    async fn a_connection_is_opened_only_as_long_as_its_request_waits_for_it() {
        for waits in [true, false] {
            let (opened, opening) = oneshot::channel();
            let purpose = Purpose { site: "a".to_owned(), ahead: None };
            let mut opening = Box::pin(async { while_needed(pin!(async { Ok(opening.await?) })).await });
            let polled = std::future::poll_fn(|context| Poll::Ready(opening.as_mut().poll(context).is_pending()));
            assert!(PURPOSE.scope(purpose.clone(), polled).await);
            let result = if waits {
                opened.send(1).unwrap();
                PURPOSE.scope(purpose, opening).await
            } else {
                tokio::spawn(opening).await.unwrap()
            };
            assert_eq!(result.ok(), waits.then_some(1));
        }
    }

    #[tokio::test]
    async fn a_connection_that_comes_back_meanwhile_saves_opening_another() {
        let (opened_ahead, numbers) = (OpenedAhead::new(Duration::from_secs(1)), Numbers::default());
        let mut connector = opened_ahead.layer(numbers.clone());
        let mut opening = Box::pin(async move { connector.call(()).await });
        let polled = std::future::poll_fn(|context| Poll::Ready(opening.as_mut().poll(context).is_pending()));
        assert!(opened_ahead.used("a".to_owned(), polled).await);
        assert!(tokio::spawn(opening).await.unwrap().is_err(), "the library goes on without the request");
        assert_eq!(numbers.0.load(Ordering::Relaxed), 0);
    }

    #[tokio::test]
    async fn a_connection_opened_ahead_is_used_once_by_its_own_site() {
        let opened_ahead = OpenedAhead::new(Duration::from_secs(1));
        let connector = opened_ahead.layer(Numbers::default());
        let used = async |site: &str| {
            let mut connector = connector.clone();
            let connecting = async move { connector.call(()).await };
            opened_ahead.used(site.to_owned(), connecting).await.unwrap()
        };
        let open = async |site: &str| {
            let mut connector = connector.clone();
            let connecting = async move { connector.call(()).await };
            assert!(opened_ahead.open(site.to_owned(), connecting).await.await.is_ok());
        };
        assert_eq!(used("a").await, 0);
        open("a").await;
        open("a").await;
        assert_eq!(used("b").await, 3, "the connections are to another site");
        assert_eq!([used("a").await, used("a").await, used("a").await], [1, 2, 4]);
    }
}
