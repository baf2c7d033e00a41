//! The time between two requests, for a server that takes only a number of them in a second.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// The bodies that the server took within this time say how many it takes in a second, …
const COUNTED: Duration = Duration::from_secs(4);
/// … of which no more than these are remembered.
const MOST_COUNTED: usize = 256;
const A_SECOND: Duration = Duration::from_secs(1);
/// Requests are sent a little less often than the server takes them.
const MARGIN: f64 = 1.04;
/// The time after which they are sent more often; twice as long after each time that it was too often.
const SHORTEST_WAIT: Duration = Duration::from_secs(2);
const LONGEST_WAIT: Duration = Duration::from_secs(240);
const MORE_OFTEN: f64 = 0.93;
/// A request that begins up to this late does not delay those that follow it, so that timers may be inexact.
const LATE: Duration = Duration::from_millis(10);
/// A shorter time is none.
const SHORTEST: Duration = Duration::from_millis(5);
const LONGEST: Duration = Duration::from_secs(20);

/// The time between two requests.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Spacing {
    between: Duration,
    /// When the first and the last request began.
    first: Option<Instant>,
    began: Option<Instant>,
    /// When bodies were taken.
    taken: VecDeque<Instant>,
    changed: Option<Instant>,
    /// Whether requests are sent more often than when one was last refused.
    more_often: bool,
    wait: Duration,
}

impl Default for Spacing {
    fn default() -> Self {
        Self {
            between: Duration::ZERO,
            first: None,
            began: None,
            taken: VecDeque::new(),
            changed: None,
            more_often: false,
            wait: SHORTEST_WAIT,
        }
    }
}

impl Spacing {
    /// When the next request may begin, if that is later than now.
    pub(super) fn next(&self, now: Instant) -> Option<Instant> {
        self.began.map(|began| began + self.between).filter(|next| *next > now)
    }

    /// A request begins.
    pub(super) fn begin(&mut self, now: Instant) {
        self.first.get_or_insert(now);
        let due = self.began.map_or(now, |began| began + self.between);
        let earliest = now.checked_sub(self.between.max(LATE)).unwrap_or(now);
        self.began = Some(due.clamp(earliest, now));
    }

    /// Whether there is time between requests.
    pub(super) fn is_some(&self) -> bool {
        !self.between.is_zero()
    }

    /// The server took a body.
    pub(super) fn take(&mut self, now: Instant) {
        if self.taken.len() >= MOST_COUNTED {
            self.taken.pop_front();
        }
        self.taken.push_back(now);
        let steady = self.changed.is_some_and(|changed| now.saturating_duration_since(changed) >= self.wait);
        if !self.between.is_zero() && steady {
            (self.changed, self.more_often) = (Some(now), true);
            self.between = Some(self.between.mul_f64(MORE_OFTEN)).filter(|time| *time >= SHORTEST).unwrap_or_default();
        }
    }

