//! How many requests may be in flight: the number that the user fixed, or that of the search of `auto`, lowered while the
//! server throttles.
//!
//! If the server throttles, the window halves at once. It then returns to somewhat less than the refused number, and
//! from there rises one by one to just below it. `auto` learns more from refusals (see `refusals`), and if even one request at
//! a time is refused, or the limit is a number of small requests a second, it sends them at intervals (see `spacing`).

use std::time::{Duration, Instant};

use super::concurrency::Concurrency;
use super::early::Early;
use super::search::{FEW, FREE, Search};
use super::spacing::Spacing;

/// Throttled answers within this time count once, since their requests were in flight together.
const ONE_ROUND: Duration = Duration::from_secs(1);
/// For this time after a refusal, only necessary requests are sent.
const LATELY: Duration = Duration::from_secs(60);

/// A limit on requests in flight.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    most: u16,
    now: u16,
    successes: u16,
    shrunk: Option<Instant>,
    early: Early,
    search: Option<Search>,
    spacing: Spacing,
}

impl Window {
    /// A window for the requested concurrency.
    pub fn new(wanted: Concurrency) -> Self {
        let most = wanted.most().max(1);
        let (now, search) = match wanted {
            Concurrency::Fixed(_) => (most, None),
            Concurrency::Auto | Concurrency::AutoUpTo(_) => (FEW.min(most), Some(Search::new())),
        };
        Self { most, now, successes: 0, shrunk: None, early: Early::default(), search, spacing: Spacing::default() }
    }

    /// The largest possible size.
    pub fn most(&self) -> u16 {
        self.most
    }

    /// The largest possible size while parts are sent.
    pub fn most_for_parts(&self) -> u16 {
        self.search.as_ref().map_or(self.most, |_| self.most.min(FREE))
    }

    /// The number of requests that may be in flight.
    pub fn size(&self) -> u16 {
        self.now
    }

    /// When the next request may begin, if that is later than now.
    pub fn next(&self, now: Instant) -> Option<Instant> {
        self.spacing.next(now)
    }

    /// A request begins.
    pub fn begin(&mut self, now: Instant) {
        self.spacing.begin(now);
    }

    /// The server refused a request, and `in_flight` are left. Halves the window, at most once a second.
    pub fn shrink(&mut self, now: Instant, in_flight: usize) {
        self.early.refuse(now);
        if let Some(search) = &mut self.search {
            if search.refusals.asks_for_time(now, self.now) {
                self.spacing.refuse(now);
                return;
            }
            let was_alone = self.now == 1 && in_flight == 0;
            self.now = search.refuse(now, self.now, u16::try_from(in_flight).unwrap_or(u16::MAX));
            if was_alone || search.needs_time(now, self.spacing.is_some()) {
                self.spacing.refuse(now);
            }
            self.successes = 0;
            return;
        }
        if self.shrunk.is_some_and(|shrunk| now.saturating_duration_since(shrunk) < ONE_ROUND) {
            return;
        }
        self.now = (self.now / 2).max(1);
        self.successes = 0;
        self.shrunk = Some(now);
    }

    /// Whether the server refused no request lately, so that it may get more requests than are necessary.
    pub fn is_unrefused(&self, now: Instant) -> bool {
        self.early.refused().is_none_or(|refused| now.saturating_duration_since(refused) >= LATELY)
    }

    /// When a throttled request may be sent before its wait is over; `None` if not before another one is answered. If time
    /// passes between requests, it is time enough.
    pub fn early(&self, now: Instant) -> Option<Instant> {
        if self.spacing.is_some() { Some(now) } else { self.early.from() }
    }

    /// A throttled request is sent before its wait is over.
    pub fn send_early(&mut self) {
        self.early.send();
    }

    /// Records the time from a request without a body to its answer.
    pub fn answered_after(&mut self, time: Duration) {
        if let Some(few) = self.search.as_mut().and_then(|search| search.answered_after(time)) {
            self.now = self.now.min(few);
        }
    }

    /// Records a request that the network broke. If most of them break and none was answered since the previous time,
    /// too many were in flight: they would all have ended together.
    pub fn break_one(&mut self, now: Instant) {
        if self.search.as_mut().is_some_and(|search| search.break_one(now, self.now)) {
            self.now = (self.now / 4).max(1);
            self.successes = 0;
        }
    }

