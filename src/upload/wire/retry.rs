//! Whether to send a failed request again, and how long to wait before.

use std::time::{Duration, Instant};

use super::call::Failure;
use crate::cos::{AnswerError, Fault};
use crate::upload::error::SendErrorKind;
use crate::upload::patience::{Attempts, Patience};

/// The most attempts while the server refuses the signature's time or the credentials.
const MOST_REFUSALS: u32 = 3;
/// The most attempts while the answer is an HTML page, such as that of a login portal.
const MOST_PAGES: u32 = 3;

/// How long to wait before the request is sent again; `None` if that would not help, or no attempt is left. `outage` is
/// the time during which network failures do not count as attempts.
pub(crate) fn wait_after(
    attempts: &mut Attempts,
    now: Instant,
    failure: &Failure,
    patience: Patience,
    outage: Option<Duration>,
    random: &mut fastrand::Rng,
) -> Option<Duration> {
    match failure {
        Failure::Source(_) | Failure::Abandoned => None,
        Failure::Send(error) if error.kind.is_final() || error.kind == SendErrorKind::NoCredentials => None,
        Failure::Send(_) => match outage {
            Some(left) => Some(attempts.after_outage(left, random)),
            None => attempts.after_failure(patience, None, random),
        },
        Failure::Answer(AnswerError::Malformed { .. }) => attempts.after_failure(patience, None, random),
        Failure::Answer(AnswerError::Service(error)) if error.is_page() && attempts.sent() >= MOST_PAGES => None,
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
