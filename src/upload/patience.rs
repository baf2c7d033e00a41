//! How often a request may be sent again, and how long to wait before it is.
//!
//! Full jitter: a random span between zero and a bound that doubles with each attempt. The caller passes in the random
//! numbers, so a seed decides them.

use std::time::{Duration, Instant};

/// The bound after the first failure.
const FIRST_BOUND: Duration = Duration::from_millis(500);
/// The bound stops growing here.
const LAST_BOUND: Duration = Duration::from_secs(20);
/// The bound while the network fails: its return is to be noticed soon.
const OUTAGE_BOUND: Duration = Duration::from_secs(4);
/// The longest `Retry-After` that is obeyed; a server that asks for more might as well be down.
const LONGEST_OBEYED: Duration = Duration::from_secs(120);

/// How often and how long a request is retried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// The number of attempts for one request, the first included.
    pub max_attempts: u32,
    /// How long throttled attempts do not count, nor those that fail while the network does.
    pub retry_time: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { max_attempts: 8, retry_time: Duration::from_secs(600) }
    }
}

/// The attempts of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attempts {
    sent: u32,
    throttled: u32,
    throttled_since: Option<Instant>,
    /// The moment that the server named when it last throttled.
    asked_until: Option<Instant>,
    unanswered: u32,
}

impl Attempts {
    /// Counts one more attempt.
    pub fn count(&mut self) {
        self.sent += 1;
    }

    /// The number of attempts.
    pub fn sent(&self) -> u32 {
        self.sent
    }

    /// True if the next attempt is the last one allowed.
    pub fn next_is_last(&self, patience: Patience) -> bool {
        self.sent.saturating_sub(self.throttled) + 1 >= patience.max_attempts
    }

    /// Whether the last attempt was throttled and no `Retry-After` is still running. Then the rest of the wait is only a guess,
    /// and other requests may show that the server takes more.
    pub fn may_be_early(&self, now: Instant) -> bool {
        self.throttled_since.is_some() && self.asked_until.is_none_or(|asked| asked <= now)
    }

    /// How long to wait before the next attempt; `None` if none is left.
    pub fn after_failure(
        &mut self,
        patience: Patience,
        retry_after: Option<Duration>,
        random: &mut fastrand::Rng,
    ) -> Option<Duration> {
        self.throttled_since = None;
        self.wait(patience, LAST_BOUND, retry_after.map(|pause| pause.min(patience.retry_time)), random)
    }

    /// The same for a throttled attempt. Such attempts do not count while `retry_time` lasts; after it, all of them do.
    pub fn after_throttling(
        &mut self,
        now: Instant,
        patience: Patience,
        retry_after: Option<Duration>,
        random: &mut fastrand::Rng,
    ) -> Option<Duration> {
        let since = *self.throttled_since.get_or_insert(now);
        self.asked_until = retry_after.map(|pause| now + pause.min(LONGEST_OBEYED));
        let left = patience.retry_time.saturating_sub(now.saturating_duration_since(since));
        if left.is_zero() {
            self.throttled = 0;
            return self.wait(patience, LAST_BOUND, None, random);
        }
        self.throttled += 1;
        // The last attempt is made at the end of the time, not after it.
        self.wait(patience, left, retry_after.map(|pause| pause.min(left)), random)
    }

    /// The same for an attempt that fails with the network. It does not count while time is `left`.
    pub fn after_outage(&mut self, left: Duration, random: &mut fastrand::Rng) -> Duration {
        self.throttled_since = None;
        self.unanswered += 1;
        // The last attempt is made at the end of the time, not after it.
        jitter(self.unanswered, random).min(OUTAGE_BOUND).min(left)
    }

    /// The number of attempts that count.
    fn counted(&self) -> u32 {
        self.sent.saturating_sub(self.throttled).saturating_sub(self.unanswered)
    }

    fn wait(
        &self,
        patience: Patience,
        longest: Duration,
        retry_after: Option<Duration>,
        random: &mut fastrand::Rng,
    ) -> Option<Duration> {
        if self.counted() >= patience.max_attempts {
            return None;
        }
        let obeyed = retry_after.unwrap_or_default().min(LONGEST_OBEYED);
        Some(jitter(self.sent.saturating_sub(self.unanswered), random).min(longest).max(obeyed))
    }
}

