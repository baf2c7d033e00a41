//! The calls that the machine makes, their replies, and the request that each call becomes.

use std::sync::Arc;
use std::time::Duration;

use crate::cos::checksum::{Digest, Md5Digest};
use crate::cos::multipart::list_parts::Page;
use crate::cos::multipart::upload_part::StoredPart;
use crate::cos::multipart::upload_part_copy::{CopiedPart, CopyRange};
use crate::cos::multipart::{
    PartNumber, UploadId, abort, complete, initiate, list_parts, upload_part, upload_part_copy,
};
use crate::cos::objects::head_object::Object;
use crate::cos::objects::put_object::Stored;
use crate::cos::{
    AnswerError, Etag, Fault, Request, Response, ServiceError, Target, objects::head_object, objects::put_object,
};
use crate::language::Message;
use crate::upload::error::{Cause, Operation, SendError, SendErrorKind, SourceError};
use crate::upload::object_headers::ObjectOptions;
use crate::upload::plan::part_range::Range;
use crate::upload::source::stream::Taken;

/// How the MD5 of a request's body is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyMd5 {
    /// Not at all.
    None,
    /// Computed while the body is sent, and compared with the ETag in the answer.
    Computed,
    /// Sent in advance as `Content-MD5`, which the server compares. The body is read twice.
    Sent,
}

/// One operation for the driver to carry out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// Store the whole object.
    PutObject {
        /// All of its bytes.
        range: Range,
        /// How their MD5 is used.
        md5: BodyMd5,
    },
    /// Begin a multipart upload.
    Initiate,
    /// List a page of the parts that the server holds.
    ListParts {
        /// The upload.
        upload_id: UploadId,
        /// The part number after which the page starts.
        after: Option<PartNumber>,
    },
    /// Store a part.
    UploadPart {
        /// The upload.
        upload_id: UploadId,
        /// The part's number.
        number: PartNumber,
        /// Its bytes.
        range: Range,
        /// How their MD5 is used.
        md5: BodyMd5,
    },
    /// Copy a part from the object that exists under the key.
    CopyPart {
        /// The upload.
        upload_id: UploadId,
        /// The part's number.
        number: PartNumber,
        /// Its bytes, which are at the same place in the object.
        range: Range,
        /// The ETag that the object must still have.
        etag: Arc<str>,
    },
    /// Read a part again and compute its MD5. No request is sent.
    ComparePart {
        /// The part's number.
        number: PartNumber,
        /// Its bytes.
        range: Range,
    },
    /// Check that the source is unchanged. No request is sent.
    CheckSource,
    /// Read the whole source, with its MD5 if the object is compared by MD5. No request is sent.
    ReadSource {
        /// All of its bytes.
        range: Range,
        /// Whether to compute its MD5.
        with_md5: bool,
    },
    /// Read a stream until it has returned `to` bytes in all. No request is sent.
    ReadOn {
        /// The number of bytes.
        to: u64,
        /// Ranges that need not stay in memory.
        let_go: Vec<Range>,
    },
    /// Put the parts together.
    Complete {
        /// The upload.
        upload_id: UploadId,
        /// Every part's number and ETag, ascending.
        parts: Vec<(PartNumber, Etag)>,
    },
    /// Send HEAD for the object.
    HeadObject,
    /// Abort the upload.
    Abort(UploadId),
}

/// The successful result of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// To `PutObject`: the server's description of the stored object.
    Stored(Stored),
    /// To `Initiate`.
    Initiated(UploadId),
    /// To `ListParts`.
    Parts(Page),
    /// To `UploadPart`: the server's description of the stored part.
    Part(StoredPart),
    /// To `ComparePart`: the digest of the bytes read, with their MD5.
    Read(Digest),
    /// To `CopyPart`.
    Copied(CopiedPart),
    /// To `CheckSource`.
    SourceUnchanged,
    /// To `ReadOn`: how far the stream was read.
    Further(Taken),
    /// To `Complete`.
    Completed(Stored),
    /// To `HeadObject`; `None` if there is no object.
    Object(Option<Object>),
    /// To `HeadObject`: an object with other headers than this upload would set, such as other metadata.
    OtherObject(Object),
    /// To `Abort`.
    Aborted,
    /// To any call: the server carried it out, but does not confirm the requested encryption.
    Unconfirmed {
        /// The reply without the confirmation.
        reply: Box<Reply>,
        /// The part of the confirmation that is missing.
        what: Message,
        /// The request ID of the answer, if it has one.
        request_id: Option<String>,
    },
}

