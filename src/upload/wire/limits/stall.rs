//! The time limit for a connection on which no byte moves.

use crate::language::Message;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::upload::clock;
use crate::upload::error::{SendError, SendErrorKind};
use crate::upload::wire::body_progress::BodyProgress;

/// Waits for `moving`, but no longer than `stall` plus `more_time` without progress of the body.
///
/// Time is counted in steps, and a step that took longer than planned counts as one: a stopped process
/// (SIGTSTP) sees no progress, which says nothing about its connections.
pub(crate) async fn while_bytes_move<T>(
    moving: impl Future<Output = T>,
    progress: Option<BodyProgress>,
    stall: Duration,
    more_time: impl Fn() -> Duration,
) -> Result<T, SendError> {
    tokio::pin!(moving);
    let step = (stall / 4).min(Duration::from_secs(1));
    let progress = progress.unwrap_or_default();
    let mut stillness = Stillness { seen: progress.bytes(), looked: clock::now(), lasted: Duration::ZERO };
    loop {
        tokio::select! {
            biased;
            done = &mut moving => return Ok(done),
            () = sleep(step) => {
                let lasted = stillness.after(step, clock::now(), &progress);
                if lasted >= stall && lasted >= stall + more_time() {
                    return Err(stalled(stall));
                }
            }
        }
    }
}

/// The error of a connection without progress for this long.
pub(crate) fn stalled(after: Duration) -> SendError {
    SendError { kind: SendErrorKind::Stalled { after }, message: Message::default() }
}

/// How long a body has made no progress.
struct Stillness {
    seen: u64,
    looked: Instant,
    lasted: Duration,
}

impl Stillness {
    /// The time without progress, one step later. A body that waits for the rate limit does not count as still.
    fn after(&mut self, step: Duration, now: Instant, progress: &BodyProgress) -> Duration {
        let waited = progress.waits_until().is_some_and(|until| until > self.looked);
        let moved = progress.bytes() != self.seen;
        self.lasted = if moved || waited { Duration::ZERO } else { self.lasted + step };
        (self.seen, self.looked) = (progress.bytes(), now);
        self.lasted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STALL: Duration = Duration::from_millis(200);

    /// Blocks the only thread, as SIGTSTP does.
    #[expect(
        clippy::disallowed_methods,
        reason = "only the operating system's clock goes on while a thread is held up"
    )]
    fn hold_up(span: Duration) {
        let began = std::time::Instant::now();
        while began.elapsed() < span {
            std::thread::yield_now();
        }
    }

    #[tokio::test]
    async fn a_stopped_process_is_no_stalled_connection() {
        let moving = async {
            hold_up(STALL * 2);
            sleep(STALL / 2).await;
        };
        assert_eq!(while_bytes_move(moving, None, STALL, || Duration::ZERO).await, Ok(()));
    }

    #[tokio::test]
    async fn what_does_not_move_is_given_up() {
        let never = std::future::pending::<()>();
        assert_eq!(while_bytes_move(never, None, STALL, || Duration::ZERO).await, Err(stalled(STALL)));
    }

    #[test]
    fn a_body_that_waits_for_its_turn_does_not_stand_still() {
        let (progress, begin, step) = (BodyProgress::default(), clock::now(), Duration::from_secs(1));
        let mut stillness = Stillness { seen: 0, looked: begin, lasted: Duration::ZERO };
        let mut after =
            |seconds: u32, progress: &BodyProgress| stillness.after(step, begin + seconds * step, progress).as_secs();
        assert_eq!([1, 2, 3].map(|seconds| after(seconds, &progress)), [1, 2, 3]);
        progress.wait_until(begin + 5 * step + step / 2);
        assert_eq!([4, 5, 6, 7, 8].map(|seconds| after(seconds, &progress)), [0, 0, 0, 1, 2]);
    }
}
