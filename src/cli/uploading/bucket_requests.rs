//! Requests outside an upload: the connection, the retries and the failures that several commands share.

use std::sync::Arc;

use super::connection::Connection;
use crate::cli::options::RequestOptions;
use crate::cli::options::bucket::BucketOptions;
use crate::cli::output::console::Console;
use crate::cli::output::failures::failure::Failure;
use crate::cli::output::failures::failure_report::FailureReport;
use crate::cli::output::json::{FailedCommand, Line};
use crate::cli::output::notice;
use crate::cli::output::retries::Retries;
use crate::cli::process::runtime;
use crate::cli::process::signals::Signals;
use crate::cli::process::world::World;
use crate::cos::multipart::list_parts::ListedPart;
use crate::cos::multipart::list_uploads::{ListedUpload, Marker};
use crate::cos::multipart::{PartNumber, UploadId, list_parts, list_uploads};
use crate::cos::{Address, AnswerError, Bucket, Key, Request, Response, Service, Target};
use crate::upload::wire::http::Http;
use crate::upload::wire::one_request::Requester;
use crate::upload::{Event, Operation, UploadError};

/// Runs a command's work until it ends or a signal arrives.
pub(crate) fn run<T>(world: &mut World, work: impl AsyncFnOnce(&World) -> Result<T, Failure>) -> Result<T, Failure> {
    run_and_clear(world, work, async || {})
}

/// The same; at the end, also after a signal, `clear` removes what the work has left.
pub(crate) fn run_and_clear<T>(
    world: &mut World,
    work: impl AsyncFnOnce(&World) -> Result<T, Failure>,
    clear: impl AsyncFnOnce(),
) -> Result<T, Failure> {
    let mut signals = std::mem::replace(&mut world.signals, Signals::channel().1);
    let done = runtime::run(async {
        let done = tokio::select! {
            biased;
            signal = signals.next() => Err(Failure::Interrupted(signal)),
            done = work(world) => done,
        };
        clear().await;
        done
    });
    world.signals = signals;
    done?
}

/// Sends requests to one bucket and reports their retries.
pub(crate) struct BucketRequests<'a> {
    connection: Connection,
    requester: Requester<Arc<Http>>,
    events: RequestEvents<'a>,
}

impl<'a> BucketRequests<'a> {
    /// Opens the connection.
    pub(crate) async fn open(options: &BucketOptions, world: &World, console: &'a Console) -> Result<Self, Failure> {
        let BucketOptions { name, server, access, requests, output } = options;
        let connection = Connection::open(server, *requests, access, output.verbose, world, console).await?;
        Ok(Self::over(connection, name, *requests, output.verbose, world, console))
    }

    /// The same over an open connection.
    pub(crate) fn over(
        connection: Connection,
        bucket: &Bucket,
        requests: RequestOptions,
        verbose: bool,
        world: &World,
        console: &'a Console,
    ) -> Self {
        let requester = requester_over(&connection, bucket, requests, world);
        Self { connection, requester, events: RequestEvents { console, retries: Retries::new(verbose) } }
    }

    /// The address of the server.
    pub(crate) fn address(&self) -> &Address {
        self.requester.address()
    }

    /// Returns the connection.
    pub(crate) fn into_connection(self) -> Connection {
        self.connection
    }

    /// Closes the connection.
    pub(crate) async fn close(self) {
        self.connection.close().await;
    }

    /// Sends one request with retries. An error names `about`.
    pub(crate) async fn send<R>(
        &mut self,
        operation: Operation,
        about: &str,
        request: impl Fn(&Address) -> Request,
        read: impl Fn(&Response) -> Result<R, AnswerError>,
    ) -> Result<R, Failure> {
        let answer = self.requester.send(operation, request, read, &mut |event| self.events.report(&event)).await;
        answer.map_err(|error| failed(self.requester.address().service, about, error))
    }