    /// The size after the next round of answers if all goes well, with bodies of `bytes`.
    pub fn after_a_round(&self, bytes: u64) -> u16 {
        self.search.as_ref().map_or(self.now, |search| search.after_a_round(self.now, bytes)).min(self.most)
    }

    /// Counts a success with a body of `bytes`, answered after `took` on its connection. After throttling, successes open
    /// the window again. If the refused number is not known, each round of successes adds one. If it is known, each success
    /// adds one up to somewhat below that number; from there each round adds one, as long as the window stays below it.
    pub fn grow(&mut self, now: Instant, bytes: u64, took: Duration) {
        self.spacing.take(now);
        self.early.take();
        let (round, most) = match &mut self.search {
            None => (self.now, self.most),
            Some(search) => {
                search.succeeded(bytes);
                search.refusals.take(now, self.now, took);
                match search.refused() {
                    None => {
                        let size = search.answered(now, self.now, took);
                        self.now = size.clamp(1, search.most(self.most).max(self.now));
                        return;
                    }
                    Some(refused) => search.refusals.growth(self.now, refused),
                }
            }
        };
        self.successes += 1;
        if self.successes >= round {
            self.successes = 0;
            self.now = (self.now + 1).min(most.max(self.now));
        }
    }

    /// Discards the current measurement: bytes that a limit of cosput's own holds back are no measure of the network.
    pub fn look_away(&mut self) {
        if let Some(search) = &mut self.search {
            search.look_away();
        }
    }

