//! The requests of receipts in the bucket: they are written, fetched and removed, and one object says how the plan ended.

use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::{Arc, PoisonError};

use tokio::task::JoinSet;

use crate::cli::output::console::Console;
use crate::cli::output::failures::failure::Failure;
use crate::cli::output::retries::Retries;
use crate::cli::uploading::bucket_requests::{failed, print_event, target};
use crate::cli::uploading::observing::receipt_book::Trouble;
use crate::cos::checksum::crc64;
use crate::cos::objects::list_objects::{ListedObject, Page};
use crate::cos::{
    Address, AnswerError, Key, Response, Service, objects::delete_object, objects::get_object, objects::list_objects,
    objects::put_object,
};
use crate::language::{Message, message};
use crate::upload::shards::durable_lines::DurableLines;
use crate::upload::shards::plan_end::PlanEnd;
use crate::upload::shards::receipts::objects;
use crate::upload::shards::receipts::objects::ReceiptObjects;
use crate::upload::wire::http::Http;
use crate::upload::wire::one_request::Requester;
use crate::upload::{Event, Operation, UploadError};

/// How many objects are fetched or deleted at a time.
const AT_A_TIME: usize = 64;
/// No object of receipts is longer, so a foreign one takes no memory.
const LARGEST: u64 = 16 << 20;

/// The receipts of a plan in its bucket.
#[derive(Clone)]
pub(crate) struct BucketReceipts {
    requester: Requester<Arc<Http>>,
    pub(super) plan: String,
    console: Console,
    retries: Retries,
}

/// What is there: how the plan ended, and how many objects have receipts.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Found {
    pub(crate) end: Option<PlanEnd>,
    pub(crate) objects: u64,
}

impl BucketReceipts {
    /// The receipts of the plan with this ID. `verbose` reports every retry.
    pub(crate) fn new(requester: Requester<Arc<Http>>, plan: &str, console: &Console, verbose: bool) -> Self {
        Self { requester, plan: plan.to_owned(), console: console.clone(), retries: Retries::new(verbose) }
    }

    /// Fetches the receipts of these files of the plan into a directory. Those that are in it already are not fetched again.
    pub(crate) async fn fetch(&mut self, files: &RangeInclusive<u64>, into: &Path) -> Result<Found, Failure> {
        let plan = self.plan.clone();
        let wanted = |object: &ListedObject| {
            let (name, numbers) = objects::name_and_files(&object.key, &plan)?;
            let overlaps = numbers.start() <= files.end() && files.start() <= numbers.end();
            let path = into.join(name);
            (overlaps && object.size <= LARGEST && !path.exists()).then_some(path)
        };
        let mut found = Found::default();
        let mut after = None;
        loop {
            let page = self.page(after.as_deref()).await?;
            let mut fetching = JoinSet::new();
            for object in &page.objects {
                self.count(&mut found, &object.key);
                let Some(path) = wanted(object) else { continue };
                if fetching.len() >= AT_A_TIME {
                    self.take(fetching.join_next().await)?;
                }
                fetching.spawn(fetch_one(self.requester.clone(), object.key.clone(), path));
            }
            while !fetching.is_empty() {
                self.take(fetching.join_next().await)?;
            }
            match page.next {
                Some(next) if after.as_ref() != Some(&next) => after = Some(next),
                _ => return Ok(found),
            }
        }
    }

    /// Looks what is there.
    pub(crate) async fn look(&mut self) -> Result<Found, Failure> {
        let mut found = Found::default();
        let page = self.page(None).await?;
        page.objects.iter().for_each(|object| self.count(&mut found, &object.key));
        Ok(found)
    }

    /// Writes down how the plan ended.
    pub(crate) async fn mark(&mut self, end: PlanEnd, content: &str) -> Result<(), Failure> {
        let key = objects::end_key(&self.plan, end);
        let mut events = Vec::new();
        let put = put(&mut self.requester, &key, content, &mut events).await;
        self.report(&events);
        put.map_err(|error| failed(Service::Cos, &key, error))
    }

    /// Removes all receipts; what says how the plan ended stays. Returns how many objects were removed.
    pub(crate) async fn remove(&mut self) -> Result<u64, Failure> {
        let (mut removed, mut after) = (0, None);
        loop {
            let page = self.page(after.as_deref()).await?;
            let mut removing = JoinSet::new();
            for ListedObject { key, .. } in page.objects {
                if objects::name_and_files(&key, &self.plan).is_none() {
                    continue;
                }
                if removing.len() >= AT_A_TIME {
                    self.take(removing.join_next().await)?;
                }
                removed += 1;
                removing.spawn(remove_one(self.requester.clone(), key));
            }
            while !removing.is_empty() {
                self.take(removing.join_next().await)?;
            }
            match page.next {
                Some(next) if after.as_ref() != Some(&next) => after = Some(next),
                _ => return Ok(removed),
            }
        }
    }

