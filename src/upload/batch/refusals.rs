//! What refusals say about the number of requests that the server takes.
//!
//! If bodies are large, those that the server goes on with while it refuses others are its limit, if that is a number of
//! requests at a time. One more is tried after a while: if it is refused twice, the limit is known; if not, the limit is
//! another one, such as a number of requests a second, and one more is tried each second.
//!
//! Small bodies are over so soon that those in flight say little. If half as many are refused too, and the server takes none
//! for a while, its limit is a number of requests a second.

use std::time::{Duration, Instant};

/// Refusals within this time count as one, since their requests were in flight together; after it, one more request was
/// taken.
const ONE_ROUND: Duration = Duration::from_secs(1);
/// The time until one more is tried; twice as long after each that was refused.
const SHORTEST_WAIT: Duration = Duration::from_secs(2);
const LONGEST_WAIT: Duration = Duration::from_secs(120);
/// The same if the limit is another one than a number of requests, which more requests will meet again.
const SHORTEST_WAIT_IF_IT_VARIES: Duration = Duration::from_secs(30);
/// One more is refused this many times before the number is known: once may be chance, if the limit is another one.
const TRIES: u8 = 2;
/// With so few requests, one less makes a large difference: time between them makes a smaller one.
const MOST_SPACED: u16 = 4;

/// The limit of a server, as far as its refusals show it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Refusals {
    /// The time of the last round of refusals, and the number of requests before it.
    round: Option<(Instant, u16)>,
    /// How many rounds there were.
    rounds: u32,
    /// The number of requests that was refused.
    number: Option<u16>,
    /// The number that the server went on with, if bodies are large.
    taken: Option<u16>,
    /// When the server last took a body, and how long that took.
    last: Option<(Instant, Duration)>,
    /// How often one more than that was tried and refused, and the bodies taken while one more is tried.
    refused_tries: u8,
    answers: Option<u16>,
    /// Whether the server has taken more than that later.
    varies: bool,
    /// When the number of requests last changed, and how long it stays.
    changed: Option<Instant>,
    wait: Duration,
}

impl Default for Refusals {
    fn default() -> Self {
        Self {
            round: None,
            rounds: 0,
            number: None,
            taken: None,
            last: None,
            refused_tries: 0,
            answers: None,
            varies: false,
            changed: None,
            wait: SHORTEST_WAIT,
        }
    }
}

impl Refusals {
    /// The number of requests that was refused, unless the limit is another one.
    pub(super) fn number(&self) -> Option<u16> {
        self.number
    }

    /// One of `size` requests was refused, and `left` are in flight. Returns the number that may be in flight from now on.
    pub(super) fn refuse(&mut self, now: Instant, size: u16, left: u16, small: bool) -> u16 {
        let tried = self.taken.filter(|taken| !small && size == taken + 1 && left >= *taken);
        if let Some(taken) = tried {
            (self.number, self.changed) = (Some(size), Some(now));
            // Other requests of a flood are refused too, and only one is the one more.
            if self.answers.take().is_some() {
                self.refused_tries = self.refused_tries.saturating_add(1);
                let shortest = if self.varies { SHORTEST_WAIT_IF_IT_VARIES } else { SHORTEST_WAIT };
                self.wait = (self.wait * 2).clamp(shortest, LONGEST_WAIT);
            }
            return taken;
        }
        let mut next = size;
        if self.round.is_none_or(|(began, _)| now.saturating_duration_since(began) >= ONE_ROUND) {
            self.round = Some((now, size));
            self.rounds += 1;
            self.number = Some(size);
            self.taken = None;
            next = size / 2;
        }
        let (_, before) = self.round.expect("it was just set");
        if !small {
            let left = left.max(before / 4);
            let before = self.taken;
            self.taken = Some(before.map_or(left, |taken| taken.min(left)).max(1));
            if self.taken != before {
                self.refused_tries = 0;
            }
            next = next.min(left);
        }
        self.changed = Some(now);
        next.max(1)
    }

