//! `summary`: the last event of an upload command.

use std::time::Duration;

use serde::Serialize;

use super::milliseconds::milliseconds;
use crate::cli::output::summary::Summary;

#[derive(Debug, Serialize)]
pub(crate) struct SummaryLine {
    uploaded: u64,
    /// Sources that a dry run would upload.
    #[serde(skip_serializing_if = "Option::is_none")]
    planned: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes_planned: Option<u64>,
    skipped: u64,
    failed: u64,
    bytes_sent: u64,
    bytes_resumed: u64,
    /// Absent if no upload is a delta.
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes_copied: Option<u64>,
    duration_ms: u64,
    exit_code: u8,
}

impl SummaryLine {
    pub(crate) fn new(summary: Summary, elapsed: Duration, exit_code: u8) -> Self {
        let Summary { uploaded, skipped, unchanged: _, failed, bytes_sent, bytes_resumed, bytes_copied, planned } =
            summary;
        let bytes_planned = planned.filter(|planned| !planned.stream).map(|planned| planned.bytes);
        let planned = planned.map(|planned| planned.files);
        let duration_ms = milliseconds(elapsed);
        Self {
            uploaded,
            planned,
            bytes_planned,
            skipped,
            failed,
            bytes_sent,
            bytes_resumed,
            bytes_copied,
            duration_ms,
            exit_code,
        }
    }
}