    /// The server refused a body. If it had taken them less often, that was often enough; otherwise, the bodies that it took lately
    /// say how often.
    pub(super) fn refuse(&mut self, now: Instant) {
        if std::mem::take(&mut self.more_often) {
            self.wait = (self.wait * 2).min(LONGEST_WAIT);
            (self.between, self.changed) = (self.between.div_f64(MORE_OFTEN), Some(now));
            return;
        }
        let since = now.checked_sub(COUNTED).into_iter().chain(self.first).max().unwrap_or(now);
        let counted = self.taken.iter().filter(|taken| **taken >= since).count();
        let oldest = self.taken.front().filter(|_| counted == MOST_COUNTED).copied().unwrap_or(since);
        // Less than a second may be a burst.
        let counted_for = now.saturating_duration_since(oldest);
        let between = match counted_for.max(A_SECOND).checked_div(u32::try_from(counted).unwrap_or(u32::MAX)) {
            Some(_) if counted == MOST_COUNTED && counted_for < A_SECOND => Duration::ZERO,
            Some(between) => between.mul_f64(MARGIN),
            None => (self.between * 2).max(now.saturating_duration_since(since)),
        };
        (self.between, self.changed) = (between.min(LONGEST), Some(now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upload::simulation::epoch;

    /// Sends one request at a time for a while, each of which takes `late`, to a server that takes some in a second.
    /// Returns how many it took and refused in the second half.
    fn send(per_second: usize, late: Duration, time: Duration) -> (u32, u32) {
        let (begin, mut spacing) = (epoch(), Spacing::default());
        let (mut now, mut recent, mut counts) = (begin, VecDeque::new(), (0, 0));
        while now - begin < time {
            now = spacing.next(now).unwrap_or(now);
            spacing.begin(now);
            recent.retain(|began| now - *began < Duration::from_secs(1));
            let refused = recent.len() >= per_second;
            if !refused {
                recent.push_back(now);
            }
            now += late;
            if refused {
                spacing.refuse(now);
            } else {
                spacing.take(now);
            }
            if now - begin > time / 2 {
                counts = (counts.0 + u32::from(!refused), counts.1 + u32::from(refused));
            }
        }
        counts
    }

    #[test]
    fn a_server_that_takes_few_requests_a_second_gets_almost_as_many_and_refuses_hardly_any() {
        let minutes = Duration::from_secs(240);
        for (per_second, late) in [(1, 50), (2, 50), (5, 50), (5, 5), (15, 50), (2, 400)] {
            let (taken, refused) = send(per_second, Duration::from_millis(late), minutes);
            let most = u32::try_from(per_second).unwrap() * 120;
            assert!(taken * 100 >= most * 85 && refused * 100 <= taken * 2, "{per_second}, {late}: {taken}, {refused}");
        }
    }

    #[test]
    fn a_server_that_refuses_everything_gets_a_request_every_twenty_seconds_in_the_end() {
        let (mut now, mut spacing) = (epoch(), Spacing::default());
        for _ in 0..20 {
            now = spacing.next(now).unwrap_or(now);
            spacing.begin(now);
            now += Duration::from_millis(50);
            spacing.refuse(now);
        }
        assert_eq!(spacing.next(now), Some(now + LONGEST - Duration::from_millis(50)));
    }

    #[test]
    fn a_burst_of_less_than_a_second_says_nothing_about_a_second() {
        let (begin, mut spacing) = (epoch(), Spacing::default());
        spacing.begin(begin);
        (0..50).for_each(|_| spacing.take(begin));
        spacing.refuse(begin + Duration::from_millis(10));
        assert_eq!(spacing.between, Duration::from_millis(20).mul_f64(MARGIN));
    }

    #[test]
    fn a_server_that_takes_more_than_timers_can_space_gets_its_requests_without() {
        let (begin, mut spacing) = (epoch(), Spacing::default());
        spacing.begin(begin);
        (0..300).for_each(|_| spacing.take(begin));
        spacing.refuse(begin + Duration::from_millis(10));
        assert!(!spacing.is_some());
    }

    #[test]
    fn what_was_too_often_is_taken_back() {
        let (begin, mut spacing) = (epoch(), Spacing { between: Duration::from_millis(100), ..Spacing::default() });
        spacing.changed = Some(begin);
        spacing.take(begin + SHORTEST_WAIT);
        assert_eq!(spacing.between, Duration::from_millis(93));
        spacing.refuse(begin + SHORTEST_WAIT);
        assert_eq!((spacing.between, spacing.wait), (Duration::from_millis(100), 2 * SHORTEST_WAIT));
    }

    #[test]
    fn requests_that_begin_a_little_late_do_not_delay_those_that_follow() {
        let (begin, milliseconds) = (epoch(), Duration::from_millis);
        let mut spacing = Spacing { between: milliseconds(20), ..Spacing::default() };
        spacing.begin(begin);
        spacing.begin(begin + milliseconds(25));
        assert_eq!(spacing.next(begin + milliseconds(25)), Some(begin + milliseconds(40)));
        spacing.begin(begin + milliseconds(1000));
        assert_eq!(spacing.next(begin + milliseconds(1000)), None, "one of those that were not sent");
        spacing.begin(begin + milliseconds(1000));
        assert_eq!(spacing.next(begin + milliseconds(1000)), Some(begin + milliseconds(1020)));
    }

    #[test]
    fn nothing_waits_without_a_refusal() {
        let (now, mut spacing) = (epoch(), Spacing::default());
        spacing.begin(now);
        spacing.take(now);
        assert_eq!(spacing.next(now), None);
    }
}
