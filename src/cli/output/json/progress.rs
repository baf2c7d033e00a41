//! `progress` of one upload or of many together, and `part`.

use serde::Serialize;

use super::name::UploadName;
use crate::cos::Etag;
use crate::upload;
use crate::upload::PartRecord;

#[derive(Debug, Serialize)]
pub(crate) struct Progress<'a> {
    #[serde(flatten)]
    name: UploadName<'a>,
    bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
}

#[derive(Debug, Serialize)]
pub(crate) struct ProgressOfMany<'a> {
    bucket: &'a str,
    #[serde(flatten)]
    progress: OverallProgress,
}

/// The progress of all uploads of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct OverallProgress {
    pub(crate) bytes: u64,
    /// `None` until all sources are listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) total: Option<u64>,
    /// Files that are uploaded, unchanged or failed.
    pub(crate) files: u64,
    /// `None` until all sources are listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) files_total: Option<u64>,
}

#[derive(Debug, Serialize)]
pub(crate) struct StoredPart<'a> {
    #[serde(flatten)]
    name: UploadName<'a>,
    part_number: u16,
    size: u64,
    etag: &'a Etag,
    crc64ecma: String,
}

impl<'a> Progress<'a> {
    pub(super) fn new(name: UploadName<'a>, progress: upload::Progress) -> Self {
        Self { name, bytes: progress.bytes, total: progress.total }
    }
}

impl<'a> ProgressOfMany<'a> {
    pub(crate) fn new(bucket: &'a str, progress: OverallProgress) -> Self {
        Self { bucket, progress }
    }
}

impl<'a> StoredPart<'a> {
    pub(super) fn new(name: UploadName<'a>, record: &'a PartRecord) -> Self {
        Self {
            name,
            part_number: record.number.value(),
            size: record.size,
            etag: &record.etag,
            crc64ecma: record.crc64.to_string(),
        }
    }
}
