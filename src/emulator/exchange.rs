//! One request in progress: its body, its fault, and its line in the log.

use std::fs::File;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::cos::Region;
use crate::cos::checksum::{Digest, Md5Digest};

use super::answer::response::{Answer, Ids};
use super::dialect::Dialect;
use super::faults::{Fault, Permit};
use super::hasher::Hasher;
use super::http::body::{Body, Trouble};
use super::record::RequestRecord;
use super::refusal;
use super::refusal::Refusal;
use super::request::request_head::RequestHead;
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
    /// Counts the request as in progress, for faults that limit their number.
    pub(super) permits: Vec<Permit>,
    /// How late the answer comes.
    pub(super) late: Duration,
    /// The region in the host, if it names one.
    pub(super) host_region: Option<String>,
    /// The origin of the page that sent the request, for CORS.
    pub(super) origin: Option<String>,
    /// True for an unsigned request of a browser or curl.
    pub(super) is_browsing: bool,
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
        Self {
            service,
            now,
            ids,
            dialect,
            body,
            fault: None,
            permits: Vec::new(),
            late: Duration::ZERO,
            host_region: None,
            origin: None,
            is_browsing: false,
            record: Some(record),
        }
    }

    /// The region of the buckets: the one of the emulator, otherwise the one in the host.
    pub(super) fn region(&self) -> &str {
        let chosen = self.service.region.as_ref().map(Region::as_str);
        chosen.or(self.host_region.as_deref()).unwrap_or("local")
    }

    /// Refuses a host in another region than that of the emulator.
    pub(super) fn check_region(&self, named: Option<&str>) -> Result<(), Refusal> {
        match (&self.service.region, named) {
            (Some(region), Some(named)) if region.as_str() != named => {
                let region = region.as_str();
                Err(refusal::NO_SUCH_BUCKET.saying(format!("The buckets of this emulator are in the region {region}.")))
            }
            _ => Ok(()),
        }
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

    /// Receives the body into a draft.
    pub(super) async fn receive(
        &mut self,
        draft: Draft,
        file: File,
        head: &RequestHead,
        limit: u64,
    ) -> Result<(Draft, Digest), Trouble> {
        let mut hasher = Hasher::crc64_and_md5();
        let md5 = self.receive_into(file, &mut [&mut hasher], head, limit).await?;
        let digest = hasher.finish();
        check_md5(md5, &digest)?;
        Ok((draft, digest))
    }

    /// Appends the body to a file whose content `whole` has seen, and returns the digest of the whole.
    pub(super) async fn append(
        &mut self,
        file: File,
        mut whole: Hasher,
        head: &RequestHead,
        limit: u64,
    ) -> Result<Digest, Trouble> {
        let mut body = Hasher::crc64_and_md5();
        let md5 = self.receive_into(file, &mut [&mut whole, &mut body], head, limit).await?;
        check_md5(md5, &body.finish())?;
        Ok(whole.finish())
    }

    /// Appends the body to a file. Returns the MD5 that the client sent.
    async fn receive_into(
        &mut self,
        file: File,
        hashers: &mut [&mut Hasher],
        head: &RequestHead,
        limit: u64,
    ) -> Result<Option<Md5Digest>, Trouble> {
        let md5 = content_md5(head)?;
        if let Some(limit) = traffic_limit(head)? {
            self.body.limit_rate(limit / 8);
        }
        self.body.append(file, limit, hashers).await?;
        Ok(md5)
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

fn check_md5(sent: Option<Md5Digest>, body: &Digest) -> Result<(), Refusal> {
    if sent.is_some() && sent != body.md5 { Err(refusal::BAD_DIGEST) } else { Ok(()) }
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
