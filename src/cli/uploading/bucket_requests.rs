//! Requests outside an upload: the server, the patience, and the words for retries, as all such commands share them.

use std::collections::HashSet;

use super::connection::Connection;
use crate::cli::args::{BucketArguments, OutputArguments};
use crate::cli::options::directories::Places;
use crate::cli::options::{AccessOptions, RequestOptions, Server, server};
use crate::cli::output::console::Console;
use crate::cli::output::failure::Failure;
use crate::cli::output::failure_report::FailureReport;
use crate::cli::output::json::{FailedCommand, Line};
use crate::cli::output::notice;
use crate::cli::process::runtime;
use crate::cli::process::signals::Signals;
use crate::cli::process::world::World;
use crate::cos::multipart::list_parts::ListedPart;
use crate::cos::multipart::list_uploads::ListedUpload;
use crate::cos::multipart::{UploadId, list_parts, list_uploads};
use crate::cos::{Address, AnswerError, Bucket, Key, Request, Response, Service, Target};
use crate::upload::wire::http::Http;
use crate::upload::wire::one_request::Asker;
use crate::upload::{Event, Operation, UploadError};

/// Which bucket is asked, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InquiryOptions {
    pub(crate) bucket: Bucket,
    pub(crate) server: Server,
    pub(crate) access: AccessOptions,
    pub(crate) requests: RequestOptions,
    pub(crate) output: Shown,
}

/// What is shown where there is no progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) quiet: bool,
    pub(crate) json: bool,
    pub(crate) verbose: bool,
}

impl InquiryOptions {
    /// What `arguments` mean. `named` is a bucket from elsewhere on the command line.
    pub(crate) fn new(arguments: BucketArguments, named: Option<Bucket>, world: &World) -> Result<Self, Failure> {
        let BucketArguments { bucket, server: typed, access, requests, output } = arguments;
        let OutputArguments { quiet, json, verbose, .. } = output;
        let bucket = named
            .or(bucket)
            .ok_or_else(|| Failure::usage("no bucket is given: name it with --bucket or COSPUT_BUCKET"))?;
        Ok(Self {
            bucket,
            server: server(&typed, &Places::of(world))?,
            access: AccessOptions::new(access),
            requests: RequestOptions::new(requests),
            output: Shown { quiet: quiet && !verbose, json, verbose },
        })
    }
}

/// A key that must be given.
pub(crate) fn key(typed: Option<&str>) -> Result<Key, Failure> {
    let typed = typed.ok_or_else(|| Failure::usage("no key is given: name it with --key"))?;
    Key::new(typed).map_err(|error| Failure::usage(error.to_string()))
}

/// An upload's id that must be given.
pub(crate) fn upload_id(typed: Option<UploadId>) -> Result<UploadId, Failure> {
    typed.ok_or_else(|| {
        Failure::usage("no upload is given: name it with --upload-id; cosput list-uploads shows the ids")
    })
}

/// Runs a command's work until it ends or a signal comes. Programs that read JSON hear of a failure too.
pub(crate) fn run<T>(
    world: &mut World,
    console: &Console,
    json: bool,
    work: impl AsyncFnOnce(&World) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let mut signals = std::mem::replace(&mut world.signals, Signals::channel().1);
    let done = runtime::run(async {
        tokio::select! {
            biased;
            signal = signals.next() => Err(Failure::Interrupted(signal)),
            done = work(world) => done,
        }
    });
    world.signals = signals;
    done.flatten().inspect_err(|failure| {
        if json {
            console.event(&Line::FailedCommand(FailedCommand::new(&failure.report(), None)));
        }
    })
}

/// A bucket that can be asked.
pub(crate) struct Inquiry<'a> {
    connection: Connection,
    asker: Asker<Http>,
    console: &'a Console,
    verbose: bool,
    retries_told: HashSet<String>,
}

impl<'a> Inquiry<'a> {
    /// Connects.
    pub(crate) async fn open(options: &InquiryOptions, world: &World, console: &'a Console) -> Result<Self, Failure> {
        let InquiryOptions { bucket, server, access, requests, output } = options;
        let connection = Connection::open(server, *requests, access, output.verbose, world, console).await?;
        Ok(Self::over(connection, bucket, *requests, output.verbose, world, console))
    }

    /// One over a connection that is there.
    pub(crate) fn over(
        connection: Connection,
        bucket: &Bucket,
        requests: RequestOptions,
        verbose: bool,
        world: &World,
        console: &'a Console,
    ) -> Self {
        let address = Address {
            service: connection.site.service,
            edition: connection.site.edition,
            endpoint: connection.site.endpoint.clone(),
            addressing: connection.site.addressing,
            bucket: bucket.clone(),
        };
        let asker = Asker::new(connection.transport.clone(), address, requests.patience(), world.seed);
        Self { connection, asker, console, verbose, retries_told: HashSet::new() }
    }

