//! The complete report of a failure, for people and programs. The text is in `message`, advice is in `hint`.

use super::circumstances::Circumstances;
use super::exit::{Kind, classify};
use super::hint;
use super::message;
use crate::cli::output::console::{Console, Label, visible};
use crate::cos::{Service, ServiceError};
use crate::language::Message;
use crate::upload::{Cause, UploadError};

/// The complete report of a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailureReport {
    /// The exit code.
    pub exit_code: u8,
    /// The subject of the failure.
    pub kind: Kind,
    /// The failure and its cause.
    pub message: Message,
    /// The service's code.
    pub code: Option<String>,
    /// The HTTP status.
    pub status: Option<u16>,
    /// The service that got the request.
    pub service: Service,
    /// The request ID, which support asks for.
    pub request_id: Option<String>,
    /// The hints.
    pub hints: Vec<Message>,
    /// Whether the same command would continue where this one stopped.
    pub resumable: bool,
}

impl FailureReport {
    /// The report of an upload that was not finished.
    pub fn of_upload(error: &UploadError, circumstances: Circumstances<'_>) -> Self {
        let (exit_code, kind) = classify(&error.cause, circumstances.signal);
        let service = service_error(&error.cause);
        Self {
            exit_code,
            kind: if circumstances.unknown { Kind::Unknown } else { kind },
            message: message::of_upload(error, circumstances),
            code: service.and_then(|service| service.code.clone()),
            status: service.map(|service| service.status),
            service: circumstances.service,
            request_id: error.cause.request_id().map(str::to_owned),
            hints: hint::for_upload(error, circumstances, exit_code),
            resumable: error.leftover.is_some() && circumstances.journal.is_some(),
        }
    }

    /// Prints the report for people.
    pub fn print(&self, console: &Console) {
        // Only the list of credential sources has line breaks of the program's own.
        let lines = if self.kind == Kind::Credentials { usize::MAX } else { 1 };
        let mut lines = self.message.splitn(lines, '\n');
        let error = visible(lines.next().unwrap_or_default());
        let mut more: Vec<(Option<Label>, String)> = lines.map(|line| (None, visible(line).into_owned())).collect();
        let header = self.service.request_id_header();
        let request_id = self.request_id.as_ref().map(|id| format!("  {header}: {}", visible(id)));
        more.extend(request_id.map(|line| (None, line)));
        more.extend(self.hints.iter().map(|hint| (Some(Label::Hint), visible(hint).into_owned())));
        console.error(&error, &more);
    }
}

/// The text of an answer that did not come from the service, one entry per line; the message has its first line.
pub(crate) fn foreign_text(cause: &Cause) -> impl Iterator<Item = &str> {
    let text = service_error(cause).and_then(|error| error.foreign.as_ref()?.text.as_deref());
    text.unwrap_or_default().lines()
}

