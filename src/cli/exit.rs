//! How a command ends: the exit code and what is told about a failure. The codes are an interface, see the README.
//!
//! Words are in `message`, advice is in `hint`.

use std::path::{Path, PathBuf};

use super::console::{Console, Label, shown, visible};
use super::signals::Signal;
use super::{hint, message};
use crate::cos::{Fault, Service, ServiceError};
use crate::upload::{Cause, SendErrorKind, SourceError, UploadError};

/// All uploaded and verified.
pub const SUCCESS: u8 = 0;
/// Something that no other code says.
pub const OTHER: u8 = 1;
/// Wrong usage; nothing was sent.
pub const USAGE: u8 = 2;
/// The source is missing, unreadable, or changed.
pub const SOURCE: u8 = 3;
/// Credentials or permission.
pub const CREDENTIALS: u8 = 4;
/// The bucket or upload is not there.
pub const NOT_FOUND: u8 = 5;
/// The network or the server failed after every attempt.
pub const UNAVAILABLE: u8 = 6;
/// What the server holds is not what was read.
pub const INTEGRITY: u8 = 7;
/// The object exists, or another process is at it.
pub const REFUSED: u8 = 8;

/// A failure of a command, outside the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The command line asks for what cannot be.
    Usage {
        /// What is wrong and what would be right.
        message: String,
        /// What else would help.
        hint: Option<String>,
    },
    /// The source cannot be uploaded.
    Source {
        /// Its path.
        source: PathBuf,
        /// What is wrong with it.
        error: SourceError,
    },
    /// A file has no key, for this reason.
    Unfit {
        /// Its path.
        source: PathBuf,
        /// What is wrong with its name.
        why: String,
    },
    /// A file was sent, and its object is not completed, since others were not sent.
    Withheld(PathBuf),
    /// There are no credentials: which places were looked at.
    NoCredentials(String),
    /// Another process works on this journal.
    JournalInUse(PathBuf),
    /// A journal that was asked for cannot be used.
    JournalUnusable {
        /// Its path.
        journal: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A request outside an upload failed: whom it asked, what it was about, and how.
    Request {
        /// The service that was asked.
        service: Service,
        /// The bucket, key or file, as people read it.
        about: String,
        /// What went wrong.
        error: Box<UploadError>,
    },
    /// Another process works on an upload that was to be aborted.
    UploadInUse(PathBuf),
    /// What was named is not on the server.
    NotFound(String),
    /// What the server holds is not what the file holds.
    Different(String),
    /// A signal ended a command that has nothing to keep.
    Interrupted(Signal),
    /// Results could not be written to stdout.
    ResultsLost(String),
    /// Anything else: what failed, and why.
    Other(String),
}

/// What an exit code is about, for programs that read JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The command line.
    Usage,
    /// The file.
    Source,
    /// Who asks, and what they may.
    Credentials,
    /// A bucket or an upload that is not there.
    NotFound,
    /// No answer, or none that can be understood.
    Network,
    /// The service said no.
    Service,
    /// Bytes differ.
    Integrity,
    /// The object, or work on it, exists.
    Exists,
    /// A signal.
    Interrupted,
    /// Whether the object was completed cannot be told.
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
            Self::Interrupted => "interrupted",
            Self::Unknown => "unknown",
            Self::Journal => "journal",
            Self::Other => "other",
        }
    }
}

/// Everything there is to tell about a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The exit code.
    pub exit_code: u8,
    /// What it is about.
    pub kind: Kind,
    /// What failed, and why.
    pub message: String,
    /// The service's code.
    pub code: Option<String>,
    /// The HTTP status.
    pub status: Option<u16>,
    /// The service that was spoken to.
    pub service: Service,
    /// The id that support asks for.
    pub request_id: Option<String>,
    /// What to do about it.
    pub hints: Vec<String>,
    /// Whether the same command would go on where this one stopped.
    pub resumable: bool,
}

/// What the engine does not know about a failed upload.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    /// The service that was spoken to.
    pub service: Service,
    /// The source, as people read it.
    pub source: &'a str,
    /// How many parts it has, where it has parts.
    pub parts: Option<u16>,
    /// The journal that is kept, where one is.
    pub journal: Option<&'a Path>,
    /// The signal that stopped it, where one did.
    pub signal: Option<Signal>,
    /// Whether it cannot be told if the object was completed.
    pub unknown: bool,
    /// Whether the source came through a pipe, and the same command would find nothing there.
    pub stream: bool,
}

impl<'a> Circumstances<'a> {
    /// Those of a request outside an upload.
    pub fn of(about: &'a str, service: Service) -> Self {
        Self { source: about, service, parts: None, journal: None, signal: None, unknown: false, stream: false }
    }
}

