//! What a failure says.

use crate::cos::AnswerError;
use crate::cos::head_object::Object;
use crate::cos::put_object::Stored;
use crate::upload::wire::call::Failure;

pub(crate) fn same_etag(one: &str, other: &str) -> bool {
    one.trim_matches('"') == other.trim_matches('"')
}

/// True where the service knows who asks, and does not let them.
pub(crate) fn is_refused(failure: &Failure) -> bool {
    matches!(failure, Failure::Answer(AnswerError::Service(error)) if matches!(error.code.as_deref(), Some("AccessDenied" | "PolicyCheckFailed")))
}

pub(crate) fn is_bad_request(failure: &Failure) -> bool {
    matches!(failure, Failure::Answer(AnswerError::Service(error)) if error.status == 400)
}

/// True where HEAD is not answered to whoever asks. Its answers have no body, and so no code: 400 is about an SSE-C key.
pub(crate) fn may_not_look(failure: &Failure) -> bool {
    matches!(failure, Failure::Answer(AnswerError::Service(error)) if matches!(error.status, 400 | 403))
}

pub(crate) fn is_about_parts(failure: &Failure) -> bool {
    let codes = ["InvalidPart", "InvalidPartOrder"];
    matches!(failure, Failure::Answer(AnswerError::Service(error)) if error.code.as_deref().is_some_and(|code| codes.contains(&code)))
}

pub(crate) fn stored_of(object: &Object) -> Stored {
    Stored {
        etag: object.etag.clone().unwrap_or_default(),
        crc64: object.crc64,
        version_id: object.version_id.clone(),
        request_id: object.request_id.clone(),
    }
}
