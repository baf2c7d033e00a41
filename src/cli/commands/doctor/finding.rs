//! The result of one check.

use std::fmt;

use super::check::Check;
use crate::cli::output::console::visible;
use crate::cli::output::failures::exit::{SUCCESS, classify};
use crate::cli::output::failures::failure::Failure;
use crate::cli::output::failures::hint::about_cause;
use crate::cos::Service;
use crate::language::{Message, Phrase, message, phrase};
use crate::upload::UploadError;

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Ok,
    /// Uploads work, but not as well as they could.
    Warning,
    Failed,
    /// Another check failed that this one needs, or it was not wanted.
    NotChecked,
}

/// The result of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) check: Check,
    pub(super) verdict: Verdict,
    /// What was found.
    pub(super) detail: Message,
    /// What to do about it.
    pub(super) hint: Option<Message>,
    /// The exit code of an upload that fails for this reason.
    pub(super) exit_code: u8,
}

impl Verdict {
    /// The words, for people.
    pub(super) fn words(self) -> Phrase {
        match self {
            Self::Ok => phrase!("ok"),
            Self::Warning => phrase!("warning"),
            Self::Failed => phrase!("failed"),
            Self::NotChecked => phrase!("not checked"),
        }
    }

    /// The word in JSON.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::NotChecked => "not_checked",
            other => other.words().english(),
        }
    }
}

impl Finding {
    /// Nothing is to be done.
    pub(super) fn ok(check: Check, detail: impl Into<Message>) -> Self {
        Self { check, verdict: Verdict::Ok, detail: detail.into(), hint: None, exit_code: SUCCESS }
    }

    /// Uploads work, but there is something to do.
    pub(super) fn warning(check: Check, detail: impl Into<Message>, hint: impl Into<Message>) -> Self {
        Self { verdict: Verdict::Warning, hint: Some(hint.into()), ..Self::ok(check, detail) }
    }

    /// Uploads fail with this exit code.
    pub(super) fn failed(check: Check, detail: impl Into<Message>, hint: Option<Message>, exit_code: u8) -> Self {
        Self { verdict: Verdict::Failed, hint, exit_code, ..Self::ok(check, detail) }
    }

    /// The check was left out, for this reason.
    pub(super) fn not_checked(check: Check, why: impl Into<Message>) -> Self {
        Self { verdict: Verdict::NotChecked, ..Self::ok(check, why) }
    }

    /// A request failed.
    pub(super) fn of_request(check: Check, error: &UploadError, service: Service) -> Self {
        let id =
            error.cause.request_id().map(|id| message!(", {header}: {id}", header = service.request_id_header(), id));
        let detail = Message::of(&format_args!("{}{}", error.cause, id.unwrap_or_default()));
        let detail = detail.mapped(|text| visible(text).into_owned());
        let hint = about_cause(error, service);
        Self::failed(check, detail, hint, classify(&error.cause, None).0)
    }

    /// Something before a request failed. Its message may have several lines.
    pub(super) fn of_failure(check: Check, failure: &Failure) -> Self {
        let report = failure.report();
        Self::failed(check, Message::of(&InOneLine(&report.message)), report.hints.into_iter().next(), report.exit_code)
    }
}

/// A message of several lines in one line.
struct InOneLine<'a>(&'a Message);

impl fmt::Display for InOneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = self.0.text().lines().map(str::trim);
        let first = lines.next().unwrap_or_default();
        let others = lines.collect::<Vec<_>>().join(phrase!(", ").text());
        // A full-width colon has its own room.
        let space = if others.is_empty() || first.ends_with('：') { "" } else { " " };
        write!(f, "{first}{space}{others}")
    }
}
