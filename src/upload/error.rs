//! What can go wrong with an upload: one enum for what a caller can tell apart. Words and exit codes are the cli's.

use std::fmt;
use std::time::Duration;

use crate::cos::multipart::{PartNumber, UploadId};
use crate::cos::{Fault, ServiceError};

/// A request, or another step that the engine asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// PUT Object.
    PutObject,
    /// Initiate Multipart Upload.
    Initiate,
    /// List Parts.
    ListParts,
    /// List Multipart Uploads.
    ListUploads,
    /// Upload Part.
    UploadPart(PartNumber),
    /// Reading a part again, to compare it with what the server holds.
    ComparePart(PartNumber),
    /// Looking whether the source is still what it was.
    CheckSource,
    /// Reading the whole source, to compare it with the object; or a stream, as it comes.
    ReadSource,
    /// Complete Multipart Upload.
    Complete,
    /// HEAD Object.
    HeadObject,
    /// Abort Multipart Upload.
    Abort,
}

impl Operation {
    /// False if only the source is read, and nothing is sent.
    pub fn is_request(self) -> bool {
        !matches!(self, Self::ComparePart(_) | Self::CheckSource | Self::ReadSource)
    }
}

/// Why a request gave no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendError {
    /// Where it broke.
    pub kind: SendErrorKind,
    /// What the network library said, without addresses that hold secrets.
    pub message: String,
}

/// Where a request broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendErrorKind {
    /// No connection came about: refused, unreachable, name not found, or time ran out.
    Connect,
    /// The server's certificate is not trusted. Another attempt would not help.
    Certificate,
    /// The server does not speak TLS, or no version of it that this program does. Another attempt would not help.
    Tls,
    /// The proxy refuses to pass requests on. Another attempt would not help.
    ProxyRefused,
    /// The connection broke before the answer was whole.
    Broken,
    /// No byte moved for the stall timeout.
    Stalled {
        /// How long nothing moved.
        after: Duration,
    },
    /// There were no credentials to sign with.
    NoCredentials,
}

impl SendErrorKind {
    /// True if another attempt would fail in the same way.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Certificate | Self::Tls | Self::ProxyRefused)
    }

    /// True if the server cannot have acted on the request.
    pub fn never_sent(self) -> bool {
        matches!(self, Self::Connect | Self::NoCredentials) || self.is_final()
    }
}

/// A kind of file that cannot be uploaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A directory.
    Directory,
    /// A named pipe.
    Pipe,
    /// A character or block device.
    Device,
    /// A Unix socket.
    Socket,
    /// Any other kind.
    Other,
}

/// What is wrong with the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceError {
    /// There is no such file.
    Missing,
    /// It cannot be read.
    Unreadable(String),
    /// It is not what it was when the upload began: which property changed, from what to what.
    Changed(String),
    /// It is not a regular file.
    NotAFile(FileKind),
    /// It has no bytes, and the service takes no empty objects.
    Empty,
    /// It is larger than an object can be.
    TooLarge(u64),
    /// It is a stream without a byte, and nobody said that it may be.
    EmptyStream,
    /// It is a stream that ended too early.
    Shorter {
        /// How many bytes came.
        read: u64,
        /// How many were to come.
        expected: u64,
    },
    /// It is a stream of which more came than was to come.
    Longer {
        /// How many bytes were to come.
        expected: u64,
    },
    /// It is a stream of which other bytes came than were to come.
    OtherCrc64 {
        /// The CRC-64 of those that came.
        read: u64,
        /// The CRC-64 of those that were to come.
        expected: u64,
    },
    /// It is a stream that has more bytes than its parts can hold.
    Outgrown {
        /// How many bytes they can hold.
        most: u64,
    },
}

