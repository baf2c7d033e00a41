//! One request in progress: its body, its fault, and its line in the log.

use std::fs::File;
use std::sync::Arc;
use std::time::SystemTime;

use crate::cos::checksum::{Digest, Md5Digest};

use super::answer::refusal;
use super::answer::refusal::Refusal;
use super::answer::response::{Answer, Ids};
use super::dialect::Dialect;
use super::faults::Fault;
use super::http::body::{Body, Trouble};
use super::http::request_head::RequestHead;
use super::record::RequestRecord;
use super::service::Service;
use super::store::Draft;

/// The largest document that is read; a list of 10,000 parts has less than 1 MiB.
const LARGEST_DOCUMENT: usize = 4 << 20;
/// The range of `x-cos-traffic-limit`, in bits per second.
const TRAFFIC_LIMITS: std::ops::RangeInclusive<u64> = 819_200..=838_860_800;

/// How a request ends.
#[derive(Debug)]
pub(crate) enum Ending {
    Answer(Answer),
    /// The connection is reset.
    Reset,
    /// There is never an answer.
    Stall,
}

/// One request in progress.
pub(crate) struct Exchange {
    pub(super) service: Arc<Service>,
    pub(super) now: SystemTime,
    pub(super) ids: Ids,
    pub(super) dialect: Dialect,
    pub(super) body: Body,
    pub(super) fault: Option<Fault>,
    /// Written when the answer is complete; Complete takes it and writes it after merging.
    pub(super) record: Option<RequestRecord>,
}

impl Exchange {
    pub(crate) fn new(service: Arc<Service>, body: Body) -> Self {
        let now = (service.clock)();
        let ids = Ids::new();
        let record = RequestRecord {
            time: humantime::format_rfc3339_millis(now).to_string(),
            request_id: ids.request_id.clone(),
            ..RequestRecord::default()
        };
        let dialect = service.dialect;
        Self { service, now, ids, dialect, body, fault: None, record: Some(record) }
    }

    /// Changes the record of the request.
    pub(super) fn note(&mut self, note: impl FnOnce(&mut RequestRecord)) {
        if let Some(record) = &mut self.record {
            note(record);
        }
    }

    pub(super) fn note_stored(&mut self) {
        self.note(|record| record.stored = true);
    }

    pub(super) fn note_fault(&mut self) {
        let name = self.fault.as_ref().map(|fault| fault.name().to_owned());
        self.note(|record| record.fault = name);
    }

    /// Receives the body into a draft and compares it with the MD5 that the client sent.
    pub(super) async fn receive(
        &mut self,
        draft: Draft,
        file: File,
        head: &RequestHead,
        limit: u64,
    ) -> Result<(Draft, Digest), Trouble> {
        let md5 = content_md5(head)?;
        if let Some(limit) = traffic_limit(head)? {
            self.body.limit_rate(limit / 8);
        }
        let digest = self.body.store(file, limit).await?;
        if md5.is_some() && md5 != digest.md5 {
            return Err(refusal::BAD_DIGEST.into());
        }
        Ok((draft, digest))
    }

    /// Receives a document and compares it with the MD5 that the client sent.
    pub(super) async fn document(&mut self, head: &RequestHead) -> Result<Vec<u8>, Trouble> {
        let md5 = content_md5(head)?;
        let document = self.body.document(LARGEST_DOCUMENT).await?;
        if md5.is_some_and(|md5| md5 != Md5Digest::of(&document)) {
            return Err(refusal::BAD_DIGEST.into());
        }
        Ok(document)
    }
}

/// Refuses a body that is too large, or whose length is missing.
pub(super) fn check_length(head: &RequestHead, largest: u64, may_be_chunked: bool) -> Result<(), Refusal> {
    match head.headers.get("content-length").and_then(|text| text.trim().parse::<u64>().ok()) {
        Some(length) if length > largest => Err(refusal::ENTITY_TOO_LARGE),
        None if !may_be_chunked => Err(refusal::MISSING_CONTENT_LENGTH),
        _ => Ok(()),
    }
}

fn content_md5(head: &RequestHead) -> Result<Option<Md5Digest>, Refusal> {
    let read = |text| Md5Digest::from_base64(text).ok_or(refusal::INVALID_DIGEST);
    head.headers.get("content-md5").map(read).transpose()
}

fn traffic_limit(head: &RequestHead) -> Result<Option<u64>, Refusal> {
    const NAME: &str = "x-cos-traffic-limit";
    let Some(text) = head.headers.get(NAME).or_else(|| head.parameter(NAME)) else { return Ok(None) };
    let limit = text.parse().ok().filter(|limit| TRAFFIC_LIMITS.contains(limit));
    limit.map(Some).ok_or_else(|| refusal::INVALID_ARGUMENT.saying(format!("{NAME} is out of range.")))
}
