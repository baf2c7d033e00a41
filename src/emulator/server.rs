//! Starts and stops the emulator. Each connection is a task, and so is each request, which therefore finishes even if the
//! client leaves.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::cos::address::{Bucket, Key};
use crate::cos::{Credentials, Region, address};

use super::dialect::Dialect;
use super::exchange::{Ending, Exchange};
use super::faults::{Fault, Faults};
use super::http::body::Body;
use super::http::serve::AnswerBody;
use super::http::socket::{Reset, Socket};
use super::http::{header_case, serve};
use super::record::{RequestLog, RequestRecord};
use super::respond::respond;
use super::service::Service;
use super::store::Store;

/// The time until the next connection is accepted if there are too many open files.
const PAUSE: Duration = Duration::from_millis(100);

/// The options of an emulator.
#[derive(Debug, Clone)]
pub struct Options {
    /// The directory of the objects; created if it is missing.
    pub dir: PathBuf,
    /// The address to listen on; port 0 for any free port.
    pub listen: SocketAddr,
    /// The service to imitate.
    pub service: address::Service,
    /// True for the older edition of CDCS, with XML instead of JSON. The answer to Complete follows the client.
    pub cdcs_xml: bool,
    /// The credentials that sign requests; permanent and temporary ones can be mixed.
    pub credentials: Vec<Credentials>,
    /// The region of the buckets; `None` to accept every region.
    pub region: Option<Region>,
    /// The buckets; `None` if they are created on first use.
    pub buckets: Option<Vec<Bucket>>,
    /// The faults to apply.
    pub faults: Vec<Fault>,
    /// The clock.
    pub clock: fn() -> SystemTime,
}

/// A running emulator. Dropping it stops it without waiting.
#[derive(Debug)]
pub struct Emulator {
    address: SocketAddr,
    service: Arc<Service>,
    stop: watch::Sender<()>,
    gone: mpsc::Receiver<()>,
}

/// Starts an emulator on the current runtime.
pub async fn start(options: Options) -> io::Result<Emulator> {
    let store = Store::open(&options.dir, options.buckets.as_deref())?;
    let log = RequestLog::open(&options.dir)?;
    let listener = TcpListener::bind(options.listen).await?;
    let address = listener.local_addr()?;
    let (stop, stopping) = watch::channel(());
    let (alive, gone) = mpsc::channel(1);
    let service = Arc::new(Service {
        store,
        credentials: options.credentials,
        region: options.region,
        dialect: Dialect::of(options.service, options.cdcs_xml),
        faults: Faults::new(options.faults),
        log,
        header_case: header_case::learn().await?,
        clock: options.clock,
        stop: stopping,
        _alive: alive,
    });
    tokio::spawn(accept(listener, Arc::clone(&service)));
    Ok(Emulator { address, service, stop, gone })
}

impl Emulator {
    /// The address as a URL: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The file that holds exactly an object's bytes.
    pub fn object_path(&self, bucket: &Bucket, key: &Key) -> Option<PathBuf> {
        self.service.store.object_path(bucket, key)
    }

    /// The requests in the log of the directory, including those of earlier runs.
    pub fn requests(&self) -> io::Result<Vec<RequestRecord>> {
        self.service.log.read()
    }

    /// Stops, and waits until the directory is no longer used.
    pub async fn stop(self) {
        let Self { service, stop, mut gone, .. } = self;
        drop(stop);
        drop(service);
        // Nothing is ever sent: this returns when the last task has ended.
        let _ = gone.recv().await;
    }
}

async fn accept(listener: TcpListener, service: Arc<Service>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = service.stopped() => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, Arc::clone(&service)));
                }
                Err(error) => tokio::time::sleep(pause_after(&error)).await,
            },
        }
    }
    connections.shutdown().await;
}

/// The time until the next connection is accepted, after one could not be. If the client left, the next one may work at once.
/// Too many open files would fail again and again, and keep a processor busy.
fn pause_after(error: &io::Error) -> Duration {
    match error.kind() {
        ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::Interrupted => Duration::ZERO,
        _ => PAUSE,
    }
}

async fn connection(stream: TcpStream, service: Arc<Service>) {
    let (socket, reset) = Socket::new(stream);
    let answer = service_fn({
        let reset = reset.clone();
        move |request| answer(request, Arc::clone(&service), reset.clone())
    });
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(socket), answer);
    let _ = (&mut connection).await;
    connection.into_parts().io.into_inner().linger().await;
}

/// Answers one request. On an error hyper closes the connection.
async fn answer(
    request: Request<Incoming>,
    service: Arc<Service>,
    reset: Reset,
) -> Result<Response<AnswerBody>, io::Error> {
    let header_case = service.header_case.clone();
    let (parts, incoming) = request.into_parts();
    let exchange = tokio::spawn(async move {
        let head = serve::head(&parts);
        let exchange = Exchange::new(Arc::clone(&service), Body::new(incoming));
        tokio::select! {
            ending = respond(exchange, parts.method.as_str(), head) => Some(ending),
            () = service.stopped() => None,
        }
    });
    match exchange.await {
        Ok(Some(Ending::Answer(answer))) => {
            let mut response = serve::response(answer);
            *response.extensions_mut() = header_case;
            Ok(response)
        }
        Ok(Some(Ending::Stall)) => std::future::pending().await,
        Ok(Some(Ending::Reset)) | Ok(None) | Err(_) => {
            reset.set();
            Err(io::ErrorKind::ConnectionReset.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_too_many_open_files_the_next_connection_waits() {
        let too_many = io::Error::from_raw_os_error(24);
        assert_eq!(pause_after(&too_many), PAUSE);
        assert_eq!(pause_after(&ErrorKind::ConnectionAborted.into()), Duration::ZERO);
    }
}
