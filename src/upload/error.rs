//! The errors of an upload, as one enum with the cases that a caller can distinguish. The cli chooses messages and exit
//! codes.

use std::fmt;
use std::time::Duration;

use crate::cos::multipart::{PartNumber, UploadId};
use crate::cos::{Fault, ServiceError};

/// A request, or another step of the engine.
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
    /// Upload Part - Copy.
    CopyPart(PartNumber),
    /// Reading a part again, to compare it with the part on the server.
    ComparePart(PartNumber),
    /// Checking that the source has not changed.
    CheckSource,
    /// Reading the whole source to compare it with the object, or reading a stream.
    ReadSource,
    /// Complete Multipart Upload.
    Complete,
    /// HEAD Object.
    HeadObject,
    /// Abort Multipart Upload.
    Abort,
    /// GET Bucket.
    ListObjects,
    /// GET Object.
    GetObject,
    /// DELETE Object.
    DeleteObject,
}

impl Operation {
    /// False if the step only reads the source and sends nothing.
    pub fn is_request(self) -> bool {
        !matches!(self, Self::ComparePart(_) | Self::CheckSource | Self::ReadSource)
    }
}

/// Why a request got no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendError {
    /// The stage at which the request failed.
    pub kind: SendErrorKind,
    /// The message of the network library, without addresses that contain secrets.
    pub message: String,
}

/// The stage at which a request failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendErrorKind {
    /// No connection was made: it was refused, the host is unreachable, the name was not found, or it timed out.
    Connect,
    /// The server's certificate is not trusted. A retry would not help.
    Certificate,
    /// The server does not speak TLS, or no version of TLS that this program supports. A retry would not help.
    Tls,
    /// The proxy refuses to forward requests. A retry would not help.
    ProxyRefused,
    /// The connection broke before the answer was complete.
    Broken,
    /// No byte was transferred for the stall timeout.
    Stalled {
        /// The stall timeout.
        after: Duration,
    },
    /// There were no credentials for the signature.
    NoCredentials,
}

impl SendErrorKind {
    /// True if a connection was there and did not last until the answer.
    pub fn breaks_off(self) -> bool {
        matches!(self, Self::Broken | Self::Stalled { .. })
    }

    /// True if a retry would fail in the same way.
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

/// An error of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceError {
    /// The file does not exist.
    Missing,
    /// It cannot be read.
    Unreadable(String),
    /// It changed since the upload began: the property, its old value and its new value.
    Changed(String),
    /// It is not a regular file.
    NotAFile(FileKind),
    /// It is empty, and the service does not accept empty objects.
    Empty,
    /// It has content, and its size is given as 0: a file of /proc, or of a file system that does not know sizes.
    SizeUnknown,
    /// It is larger than the largest object.
    TooLarge(u64),
    /// It is an empty stream, and empty streams are not allowed.
    EmptyStream,
    /// It is a stream that ended before the expected size.
    Shorter {
        /// The number of bytes read.
        read: u64,
        /// The number of bytes expected.
        expected: u64,
    },
    /// It is a stream with more bytes than expected.
    Longer {
        /// The number of bytes expected.
        expected: u64,
    },
    /// It is a stream whose CRC-64 differs from the expected one.
    OtherCrc64 {
        /// The CRC-64 of the bytes read.
        read: u64,
        /// The expected CRC-64.
        expected: u64,
    },
    /// It is a stream with more bytes than its parts can hold.
    Outgrown {
        /// The number of bytes that its parts can hold.
        most: u64,
    },
}

/// Why an upload was not finished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// The source is the cause.
    Source(SourceError),
    /// The service refused the request, after any retries.
    Service(Box<ServiceError>),
    /// The answer cannot be understood.
    Malformed {
        /// The missing or wrong part of the answer.
        what: String,
        /// The request ID of the answer, if it has one.
        request_id: Option<String>,
    },
    /// There was no answer.
    Network(SendError),
    /// The data on the server differs from the data that was read.
    Integrity {
        /// The compared property and the difference.
        what: String,
        /// The request ID of the answer, if it has one.
        request_id: Option<String>,
    },
    /// The server does not confirm the requested encryption.
    Unencrypted {
        /// The confirmation that the answer lacks.
        what: String,
        /// The request ID of the answer, if it has one.
        request_id: Option<String>,
    },
    /// An object exists under the key and must not be overwritten.
    KeyTaken {
        /// The request ID of the answer that reported it.
        request_id: Option<String>,
    },
    /// The upload ID vanished twice.
    UploadVanished(Box<ServiceError>),
    /// The user stopped the upload.
    Interrupted,
}

/// A failure, with the multipart upload that may remain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadError {
    /// The operation that failed.
    pub operation: Option<Operation>,
    /// The number of attempts.
    pub attempts: u32,
    /// The reason.
    pub cause: Cause,
    /// A multipart upload that still exists, or may exist.
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
            Self::SizeUnknown => f.write_str("its size is given as 0 bytes, but it has content"),
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
    /// True if every other object of the same bucket would fail for the same reason.
    pub fn concerns_destination(&self) -> bool {
        match self {
            Self::Network(error) => error.kind.never_sent(),
            Self::Service(error) => error.concerns_bucket(),
            _ => false,
        }
    }

    /// True if an object exists under the key and must not be overwritten.
    pub fn is_taken_key(&self) -> bool {
        match self {
            Self::KeyTaken { .. } => true,
            Self::Service(error) => error.fault() == Fault::AlreadyExists,
            _ => false,
        }
    }

    /// The request ID that COS support asks for, if an answer had one.
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