    /// A request was refused. Whether the limit is no number of requests at a time: half as many are refused too, and none was
    /// taken for longer than the server works on one.
    pub(super) fn is_a_rate(&self, now: Instant) -> bool {
        let is_idle = |(at, took): (Instant, Duration)| now.saturating_duration_since(at) >= 4 * took;
        self.rounds >= 2 && self.last.is_some_and(is_idle)
    }

    /// One of `size` requests was refused. Whether time between requests is better than fewer of them: the limit is no number
    /// of requests at a time, and they are few.
    pub(super) fn asks_for_time(&mut self, now: Instant, size: u16) -> bool {
        let asks = self.varies && size <= MOST_SPACED;
        if asks {
            (self.taken, self.changed) = (Some(size), Some(now));
            self.wait = (self.wait * 2).clamp(SHORTEST_WAIT_IF_IT_VARIES, LONGEST_WAIT);
        }
        asks
    }

    /// The server took a body after this time, with `size` requests in flight.
    pub(super) fn take(&mut self, now: Instant, size: u16, took: Duration) {
        self.last = Some((now, took));
        let Some(answers) = &mut self.answers else { return };
        *answers = answers.saturating_add(1);
        // Those that were in flight before are answered first, and the refusal of one more would have come by now.
        if self.taken.is_some_and(|taken| size == taken + 1 && *answers > size) {
            (self.taken, self.varies, self.changed) = (Some(size), true, Some(now));
        }
    }

    /// How many successes add one to `size` requests, and up to which number.
    pub(super) fn growth(&self, size: u16, refused: u16) -> (u16, u16) {
        match (self.taken, refused - refused.div_ceil(8)) {
            (Some(taken), _) if size < taken => (1, taken),
            (Some(_), _) => (1, size),
            (None, somewhat_below) if size < somewhat_below => (1, somewhat_below),
            (None, _) => (size, refused - 1),
        }
    }

