//! How a command ends: its exit code, and the kind of failure. The codes are an interface, see the README.
//!
//! A command's own failures are in `failure`; the text of each failure is in `failure_report`.

use crate::cli::process::signals::{INTERRUPTED, Signal, TERMINATED};
use crate::cos::{Fault, ServiceError};
use crate::upload::{Cause, SendErrorKind};

/// Everything was uploaded and verified.
pub const SUCCESS: u8 = 0;
/// A failure without a code of its own.
pub const OTHER: u8 = 1;
/// A usage error; nothing was sent.
pub const USAGE: u8 = 2;
/// The source is missing, unreadable, or changed.
pub const SOURCE: u8 = 3;
/// Credentials or permissions.
pub const CREDENTIALS: u8 = 4;
/// The bucket or upload does not exist.
pub const NOT_FOUND: u8 = 5;
/// The network or the server failed after every attempt.
pub const UNAVAILABLE: u8 = 6;
/// The server's bytes differ from those that were read.
pub const INTEGRITY: u8 = 7;
/// The object exists, or another process is uploading it.
pub const REFUSED: u8 = 8;

/// The subject of an exit code, for programs that read JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The command line.
    Usage,
    /// The file.
    Source,
    /// The credentials, and their permissions.
    Credentials,
    /// A bucket or an upload that does not exist.
    NotFound,
    /// No answer, or an invalid one.
    Network,
    /// The service refused the request.
    Service,
    /// Bytes differ.
    Integrity,
    /// The object, or an upload of it, exists.
    Exists,
    /// Another process is using the journal.
    Busy,
    /// A signal.
    Interrupted,
    /// Something of a plan is missing yet.
    Incomplete,
    /// It is unknown whether the object was completed.
    Unknown,
    /// The journal.
    Journal,
    /// Anything else.
    Other,
}

impl Kind {
    /// The word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::Source => "source",
            Self::Credentials => "credentials",
            Self::NotFound => "not-found",
            Self::Network => "network",
            Self::Service => "service",
            Self::Integrity => "integrity",
            Self::Exists => "exists",
            Self::Busy => "busy",
            Self::Interrupted => "interrupted",
            Self::Incomplete => "incomplete",
            Self::Unknown => "unknown",
            Self::Journal => "journal",
            Self::Other => "other",
        }
    }
}

/// The exit code of several failures: the one that most needs attention. 6 means that running again is enough.
pub fn of_many(codes: impl IntoIterator<Item = u8>) -> u8 {
    const FIRST_COMES_FIRST: [u8; 10] =
        [INTERRUPTED, TERMINATED, INTEGRITY, CREDENTIALS, NOT_FOUND, SOURCE, REFUSED, USAGE, OTHER, UNAVAILABLE];
    let rank = |code: &u8| FIRST_COMES_FIRST.iter().position(|first| first == code).unwrap_or(FIRST_COMES_FIRST.len());
    codes.into_iter().min_by_key(rank).unwrap_or(SUCCESS)
}

/// Returns the exit code and kind of a failure, final or retried.
pub(crate) fn classify(cause: &Cause, signal: Option<Signal>) -> (u8, Kind) {
    match cause {
        Cause::Source(_) => (SOURCE, Kind::Source),
        Cause::Service(error) => classify_service(error),
        Cause::Malformed { .. } => (UNAVAILABLE, Kind::Network),
        Cause::Network(error) => match error.kind {
            SendErrorKind::NoCredentials => (CREDENTIALS, Kind::Credentials),
            SendErrorKind::Certificate | SendErrorKind::Tls => (OTHER, Kind::Network),
            SendErrorKind::Connect
            | SendErrorKind::ProxyRefused
            | SendErrorKind::Broken
            | SendErrorKind::Stalled { .. } => (UNAVAILABLE, Kind::Network),
        },
        Cause::Integrity { .. } | Cause::Unencrypted { .. } => (INTEGRITY, Kind::Integrity),
        Cause::KeyTaken { .. } => (REFUSED, Kind::Exists),
        Cause::UploadVanished(_) => (NOT_FOUND, Kind::NotFound),
        // Without a signal, the failure of another file stopped it, and that failure has its own code.
        Cause::Interrupted => (signal.map_or(UNAVAILABLE, Signal::exit_code), Kind::Interrupted),
    }
}

