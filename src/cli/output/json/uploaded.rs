//! `uploaded`: the server holds the object, and its checksum or ETag proves it.

use std::borrow::Cow;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use super::milliseconds::milliseconds;
use super::name::UploadName;
use crate::cli::output::escape::path_text;
use crate::upload::{Object, Plan, ProvedBy};

#[derive(Debug, Serialize)]
pub(crate) struct Uploaded<'a> {
    #[serde(flatten)]
    name: UploadName<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    on_disk: Option<Cow<'a, str>>,
    size: u64,
    etag: &'a str,
    crc64ecma: String,
    /// Absent if the proof is the CRC-64.
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
    /// Absent if the upload is no delta.
    #[serde(skip_serializing_if = "Option::is_none")]
    parts_copied: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes_copied: Option<u64>,
    attempts: u32,
    duration_ms: u64,
    request_id: Option<&'a str>,
}

impl<'a> Uploaded<'a> {
    pub(crate) fn new(
        name: UploadName<'a>,
        on_disk: Option<&'a Path>,
        plan: Option<&Plan>,
        object: &'a Object,
        elapsed: Duration,
    ) -> Self {
        Self {
            name,
            on_disk: on_disk.map(path_text),
            size: object.size,
            etag: &object.etag,
            crc64ecma: object.crc64.to_string(),
            proof: (object.proved_by != ProvedBy::Crc64).then(|| object.proved_by.as_str()),
            version_id: object.version_id.as_deref(),
            upload_id: object.upload_id.as_ref().map(|id| id.as_str()),
            parts: parts(plan, object),
            part_size: plan.map_or(object.size, Plan::part_size),
            parts_resumed: object.parts_resumed,
            bytes_sent: object.bytes_sent,
            bytes_resumed: object.bytes_resumed,
            parts_copied: object.copied.map(|copied| copied.parts),
            bytes_copied: object.copied.map(|copied| copied.bytes),
            attempts: object.attempts,
            duration_ms: milliseconds(elapsed),
            request_id: object.request_id.as_deref(),
        }
    }
}

/// The number of parts. A delta upload has other parts than its plan.
fn parts(plan: Option<&Plan>, object: &Object) -> u16 {
    let all = object.parts_sent + object.parts_resumed + object.copied.map_or(0, |copied| copied.parts);
    if object.copied.is_some() { all } else { plan.and_then(Plan::parts).unwrap_or(all) }
}
