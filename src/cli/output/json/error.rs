//! The field `error`: why something failed.

use std::borrow::Cow;

use serde::Serialize;

use crate::cli::output::failures::exit;
use crate::cli::output::failures::failure_report::{FailureReport, service_error};
use crate::language::english;
use crate::upload::Cause;

#[derive(Debug, Serialize)]
pub(super) struct Error<'a> {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    message: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
}

impl<'a> Error<'a> {
    pub(super) fn from_report(report: &'a FailureReport) -> Self {
        Self {
            kind: report.kind.as_str(),
            code: report.code.as_deref(),
            status: report.status,
            message: Cow::Borrowed(report.message.english()),
            request_id: report.request_id.as_deref(),
        }
    }

    pub(super) fn from_cause(cause: &'a Cause) -> Self {
        let service = service_error(cause);
        Self {
            kind: exit::classify(cause, None).1.as_str(),
            code: service.and_then(|service| service.code.as_deref()),
            status: service.map(|service| service.status),
            message: Cow::Owned(english(|| cause.to_string())),
            request_id: cause.request_id(),
        }
    }
}
