//! The errors that the emulator answers with: status, code and message (document 436/7730).

use std::borrow::Cow;
use std::io;
use std::path::Path;

/// An error as the service reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) message: Cow<'static, str>,
    /// Further elements of the document.
    pub(crate) details: Vec<(&'static str, String)>,
}

impl Refusal {
    pub(crate) const fn new(status: u16, code: &'static str, message: &'static str) -> Self {
        Self { status, code, message: Cow::Borrowed(message), details: Vec::new() }
    }

    /// The same error with another message.
    pub(crate) fn saying(self, message: impl Into<Cow<'static, str>>) -> Self {
        Self { message: message.into(), ..self }
    }
}

/// A full disk has its own code, which clients do not retry. Any other failure of the disk is an internal error of the
/// service.
impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                INSUFFICIENT_STORAGE
            }
            _ => INTERNAL_ERROR.saying(format!("The emulator's directory: {error}")),
        }
    }
}

/// The error for a full disk.
pub(crate) fn no_space(directory: &Path) -> Refusal {
    INSUFFICIENT_STORAGE.saying(format!("no space left in {}", directory.display()))
}

macro_rules! refusals {
    ($($name:ident = $status:literal $code:literal $message:literal;)*) => {
        $(pub(crate) const $name: Refusal = Refusal::new($status, $code, $message);)*
    };
}