    /// The unfinished uploads whose keys begin with `prefix`.
    pub(crate) async fn uploads(&mut self, bucket: &Bucket, prefix: &str) -> Result<Vec<ListedUpload>, Failure> {
        let request = |address: &Address, after: Option<&Marker>| list_uploads::request(address, prefix, after);
        let read = |response: &Response| list_uploads::read(response).map(|page| (page.uploads, page.next));
        let observe = &mut |event| self.events.report(&event);
        let uploads = self.requester.send_for_pages(Operation::ListUploads, request, read, observe).await;
        uploads.map_err(|error| failed(self.requester.address().service, bucket.as_str(), error))
    }

    /// The parts of an upload.
    pub(crate) async fn parts(&mut self, key: &Key, upload_id: &UploadId) -> Result<Vec<ListedPart>, Failure> {
        let observe = &mut |event| self.events.report(&event);
        let parts = list_all_parts(&mut self.requester, key, upload_id, observe).await;
        parts.map_err(|error| failed(self.requester.address().service, key.as_str(), error))
    }

    /// A separate requester, for concurrent requests.
    pub(crate) fn requester(&self) -> Requester<Arc<Http>> {
        self.requester.clone()
    }

    /// Reports the events of a request that another requester sent.
    pub(crate) fn report(&mut self, event: &Event) {
        self.events.report(event);
    }
}

/// A requester for a bucket over an open connection.
pub(crate) fn requester_over(
    connection: &Connection,
    bucket: &Bucket,
    requests: RequestOptions,
    world: &World,
) -> Requester<Arc<Http>> {
    let address = Address {
        service: connection.site.service,
        edition: connection.site.edition,
        endpoint: connection.site.endpoint.clone(),
        addressing: connection.site.addressing,
        bucket: bucket.clone(),
    };
    Requester::new(connection.transport.clone(), address, requests.patience(), world.seed)
}

/// Lists every part of an upload.
pub(crate) async fn list_all_parts(
    requester: &mut Requester<Arc<Http>>,
    key: &Key,
    upload_id: &UploadId,
    observe: &mut (dyn FnMut(Event) + Send),
) -> Result<Vec<ListedPart>, UploadError> {
    let request = |address: &Address, after: Option<&PartNumber>| {
        list_parts::request(&target(address, key), upload_id, after.copied())
    };
    let read = |response: &Response| list_parts::read(response).map(|page| (page.parts, page.next));
    requester.send_for_pages(Operation::ListParts, request, read, observe).await
}

/// The object `key` in the bucket.
pub(crate) fn target(address: &Address, key: &Key) -> Target {
    Target { address: address.clone(), key: key.clone() }
}

/// The failure of a request; its message names `about`.
pub(crate) fn failed(service: Service, about: &str, error: UploadError) -> Failure {
    Failure::Request { service, about: about.to_owned(), error: Box::new(error) }
}

/// Reports one failure of several. Returns its exit code.
pub(crate) fn report_failed(failure: &Failure, about: [&str; 3], json: bool, console: &Console) -> u8 {
    let report: FailureReport = failure.report();
    if json {
        console.event(&Line::FailedCommand(FailedCommand::new(&report, Some(about))));
    }
    report.print(console);
    report.exit_code
}

/// Prints the retries and notices of requests.
struct RequestEvents<'a> {
    console: &'a Console,
    retries: Retries,
}

impl RequestEvents<'_> {
    fn report(&mut self, event: &Event) {
        print_event(event, self.console, &mut self.retries);
    }
}

/// Prints a retry or a notice of a request.
pub(crate) fn print_event(event: &Event, console: &Console, retries: &mut Retries) {
    match event {
        Event::Retrying { .. } => retries.print(console, "", event, None),
        Event::Notice(common) if notice::is_common(common) => notice::print_once(common, console),
        Event::Notice(notice) => console.warning(&notice::in_words(notice)),
        _ => {}
    }
}
