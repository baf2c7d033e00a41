//! The errors of an upload, as one enum with the cases that a caller can distinguish. The cli chooses messages and exit
//! codes.

use crate::language::{Message, message, phrase};
use std::fmt;
use std::time::Duration;

use crate::cos::multipart::{PartNumber, UploadId};
use crate::cos::{Fault, ServiceError};

/// A request, or another step of the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    pub message: Message,
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
    Unreadable(Message),
    /// It changed since the upload began: the property, its old value and its new value.
    Changed(Message),
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
        what: Message,
        /// The request ID of the answer, if it has one.
        request_id: Option<String>,
    },
    /// There was no answer.
    Network(SendError),
    /// The data on the server differs from the data that was read.
    Integrity {
        /// The compared property and the difference.
        what: Message,
        /// The request ID of the answer, if it has one.
        request_id: Option<String>,
    },
    /// The server does not confirm the requested encryption.
    Unencrypted {
        /// The confirmation that the answer lacks.
        what: Message,
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
                message!("could not connect: {why}", why = self.message).fmt(f)
            }
            SendErrorKind::Certificate => {
                message!("the server's certificate is not trusted: {why}", why = self.message).fmt(f)
            }
            SendErrorKind::Broken => message!("the connection broke: {why}", why = self.message).fmt(f),
            SendErrorKind::Stalled { after } => {
                message!("no byte moved for {seconds} s", seconds = after.as_secs_f64()).fmt(f)
            }
            SendErrorKind::NoCredentials => self.message.fmt(f),
        }
    }
}

impl std::error::Error for SendError {}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self {
            Self::Directory => phrase!("a directory"),
            Self::Pipe => phrase!("a pipe"),
            Self::Device => phrase!("a device"),
            Self::Socket => phrase!("a socket"),
            Self::Other => phrase!("something special"),
        };
        kind.fmt(f)
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => phrase!("no such file").fmt(f),
            Self::Unreadable(why) => message!("cannot be read: {why}", why).fmt(f),
            Self::Changed(what) => message!("changed while it was uploaded: {what}", what).fmt(f),
            Self::NotAFile(kind) => message!("is {kind}, not a file", kind).fmt(f),
            Self::Empty => phrase!("is empty, and CDCS takes no empty objects").fmt(f),
            Self::SizeUnknown => phrase!("its size is given as 0 bytes, but it has content").fmt(f),
            Self::TooLarge(size) => {
                message!("has {size} bytes, more than an object can hold (50,000 GiB)", size).fmt(f)
            }
            Self::EmptyStream => phrase!("it is empty").fmt(f),
            Self::Shorter { read, expected } => {
                message!("it ended after {read} bytes, and {expected} were expected", read, expected).fmt(f)
            }
            Self::Longer { expected } => {
                message!("it goes on after the {expected} bytes that were expected", expected).fmt(f)
            }
            Self::OtherCrc64 { read, expected } => {
                message!("its CRC-64 is {read}, and {expected} was expected", read, expected).fmt(f)
            }
            Self::Outgrown { most } => {
                message!("it goes on after {most} bytes, which is what 10,000 parts hold", most).fmt(f)
            }
        }
    }
}

impl std::error::Error for SourceError {}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source(error) => error.fmt(f),
            Self::Service(error) | Self::UploadVanished(error) => error.fmt(f),
            Self::Malformed { what, .. } | Self::Integrity { what, .. } | Self::Unencrypted { what, .. } => what.fmt(f),
            Self::KeyTaken { .. } => phrase!("there is an object under this key").fmt(f),
            Self::Network(error) => error.fmt(f),
            Self::Interrupted => phrase!("interrupted").fmt(f),
        }
    }
}

impl Cause {
    /// True if every other object of the same bucket would fail for the same reason.
    pub fn concerns_destination(&self) -> bool {
        match self {
            Self::Network(error) => error.kind.never_sent(),
            Self::Service(error) => error.concerns_bucket() || error.is_of_gateway(),
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