/// A random span below the bound for this number of attempts.
fn jitter(sent: u32, random: &mut fastrand::Rng) -> Duration {
    let doubled = 2_u32.checked_pow(sent.saturating_sub(1)).unwrap_or(u32::MAX);
    FIRST_BOUND.saturating_mul(doubled).min(LAST_BOUND).mul_f64(random.f64())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upload::simulation::epoch;

    const PATIENCE: Patience = Patience { max_attempts: 3, retry_time: Duration::from_secs(600) };

    #[test]
    fn a_failing_request_is_sent_max_attempts_times() {
        let random = &mut fastrand::Rng::with_seed(1);
        let mut attempts = Attempts::default();
        attempts.count();
        assert!(attempts.after_failure(PATIENCE, None, random).is_some());
        attempts.count();
        assert!(attempts.after_failure(PATIENCE, None, random).is_some());
        attempts.count();
        assert_eq!(attempts.after_failure(PATIENCE, None, random), None);
    }

    #[test]
    fn the_wait_is_random_below_a_bound_that_doubles() {
        let random = &mut fastrand::Rng::with_seed(7);
        for sent in 1..40 {
            let bound = Duration::from_millis(500).saturating_mul(1 << (sent - 1).min(20)).min(LAST_BOUND);
            let longest = (0..1000).map(|_| jitter(sent, random)).max().unwrap();
            assert!(longest <= bound && longest > bound / 2, "{sent}: {longest:?} of {bound:?}");
        }
    }

    #[test]
    fn throttling_does_not_count_while_its_time_lasts_and_ends_it_after() {
        let random = &mut fastrand::Rng::with_seed(1);
        let (mut attempts, mut now) = (Attempts::default(), epoch());
        for _ in 0..100 {
            attempts.count();
            assert!(attempts.after_throttling(now, PATIENCE, None, random).is_some());
            now += Duration::from_secs(5);
        }
        now += Duration::from_secs(99);
        attempts.count();
        let last = attempts.after_throttling(now, PATIENCE, None, random).unwrap();
        assert!(last <= Duration::from_secs(1), "the last try comes at the end of the time: {last:?}");
        now += Duration::from_secs(1);
        attempts.count();
        assert_eq!(attempts.after_throttling(now, PATIENCE, None, random), None);
    }

    #[test]
    fn without_a_time_throttling_counts_like_any_failure() {
        let random = &mut fastrand::Rng::with_seed(1);
        let (mut attempts, patience) = (Attempts::default(), Patience { retry_time: Duration::ZERO, ..PATIENCE });
        for left in [2, 1, 0] {
            attempts.count();
            assert_eq!(attempts.after_throttling(epoch(), patience, None, random).is_some(), left > 0);
        }
    }

    #[test]
    fn other_failures_end_the_time_and_count_on_their_own() {
        let random = &mut fastrand::Rng::with_seed(1);
        let (mut attempts, mut now) = (Attempts::default(), epoch());
        for failures_left in [2, 1, 0] {
            for _ in 0..3 {
                attempts.count();
                assert!(attempts.after_throttling(now, PATIENCE, None, random).is_some());
                now += Duration::from_secs(299);
            }
            attempts.count();
            assert_eq!(attempts.after_failure(PATIENCE, None, random).is_some(), failures_left > 0);
        }
    }

    #[test]
    fn retry_after_is_not_obeyed_beyond_the_retry_time() {
        let random = &mut fastrand::Rng::with_seed(1);
        let (pause, seconds) = (Some(Duration::from_secs(100)), Duration::from_secs);
        let patience = Patience { retry_time: seconds(5), max_attempts: 8 };
        let begin = epoch();
        let mut attempts = Attempts::default();
        attempts.count();
        assert_eq!(attempts.after_failure(patience, pause, random), Some(seconds(5)));
        let mut attempts = Attempts::default();
        attempts.count();
        assert_eq!(attempts.after_throttling(begin, patience, pause, random), Some(seconds(5)));
        attempts.count();
        assert_eq!(attempts.after_throttling(begin + seconds(3), patience, pause, random), Some(seconds(2)));
        attempts.count();
        assert!(attempts.after_throttling(begin + seconds(5), patience, pause, random).unwrap() < seconds(5));
    }

    #[test]
    fn only_a_wait_that_the_server_did_not_ask_for_may_be_shorter() {
        let random = &mut fastrand::Rng::with_seed(1);
        let (begin, seconds) = (epoch(), Duration::from_secs);
        let mut attempts = Attempts::default();
        assert!(!attempts.may_be_early(begin), "nothing failed");
        attempts.count();
        attempts.after_throttling(begin, PATIENCE, None, random);
        assert!(attempts.may_be_early(begin));
        attempts.count();
        attempts.after_throttling(begin, PATIENCE, Some(seconds(9)), random);
        assert_eq!([8, 9].map(|later| attempts.may_be_early(begin + seconds(later))), [false, true]);
        attempts.count();
        attempts.after_failure(PATIENCE, None, random);
        assert!(!attempts.may_be_early(begin + seconds(60)), "it failed for another reason");
    }

    #[test]
    fn retry_after_is_obeyed_up_to_two_minutes() {
        let random = &mut fastrand::Rng::with_seed(1);
        let mut attempts = Attempts::default();
        attempts.count();
        assert_eq!(
            attempts.after_failure(PATIENCE, Some(Duration::from_secs(9)), random),
            Some(Duration::from_secs(9))
        );
        assert_eq!(attempts.after_failure(PATIENCE, Some(Duration::from_secs(9000)), random), Some(LONGEST_OBEYED));
    }
}