    /// The next number of requests, if `size` are in flight: one more than the server took, once it is time to try.
    pub(super) fn look(&mut self, now: Instant, size: u16) -> u16 {
        let (Some(taken), Some(changed)) = (self.taken, self.changed) else { return size };
        let elapsed = now.saturating_duration_since(changed);
        let is_known = !self.varies && self.number == Some(taken + 1) && self.refused_tries >= TRIES;
        if size > taken && elapsed >= ONE_ROUND {
            (self.taken, self.varies) = (Some(size), true);
        } else if !(size == taken && !is_known && elapsed >= self.wait
            || size < taken && self.varies && elapsed >= ONE_ROUND)
        {
            return size;
        }
        self.changed = Some(now);
        self.answers = Some(0);
        size + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upload::simulation::epoch;

    /// All of 64 large requests are refused but these, within a round; then again, as long as more are in flight.
    fn refused_but(taken: u16, now: &mut Instant) -> (Refusals, u16) {
        let (mut refusals, mut size) = (Refusals::default(), 64);
        while size > taken {
            *now += ONE_ROUND;
            for left in (taken..size).rev() {
                size = refusals.refuse(*now, size, left, false);
            }
        }
        (refusals, size)
    }

    #[test]
    fn the_requests_that_the_server_goes_on_with_are_its_limit() {
        for taken in [1, 2, 3, 4, 8, 16, 33, 63] {
            let mut now = epoch();
            let (mut refusals, size) = refused_but(taken, &mut now);
            assert!(size <= taken);
            assert!(size == taken || refusals.growth(size, 64) == (1, taken));
            let size = taken;
            for _ in 0..TRIES {
                assert_eq!(refusals.look(now + ONE_ROUND, size), taken);
                now += LONGEST_WAIT;
                assert_eq!(refusals.look(now, size), taken + 1);
                for _ in 0..taken {
                    refusals.take(now, taken + 1, Duration::ZERO);
                }
                assert_eq!(refusals.refuse(now, taken + 1, taken, false), taken);
            }
            assert_eq!(refusals.number(), Some(taken + 1));
            assert_eq!(refusals.look(now + Duration::from_secs(3600), taken), taken, "it is not tried again");
        }
    }

    #[test]
    fn a_server_that_takes_one_more_is_sent_one_more_each_second() {
        let mut now = epoch();
        let (mut refusals, mut size) = refused_but(4, &mut now);
        now += SHORTEST_WAIT;
        for expected in 5..20 {
            size = refusals.look(now, size);
            assert_eq!((size, refusals.look(now + ONE_ROUND / 2, size)), (expected, expected));
            now += ONE_ROUND;
        }
        let taken = size - 1;
        assert_eq!(refusals.refuse(now, size, taken, false), taken);
        assert_eq!(refusals.look(now + SHORTEST_WAIT_IF_IT_VARIES / 2, taken), taken, "not before a longer while");
        assert_eq!(refusals.look(now + SHORTEST_WAIT_IF_IT_VARIES, taken), taken + 1);
    }

    #[test]
    fn a_flood_that_is_refused_is_one_try_at_most() {
        let mut now = epoch();
        let (mut refusals, size) = refused_but(7, &mut now);
        for _ in 0..10 {
            assert_eq!(refusals.refuse(now, size + 1, size, false), size);
        }
        now += SHORTEST_WAIT;
        assert_eq!(refusals.look(now, size), size + 1, "it was not tried yet");
    }

    #[test]
    fn one_more_that_is_taken_once_shows_that_the_limit_is_another() {
        let mut now = epoch();
        let (mut refusals, size) = refused_but(2, &mut now);
        now += SHORTEST_WAIT;
        assert_eq!(refusals.look(now, size), 3);
        (0..3).for_each(|_| refusals.take(now, 3, Duration::ZERO));
        assert!(!refusals.asks_for_time(now, 3), "the third may be refused yet");
        refusals.take(now, 3, Duration::ZERO);
        assert!(refusals.asks_for_time(now, 3));
    }

    #[test]
    fn a_server_that_takes_nothing_for_a_while_after_a_burst_takes_some_a_second() {
        let milliseconds = Duration::from_millis;
        let is_a_rate_if_taken_before = |before| {
            let (mut refusals, begin) = (Refusals::default(), epoch());
            refusals.refuse(begin, 64, 30, true);
            refusals.take(begin, 32, milliseconds(50));
            assert!(!refusals.is_a_rate(begin + milliseconds(500)), "there were not fewer requests yet");
            refusals.refuse(begin + ONE_ROUND, 32, 30, true);
            refusals.is_a_rate(begin + before)
        };
        assert_eq!([50, 199, 200].map(|before| is_a_rate_if_taken_before(milliseconds(before))), [false, false, true]);
    }

    #[test]
    fn small_requests_say_only_that_there_were_too_many() {
        let (now, mut refusals) = (epoch(), Refusals::default());
        assert_eq!(refusals.refuse(now, 64, 3, true), 32);
        assert_eq!(refusals.refuse(now, 32, 2, true), 32);
        assert_eq!(refusals.look(now + LONGEST_WAIT, 32), 32);
        assert_eq!((refusals.growth(32, 64), refusals.growth(60, 64)), ((1, 56), (60, 63)));
    }

    #[test]
    fn few_requests_at_a_time_are_spaced_if_the_limit_is_no_number_of_them() {
        let mut now = epoch();
        let (mut refusals, mut size) = refused_but(1, &mut now);
        assert!(!refusals.asks_for_time(now, size), "nothing is known of the limit");
        now += SHORTEST_WAIT;
        size = refusals.look(now, size);
        now += ONE_ROUND;
        assert_eq!((size, refusals.look(now, size)), (2, 3), "two were taken");
        assert!(refusals.asks_for_time(now, 3) && !refusals.asks_for_time(now, MOST_SPACED + 1));
        assert_eq!(refusals.look(now + SHORTEST_WAIT_IF_IT_VARIES / 2, 3), 3, "they stay as many");
    }
}