refusals! {
    ACCESS_DENIED = 403 "AccessDenied" "Access Denied.";
    ASSUME_ROLE_FAILED = 409 "AssumeRoleFailed" "The role of the coffer service could not be assumed.";
    AUTH_FAILED = 401 "AuthFailed" "The signature is not valid.";
    BAD_DIGEST = 400 "BadDigest" "The Content-MD5 you specified did not match what we received.";
    BUCKET_EXISTS = 409 "BucketAlreadyOwnedByYou" "The bucket already exists and is yours.";
    BUCKET_NOT_EMPTY = 409 "BucketNotEmpty" "The bucket you tried to delete is not empty.";
    ENTITY_TOO_LARGE = 400 "EntityTooLarge" "Your upload exceeds the largest size allowed.";
    ENTITY_TOO_SMALL = 400 "EntityTooSmall" "A part other than the last one is smaller than 1 MiB.";
    EXPIRED_TOKEN = 400 "ExpiredToken" "The provided token has expired.";
    FILE_ALREADY_EXISTS = 409 "FileAlreadyExists" "The object exists and overwriting was forbidden.";
    INCOMPLETE_BODY = 400 "IncompleteBody" "You did not provide the number of bytes specified by Content-Length.";
    INSUFFICIENT_STORAGE = 507 "InsufficientStorage" "No space is left for the emulator.";
    INTERNAL_ERROR = 500 "InternalError" "We encountered an internal error. Please try again.";
    INVALID_ACCESS_KEY_ID = 403 "InvalidAccessKeyId" "The access key ID you provided does not exist in our records.";
    INVALID_ARGUMENT = 400 "InvalidArgument" "Invalid argument.";
    INVALID_BUCKET_NAME = 400 "InvalidBucketName" "The specified bucket is not valid.";
    INVALID_DIGEST = 400 "InvalidDigest" "The Content-MD5 you specified is not valid.";
    INVALID_OBJECT_NAME = 400 "InvalidObjectName" "The specified key is not valid.";
    INVALID_OBJECT_STATE = 403 "InvalidObjectState" "The operation is not valid for the storage class of the object.";
    INVALID_PART = 400 "InvalidPart" "One or more of the specified parts could not be found.";
    INVALID_PART_ORDER = 400 "InvalidPartOrder" "The list of parts was not in ascending order.";
    INVALID_RANGE = 416 "InvalidRange" "The requested range cannot be satisfied.";
    INVALID_REQUEST = 400 "InvalidRequest" "The request is not valid.";
    INVALID_TAG = 400 "InvalidTag" "The tags are not valid.";
    INVALID_URI = 400 "InvalidURI" "The specified URI could not be parsed.";
    KEY_TOO_LONG = 400 "KeyTooLong" "The key is too long.";
    KMS_FAILED = 409 "KMSFailed" "The call to KMS failed.";
    MALFORMED_XML = 400 "MalformedXML" "The XML you provided was not well-formed.";
    METHOD_NOT_ALLOWED = 405 "MethodNotAllowed" "The specified method is not allowed against this resource.";
    MISSING_CONTENT_LENGTH = 411 "MissingContentLength" "You must provide the Content-Length HTTP header.";
    MULTIPART_ALREADY_COMPLETED = 409 "MultipartAlreadyCompleted" "The upload has already been completed.";
    NOT_IMPLEMENTED = 501 "NotImplemented" "The emulator does not implement this operation.";
    NOT_SUPPORTED_STORAGE_CLASS = 400 "NotSupportedStorageClass" "The storage class is not supported.";
    NO_SUCH_BUCKET = 404 "NoSuchBucket" "The specified bucket does not exist.";
    NO_SUCH_KEY = 404 "NoSuchKey" "The specified key does not exist.";
    NO_SUCH_UPLOAD = 404 "NoSuchUpload" "The specified multipart upload does not exist.";
    NO_SUCH_VERSION = 404 "NoSuchVersion" "The specified version does not exist.";
    OBJECT_NOT_APPENDABLE = 409 "ObjectNotAppendable" "The object is not appendable.";
    OBJECT_ALREADY_EXISTS = 409 "ObjectAlreadyExistsOwnedByYou" "The object exists and is yours.";
    OBJECT_ALREADY_UPLOADING = 409 "ObjectAlreadyUploading" "The object is being uploaded.";
    OBJECT_EMPTY = 400 "ObjectEmpty" "The object is empty.";
    PATH_CONFLICT = 409 "PathConflict" "Another request is writing to the same key.";
    POLICY_DOES_NOT_MATCH = 403 "AccessDenied" "The form does not match its policy.";
    POSITION_NOT_EQUAL = 409 "PositionNotEqualToLength" "The position differs from the length of the object.";
    PRECONDITION_FAILED = 412 "PreconditionFailed" "At least one of the preconditions you specified was not met.";
    REQUEST_HAS_EXPIRED = 403 "AccessDenied" "Request has expired";
    REQUEST_TIMEOUT = 400 "RequestTimeout" "Your socket connection was not read from or written to in time.";
    REQUEST_TIME_TOO_SKEWED = 403 "RequestTimeTooSkewed" "The difference between the request time and the current time is too large.";
    SERVICE_UNAVAILABLE = 503 "ServiceUnavailable" "Please reduce your request rate or try again.";
    SIGNATURE_DOES_NOT_MATCH = 403 "SignatureDoesNotMatch" "The Signature you specified is invalid.";
    SLOW_DOWN = 503 "SlowDown" "Please reduce your request rate.";
    SSEC_DECRYPT_HEADER_INVALID = 400 "SsecDecryptHeaderInvalid" "The customer's key is missing or differs from that of the object.";
    SSE_CONTENT_NOT_SUPPORTED = 400 "SSEContentNotSupported" "The specified server-side encryption is not supported.";
    SSE_HEADER_NOT_ALLOWED = 400 "SSEHeaderNotAllowed" "Server-side encryption headers are not allowed when an object is read.";
    TOO_MANY_REQUESTS = 429 "TooManyRequests" "Too many requests.";
    UPLOAD_CONFLICT = 409 "UploadConflict" "The upload is being completed.";
    USER_NETWORK_TOO_SLOW = 400 "UserNetworkTooSlow" "The upload rate is too low.";
    XML_SIZE_LIMIT = 400 "XMLSizeLimit" "The XML you provided is too large.";
}
