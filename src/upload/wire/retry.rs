//! Whether to send a failed request again, and how long to wait before.

use std::time::{Duration, Instant};

use super::call::Failure;
use crate::cos::{AnswerError, Fault};
use crate::upload::error::SendErrorKind;
use crate::upload::patience::{Attempts, Patience};

/// The most attempts while the server refuses the signature's time or the credentials.
const MOST_REFUSALS: u32 = 3;
/// A connection that breaks for the first time is replaced this many times as soon as after other failures: that one
/// connection was reset says little about others.
const SOONER: u32 = 10;
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
        Failure::Send(error) => {
            let first_break = error.kind == SendErrorKind::Broken && attempts.sent() == 1;
            let wait = match outage {
                Some(left) => Some(attempts.after_outage(left, random)),
                None => attempts.after_failure(patience, None, random),
            };
            wait.map(|wait| if first_break { wait / SOONER } else { wait })
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upload::error::SendError;
    use crate::upload::simulation::epoch;

    /// The longest wait after this many attempts that failed like this.
    fn longest(kind: SendErrorKind, sent: u32) -> Duration {
        let (mut random, failure) =
            (fastrand::Rng::with_seed(1), Failure::Send(SendError { kind, message: "lost".into() }));
        let mut wait = |outage| {
            let mut attempts = Attempts::default();
            (0..sent).for_each(|_| attempts.count());
            wait_after(&mut attempts, epoch(), &failure, Patience::default(), outage, &mut random)
        };
        let outages = [None, Some(Duration::from_secs(60))];
        (0..1_000).filter_map(|index| wait(outages[index % 2])).max().unwrap()
    }

    #[test]
    fn a_connection_that_breaks_for_the_first_time_is_replaced_sooner() {
        let milliseconds = Duration::from_millis;
        assert!(longest(SendErrorKind::Broken, 1) <= milliseconds(50));
        assert!(longest(SendErrorKind::Broken, 2) > milliseconds(400));
        assert!(longest(SendErrorKind::Connect, 1) > milliseconds(400));
    }
}