    /// Begins the receipts of one attempt. `attempt` is the name that a file of it would have.
    pub(crate) fn begin(&self, attempt: &str) -> (DurableLines, Trouble) {
        let trouble = Trouble::default();
        let mut objects = ReceiptObjects::new(&self.plan, attempt);
        // Lines are kept one batch after the other, so this is never locked for long.
        let shared = Arc::new(tokio::sync::Mutex::new(self.clone()));
        let noted = trouble.clone();
        let lines = DurableLines::kept_by(Box::new(move |text| {
            let (shared, noted) = (shared.clone(), noted.clone());
            let key = objects.next_key(&text);
            Box::pin(async move {
                let Some(key) = key else { return Ok(()) };
                let mut receipts = shared.lock().await;
                let mut events = Vec::new();
                let put = put(&mut receipts.requester, &key, &text, &mut events).await;
                receipts.report(&events);
                let Err(error) = put else { return Ok(()) };
                let why = Message::of(&error.cause);
                *noted.lock().unwrap_or_else(PoisonError::into_inner) = Some(failed(Service::Cos, &key, error));
                Err(why)
            })
        }));
        (lines, trouble)
    }

    async fn page(&mut self, after: Option<&str>) -> Result<Page, Failure> {
        let prefix = objects::prefix(&self.plan);
        let request = |address: &Address| list_objects::request(address, &prefix, after);
        let mut events = Vec::new();
        let observe = &mut |event| events.push(event);
        let page = self.requester.send(Operation::ListObjects, request, list_objects::read, observe).await;
        self.report(&events);
        page.map_err(|error| failed(Service::Cos, &prefix, error))
    }

    fn count(&self, found: &mut Found, key: &str) {
        found.end = found.end.or(objects::end_of(key, &self.plan));
        found.objects += u64::from(objects::name_and_files(key, &self.plan).is_some());
    }

    fn take(&mut self, done: Option<Result<Done, tokio::task::JoinError>>) -> Result<(), Failure> {
        let Some(done) = done else { return Ok(()) };
        let Done { result, events } = done.map_err(|died| Failure::Other(message!("a task died: {died}", died)))?;
        self.report(&events);
        result
    }

    fn report(&mut self, events: &[Event]) {
        events.iter().for_each(|event| print_event(event, &self.console, &mut self.retries));
    }
}

/// What came of one object, and what happened on the way.
struct Done {
    result: Result<(), Failure>,
    events: Vec<Event>,
}

async fn fetch_one(mut requester: Requester<Arc<Http>>, key: String, path: std::path::PathBuf) -> Done {
    let mut events = Vec::new();
    let fetched = match Key::new(&key) {
        Ok(named) => {
            let request = |address: &Address| get_object::request(&target(address, &named));
            let observe = &mut |event| events.push(event);
            let sent = requester.send(Operation::GetObject, request, get_object::read, observe).await;
            sent.map_err(|error| failed(Service::Cos, &key, error))
        }
        Err(error) => Err(Failure::Other(message!("could not read the object {key}: {error}", key, error))),
    };
    let result = fetched.and_then(|content| match content {
        Some(content) => std::fs::write(&path, content)
            .map_err(|error| Failure::Other(message!("could not write {file}: {error}", file = path.display(), error))),
        // Another `complete` removed it since it was listed.
        None => Ok(()),
    });
    Done { result, events }
}

async fn remove_one(mut requester: Requester<Arc<Http>>, key: String) -> Done {
    let mut events = Vec::new();
    let result = match Key::new(&key) {
        Ok(named) => {
            let request = |address: &Address| delete_object::request(&target(address, &named));
            let observe = &mut |event| events.push(event);
            let sent = requester.send(Operation::DeleteObject, request, delete_object::read, observe).await;
            sent.map_err(|error| failed(Service::Cos, &key, error))
        }
        Err(error) => Err(Failure::Other(message!("could not delete the object {key}: {error}", key, error))),
    };
    Done { result, events }
}

/// Stores a small object. It counts once the server's CRC-64 of it is that of the text.
async fn put(
    requester: &mut Requester<Arc<Http>>,
    key: &str,
    text: &str,
    events: &mut Vec<Event>,
) -> Result<(), UploadError> {
    let named = Key::new(key).expect("the key has only plain characters");
    let content = bytes::Bytes::copy_from_slice(text.as_bytes());
    let request = |address: &Address| {
        let put =
            put_object::request(&target(address, &named), &crate::cos::Headers::new(), content.len() as u64, None);
        put.with_document("application/x-ndjson", content.clone())
    };
    let read = |response: &Response| -> Result<(), AnswerError> {
        match put_object::read(response)?.crc64 {
            Some(stored) if stored != crc64(&content) => Err(AnswerError::malformed(
                response,
                message!("the server stored other bytes than those that were sent"),
            )),
            _ => Ok(()),
        }
    };
    requester.send(Operation::PutObject, request, read, &mut |event| events.push(event)).await
}