/// Why an upload was not finished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// The source's fault.
    Source(SourceError),
    /// The service said no, and went on saying it.
    Service(Box<ServiceError>),
    /// An answer that cannot be understood.
    Malformed {
        /// What is missing or wrong.
        what: String,
        /// The id of the answer, where it has one.
        request_id: Option<String>,
    },
    /// No answer came.
    Network(SendError),
    /// What the server holds is not what was read.
    Integrity {
        /// What was compared and how it differs.
        what: String,
        /// The id of the answer, where it has one.
        request_id: Option<String>,
    },
    /// The server does not confirm the encryption that was asked for.
    Unencrypted {
        /// What its answer lacks.
        what: String,
        /// The id of the answer, where it has one.
        request_id: Option<String>,
    },
    /// There is an object under the key, which must not be overwritten.
    KeyTaken {
        /// The ID of the answer that reported it.
        request_id: Option<String>,
    },
    /// The upload id vanished, twice.
    UploadVanished(Box<ServiceError>),
    /// The user stopped it.
    Interrupted,
}

/// A failure, with what is left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadError {
    /// What was being done.
    pub operation: Option<Operation>,
    /// How often it was tried.
    pub attempts: u32,
    /// Why it failed.
    pub cause: Cause,
    /// A multipart upload that still exists, or may.
    pub leftover: Option<UploadId>,
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            SendErrorKind::Connect | SendErrorKind::Tls | SendErrorKind::ProxyRefused => {
                write!(f, "could not connect: {}", self.message)
            }
            SendErrorKind::Certificate => write!(f, "the server's certificate is not trusted: {}", self.message),
            SendErrorKind::Broken => write!(f, "the connection broke: {}", self.message),
            SendErrorKind::Stalled { after } => write!(f, "no byte moved for {} s", after.as_secs_f64()),
            SendErrorKind::NoCredentials => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for SendError {}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Directory => "a directory",
            Self::Pipe => "a pipe",
            Self::Device => "a device",
            Self::Socket => "a socket",
            Self::Other => "something special",
        })
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("no such file"),
            Self::Unreadable(why) => write!(f, "cannot be read: {why}"),
            Self::Changed(what) => write!(f, "changed while it was uploaded: {what}"),
            Self::NotAFile(kind) => write!(f, "is {kind}, not a file"),
            Self::Empty => f.write_str("is empty, and CDCS takes no empty objects"),
            Self::TooLarge(size) => write!(f, "has {size} bytes, more than an object can hold (50,000 GiB)"),
            Self::EmptyStream => f.write_str("it is empty"),
            Self::Shorter { read, expected } => write!(f, "it ended after {read} bytes, and {expected} were expected"),
            Self::Longer { expected } => write!(f, "it goes on after the {expected} bytes that were expected"),
            Self::OtherCrc64 { read, expected } => write!(f, "its CRC-64 is {read}, and {expected} was expected"),
            Self::Outgrown { most } => write!(f, "it goes on after {most} bytes, which is what 10,000 parts hold"),
        }
    }
}

impl std::error::Error for SourceError {}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source(error) => error.fmt(f),
            Self::Service(error) | Self::UploadVanished(error) => error.fmt(f),
            Self::Malformed { what, .. } | Self::Integrity { what, .. } | Self::Unencrypted { what, .. } => {
                f.write_str(what)
            }
            Self::KeyTaken { .. } => f.write_str("there is an object under this key"),
            Self::Network(error) => error.fmt(f),
            Self::Interrupted => f.write_str("interrupted"),
        }
    }
}

impl Cause {
    /// True if every other object of the same bucket would fail for this reason too.
    pub fn concerns_destination(&self) -> bool {
        match self {
            Self::Network(error) => error.kind.never_sent(),
            Self::Service(error) => error.concerns_bucket(),
            _ => false,
        }
    }

    /// True if the object must not be overwritten, and one exists.
    pub fn is_taken_key(&self) -> bool {
        match self {
            Self::KeyTaken { .. } => true,
            Self::Service(error) => error.fault() == Fault::AlreadyExists,
            _ => false,
        }
    }

    /// The id that support asks for, where an answer had one.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Service(error) | Self::UploadVanished(error) => error.request_id.as_deref(),
            Self::Malformed { request_id, .. }
            | Self::Integrity { request_id, .. }
            | Self::KeyTaken { request_id }
            | Self::Unencrypted { request_id, .. } => request_id.as_deref(),
            Self::Source(_) | Self::Network(_) | Self::Interrupted => None,
        }
    }
}
