//! Requests that the network broke: whether so many were in flight that they would all have ended together.

use std::time::{Duration, Instant};

/// Requests that break within this time break together.
const TOGETHER: Duration = Duration::from_secs(1);

/// Requests that broke together last, and answers since the time before.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Breaks {
    since: Option<Instant>,
    requests: u16,
    answers: u16,
}

impl Breaks {
    /// A request was answered.
    pub(super) fn answered(&mut self) {
        self.answers = self.answers.saturating_add(1);
    }

    /// Counts a request that broke. True if most of `size` did, and none was answered since the last time.
    pub(super) fn break_one(&mut self, now: Instant, size: u16) -> bool {
        if self.since.is_none_or(|since| now.saturating_duration_since(since) >= TOGETHER) {
            (self.since, self.requests) = (Some(now), 0);
        }
        self.requests = self.requests.saturating_add(1);
        let most_broke = self.requests == size.div_ceil(2).max(1);
        let unanswered = self.answers == 0;
        if most_broke {
            self.answers = 0;
        }
        most_broke && unanswered
    }
}
