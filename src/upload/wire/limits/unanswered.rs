//! The bytes that were handed to connections in requests without an answer yet, and how long they may take.
//!
//! The system's buffers take megabytes of a body at once. On a slow link the answer then comes minutes after the last
//! byte was handed over, and later still with more requests in flight. Such a connection is not stalled.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::upload::wire::body_progress::BodyProgress;

/// The assumed rate before the first answer, in bytes a second: half a megabit.
const LEAST_RATE: f64 = 65_536.0;

/// Requests with a body and without an answer yet.
#[derive(Debug, Default)]
pub(crate) struct Unanswered(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    next: u64,
    bodies: BTreeMap<u64, BodyProgress>,
    /// When the first request was sent, and the number of bytes answered since.
    began: Option<Instant>,
    answered: u64,
}

/// A request without an answer; dropping it removes it.
pub(crate) struct Body<'a> {
    all: &'a Unanswered,
    number: u64,
}

impl Unanswered {
    /// Adds a request with the progress of its body.
    pub(crate) fn add(&self, now: Instant, progress: BodyProgress) -> Body<'_> {
        let mut state = self.state();
        let number = state.next;
        state.next += 1;
        state.began.get_or_insert(now);
        state.bodies.insert(number, progress);
        Body { all: self, number }
    }

    /// How long the bytes handed over take at the measured rate of the link.
    pub(crate) fn time(&self, now: Instant) -> Duration {
        let state = self.state();
        let handed: u64 = state.bodies.values().map(BodyProgress::bytes).sum();
        let elapsed = state.began.map_or(0.0, |began| now.saturating_duration_since(began).as_secs_f64());
        #[expect(clippy::cast_precision_loss, reason = "a rate is no more exact than that")]
        let (handed, rate) = (handed as f64, state.answered as f64 / elapsed.max(1.0));
        Duration::try_from_secs_f64(handed / rate.max(LEAST_RATE)).unwrap_or(Duration::MAX)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Body<'_> {
    /// The request was answered.
    pub(crate) fn answered(self) {
        let mut state = self.all.state();
        let bytes = state.bodies.get(&self.number).map_or(0, BodyProgress::bytes);
        state.answered += bytes;
    }
}

impl Drop for Body<'_> {
    fn drop(&mut self) {
        self.all.state().bodies.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upload::clock::now;

    fn progress(bytes: u64) -> BodyProgress {
        let progress = BodyProgress::default();
        progress.count(bytes);
        progress
    }

    #[test]
    fn what_was_handed_over_may_take_as_long_as_the_link_needs_for_it() {
        let (unanswered, begin) = (Unanswered::default(), now());
        assert_eq!(unanswered.time(begin), Duration::ZERO);
        let first = unanswered.add(begin, progress(1 << 20));
        let second = unanswered.add(begin, progress(7 << 20));
        // 8 MiB at half a megabit, since the link's rate is not known yet.
        assert_eq!(unanswered.time(begin).as_secs(), 128);
        // The link carries 1 MiB a second.
        let later = begin + Duration::from_secs(7);
        second.answered();
        assert_eq!(unanswered.time(later).as_secs(), 1);
        drop(first);
        assert_eq!(unanswered.time(later), Duration::ZERO);
    }
}
