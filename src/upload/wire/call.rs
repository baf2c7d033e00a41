//! What the machine asks for and what comes back, and the request that each call becomes.

use crate::cos::checksum::{Digest, Md5Digest};
use crate::cos::head_object::Object;
use crate::cos::multipart::list_parts::Page;
use crate::cos::multipart::upload_part::StoredPart;
use crate::cos::multipart::{PartNumber, UploadId, abort, complete, initiate, list_parts, upload_part};
use crate::cos::put_object::Stored;
use crate::cos::{AnswerError, Etag, Fault, Request, Response, ServiceError, Target, head_object, put_object};
use crate::upload::error::{Cause, Operation, SendError, SendErrorKind, SourceError};
use crate::upload::object_headers::ObjectOptions;
use crate::upload::plan::part_sizes::Range;
use crate::upload::source::stream::Taken;

/// Names one sending of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttemptId(pub u64);

/// What a request does about the MD5 of its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyMd5 {
    /// Nothing.
    None,
    /// It is computed while the body is sent, to compare it with the ETag in the answer.
    Computed,
    /// It is sent ahead as `Content-MD5`, which the server compares. The body is read twice.
    Sent,
}

/// One thing to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// Store the whole object.
    PutObject {
        /// All of its bytes.
        range: Range,
        /// What is done about their MD5.
        md5: BodyMd5,
    },
    /// Begin a multipart upload.
    Initiate,
    /// Ask for a page of the parts that the server holds.
    ListParts {
        /// The upload.
        upload_id: UploadId,
        /// Where the page starts (exclusive).
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
        /// What is done about their MD5.
        md5: BodyMd5,
    },
    /// Read a part again, with its MD5. Nothing is sent.
    ComparePart {
        /// The part's number.
        number: PartNumber,
        /// Its bytes.
        range: Range,
    },
    /// Look whether the source is still what it was. Nothing is sent.
    CheckSource,
    /// Read the whole source, with its MD5 where that is what the object is compared by. Nothing is sent.
    ReadSource {
        /// All of its bytes.
        range: Range,
        /// Whether its MD5 is asked for.
        with_md5: bool,
    },
    /// Read a stream on, until so many bytes came in all. Nothing is sent.
    ReadOn {
        /// How many bytes.
        to: u64,
        /// What need not be held any longer.
        let_go: Vec<Range>,
    },
    /// Put the parts together.
    Complete {
        /// The upload.
        upload_id: UploadId,
        /// Every part's number and ETag, ascending.
        parts: Vec<(PartNumber, Etag)>,
    },
    /// Look at the object.
    HeadObject,
    /// Throw the upload away.
    Abort(UploadId),
}

/// What a call brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// To `PutObject`: what the server says it stored.
    Stored(Stored),
    /// To `Initiate`.
    Initiated(UploadId),
    /// To `ListParts`.
    Parts(Page),
    /// To `UploadPart`: what the server says it stored.
    Part(StoredPart),
    /// To `ComparePart`: what was read, with its MD5.
    Read(Digest),
    /// To `CheckSource`.
    SourceUnchanged,
    /// To `ReadOn`: how far the stream was read.
    Further(Taken),
    /// To `Complete`.
    Completed(Stored),
    /// To `HeadObject`; `None` where there is no object.
    Object(Option<Object>),
    /// To `HeadObject`: an object that keeps other headers than ours would, such as other metadata.
    OtherObject(Object),
    /// To `Abort`.
    Aborted,
    /// To anything: the server did what it was asked, but does not confirm the encryption that was asked for.
    Unconfirmed {
        /// What it did.
        reply: Box<Reply>,
        /// What the answer lacks.
        what: String,
        /// The id of the answer, where it has one.
        request_id: Option<String>,
    },
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What was read of the source and handed to the connection, where that was all of it.
    pub sent: Option<Digest>,
    /// What came back.
    pub result: Result<Reply, Failure>,
}

impl From<Result<Reply, Failure>> for Outcome {
    fn from(result: Result<Reply, Failure>) -> Self {
        Self { sent: None, result }
    }
}

/// Why a call brought nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The answer was no, or no answer at all that can be understood.
    Answer(AnswerError),
    /// No answer came.
    Send(SendError),
    /// The source could not be read, or changed.
    Source(SourceError),
    /// The driver gave up waiting, because the user wants to leave.
    Abandoned,
}

impl Call {
    /// What kind of call this is.
    pub fn operation(&self) -> Operation {
        match self {
            Self::PutObject { .. } => Operation::PutObject,
            Self::Initiate => Operation::Initiate,
            Self::ListParts { .. } => Operation::ListParts,
            Self::UploadPart { number, .. } => Operation::UploadPart(*number),
            Self::ComparePart { number, .. } => Operation::ComparePart(*number),
            Self::CheckSource => Operation::CheckSource,
            Self::ReadSource { .. } | Self::ReadOn { .. } => Operation::ReadSource,
            Self::Complete { .. } => Operation::Complete,
            Self::HeadObject => Operation::HeadObject,
            Self::Abort(_) => Operation::Abort,
        }
    }

    /// The bytes of the source that travel with the request.
    pub fn body(&self) -> Option<Range> {
        match self {
            Self::PutObject { range, .. } | Self::UploadPart { range, .. } => Some(*range),
            _ => None,
        }
    }

    /// What is done about the MD5 of those bytes.
    pub fn body_md5(&self) -> BodyMd5 {
        match self {
            Self::PutObject { md5, .. } | Self::UploadPart { md5, .. } => *md5,
            _ => BodyMd5::None,
        }
    }

    /// The request; `None` for what is done on this side. `md5` is the body's, where it is to be sent.
    pub fn request(&self, target: &Target, object: &ObjectOptions, md5: Option<Md5Digest>) -> Option<Request> {
        let headers = object.of_request(self.operation());
        let mut request = match self {
            Self::PutObject { range, .. } => put_object::request(target, &headers, range.length, md5),
            Self::Initiate => initiate::request(target, &headers),
            Self::ListParts { upload_id, after } => list_parts::request(target, upload_id, *after),
            Self::UploadPart { upload_id, number, range, .. } => {
                upload_part::request(target, upload_id, *number, range.length, md5)
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

    /// Reads the answer, and whether it confirms the encryption that `object` asks for.
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

    /// True where no answer says what the server did with a request that may have reached it.
    pub fn is_lost(&self) -> bool {
        match self {
            Self::Answer(AnswerError::Malformed { .. }) | Self::Abandoned => true,
            Self::Send(error) => !error.kind.never_sent(),
            Self::Answer(AnswerError::Service(_)) | Self::Source(_) => false,
        }
    }

    /// True where the server may have done what it was asked: the answer is lost, or it tells of the server's own
    /// failure. An answer that asks for less is a clear no.
    pub fn is_ambiguous(&self) -> bool {
        match self {
            Self::Answer(AnswerError::Service(error)) => {
                (error.status >= 500 || error.status == 200) && error.fault() != Fault::Throttled
            }
            other => other.is_lost(),
        }
    }

    /// The kind of the service's refusal; `None` if the failure is no answer of the service.
    pub(crate) fn fault(&self) -> Option<Fault> {
        self.refusal().map(ServiceError::fault)
    }

    /// The service's refusal; `None` if the failure is no answer of the service.
    pub(crate) fn refusal(&self) -> Option<&ServiceError> {
        match self {
            Self::Answer(AnswerError::Service(error)) => Some(error),
            _ => None,
        }
    }

    /// The same as a cause, for messages.
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
