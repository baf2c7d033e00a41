//! `failed`: an upload that was not finished, or a command that failed.

use std::borrow::Cow;
use std::path::Path;

use serde::Serialize;

use super::error::Error;
use super::name::UploadName;
use crate::cli::output::escape::path_text;
use crate::cli::output::failures::failure_report::FailureReport;

#[derive(Debug, Serialize)]
pub(crate) struct Failed<'a> {
    #[serde(flatten)]
    name: UploadName<'a>,
    exit_code: u8,
    error: Error<'a>,
    resumable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    journal: Option<Cow<'a, str>>,
}

/// A failure of a command, or of one request that it made for an unfinished upload.
#[derive(Debug, Serialize)]
pub(crate) struct FailedCommand<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    bucket: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upload_id: Option<&'a str>,
    exit_code: u8,
    error: Error<'a>,
    /// The journal that was to be resumed.
    #[serde(skip_serializing_if = "Option::is_none")]
    journal: Option<Cow<'a, str>>,
}

impl<'a> Failed<'a> {
    pub(crate) fn new(name: UploadName<'a>, report: &'a FailureReport, journal: Option<&'a Path>) -> Self {
        let error = Error::from_report(report);
        let journal = journal.filter(|_| report.resumable).map(path_text);
        Self { name, exit_code: report.exit_code, error, resumable: report.resumable, journal }
    }

    /// The failure to resume from this journal, which stays.
    pub(crate) fn of_journal(name: UploadName<'a>, report: &'a FailureReport, journal: &'a Path) -> Self {
        Self { journal: Some(path_text(journal)), ..Self::new(name, report, None) }
    }
}

impl<'a> FailedCommand<'a> {
    /// A command's failure; `about` is a bucket, a key and an upload ID.
    pub(crate) fn new(report: &'a FailureReport, about: Option<[&'a str; 3]>) -> Self {
        let error = Error::from_report(report);
        let [bucket, key, upload_id] = about.map_or([None; 3], |about| about.map(Some));
        Self { bucket, key, upload_id, exit_code: report.exit_code, error, journal: None }
    }

    /// The failure to resume from a journal that names no upload.
    pub(crate) fn of_journal(report: &'a FailureReport, journal: &'a Path) -> Self {
        Self { journal: Some(path_text(journal)), ..Self::new(report, None) }
    }
}