impl Failure {
    /// Wrong usage, in one line.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::Usage { message: message.into(), hint: None }
    }

    /// What there is to tell.
    pub fn verdict(&self) -> Verdict {
        if let Self::Request { service, about, error } = self {
            return Verdict::of_upload(error, Circumstances::of(about, *service));
        }
        let (exit_code, kind) = match self {
            Self::Usage { .. } => (USAGE, Kind::Usage),
            Self::Source { error, .. } => of_source(error),
            Self::Unfit { .. } => (SOURCE, Kind::Source),
            Self::Withheld(_) => (UNAVAILABLE, Kind::Interrupted),
            Self::NoCredentials(_) => (CREDENTIALS, Kind::Credentials),
            Self::JournalInUse(_) | Self::UploadInUse(_) => (REFUSED, Kind::Exists),
            Self::NotFound(_) => (NOT_FOUND, Kind::NotFound),
            Self::Different(_) => (INTEGRITY, Kind::Integrity),
            Self::Interrupted(signal) => (signal.exit_code(), Kind::Interrupted),
            Self::Request { error, .. } => of_cause(&error.cause, None),
            Self::JournalUnusable { .. } => (OTHER, Kind::Journal),
            Self::ResultsLost(_) | Self::Other(_) => (OTHER, Kind::Other),
        };
        Verdict {
            exit_code,
            kind,
            message: self.message(),
            code: None,
            status: None,
            service: Service::default(),
            request_id: None,
            hints: self.hint().into_iter().collect(),
            resumable: false,
        }
    }

    fn message(&self) -> String {
        match self {
            Self::Usage { message, .. } | Self::Other(message) | Self::NotFound(message) | Self::Different(message) => {
                message.clone()
            }
            Self::Request { service, about, error } => message::of_upload(error, Circumstances::of(about, *service)),
            Self::Interrupted(_) => "interrupted".to_owned(),
            Self::UploadInUse(journal) => {
                format!("could not abort the upload: another process holds its journal {}", shown(journal))
            }
            Self::Source { source, error } => format!("could not upload {}: {error}", shown(source)),
            Self::Unfit { source, why } => format!("could not upload {}: {why}", shown(source)),
            Self::Withheld(source) => {
                format!("{} was sent and is not completed, since not all of the others were", shown(source))
            }
            Self::NoCredentials(places) => format!("could not sign requests: {places}"),
            Self::JournalInUse(journal) => {
                format!("could not begin the upload: another process holds its journal {}", shown(journal))
            }
            Self::JournalUnusable { journal, why } => format!("could not use the journal {}: {why}", shown(journal)),
            Self::ResultsLost(why) => format!("could not write the results: {why}"),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Usage { hint, .. } => hint.clone(),
            Self::Source { error, .. } => hint::of_source(error).map(str::to_owned),
            Self::NoCredentials(_) => Some("set COS_SECRET_ID and COS_SECRET_KEY".to_owned()),
            Self::JournalInUse(_) | Self::UploadInUse(_) => Some("wait for the other process, or stop it".to_owned()),
            Self::JournalUnusable { .. }
            | Self::Unfit { .. }
            | Self::Withheld(_)
            | Self::Request { .. }
            | Self::NotFound(_)
            | Self::Different(_)
            | Self::Interrupted(_)
            | Self::ResultsLost(_)
            | Self::Other(_) => None,
        }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Other(format!("{error:#}"))
    }
}

impl Verdict {
    /// What there is to tell about an upload that was not finished.
    pub fn of_upload(error: &UploadError, circumstances: Circumstances<'_>) -> Self {
        let (exit_code, kind) = of_cause(&error.cause, circumstances.signal);
        let service = service_error(&error.cause);
        Self {
            exit_code,
            kind: if circumstances.unknown { Kind::Unknown } else { kind },
            message: message::of_upload(error, circumstances),
            code: service.and_then(|service| service.code.clone()),
            status: service.map(|service| service.status),
            service: circumstances.service,
            request_id: error.cause.request_id().map(str::to_owned),
            hints: hint::of_upload(error, circumstances, exit_code),
            resumable: error.leftover.is_some() && circumstances.journal.is_some(),
        }
    }

    /// Tells it to a person.
    pub fn tell(&self, console: &Console) {
        console.labelled(Label::Error, &visible(&self.message));
        if let Some(request_id) = &self.request_id {
            console.message(&format!("  {}: {}", self.service.request_id_header(), visible(request_id)));
        }
        for hint in &self.hints {
            console.labelled(Label::Hint, &visible(hint));
        }
    }
}

