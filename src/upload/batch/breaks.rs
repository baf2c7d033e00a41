//! Requests that the network broke: whether too many were in flight, so that they would all have ended together.

use std::time::{Duration, Instant};

/// Requests that break within this time count as breaking together.
const TOGETHER: Duration = Duration::from_secs(1);

/// The requests that broke together last, and the answers since the previous time.
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

    /// Counts a request that broke. True if most of `size` requests did, and none was answered since the previous time.
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
