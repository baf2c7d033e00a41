//! Failures of a command outside the engine: the exit code, the message and the hints of each.

use std::path::PathBuf;

use super::circumstances::Circumstances;
use super::exit::{CREDENTIALS, INTEGRITY, Kind, NOT_FOUND, OTHER, REFUSED, SOURCE, UNAVAILABLE, USAGE};
use super::failure_report::FailureReport;
use super::hint;
use super::message;
use super::nothing_found::NothingFound;
use crate::cli::output::console::shown;
use crate::cli::process::runtime::NotStarted;
use crate::cli::process::signals::Signal;
use crate::cos::{CredentialsError, Service};
use crate::language::{Message, message};
use crate::upload::{SourceError, UploadError};

/// A failure of a command, outside the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The command line asks for something impossible.
    Usage {
        /// The error and the correct usage.
        message: Message,
        /// A further hint.
        hint: Option<Message>,
    },
    /// The source cannot be uploaded.
    Source {
        /// Its path.
        source: PathBuf,
        /// The fault of the source.
        error: SourceError,
    },
    /// Nothing was found to upload.
    NothingFound(NothingFound),
    /// A file has no valid key, for this reason.
    Unfit {
        /// Its path.
        source: PathBuf,
        /// The fault of its name.
        why: Message,
    },
    /// A file was sent, but its object is not completed because others were not sent.
    Withheld(PathBuf),
    /// There are no credentials: the places that were searched.
    NoCredentials(CredentialsError),
    /// There are no trusted certificates for https.
    NoCertificates,
    /// Another process is using this journal.
    JournalInUse(PathBuf),
    /// A journal that the user named cannot be used.
    JournalUnusable {
        /// Its path.
        journal: PathBuf,
        /// The fault of the journal.
        why: Message,
    },
    /// A request outside an upload failed: the service, the subject and the cause.
    Request {
        /// The service that got the request.
        service: Service,
        /// The bucket, key or file, as messages name it.
        about: String,
        /// The cause.
        error: Box<UploadError>,
    },
    /// The source of an upload that was to be resumed cannot be used.
    Unresumable {
        /// The source.
        source: PathBuf,
        /// The fault of the source.
        error: SourceError,
        /// The journal of the upload.
        journal: PathBuf,
    },
    /// Another process is running an upload that was to be aborted.
    UploadInUse(PathBuf),
    /// The named bucket, object or upload is not on the server.
    NotFound(Message),
    /// Uploads of a plan are not on the server.
    UploadsGone(Message),
    /// The server's bytes differ from the file's.
    Different(Message),
    /// The plan exists already, is being made, or has ended.
    PlanRefused {
        /// The action that failed, and the cause.
        message: Message,
        /// How to go on.
        hint: Option<Message>,
    },
    /// Machines read different files, or another file than the one that was planned.
    SourcesDiffer(Message),
    /// Something of a plan is still missing.
    NotYet {
        /// What is missing.
        message: Message,
        /// How to get it.
        hint: Message,
    },
    /// A plan failed for several reasons, of which this exit code names the most urgent.
    PlanFailed {
        /// The exit code.
        exit_code: u8,
        /// The failed actions.
        message: Message,
    },
    /// A signal ended a command that keeps no state.
    Interrupted(Signal),
    /// Results could not be written to stdout.
    ResultsLost(Message),
    /// Any other failure: the action that failed, and the cause.
    Other(Message),
}

impl Failure {
    /// A usage error, in one line.
    pub fn usage(message: impl Into<Message>) -> Self {
        Self::Usage { message: message.into(), hint: None }
    }

