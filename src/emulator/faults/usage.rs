//! The requests that count towards a limit: those in progress, and those of the last second.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use super::action::Limit;

/// The time over which a rate is measured.
const SECOND: Duration = Duration::from_secs(1);

/// The requests that a limit has let through.
#[derive(Debug, Default)]
pub(super) struct Usage {
    in_progress: Arc<AtomicUsize>,
    /// The times of the requests of the last second, by key; by the empty key for all keys together.
    recent: HashMap<String, VecDeque<Instant>>,
}

/// A request in progress, until it is dropped.
#[derive(Debug)]
pub(crate) struct Permit(Arc<AtomicUsize>);

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Usage {
    /// Counts a request; `None` if it is beyond the limit.
    pub(super) fn enter(&mut self, limit: Limit, key: &str, now: Instant) -> Option<Permit> {
        let fits = match limit {
            Limit::AtOnce(most) => self.in_progress.load(Ordering::Acquire) < most,
            Limit::Rate(most) => self.fits_rate("", most, now),
            Limit::KeyRate(most) => self.fits_rate(key, most, now),
        };
        fits.then(|| {
            self.in_progress.fetch_add(1, Ordering::AcqRel);
            Permit(Arc::clone(&self.in_progress))
        })
    }

    fn fits_rate(&mut self, key: &str, most: usize, now: Instant) -> bool {
        self.recent.retain(|_, times| times.back().is_some_and(|last| now.duration_since(*last) < SECOND));
        let times = self.recent.entry(key.to_owned()).or_default();
        while times.front().is_some_and(|first| now.duration_since(*first) >= SECOND) {
            times.pop_front();
        }
        let fits = times.len() < most;
        if fits {
            times.push_back(now);
        }
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulator::clock;

    #[test]
    fn a_limit_at_once_counts_the_requests_in_progress() {
        let (mut usage, now) = (Usage::default(), clock::now());
        let mut enter = || usage.enter(Limit::AtOnce(2), "k", now);
        let (first, second) = (enter(), enter());
        assert!(first.is_some() && second.is_some() && enter().is_none());
        drop(first);
        assert!(enter().is_some());
    }

    #[test]
    fn a_rate_counts_the_requests_of_the_last_second() {
        let (mut usage, now) = (Usage::default(), clock::now());
        let mut enter = |limit, key: &str, after| usage.enter(limit, key, now + Duration::from_millis(after)).is_some();
        assert!(enter(Limit::Rate(2), "a", 0) && enter(Limit::Rate(2), "b", 500));
        assert!(!enter(Limit::Rate(2), "c", 999));
        assert!(enter(Limit::Rate(2), "c", 1000) && !enter(Limit::Rate(2), "c", 1001));
        assert!(enter(Limit::KeyRate(1), "a", 2000) && enter(Limit::KeyRate(1), "b", 2000));
        assert!(!enter(Limit::KeyRate(1), "a", 2001));
    }
}