/// The exit code of many: the one that needs a person most. 6 means that running again is all that is needed.
pub fn of_many(codes: impl IntoIterator<Item = u8>) -> u8 {
    const FIRST_COMES_FIRST: [u8; 10] =
        [130, 143, INTEGRITY, CREDENTIALS, NOT_FOUND, SOURCE, REFUSED, USAGE, OTHER, UNAVAILABLE];
    let rank = |code: &u8| FIRST_COMES_FIRST.iter().position(|first| first == code).unwrap_or(FIRST_COMES_FIRST.len());
    codes.into_iter().min_by_key(rank).unwrap_or(SUCCESS)
}

/// Exit code and kind of what stopped an upload or made it try again.
pub(super) fn of_cause(cause: &Cause, signal: Option<Signal>) -> (u8, Kind) {
    match cause {
        Cause::Source(error) => of_source(error),
        Cause::Service(error) => of_service(error),
        Cause::Malformed { .. } => (UNAVAILABLE, Kind::Network),
        Cause::Network(error) => match error.kind {
            SendErrorKind::NoCredentials => (CREDENTIALS, Kind::Credentials),
            SendErrorKind::Certificate => (OTHER, Kind::Network),
            SendErrorKind::Connect | SendErrorKind::Broken | SendErrorKind::Stalled { .. } => {
                (UNAVAILABLE, Kind::Network)
            }
        },
        Cause::Integrity { .. } | Cause::Unencrypted { .. } => (INTEGRITY, Kind::Integrity),
        Cause::UploadVanished(_) => (NOT_FOUND, Kind::NotFound),
        // Without a signal, another file's failure stopped it, and has a code of its own.
        Cause::Interrupted => (signal.map_or(UNAVAILABLE, Signal::exit_code), Kind::Interrupted),
    }
}

/// The service's error in a cause, where there is one.
pub(super) fn service_error(cause: &Cause) -> Option<&ServiceError> {
    match cause {
        Cause::Service(error) | Cause::UploadVanished(error) => Some(error),
        _ => None,
    }
}

fn of_source(error: &SourceError) -> (u8, Kind) {
    match error {
        SourceError::NotAFile(what) if *what == A_DIRECTORY => (USAGE, Kind::Source),
        _ => (SOURCE, Kind::Source),
    }
}

/// How [`SourceError::NotAFile`] names a directory, which is wrong usage and not the file's fault.
pub(super) const A_DIRECTORY: &str = "a directory";