    /// Where it asks.
    pub(crate) fn address(&self) -> &Address {
        self.asker.address()
    }

    /// Gives the connection back.
    pub(crate) fn into_connection(self) -> Connection {
        self.connection
    }

    /// Ends it.
    pub(crate) async fn close(self) {
        self.connection.close().await;
    }

    /// Sends one request with patience; `about` is what an error names.
    pub(crate) async fn ask<R>(
        &mut self,
        operation: Operation,
        about: &str,
        request: impl Fn(&Address) -> Request,
        read: impl Fn(&Response) -> Result<R, AnswerError>,
    ) -> Result<R, Failure> {
        let mut events = Events { console: self.console, verbose: self.verbose, told: &mut self.retries_told };
        let answer = self.asker.ask(operation, request, read, &mut |event| events.tell(&event)).await;
        let service = self.asker.address().service;
        answer.map_err(|error| failed(service, about, error))
    }

    /// The unfinished uploads whose keys begin with `prefix`.
    pub(crate) async fn uploads(&mut self, bucket: &Bucket, prefix: &str) -> Result<Vec<ListedUpload>, Failure> {
        let (mut uploads, mut next) = (Vec::new(), None);
        loop {
            let request = |address: &Address| list_uploads::request(address, prefix, next.as_ref());
            let page = self.ask(Operation::ListUploads, bucket.as_str(), request, list_uploads::read).await?;
            uploads.extend(page.uploads);
            // A server that says "go on" and does not move would be asked for ever.
            if page.next.is_none() || page.next == next {
                return Ok(uploads);
            }
            next = page.next;
        }
    }

    /// The parts of an upload.
    pub(crate) async fn parts(&mut self, key: &Key, upload_id: &UploadId) -> Result<Vec<ListedPart>, Failure> {
        let mut events = Events { console: self.console, verbose: self.verbose, told: &mut self.retries_told };
        let parts = parts_of(&mut self.asker, key, upload_id, &mut |event| events.tell(&event)).await;
        parts.map_err(|error| failed(self.asker.address().service, key.as_str(), error))
    }

    /// Something that asks on its own, for requests at the same time.
    pub(crate) fn asker(&self) -> Asker<Http> {
        self.asker.clone()
    }

    /// Tells what happened in a request that was sent on its own.
    pub(crate) fn tell(&mut self, event: &Event) {
        Events { console: self.console, verbose: self.verbose, told: &mut self.retries_told }.tell(event);
    }
}

/// Asks for all pages of an upload's parts.
pub(crate) async fn parts_of(
    asker: &mut Asker<Http>,
    key: &Key,
    upload_id: &UploadId,
    observe: &mut (dyn FnMut(Event) + Send),
) -> Result<Vec<ListedPart>, UploadError> {
    let (mut parts, mut next) = (Vec::new(), None);
    loop {
        let request = |address: &Address| list_parts::request(&target(address, key), upload_id, next);
        let page = asker.ask(Operation::ListParts, request, list_parts::read, observe).await?;
        parts.extend(page.parts);
        if page.next.is_none() || page.next <= next {
            return Ok(parts);
        }
        next = page.next;
    }
}

/// An object in the bucket that is asked.
pub(crate) fn target(address: &Address, key: &Key) -> Target {
    Target { address: address.clone(), key: key.clone() }
}

/// The failure of a request about something.
pub(crate) fn failed(service: Service, about: &str, error: UploadError) -> Failure {
    Failure::Request { service, about: about.to_owned(), error: Box::new(error) }
}

/// Tells that one of many failed. Returns its exit code.
pub(crate) fn tell_failed(failure: &Failure, about: [&str; 3], json: bool, console: &Console) -> u8 {
    let report: FailureReport = failure.report();
    if json {
        console.event(&Line::FailedCommand(FailedCommand::new(&report, Some(about))));
    }
    report.print(console);
    report.exit_code
}

struct Events<'a> {
    console: &'a Console,
    verbose: bool,
    told: &'a mut HashSet<String>,
}

impl Events<'_> {
    fn tell(&mut self, event: &Event) {
        match event {
            Event::Retrying { cause, .. } => {
                let first = self.told.insert(notice::kind_of_retry(cause));
                notice::tell_retry(self.console, "", event, None, first, self.verbose);
            }
            Event::Notice(told) => self.console.warning(&notice::notice(told)),
            _ => {}
        }
    }
}