/// The service's error in a cause, if there is one.
pub(crate) fn service_error(cause: &Cause) -> Option<&ServiceError> {
    match cause {
        Cause::Service(error) | Cause::UploadVanished(error) => Some(error),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::cli::output::failures::circumstances::RESUMES;
    use crate::cli::output::failures::exit::UNAVAILABLE;
    use crate::cli::output::failures::exit::tests::{network, service};
    use crate::cli::process::signals::Signal;
    use crate::cli::process::world::tests::world;
    use crate::cos::multipart::{PartNumber, UploadId};
    use crate::upload::{Operation, SendErrorKind};

    fn printed(error: &UploadError, circumstances: Circumstances<'_>) -> String {
        let test = world(&[], &[]);
        FailureReport::of_upload(error, circumstances).print(&Console::new(&test.world));
        test.stderr.text()
    }

    const PLAIN: Circumstances<'_> = Circumstances {
        service: Service::Cos,
        source: "dist.tar",
        parts: Some(120),
        journal: None,
        signal: None,
        unknown: false,
        stream: false,
        rerun: &RESUMES,
    };

    #[test]
    fn a_failure_is_printed_with_its_request_id_and_a_hint() {
        let error = UploadError {
            operation: Some(Operation::UploadPart(PartNumber::new(7).unwrap())),
            attempts: 8,
            cause: Cause::Service(service(503, "SlowDown")),
            leftover: UploadId::new("1585130821cbb7df1d"),
        };
        let journal = Path::new("/s/j");
        assert_eq!(
            printed(&error, Circumstances { journal: Some(journal), ..PLAIN }),
            "error: could not upload part 7 of 120 of dist.tar: SlowDown: words (HTTP 503) after 8 attempts\n  \
             x-cos-request-id: NWIwM2\n\
             hint: the server throttles requests; lower --concurrency, or try again later\n\
             hint: run the same command again to resume upload 1585130821cbb7df1d\n"
        );
        let report = FailureReport::of_upload(&error, Circumstances { journal: Some(journal), ..PLAIN });
        assert_eq!((report.code.as_deref(), report.status, report.resumable), (Some("SlowDown"), Some(503), true));
        assert!(!FailureReport::of_upload(&error, PLAIN).resumable);
    }

    #[test]
    fn a_failure_at_cdcs_says_what_to_do_there() {
        let of = |code, leftover| UploadError {
            operation: Some(Operation::UploadPart(PartNumber::new(7).unwrap())),
            attempts: 1,
            cause: Cause::Service(service(409, code)),
            leftover,
        };
        let at_cdcs = Circumstances { service: Service::Cdcs, journal: Some(Path::new("/s/j")), ..PLAIN };
        assert_eq!(
            printed(&of("AssumeRoleFailed", UploadId::new("id")), at_cdcs),
            "error: could not upload part 7 of 120 of dist.tar: AssumeRoleFailed: words (HTTP 409)\n  \
             x-cdcs-request-id: NWIwM2\n\
             hint: CDCS is not authorised for this account: authorise its service role in the CDCS console, or in CAM under \
             Roles, and let the role use COS and KMS\n\
             hint: then run the same command again to resume upload id; its parts are kept\n"
        );
        let without_journal = Circumstances { journal: None, ..at_cdcs };
        assert_eq!(
            printed(&of("KMSFailed", UploadId::new("id")), without_journal).lines().last(),
            Some(
                "hint: upload id may remain on the server, where it reserves this key, and there is no journal to resume \
                 it: abort it with cosput abort --service cdcs --key KEY --upload-id id"
            )
        );
    }

    #[test]
    fn an_upload_that_may_have_been_completed_is_reported_as_such() {
        let error = UploadError {
            operation: Some(Operation::HeadObject),
            attempts: 3,
            cause: network(SendErrorKind::Broken),
            leftover: None,
        };
        let unknown = Circumstances { unknown: true, journal: Some(Path::new("/s/j")), ..PLAIN };
        assert_eq!(
            printed(&error, unknown),
            "error: could not determine whether dist.tar was uploaded: the connection broke: refused after 3 attempts\n\
             hint: run the same command again: it checks whether the object was completed\n"
        );
        let report = FailureReport::of_upload(&error, unknown);
        assert_eq!((report.exit_code, report.kind), (UNAVAILABLE, Kind::Unknown));
    }

    #[test]
    fn an_interrupted_upload_says_how_to_go_on() {
        let error =
            UploadError { operation: None, attempts: 0, cause: Cause::Interrupted, leftover: UploadId::new("id") };
        let stopped = Circumstances { journal: Some(Path::new("j")), signal: Some(Signal::Terminate), ..PLAIN };
        assert_eq!(
            printed(&error, stopped),
            "error: could not upload dist.tar: interrupted\n\
             hint: run the same command again to resume upload id\n"
        );
        assert_eq!(FailureReport::of_upload(&error, stopped).exit_code, 143);
    }
}