fn of_service(error: &ServiceError) -> (u8, Kind) {
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
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::cli::world::tests::world;
    use crate::cos::multipart::{PartNumber, UploadId};
    use crate::upload::{Operation, SendError};

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
        })
    }

    fn network(kind: SendErrorKind) -> Cause {
        Cause::Network(SendError { kind, message: "refused".to_owned() })
    }

    fn told(error: &UploadError, circumstances: Circumstances<'_>) -> String {
        let test = world(&[], &[]);
        Verdict::of_upload(error, circumstances).tell(&Console::new(&test.world));
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
    };

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
            let (found, found_kind) = of_cause(&Cause::Service(service(status, code)), None);
            assert_eq!((found, found_kind.as_str()), (exit_code, kind), "{status} {code}");
        }
    }

    #[test]
    fn every_other_cause_has_its_code() {
        let stalled = SendErrorKind::Stalled { after: Duration::from_secs(60) };
        let malformed = Cause::Malformed { what: "no ETag".to_owned(), request_id: None };
        let integrity = Cause::Integrity { what: "CRC-64 differs".to_owned(), request_id: None };
        let unencrypted = Cause::Unencrypted { what: "not confirmed".to_owned(), request_id: None };
        let table = [
            (Cause::Source(SourceError::Missing), SOURCE, "source"),
            (Cause::Source(SourceError::Unreadable("no".to_owned())), SOURCE, "source"),
            (Cause::Source(SourceError::Changed("size".to_owned())), SOURCE, "source"),
            (Cause::Source(SourceError::NotAFile("a pipe")), SOURCE, "source"),
            (Cause::Source(SourceError::NotAFile("a directory")), USAGE, "source"),
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
            let (found, found_kind) = of_cause(&cause, None);
            assert_eq!((found, found_kind.as_str()), (exit_code, kind), "{cause:?}");
        }
        assert_eq!(of_cause(&Cause::Interrupted, Some(Signal::Interrupt)), (130, Kind::Interrupted));
        assert_eq!(of_cause(&Cause::Interrupted, Some(Signal::Terminate)), (143, Kind::Interrupted));
    }

    #[test]
    fn the_commands_own_failures_have_their_codes() {
        let path = PathBuf::from("j");
        let table = [
            (Failure::usage("no"), USAGE, "usage", "no"),
            (
                Failure::Source { source: "f".into(), error: SourceError::Missing },
                SOURCE,
                "source",
                "could not upload f: no such file",
            ),
            (
                Failure::NoCredentials("looked at a, b".to_owned()),
                CREDENTIALS,
                "credentials",
                "could not sign requests: looked at a, b",
            ),
            (
                Failure::JournalInUse(path.clone()),
                REFUSED,
                "exists",
                "could not begin the upload: another process holds its journal j",
            ),
            (
                Failure::JournalUnusable { journal: path, why: "disk full".to_owned() },
                OTHER,
                "journal",
                "could not use the journal j: disk full",
            ),
            (
                Failure::ResultsLost("broken pipe".to_owned()),
                OTHER,
                "other",
                "could not write the results: broken pipe",
            ),
            (anyhow::anyhow!("inner").context("outer").into(), OTHER, "other", "outer: inner"),
        ];
        for (failure, exit_code, kind, message) in table {
            let verdict = failure.verdict();
            assert_eq!(
                (verdict.exit_code, verdict.kind.as_str(), verdict.message.as_str()),
                (exit_code, kind, message)
            );
        }
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

    #[test]
    fn a_failure_is_told_with_its_request_id_and_what_to_do() {
        let error = UploadError {
            operation: Some(Operation::UploadPart(PartNumber::new(7).unwrap())),
            attempts: 8,
            cause: Cause::Service(service(503, "SlowDown")),
            leftover: UploadId::new("1585130821cbb7df1d"),
        };
        let journal = Path::new("/s/j");
        assert_eq!(
            told(&error, Circumstances { journal: Some(journal), ..PLAIN }),
            "error: could not upload part 7 of 120 of dist.tar: SlowDown: words (HTTP 503) after 8 attempts\n  \
             x-cos-request-id: NWIwM2\n\
             hint: the service asks for less; try a smaller --concurrency, or again later\n\
             hint: run the same command again: it goes on with upload 1585130821cbb7df1d\n"
        );
        let verdict = Verdict::of_upload(&error, Circumstances { journal: Some(journal), ..PLAIN });
        assert_eq!((verdict.code.as_deref(), verdict.status, verdict.resumable), (Some("SlowDown"), Some(503), true));
        assert!(!Verdict::of_upload(&error, PLAIN).resumable);
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
            told(&of("AssumeRoleFailed", UploadId::new("id")), at_cdcs),
            "error: could not upload part 7 of 120 of dist.tar: AssumeRoleFailed: words (HTTP 409)\n  \
             x-cdcs-request-id: NWIwM2\n\
             hint: CDCS may not act for this account yet: authorise its service role in the CDCS console, or in CAM under \
             Roles, and see that the role may use COS and KMS\n\
             hint: then run the same command again: it goes on with upload id, whose parts are kept\n"
        );
        let without_journal = Circumstances { journal: None, ..at_cdcs };
        assert_eq!(
            told(&of("KMSFailed", UploadId::new("id")), without_journal).lines().last(),
            Some(
                "hint: upload id may be left on the server, where it keeps this key from other uploads, and there is no \
                 journal to resume it: abort it with cosput abort --service cdcs --key KEY --upload-id id"
            )
        );
    }

    #[test]
    fn an_upload_that_may_have_been_completed_is_told_as_such() {
        let error = UploadError {
            operation: Some(Operation::HeadObject),
            attempts: 3,
            cause: network(SendErrorKind::Broken),
            leftover: None,
        };
        let unknown = Circumstances { unknown: true, ..PLAIN };
        assert_eq!(
            told(&error, unknown),
            "error: it is not known whether dist.tar was uploaded: the connection broke: refused after 3 attempts\n\
             hint: run the same command again: it looks whether the object is there\n"
        );
        let verdict = Verdict::of_upload(&error, unknown);
        assert_eq!((verdict.exit_code, verdict.kind), (UNAVAILABLE, Kind::Unknown));
    }

    #[test]
    fn an_interrupted_upload_says_how_to_go_on() {
        let error =
            UploadError { operation: None, attempts: 0, cause: Cause::Interrupted, leftover: UploadId::new("id") };
        let stopped = Circumstances { journal: Some(Path::new("j")), signal: Some(Signal::Terminate), ..PLAIN };
        assert_eq!(
            told(&error, stopped),
            "error: could not upload dist.tar: interrupted\n\
             hint: run the same command again: it goes on with upload id\n"
        );
        assert_eq!(Verdict::of_upload(&error, stopped).exit_code, 143);
    }
}