/// The end of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The digest of the body, if all of it was read and handed to the connection.
    pub sent: Option<Digest>,
    /// The reply or the failure.
    pub result: Result<Reply, Failure>,
    /// The time from the first byte of the body to the answer: without a body, from the request. Opening a connection is not
    /// in it.
    pub took: Duration,
}

impl From<Result<Reply, Failure>> for Outcome {
    fn from(result: Result<Reply, Failure>) -> Self {
        Self { sent: None, result, took: Duration::ZERO }
    }
}

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The server refused, or its answer cannot be understood.
    Answer(AnswerError),
    /// No answer came.
    Send(SendError),
    /// The source could not be read, or changed.
    Source(SourceError),
    /// The driver gave up waiting, because the user stops the program.
    Abandoned,
}

impl Call {
    /// The kind of this call.
    pub fn operation(&self) -> Operation {
        match self {
            Self::PutObject { .. } => Operation::PutObject,
            Self::Initiate => Operation::Initiate,
            Self::ListParts { .. } => Operation::ListParts,
            Self::UploadPart { number, .. } => Operation::UploadPart(*number),
            Self::CopyPart { number, .. } => Operation::CopyPart(*number),
            Self::ComparePart { number, .. } => Operation::ComparePart(*number),
            Self::CheckSource => Operation::CheckSource,
            Self::ReadSource { .. } | Self::ReadOn { .. } => Operation::ReadSource,
            Self::Complete { .. } => Operation::Complete,
            Self::HeadObject => Operation::HeadObject,
            Self::Abort(_) => Operation::Abort,
        }
    }

    /// The bytes of the source that are sent with the request.
    pub fn body(&self) -> Option<Range> {
        match self {
            Self::PutObject { range, .. } | Self::UploadPart { range, .. } => Some(*range),
            _ => None,
        }
    }

    /// How the MD5 of those bytes is used.
    pub fn body_md5(&self) -> BodyMd5 {
        match self {
            Self::PutObject { md5, .. } | Self::UploadPart { md5, .. } => *md5,
            _ => BodyMd5::None,
        }
    }

    /// The request; `None` for a call that needs none. `md5` is the body's, if it is to be sent.
    pub fn request(&self, target: &Target, object: &ObjectOptions, md5: Option<Md5Digest>) -> Option<Request> {
        let headers = object.of_request(self.operation());
        let mut request = match self {
            Self::PutObject { range, .. } => put_object::request(target, &headers, range.length, md5),
            Self::Initiate => initiate::request(target, &headers),
            Self::ListParts { upload_id, after } => list_parts::request(target, upload_id, *after),
            Self::UploadPart { upload_id, number, range, .. } => {
                upload_part::request(target, upload_id, *number, range.length, md5)
            }
            Self::CopyPart { upload_id, number, range: Range { offset, length }, etag } => {
                let copy = CopyRange { offset: *offset, length: *length, etag };
                upload_part_copy::request(target, upload_id, *number, copy)
            }
            Self::Complete { upload_id, parts } => complete::request(target, upload_id, parts),
            Self::HeadObject => head_object::request(target),
            Self::Abort(upload_id) => abort::request(target, upload_id),
            Self::ComparePart { .. } | Self::CheckSource | Self::ReadSource { .. } | Self::ReadOn { .. } => {
                return None;
            }
        };
        for (name, value) in headers.iter() {
            request.headers.set(name, value);
        }
        Some(request)
    }

