//! Plans the files of an upload by many machines, and begins an upload for each that is sent in parts.
//!
//! Many requests are in flight at a time. The plan still has its files in the order in which they were found, so that the
//! next run finds them in the same order.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use super::planning::planned;
use crate::cli::options::object_headers;
use crate::cli::output::failures::failure::Failure;
use crate::cli::uploading::bucket_requests::{failed, target};
use crate::cos::multipart::UploadId;
use crate::cos::{Address, AnswerError, Key, Response, Service};
use crate::language::message;
use crate::upload::shards::draft::{BegunUpload, BegunUploads};
use crate::upload::shards::durable_lines::DurableLines;
use crate::upload::shards::files::PlannedFile;
use crate::upload::threads;
use crate::upload::wire::call::{Call, Reply};
use crate::upload::wire::http::Http;
use crate::upload::wire::one_request::Requester;
use crate::upload::{Cause, Event, ObjectOptions, Operation, PlanOptions, UploadError};

/// What all files of a plan share.
pub(crate) struct Beginning {
    pub(crate) root: PathBuf,
    pub(crate) options: PlanOptions,
    pub(crate) object: ObjectOptions,
    pub(crate) requester: Requester<Arc<Http>>,
    pub(crate) lines: DurableLines,
    /// How many files are read at a time: each takes a thread and a buffer.
    pub(crate) reading: Semaphore,
    pub(crate) begun: Mutex<BegunUploads>,
    /// Set after the first failure: files are looked at, and no request is sent.
    pub(crate) failed: AtomicBool,
}

/// What became of one file.
pub(crate) struct Begun {
    pub(crate) path: PathBuf,
    pub(crate) key: Key,
    pub(crate) result: Result<PlannedFile, Failure>,
    /// Whether an earlier run began its upload.
    pub(crate) reused: bool,
    pub(crate) events: Vec<Event>,
}

/// The files that are being begun, in their order.
#[derive(Default)]
pub(crate) struct InOrder(VecDeque<JoinHandle<Begun>>);

impl InOrder {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Begins one more.
    pub(crate) fn begin(&mut self, shared: &Arc<Beginning>, path: PathBuf, key: Key) {
        let shared = shared.clone();
        self.0.push_back(tokio::spawn(async move { shared.begin(path, key).await }));
    }

    /// Waits for all of them.
    pub(crate) async fn finish(&mut self) {
        while !self.is_empty() {
            let _ = self.next().await;
        }
    }

    /// Waits for the first one. It stays the first until it has ended, so this may be given up and called again.
    pub(crate) async fn next(&mut self) -> Result<Begun, Failure> {
        let Some(first) = self.0.front_mut() else { return std::future::pending().await };
        let done = first.await;
        self.0.pop_front();
        done.map_err(|died| Failure::Other(message!("a task died: {died}", died)))
    }
}

impl Beginning {
    async fn begin(self: Arc<Self>, path: PathBuf, key: Key) -> Begun {
        let mut events = Vec::new();
        let (result, reused) = match self.planned(&path, &key).await {
            Ok(file) => self.with_upload(file, &path, &key, &mut events).await,
            Err(failure) => (Err(failure), false),
        };
        self.failed.fetch_or(result.is_err(), Ordering::Relaxed);
        Begun { path, key, result, reused, events }
    }

    async fn planned(self: &Arc<Self>, path: &std::path::Path, key: &Key) -> Result<PlannedFile, Failure> {
        let _permit = self.reading.acquire().await;
        let (shared, path, key) = (self.clone(), path.to_owned(), key.clone());
        let planning = threads::spawn_blocking(move || planned(&path, &key, &shared.root, shared.options));
        planning.await.unwrap_or_else(|died| Err(Failure::Other(message!("a task died: {died}", died))))
    }

    /// Begins the upload of a file, unless it is sent as a whole or an earlier run began it.
    async fn with_upload(
        &self,
        mut file: PlannedFile,
        path: &std::path::Path,
        key: &Key,
        events: &mut Vec<Event>,
    ) -> (Result<PlannedFile, Failure>, bool) {
        let known = self.begun.lock().unwrap_or_else(PoisonError::into_inner).take(&file);
        if known.is_some() || self.failed.load(Ordering::Relaxed) {
            let reused = known.is_some();
            file.upload_id = known;
            return (Ok(file), reused);
        }
        let object = ObjectOptions {
            headers: object_headers::with_type(&self.object.headers, key, path),
            ..self.object.clone()
        };
        if self.object.forbid_overwrite
            && let Err(failure) = self.refuse_taken_key(key, &object, events).await
        {
            return (Err(failure), false);
        }
        if file.part_size.is_none() {
            return (Ok(file), false);
        }
        (self.initiate(file, key, &object, events).await, false)
    }

    async fn initiate(
        &self,
        mut file: PlannedFile,
        key: &Key,
        object: &ObjectOptions,
        events: &mut Vec<Event>,
    ) -> Result<PlannedFile, Failure> {
        let reply = self.send(Call::Initiate, key, object, events).await?;
        let (id, unconfirmed) = match reply {
            Reply::Initiated(id) => (Some(id), None),
            Reply::Unconfirmed { reply, what, request_id } => {
                let id = if let Reply::Initiated(id) = *reply { Some(id) } else { None };
                (id, Some(Cause::Unencrypted { what, request_id }))
            }
            _ => (None, None),
        };
        file.upload_id = id.map(|id: UploadId| id.as_str().to_owned());
        if let Some(upload) = BegunUpload::of(&file) {
            let written = self.lines.append(Box::new(move || Some(upload.line()))).await;
            written.map_err(|why| Failure::Other(message!("could not write the plan: {why}", why)))?;
        }
        match unconfirmed {
            Some(cause) => Err(request_failed(key, Operation::Initiate, cause)),
            None => Ok(file),
        }
    }

    /// A key that must not be overwritten is free, or nothing is planned.
    async fn refuse_taken_key(
        &self,
        key: &Key,
        object: &ObjectOptions,
        events: &mut Vec<Event>,
    ) -> Result<(), Failure> {
        match self.send(Call::HeadObject, key, object, events).await? {
            Reply::Object(None) => Ok(()),
            _ => Err(request_failed(key, Operation::HeadObject, Cause::KeyTaken { request_id: None })),
        }
    }

    async fn send(
        &self,
        call: Call,
        key: &Key,
        object: &ObjectOptions,
        events: &mut Vec<Event>,
    ) -> Result<Reply, Failure> {
        let request =
            |address: &Address| call.request(&target(address, key), object, None).expect("the call is a request");
        let read = |response: &Response| -> Result<Reply, AnswerError> { call.read(response, object) };
        let mut requester = self.requester.clone();
        let answer = requester.send(call.operation(), request, read, &mut |event| events.push(event)).await;
        answer.map_err(|error| failed(Service::Cos, key.as_str(), error))
    }
}

fn request_failed(key: &Key, operation: Operation, cause: Cause) -> Failure {
    let error = UploadError { operation: Some(operation), attempts: 1, cause, leftover: None };
    failed(Service::Cos, key.as_str(), error)
}