    /// Measures the bytes handed to connections since the start, with this many requests in flight. To be called some
    /// hundred times a second.
    pub fn look(&mut self, now: Instant, moved: u64, in_flight: usize) {
        let Some(search) = &mut self.search else { return };
        // A window that is not full, or is still closing, cannot be measured.
        if in_flight == usize::from(self.now) {
            self.now = search.measure(now, moved, (self.now, self.most));
            self.now = search.refusals.look(now, self.now).min(search.most(self.most)).max(self.now);
        } else {
            search.look_away();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upload::simulation::epoch;

    #[test]
    fn a_fixed_one_halves_once_a_second_never_below_one_and_recovers_to_where_it_was() {
        let (mut window, mut now) = (Window::new(Concurrency::Fixed(8)), epoch());
        for expected in [4, 2, 1, 1] {
            window.shrink(now, 0);
            window.shrink(now + Duration::from_millis(999), 0);
            assert_eq!(window.size(), expected);
            now += ONE_ROUND;
        }
        for _ in 0..1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 {
            window.grow(epoch(), 0, Duration::ZERO);
        }
        assert_eq!(window.size(), 8);
    }

    #[test]
    fn nothing_is_learnt_while_a_limit_of_ours_holds_bytes_back() {
        let mut window = Window::new(Concurrency::Auto);
        for look in 0..2000 {
            let now = epoch() + look * Duration::from_millis(50);
            if look % 10 == 0 {
                window.look(now, u64::from(look) << 20, usize::from(FEW));
            } else {
                window.look_away();
            }
        }
        assert_eq!(window.size(), FEW);
    }

    #[test]
    fn auto_begins_with_fewer_where_a_limit_leaves_little_for_each() {
        let few = |bytes_per_second| Concurrency::Auto.at_rate(bytes_per_second);
        let fixed = Concurrency::Fixed;
        assert_eq!([1024, 16 << 10, 20 << 10, 128 << 10].map(few), [fixed(1), fixed(1), fixed(2), fixed(8)]);
        assert_eq!(few((128 << 10) + 1), Concurrency::Auto);
        assert_eq!(fixed(64).at_rate(1024), fixed(64));
    }

    #[test]
    fn what_was_refused_each_time_is_left_alone_for_a_minute_however_fast_bytes_flow() {
        let mut window = Window::new(Concurrency::Auto);
        let (refused, mut refusals) = (FEW, 0);
        window.shrink(epoch(), usize::from(FEW) - 1);
        for tick in 0..20 * 20 {
            let now = epoch() + tick * Duration::from_millis(50);
            window.grow(now, 1 << 24, Duration::ZERO);
            window.look(now, u64::from(tick) << 24, usize::from(window.size()));
            if window.size() == refused {
                window.shrink(now, usize::from(FEW) - 1);
                refusals += 1;
            }
        }
        assert_eq!(refusals, 2, "once may be chance");
        for tick in 20 * 20..80 * 20 {
            let now = epoch() + tick * Duration::from_millis(50);
            window.grow(now, 1 << 24, Duration::ZERO);
            window.look(now, u64::from(tick) << 24, usize::from(window.size()));
            assert!(window.size() < refused, "{tick}");
        }
        assert_eq!(window.size(), refused - 1);
    }

    #[test]
    fn for_a_minute_after_a_refusal_the_server_gets_no_needless_request() {
        for wanted in [Concurrency::Auto, Concurrency::Fixed(4)] {
            let (mut window, now) = (Window::new(wanted), epoch());
            assert!(window.is_unrefused(now));
            window.shrink(now, 3);
            assert_eq!([59, 60].map(|later| window.is_unrefused(now + Duration::from_secs(later))), [false, true]);
        }
    }

    #[test]
    fn a_fixed_one_does_not_look() {
        let mut window = Window::new(Concurrency::Fixed(3));
        for second in 0..100 {
            window.look(epoch() + Duration::from_secs(second), second << 30, 3);
        }
        assert_eq!(window.size(), 3);
    }

    #[test]
    fn the_first_small_file_far_away_is_a_round_of_answers() {
        let after_one = |milliseconds| {
            let mut window = Window::new(Concurrency::Auto);
            window.grow(epoch(), 16_384, Duration::from_millis(milliseconds));
            window.size()
        };
        assert_eq!([after_one(50), after_one(1)], [32, FEW]);
    }

    #[test]
    fn near_the_time_of_a_whole_round_counts() {
        let size_if_rounds_end_at = |times: [u64; 3]| {
            let mut window = Window::new(Concurrency::Auto);
            for milliseconds in times {
                let now = epoch() + Duration::from_millis(milliseconds);
                (0..window.size()).for_each(|_| window.grow(now, 16_384, Duration::from_millis(5)));
            }
            window.size()
        };
        assert_eq!(size_if_rounds_end_at([5, 15, 25]), 184);
        assert_eq!(
            size_if_rounds_end_at([5, 15, 35]),
            64,
            "the round of 128 took twice as long, though answers did not"
        );
    }

    #[test]
    fn waiting_for_connections_does_not_keep_the_window_from_opening() {
        let size_if_answers_take = |times: [u64; 3]| {
            let mut window = Window::new(Concurrency::Auto);
            window.grow(epoch(), 16_384, Duration::from_millis(50));
            for (round, milliseconds) in (1..).zip(times) {
                let now = epoch() + Duration::from_secs(round * round);
                (0..window.size()).for_each(|_| window.grow(now, 16_384, Duration::from_millis(milliseconds)));
            }
            window.size()
        };
        assert_eq!(size_if_answers_take([50, 60, 50]), 184);
        assert_eq!(size_if_answers_take([50, 80, 50]), 64, "128 took longer, because there were more");
    }

    #[test]
    fn small_requests_open_the_window_once_more_after_a_second() {
        let mut window = Window::new(Concurrency::Auto);
        window.grow(epoch(), 16_384, Duration::from_millis(50));
        let mut now = epoch();
        let mut sizes = |slow: &[u64]| {
            for milliseconds in slow {
                let size = window.size();
                (0..size).for_each(|_| window.grow(now, 16_384, Duration::from_millis(*milliseconds)));
            }
            let halved = window.size();
            for milliseconds in [0, 999, 1] {
                now += Duration::from_millis(milliseconds);
                window.look(now, 0, usize::from(window.size()));
            }
            window.grow(now, 16_384, Duration::from_millis(50));
            [halved, window.size()]
        };
        assert_eq!(sizes(&[50, 80]), [64, 184], "answers also waited for new connections");
        assert_eq!(sizes(&[80]), [92, 92], "it was tried again");
    }

    #[test]
    fn after_the_network_broke_small_requests_do_not_open_the_window_once_more() {
        let mut window = Window::new(Concurrency::Auto);
        window.grow(epoch(), 16_384, Duration::from_millis(50));
        let twice = [epoch(), epoch() + Duration::from_secs(60)];
        twice.iter().for_each(|now| (0..window.size()).for_each(|_| window.break_one(*now)));
        for tick in 0..2400 {
            let now = twice[1] + tick * Duration::from_millis(50);
            window.look(now, u64::from(tick) << 14, usize::from(window.size()));
            window.grow(now, 16_384, Duration::from_millis(50));
            assert!(window.size() <= FEW, "{} after {tick}", window.size());
        }
    }
}
