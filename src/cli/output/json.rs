//! JSON lines for programs: field names and their order are an interface, see the README.

use std::borrow::Cow;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use super::exit::of_cause;
use super::failure_report::{FailureReport, service_error};
use super::message;
use super::summary::Summary;
use crate::cli::progress::totals::SoFar;
use crate::cos::Etag;
use crate::upload::{Cause, Event, Object, Operation, Plan, ProvedBy, Unchanged};

/// Which upload a line is about.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Named<'a> {
    pub(crate) source: Cow<'a, str>,
    pub(crate) bucket: &'a str,
    /// Left out where the source has none, because of its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) location: Option<&'a str>,
}

/// A line.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub(crate) enum Line<'a> {
    Planned(Planned<'a>),
    Started(Planned<'a>),
    Progress(Moved<'a>),
    #[serde(rename = "progress")]
    ProgressOfMany(MovedTogether<'a>),
    Part(Part<'a>),
    Retry(Retry<'a>),
    Uploaded(Uploaded<'a>),
    Skipped(Skipped<'a>),
    Failed(Failed<'a>),
    Summary(Summed),
    Listening(Listening<'a>),
}

#[derive(Debug, Serialize)]
pub(crate) struct Listening<'a> {
    url: &'a str,
}

#[derive(Debug, Serialize)]
pub(crate) struct Planned<'a> {
    #[serde(flatten)]
    named: Named<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    mode: &'static str,
    part_size: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    parts: Option<u16>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Moved<'a> {
    #[serde(flatten)]
    named: Named<'a>,
    bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
}

#[derive(Debug, Serialize)]
pub(crate) struct MovedTogether<'a> {
    bucket: &'a str,
    bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
    files: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    files_total: Option<u64>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Part<'a> {
    #[serde(flatten)]
    named: Named<'a>,
    part_number: u16,
    size: u64,
    etag: &'a Etag,
    crc64ecma: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct Retry<'a> {
    #[serde(flatten)]
    named: Named<'a>,
    operation: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    part_number: Option<u16>,
    attempts: u32,
    wait_ms: u64,
    error: Error<'a>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Uploaded<'a> {
    #[serde(flatten)]
    named: Named<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    on_disk: Option<Cow<'a, str>>,
    size: u64,
    etag: &'a str,
    crc64ecma: String,
    /// Said where it is not the CRC-64.
    #[serde(skip_serializing_if = "Option::is_none")]
    proof: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upload_id: Option<&'a str>,
    parts: u16,
    part_size: u64,
    parts_resumed: u16,
    bytes_sent: u64,
    bytes_resumed: u64,
    attempts: u32,
    duration_ms: u64,
    request_id: Option<&'a str>,
}

/// A source that is not uploaded, and for which reason: `unchanged`, or what it is.
#[derive(Debug, Serialize)]
pub(crate) struct Skipped<'a> {
    #[serde(flatten)]
    named: Named<'a>,
    reason: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    etag: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    crc64ecma: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Failed<'a> {
    #[serde(flatten)]
    named: Named<'a>,
    exit_code: u8,
    error: Error<'a>,
    resumable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    journal: Option<Cow<'a, str>>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Summed {
    uploaded: u64,
    skipped: u64,
    failed: u64,
    bytes_sent: u64,
    bytes_resumed: u64,
    duration_ms: u64,
    exit_code: u8,
}

#[derive(Debug, Serialize)]
struct Error<'a> {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    message: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
}

impl<'a> Line<'a> {
    pub(crate) fn planned(named: Named<'a>, plan: &Plan) -> Self {
        Self::Planned(Planned::new(named, plan))
    }

    pub(crate) fn uploaded(
        named: Named<'a>,
        on_disk: Option<&'a Path>,
        plan: Option<&Plan>,
        object: &'a Object,
        elapsed: Duration,
    ) -> Self {
        Self::Uploaded(Uploaded {
            named,
            on_disk: on_disk.map(Path::to_string_lossy),
            size: object.size,
            etag: &object.etag,
            crc64ecma: object.crc64.to_string(),
            proof: (object.proved_by != ProvedBy::Crc64).then(|| object.proved_by.as_str()),
            version_id: object.version_id.as_deref(),
            upload_id: object.upload_id.as_ref().map(|id| id.as_str()),
            parts: plan.and_then(Plan::parts).unwrap_or(object.parts_sent + object.parts_resumed),
            part_size: plan.map_or(object.size, Plan::part_size),
            parts_resumed: object.parts_resumed,
            bytes_sent: object.bytes_sent,
            bytes_resumed: object.bytes_resumed,
            attempts: object.attempts,
            duration_ms: milliseconds(elapsed),
            request_id: object.request_id.as_deref(),
        })
    }

    pub(crate) fn unchanged(named: Named<'a>, object: &'a Unchanged) -> Self {
        Self::Skipped(Skipped {
            named,
            reason: "unchanged",
            size: Some(object.size),
            etag: object.etag.as_deref(),
            crc64ecma: object.crc64.map(|crc64| crc64.to_string()),
            request_id: object.request_id.as_deref(),
        })
    }

    pub(crate) fn left_out(named: Named<'a>, reason: &'static str) -> Self {
        Self::Skipped(Skipped { named, reason, size: None, etag: None, crc64ecma: None, request_id: None })
    }

    pub(crate) fn failed(named: Named<'a>, report: &'a FailureReport, journal: Option<&'a Path>) -> Self {
        let error = Error::from_report(report);
        let journal = journal.filter(|_| report.resumable).map(Path::to_string_lossy);
        Self::Failed(Failed { named, exit_code: report.exit_code, error, resumable: report.resumable, journal })
    }

    pub(crate) fn progress_of_many(bucket: &'a str, so_far: SoFar) -> Self {
        let SoFar { bytes, total, files, files_total } = so_far;
        Self::ProgressOfMany(MovedTogether { bucket, bytes, total, files, files_total })
    }

    pub(crate) fn summary(summary: Summary, elapsed: Duration, exit_code: u8) -> Self {
        let Summary { uploaded, skipped, unchanged: _, failed, bytes_sent, bytes_resumed } = summary;
        let duration_ms = milliseconds(elapsed);
        Self::Summary(Summed { uploaded, skipped, failed, bytes_sent, bytes_resumed, duration_ms, exit_code })
    }

    /// The line of an event, for those that have one.
    pub(crate) fn of_event(named: Named<'a>, event: &'a Event) -> Option<Self> {
        let unlocated = Named { location: None, ..named.clone() };
        Some(match event {
            Event::Started(plan) => Self::Started(Planned::new(named, plan)),
            Event::Progress(progress) => {
                Self::Progress(Moved { named: unlocated, bytes: progress.bytes, total: progress.total })
            }
            Event::PartStored(record) => Self::Part(Part {
                named: unlocated,
                part_number: record.number.value(),
                size: record.size,
                etag: &record.etag,
                crc64ecma: record.crc64.to_string(),
            }),
            Event::Retrying { operation, attempts, wait, cause } => Self::Retry(Retry {
                named: unlocated,
                operation: message::kind(*operation),
                part_number: part_number(*operation),
                attempts: *attempts,
                wait_ms: milliseconds(*wait),
                error: Error::of_cause(cause),
            }),
            Event::Initiated(_) | Event::Resumed { .. } | Event::Notice(_) => return None,
        })
    }
}

impl<'a> Planned<'a> {
    fn new(named: Named<'a>, plan: &Plan) -> Self {
        Self { named, size: plan.size(), mode: plan.mode(), part_size: plan.part_size(), parts: plan.parts() }
    }
}

impl<'a> Error<'a> {
    fn from_report(report: &'a FailureReport) -> Self {
        Self {
            kind: report.kind.as_str(),
            code: report.code.as_deref(),
            status: report.status,
            message: Cow::Borrowed(&report.message),
            request_id: report.request_id.as_deref(),
        }
    }

    fn of_cause(cause: &'a Cause) -> Self {
        let service = service_error(cause);
        Self {
            kind: of_cause(cause, None).1.as_str(),
            code: service.and_then(|service| service.code.as_deref()),
            status: service.map(|service| service.status),
            message: Cow::Owned(cause.to_string()),
            request_id: cause.request_id(),
        }
    }
}

/// A failure of a command, or of one of the uploads that it is about.
#[derive(Serialize)]
pub(crate) struct FailedCommand<'a> {
    event: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    bucket: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upload_id: Option<&'a str>,
    exit_code: u8,
    error: Error<'a>,
}

/// The line of a failure; `about` is a bucket, a key and an upload's id.
pub(crate) fn failed_command(report: &FailureReport, about: Option<[&str; 3]>) -> String {
    let error = Error::from_report(report);
    let [bucket, key, upload_id] = about.map_or([None; 3], |about| about.map(Some));
    of(&FailedCommand { event: "failed", bucket, key, upload_id, exit_code: report.exit_code, error })
}

/// Any line.
pub(crate) fn of(line: &impl Serialize) -> String {
    serde_json::to_string(line).expect("a line has string keys and finite numbers")
}

/// The line of an emulator that is ready.
pub(crate) fn listening(url: &str) -> String {
    text(&Line::Listening(Listening { url }))
}

/// A line as text.
pub(crate) fn text(line: &Line<'_>) -> String {
    of(line)
}

fn part_number(operation: Operation) -> Option<u16> {
    match operation {
        Operation::UploadPart(number) | Operation::ComparePart(number) => Some(number.value()),
        _ => None,
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
