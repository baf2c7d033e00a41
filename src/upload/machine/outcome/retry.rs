//! Whether a failed request is worth sending again, and when.

use std::time::{Duration, Instant};

use crate::cos::head_object::Object;
use crate::cos::put_object::Stored;
use crate::cos::{AnswerError, Fault};
use crate::upload::error::SendErrorKind;
use crate::upload::patience::{Attempts, Patience};
use crate::upload::wire::call::Failure;

/// How often a request is sent again after its signature's time or credentials were refused.
const MOST_REFUSALS: u32 = 3;

/// How long to wait before the same request is sent again; `None` where that is of no use, or patience is at its end.
pub(crate) fn wait_after(
    attempts: &mut Attempts,
    now: Instant,
    failure: &Failure,
    patience: Patience,
    random: &mut fastrand::Rng,
) -> Option<Duration> {
    match failure {
        Failure::Source(_) | Failure::Abandoned => None,
        Failure::Send(error) if matches!(error.kind, SendErrorKind::Certificate | SendErrorKind::NoCredentials) => None,
        Failure::Send(_) | Failure::Answer(AnswerError::Malformed { .. }) => {
            attempts.after_failure(patience, None, random)
        }
        Failure::Answer(AnswerError::Service(error)) => match error.fault() {
            Fault::Throttled => attempts.after_throttling(now, patience, error.retry_after, random),
            Fault::Transient | Fault::Corrupted | Fault::Conflict => {
                attempts.after_failure(patience, error.retry_after, random)
            }
            // The transport has corrected the clock or renewed the credentials by now.
            Fault::Skewed | Fault::Expired if attempts.sent() < MOST_REFUSALS => Some(Duration::ZERO),
            _ => None,
        },
    }
}

pub(crate) fn same_etag(one: &str, other: &str) -> bool {
    one.trim_matches('"') == other.trim_matches('"')
}

pub(crate) fn fault(failure: &Failure) -> Option<Fault> {
    match failure {
        Failure::Answer(AnswerError::Service(error)) => Some(error.fault()),
        _ => None,
    }
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