fn classify_service(error: &ServiceError) -> (u8, Kind) {
    // The answer came from a login portal or a proxy, not from the service.
    if error.foreign.is_some() && error.status < 400 {
        return (UNAVAILABLE, Kind::Network);
    }
    match error.fault() {
        Fault::Expired | Fault::Skewed => return (CREDENTIALS, Kind::Credentials),
        Fault::Corrupted => return (INTEGRITY, Kind::Integrity),
        Fault::AlreadyExists | Fault::AlreadyCompleted => return (REFUSED, Kind::Exists),
        Fault::NoSuchUpload => return (NOT_FOUND, Kind::NotFound),
        Fault::Transient | Fault::Throttled => return (UNAVAILABLE, Kind::Service),
        Fault::Conflict | Fault::Permanent => {}
    }
    match (error.code.as_deref(), error.status) {
        (Some("InvalidAccessKeyId" | "NoCredentials" | "AssumeRoleFailed" | "ErrAssumeRoleFailed"), _)
        | (_, 401 | 403) => (CREDENTIALS, Kind::Credentials),
        (Some("NoSuchBucket"), _) | (_, 404) => (NOT_FOUND, Kind::NotFound),
        _ => (OTHER, Kind::Service),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::time::Duration;

    use super::*;
    use crate::upload::{FileKind, SendError, SourceError};

    pub(in crate::cli) fn service(status: u16, code: &str) -> Box<ServiceError> {
        Box::new(ServiceError {
            status,
            code: (!code.is_empty()).then(|| code.to_owned()),
            message: (!code.is_empty()).then(|| "words".to_owned()),
            request_id: Some("NWIwM2".to_owned()),
            trace_id: None,
            retry_after: None,
            server_time: None,
            region: None,
            foreign: None,
        })
    }

    pub(in crate::cli) fn network(kind: SendErrorKind) -> Cause {
        Cause::Network(SendError { kind, message: "refused".into() })
    }

    #[test]
    fn every_answer_of_the_service_has_its_code() {
        let table = [
            (401, "", CREDENTIALS, "credentials"),
            (403, "", CREDENTIALS, "credentials"),
            (403, "AccessDenied", CREDENTIALS, "credentials"),
            (403, "SignatureDoesNotMatch", CREDENTIALS, "credentials"),
            (403, "RequestTimeTooSkewed", CREDENTIALS, "credentials"),
            (400, "ExpiredToken", CREDENTIALS, "credentials"),
            (400, "InvalidAccessKeyId", CREDENTIALS, "credentials"),
            (400, "NoCredentials", CREDENTIALS, "credentials"),
            (409, "AssumeRoleFailed", CREDENTIALS, "credentials"),
            (409, "ErrAssumeRoleFailed", CREDENTIALS, "credentials"),
            (401, "ServiceNotOpen", CREDENTIALS, "credentials"),
            (404, "CofferNotFound", NOT_FOUND, "not-found"),
            (404, "MultipartNotExists", NOT_FOUND, "not-found"),
            (409, "ErrKMSFailed", UNAVAILABLE, "service"),
            (409, "DataSynchronization", UNAVAILABLE, "service"),
            (409, "ObjectAlreadyExists", REFUSED, "exists"),
            (409, "ObjectAlreadyExistsOwnedByYou", REFUSED, "exists"),
            (409, "ObjectAlreadyUploading", REFUSED, "exists"),
            (409, "MultipartAlreadyCompleted", REFUSED, "exists"),
            (404, "", NOT_FOUND, "not-found"),
            (404, "NoSuchBucket", NOT_FOUND, "not-found"),
            (404, "NoSuchUpload", NOT_FOUND, "not-found"),
            (500, "InternalError", UNAVAILABLE, "service"),
            (200, "InternalError", UNAVAILABLE, "service"),
            (502, "", UNAVAILABLE, "service"),
            (503, "SlowDown", UNAVAILABLE, "service"),
            (429, "", UNAVAILABLE, "service"),
            (400, "RequestTimeout", UNAVAILABLE, "service"),
            (409, "KMSFailed", UNAVAILABLE, "service"),
            (400, "BadDigest", INTEGRITY, "integrity"),
            (409, "FileAlreadyExists", REFUSED, "exists"),
            (409, "PathConflict", OTHER, "service"),
            (400, "InvalidArgument", OTHER, "service"),
            (301, "", OTHER, "service"),
            (501, "NotImplemented", OTHER, "service"),
        ];
        for (status, code, exit_code, kind) in table {
            let (found, found_kind) = classify(&Cause::Service(service(status, code)), None);
            assert_eq!((found, found_kind.as_str()), (exit_code, kind), "{status} {code}");
        }
    }

    #[test]
    fn every_other_cause_has_its_code() {
        let stalled = SendErrorKind::Stalled { after: Duration::from_secs(60) };
        let malformed = Cause::Malformed { what: "no ETag".into(), request_id: None };
        let integrity = Cause::Integrity { what: "CRC-64 differs".into(), request_id: None };
        let unencrypted = Cause::Unencrypted { what: "not confirmed".into(), request_id: None };
        let table = [
            (Cause::Source(SourceError::Missing), SOURCE, "source"),
            (Cause::Source(SourceError::Unreadable("no".into())), SOURCE, "source"),
            (Cause::Source(SourceError::Changed("size".into())), SOURCE, "source"),
            (Cause::Source(SourceError::NotAFile(FileKind::Pipe)), SOURCE, "source"),
            (Cause::Source(SourceError::NotAFile(FileKind::Directory)), SOURCE, "source"),
            (Cause::Source(SourceError::TooLarge(1 << 60)), SOURCE, "source"),
            (malformed, UNAVAILABLE, "network"),
            (integrity, INTEGRITY, "integrity"),
            (unencrypted, INTEGRITY, "integrity"),
            (network(SendErrorKind::Connect), UNAVAILABLE, "network"),
            (network(SendErrorKind::Broken), UNAVAILABLE, "network"),
            (network(stalled), UNAVAILABLE, "network"),
            (network(SendErrorKind::Certificate), OTHER, "network"),
            (network(SendErrorKind::NoCredentials), CREDENTIALS, "credentials"),
            (Cause::UploadVanished(service(404, "NoSuchUpload")), NOT_FOUND, "not-found"),
        ];
        for (cause, exit_code, kind) in table {
            let (found, found_kind) = classify(&cause, None);
            assert_eq!((found, found_kind.as_str()), (exit_code, kind), "{cause:?}");
        }
        assert_eq!(classify(&Cause::Interrupted, Some(Signal::Interrupt)), (130, Kind::Interrupted));
        assert_eq!(classify(&Cause::Interrupted, Some(Signal::Terminate)), (143, Kind::Interrupted));
    }

    #[test]
    fn the_code_of_many_is_the_one_that_needs_a_person_most() {
        assert_eq!(of_many([]), SUCCESS);
        assert_eq!(of_many([0, 0]), SUCCESS);
        assert_eq!(of_many([0, 6, 0]), UNAVAILABLE);
        assert_eq!(of_many([6, 1]), OTHER);
        assert_eq!(of_many([1, 8, 6]), REFUSED);
        assert_eq!(of_many([8, 3]), SOURCE);
        assert_eq!(of_many([3, 5]), NOT_FOUND);
        assert_eq!(of_many([5, 4]), CREDENTIALS);
        assert_eq!(of_many([4, 7, 6]), INTEGRITY);
        assert_eq!(of_many([7, 130]), 130);
    }
}