    /// The report of the failure.
    pub fn report(&self) -> FailureReport {
        let (exit_code, kind) = match self {
            Self::Usage { .. } => (USAGE, Kind::Usage),
            Self::Source { .. } | Self::NothingFound(_) | Self::Unfit { .. } | Self::Unresumable { .. } => {
                (SOURCE, Kind::Source)
            }
            Self::Withheld(_) => (UNAVAILABLE, Kind::Interrupted),
            Self::NoCredentials(_) => (CREDENTIALS, Kind::Credentials),
            Self::JournalInUse(_) | Self::UploadInUse(_) => (REFUSED, Kind::Busy),
            Self::PlanRefused { .. } => (REFUSED, Kind::Exists),
            Self::SourcesDiffer(_) => (SOURCE, Kind::Source),
            Self::NotYet { .. } => (UNAVAILABLE, Kind::Incomplete),
            Self::PlanFailed { exit_code, .. } => (*exit_code, Kind::Service),
            Self::NotFound(_) | Self::UploadsGone(_) => (NOT_FOUND, Kind::NotFound),
            Self::Different(_) => (INTEGRITY, Kind::Integrity),
            Self::Interrupted(signal) => (signal.exit_code(), Kind::Interrupted),
            Self::Request { service, about, error } => {
                return FailureReport::of_upload(error, Circumstances::of(about, *service));
            }
            Self::NoCertificates => (OTHER, Kind::Network),
            Self::JournalUnusable { .. } => (OTHER, Kind::Journal),
            Self::ResultsLost(_) | Self::Other(_) => (OTHER, Kind::Other),
        };
        FailureReport {
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

    fn message(&self) -> Message {
        match self {
            Self::Usage { message, .. }
            | Self::Other(message)
            | Self::NotFound(message)
            | Self::UploadsGone(message)
            | Self::Different(message)
            | Self::PlanRefused { message, .. }
            | Self::SourcesDiffer(message)
            | Self::NotYet { message, .. }
            | Self::PlanFailed { message, .. } => message.clone(),
            Self::Request { service, about, error } => message::of_upload(error, Circumstances::of(about, *service)),
            Self::Interrupted(Signal::Deadline) => message!("stopped by the deadline"),
            Self::Interrupted(_) => message!("interrupted"),
            Self::UploadInUse(journal) => {
                message!(
                    "could not abort the upload: another process is using its journal {journal}",
                    journal = shown(journal)
                )
            }
            Self::Source { source, error } => {
                message!("could not upload {source}: {error}", source = shown(source), error)
            }
            Self::Unresumable { source, error, .. } => {
                message!("could not resume the upload of {source}: {error}", source = shown(source), error)
            }
            Self::NothingFound(found) => Message::of(found),
            Self::Unfit { source, why } => {
                message!("could not upload {source}: {error}", source = shown(source), error = why)
            }
            Self::Withheld(source) => {
                message!("{source} was sent but not completed, because other files failed", source = shown(source))
            }
            Self::NoCredentials(error) => message!("could not sign requests: {error}", error),
            Self::JournalInUse(journal) => {
                message!(
                    "could not start the upload: another process is using its journal {journal}",
                    journal = shown(journal)
                )
            }
            Self::JournalUnusable { journal, why } => {
                message!("could not use the journal {journal}: {why}", journal = shown(journal), why)
            }
            Self::NoCertificates => message!("could not use https: no CA certificates are installed on this system"),
            Self::ResultsLost(why) => message!("could not write the results: {why}", why),
        }
    }

    fn hint(&self) -> Option<Message> {
        match self {
            Self::Usage { hint, .. } | Self::PlanRefused { hint, .. } => hint.clone(),
            Self::Source { source, error } => hint::for_named_source(source, error).map(Message::from),
            Self::Unresumable { journal, .. } => Some(message!(
                "if the file will not come back, abort the upload with cosput abort --journal {journal}",
                journal = shown(journal)
            )),
            Self::NoCredentials(error) => error.hint.clone(),
            Self::NothingFound(NothingFound { may_be_allowed: false, .. }) => {
                Some(message!("check the paths and the globs"))
            }
            Self::NothingFound(_) => {
                Some(message!("check the paths and the globs; use --allow-empty if there may be nothing to upload"))
            }
            Self::NoCertificates => Some(hint::NO_CERTIFICATES.into()),
            Self::JournalInUse(_) | Self::UploadInUse(_) => {
                Some(message!("wait for the other process to finish, or stop it"))
            }
            Self::Unfit { source, .. } if source.to_str().is_none() => {
                Some(message!("rename the file, or upload it alone with --key KEY"))
            }
            Self::UploadsGone(_) => {
                Some(message!("no shard can send to an upload that is gone: make a new plan in another directory"))
            }
            Self::NotYet { hint, .. } => Some(hint.clone()),
            Self::JournalUnusable { .. }
            | Self::PlanFailed { .. }
            | Self::SourcesDiffer(_)
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

impl From<NotStarted> for Failure {
    fn from(NotStarted(error): NotStarted) -> Self {
        Self::Other(message!("could not start: {error}", error))
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        let mut causes: Vec<Message> = error.chain().map(Message::of).collect();
        let innermost = causes.pop().unwrap_or_default();
        Self::Other(causes.into_iter().rfold(innermost, |why, what| message!("{what}: {why}", what, why)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::chinese;

    #[test]
    fn the_causes_of_a_failure_are_separated_as_the_language_does() {
        let failure = || Failure::from(anyhow::anyhow!("inner").context("middle").context("outer")).report().message;
        assert_eq!(failure(), "outer: middle: inner");
        chinese(|| assert_eq!(failure().text(), "outer：middle：inner"));
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
                Failure::NoCredentials(CredentialsError { message: "looked at a, b".into(), hint: None }),
                CREDENTIALS,
                "credentials",
                "could not sign requests: looked at a, b",
            ),
            (
                Failure::JournalInUse(path.clone()),
                REFUSED,
                "busy",
                "could not start the upload: another process is using its journal j",
            ),
            (
                Failure::JournalUnusable { journal: path, why: "disk full".into() },
                OTHER,
                "journal",
                "could not use the journal j: disk full",
            ),
            (Failure::ResultsLost("broken pipe".into()), OTHER, "other", "could not write the results: broken pipe"),
            (anyhow::anyhow!("inner").context("outer").into(), OTHER, "other", "outer: inner"),
        ];
        for (failure, exit_code, kind, message) in table {
            let report = failure.report();
            assert_eq!((report.exit_code, report.kind.as_str(), report.message.english()), (exit_code, kind, message));
        }
    }
}
