//! The marks with which GitLab collapses lines of a job's log.

use std::time::{Duration, SystemTime};

/// The name of the section. It is no text for people.
const NAME: &str = "cosput_objects";

/// The beginning of collapsed lines.
pub(super) fn section_start(title: &str, now: SystemTime) -> String {
    format!("\u{1b}[0Ksection_start:{}:{NAME}[collapsed=true]\r\u{1b}[0K{title}", seconds(now))
}

/// The end of collapsed lines.
pub(super) fn section_end(now: SystemTime) -> String {
    format!("\u{1b}[0Ksection_end:{}:{NAME}\r\u{1b}[0K", seconds(now))
}

fn seconds(now: SystemTime) -> u64 {
    now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs()
}