    /// Reads the answer, and checks that it confirms the encryption that `object` asks for.
    pub fn read(&self, response: &Response, object: &ObjectOptions) -> Result<Reply, AnswerError> {
        let reply = self.read_reply(response)?;
        Ok(match object.unconfirmed(self.operation(), response) {
            Some(what) if reply != Reply::Object(None) => {
                let request_id = response.request_id().map(str::to_owned);
                Reply::Unconfirmed { reply: Box::new(reply), what, request_id }
            }
            _ => match reply {
                Reply::Object(Some(found)) if !object.headers.are_those_of(&response.headers) => {
                    Reply::OtherObject(found)
                }
                reply => reply,
            },
        })
    }

    fn read_reply(&self, response: &Response) -> Result<Reply, AnswerError> {
        Ok(match self {
            Self::PutObject { .. } => Reply::Stored(put_object::read(response)?),
            Self::Initiate => Reply::Initiated(initiate::read(response)?),
            Self::ListParts { .. } => Reply::Parts(list_parts::read(response)?),
            Self::UploadPart { .. } => Reply::Part(upload_part::read(response)?),
            Self::CopyPart { .. } => Reply::Copied(upload_part_copy::read(response)?),
            Self::Complete { .. } => Reply::Completed(complete::read(response)?),
            Self::HeadObject => Reply::Object(head_object::read(response)?),
            Self::Abort(_) => {
                abort::read(response)?;
                Reply::Aborted
            }
            Self::ComparePart { .. } | Self::CheckSource | Self::ReadSource { .. } | Self::ReadOn { .. } => {
                unreachable!("nothing is sent for {:?}", self.operation())
            }
        })
    }
}

impl Failure {
    /// True if no answer came because the network failed.
    pub(crate) fn is_of_network(&self) -> bool {
        matches!(self, Self::Send(error) if !error.kind.is_final() && error.kind != SendErrorKind::NoCredentials)
    }

    /// True if no answer shows how the server handled a request that may have reached it.
    pub fn is_lost(&self) -> bool {
        match self {
            Self::Answer(AnswerError::Malformed { .. }) | Self::Abandoned => true,
            Self::Send(error) => !error.kind.never_sent(),
            Self::Answer(AnswerError::Service(_)) | Self::Source(_) => false,
        }
    }

    /// True if the server may have carried out the request: the answer is lost, or it reports the server's own failure.
    /// A throttled answer is a clear refusal.
    pub fn is_ambiguous(&self) -> bool {
        match self {
            Self::Answer(AnswerError::Service(error)) => {
                (error.status >= 500 || error.status == 200) && error.fault() != Fault::Throttled
            }
            other => other.is_lost(),
        }
    }

    /// True if the server answered, and other requests may still succeed.
    pub(crate) fn is_answer_about_the_part(&self) -> bool {
        match self {
            Self::Answer(AnswerError::Service(error)) => {
                !matches!(error.fault(), Fault::Skewed | Fault::Expired) && !error.concerns_bucket()
            }
            Self::Answer(AnswerError::Malformed { .. }) => true,
            Self::Send(_) | Self::Source(_) | Self::Abandoned => false,
        }
    }

    /// True if the server did not answer in time.
    pub(crate) fn is_stalled(&self) -> bool {
        matches!(self, Self::Send(error) if matches!(error.kind, SendErrorKind::Stalled { .. }))
    }

    /// The kind of the service's refusal; `None` if the failure is not an answer of the service.
    pub(crate) fn fault(&self) -> Option<Fault> {
        self.refusal().map(ServiceError::fault)
    }

    /// The service's refusal; `None` if the failure is not an answer of the service.
    pub(crate) fn refusal(&self) -> Option<&ServiceError> {
        match self {
            Self::Answer(AnswerError::Service(error)) => Some(error),
            _ => None,
        }
    }

    /// The failure as a cause, for messages.
    pub fn into_cause(self) -> Cause {
        match self {
            Self::Answer(AnswerError::Service(error)) => Cause::Service(error),
            Self::Answer(AnswerError::Malformed { what, request_id }) => Cause::Malformed { what, request_id },
            Self::Send(error) => Cause::Network(error),
            Self::Source(error) => Cause::Source(error),
            Self::Abandoned => Cause::Interrupted,
        }
    }
}
