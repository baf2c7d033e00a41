//! How many requests may be in flight: the number that the user fixed, or that of the search of `auto`, lowered while the
//! server throttles.
//!
//! If the server throttles, the window halves at once. It then returns to somewhat less than the refused number, and
//! from there rises one by one to just below it. `auto` learns more from refusals (see `refusals`), and if even one request at
//! a time is refused, it sends them at intervals (see `spacing`).

use std::time::{Duration, Instant};

use super::concurrency::Concurrency;
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
    /// When the server last refused a request.
    refused: Option<Instant>,
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
        Self { most, now, successes: 0, shrunk: None, refused: None, search, spacing: Spacing::default() }
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
        self.refused = Some(now);
        if let Some(search) = &mut self.search {
            if self.now == 1 && in_flight == 0 {
                self.spacing.refuse(now);
            }
            self.now = search.refuse(now, self.now, u16::try_from(in_flight).unwrap_or(u16::MAX));
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
        self.refused.is_none_or(|refused| now.saturating_duration_since(refused) >= LATELY)
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

    /// Counts a success with a body of `bytes`, answered after `took` on its connection. After throttling, successes open the window again. If the refused
    /// number is not known, each round of successes adds one. If it is known, each success adds one up to somewhat
    /// below that number; from there each round adds one, as long as the window stays below it.
    pub fn grow(&mut self, now: Instant, bytes: u64, took: Duration) {
        self.spacing.take(now);
        let (round, most) = match &mut self.search {
            None => (self.now, self.most),
            Some(search) => {
                search.succeeded(bytes);
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
    use crate::upload::batch::search::LEAST_EACH;
    use crate::upload::simulation::epoch;

    const MIB: f64 = 1_048_576.0;
    const MEGABIT: f64 = 125_000.0;

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
    fn what_was_refused_is_left_alone_for_a_minute_however_fast_bytes_flow() {
        let mut window = Window::new(Concurrency::Auto);
        window.shrink(epoch(), usize::from(FEW) - 1);
        let refused = FEW;
        for tick in 0..60 * 20 {
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

    /// A network: the rate of one connection and of all together, the delay of answers, TCP's slow start, and the
    /// server's limits. Buffers in the network take bytes at once.
    #[derive(Debug, Clone, Copy)]
    struct Link {
        all: f64,
        each: f64,
        late: f64,
        /// The most requests that the server takes at a time, and in a second.
        takes: usize,
        per_second: usize,
        buffers: f64,
        /// The network breaks all connections each time this period has passed.
        breaks: f64,
    }

    const WIDE: Link = Link {
        all: 0.0,
        each: f64::INFINITY,
        late: 0.0,
        takes: usize::MAX,
        per_second: usize::MAX,
        buffers: 0.6 * MIB,
        breaks: f64::INFINITY,
    };
    /// The bytes that a connection carries in its first round trip.
    const FIRST_ROUND: f64 = 14_600.0;

    /// One request: its bytes in the network, the bytes of its connection per round trip, and its other delays.
    #[derive(Debug, Clone, Copy)]
    struct Flight {
        sent: f64,
        carries: f64,
        waits: f64,
        refused: bool,
        began: f64,
    }

    #[derive(Debug)]
    struct Run {
        seconds: f64,
        most: u16,
        last: u16,
        throttled: u32,
        /// Refusals in the second half.
        throttled_late: u32,
        done: u32,
    }

    /// Uploads `parts` of `part_size` bytes through the link, for up to `longest` seconds.
    fn run(link: Link, parts: u32, part_size: f64, wanted: Concurrency, longest: f64) -> Run {
        let shortest = if part_size < MIB { 0.0005 } else { 0.005 };
        let step = (link.late / 5.0).clamp(shortest, 0.01);
        let (start, mut window) = (epoch(), Window::new(wanted));
        if link.late > 0.0 {
            window.answered_after(Duration::from_secs_f64(link.late));
        }
        let (mut left, mut time, mut moved, mut done) = (parts, 0.0, 0.0, 0);
        let mut flights: Vec<Flight> = Vec::new();
        let mut idle: Vec<f64> = Vec::new();
        let mut asleep: Vec<f64> = Vec::new();
        let mut began: std::collections::VecDeque<f64> = std::collections::VecDeque::new();
        let (mut most, mut throttled, mut throttled_late) = (0, 0, 0);
        let (mut next_look, mut next_break) = (0.0, link.breaks);
        while (left > 0 || !flights.is_empty() || !asleep.is_empty()) && time < longest {
            let now = start + Duration::from_secs_f64(time);
            asleep.retain(|until| {
                left += u32::from(*until <= time);
                *until > time
            });
            while left > 0 && flights.len() < usize::from(window.size()) {
                left -= 1;
                while began.front().is_some_and(|began| time - began >= 1.0) {
                    began.pop_front();
                }
                let busy = flights.iter().filter(|flight| !flight.refused).count() >= link.takes;
                let refused = busy || began.len() >= link.per_second;
                if !refused && link.per_second < usize::MAX {
                    began.push_back(time);
                }
                let sent = if refused { part_size } else { 0.0 };
                let carries = idle.pop().unwrap_or(FIRST_ROUND);
                flights.push(Flight { sent, carries, waits: link.late, refused, began: time });
            }
            most = most.max(window.size());
            if time >= next_break {
                next_break += link.breaks;
                idle.clear();
                left += u32::try_from(flights.len()).unwrap();
                flights.drain(..).for_each(|_| window.break_one(now));
            }
            let sending = flights.iter().filter(|flight| flight.sent < part_size).count();
            #[expect(clippy::cast_precision_loss, reason = "they are few")]
            let rate = (link.all / sending.max(1) as f64).min(link.each);
            let taken = |flight: &Flight| (flight.sent + link.buffers).min(part_size);
            let in_flight = flights.len();
            flights.retain_mut(|flight| {
                let had = if flight.sent > 0.0 { taken(flight) } else { 0.0 };
                if flight.sent < part_size {
                    let bytes = (rate.min(flight.carries / link.late) * step).min(part_size - flight.sent);
                    flight.sent += bytes;
                    flight.carries += bytes;
                } else {
                    flight.waits -= step;
                }
                moved += taken(flight) - had;
                let lands = flight.sent >= part_size && flight.waits <= 0.0;
                if lands && flight.refused {
                    window.shrink(now, in_flight - 1);
                    throttled += 1;
                    throttled_late += u32::from(time > longest / 2.0);
                    asleep.push(time + 1.0);
                } else if lands {
                    done += 1;
                    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bytes")]
                    window.grow(now, part_size as u64, Duration::from_secs_f64(time - flight.began));
                }
                if lands {
                    idle.push(flight.carries);
                }
                !lands
            });
            if time >= next_look {
                next_look = time + 0.02;
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bytes")]
                window.look(now, moved as u64, in_flight);
            }
            time += step;
        }
        Run { seconds: time, most, last: window.size(), throttled, throttled_late, done }
    }

    fn upload(link: Link, parts: u32, part_size: f64, wanted: Concurrency) -> Run {
        run(link, parts, part_size, wanted, f64::INFINITY)
    }

    fn best(link: Link, parts: u32, part_size: f64) -> (u16, f64) {
        let sizes = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64];
        let runs = sizes.map(|size| (size, upload(link, parts, part_size, Concurrency::Fixed(size)).seconds));
        runs.into_iter().min_by(|one, other| one.1.total_cmp(&other.1)).unwrap()
    }

    #[test]
    fn auto_is_within_a_tenth_of_the_best_fixed_number_on_every_link() {
        for megabits in [1.0, 10.0, 100.0, 1_000.0, 10_000.0] {
            for late in [0.001, 0.02, 0.05, 0.2] {
                for each in [f64::INFINITY, megabits / 6.0, megabits / 30.0].into_iter().filter(|each| *each > 0.5) {
                    let link = Link { all: megabits * MEGABIT, each: each * MEGABIT, late, ..WIDE };
                    // Two minutes of sending, 2,000 parts at most.
                    let part_size = (megabits / 8.0).clamp(1.0, 16.0) * MIB;
                    let parts = (120.0 * link.all / part_size).clamp(20.0, 2_000.0).round();
                    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is clamped")]
                    let parts = parts as u32;
                    let (size, seconds) = best(link, parts, part_size);
                    let run = upload(link, parts, part_size, Concurrency::Auto);
                    let quick_enough = seconds / run.seconds >= 0.9;
                    assert!(quick_enough, "{link:?}: {size} requests take {seconds} s, auto {run:?}");
                }
            }
        }
    }

    #[test]
    fn a_short_upload_to_a_server_far_away_is_over_before_anything_can_be_measured() {
        let link = Link { all: 1_000.0 * MEGABIT, each: 40.0 * MEGABIT, late: 0.05, ..WIDE };
        let (_, seconds) = best(link, 16, 16.0 * MIB);
        let run = upload(link, 16, 16.0 * MIB, Concurrency::Auto);
        assert!(run.seconds / seconds <= 1.15, "{seconds} s, auto {run:?}");
    }

    /// The table of docs/performance.md, with the parts that the plan makes of these files.
    #[test]
    fn a_file_that_is_over_in_seconds_has_its_connections_at_once() {
        for (late, each, all) in [(0.01, 200.0, 1000.0), (0.05, 40.0, 1000.0), (0.2, 10.0, 200.0), (0.1, 5.0, 1e6)] {
            for (parts, part_size) in [(8, 1.0), (32, 1.0), (50, 2.0), (43, 6.0)] {
                // Buffers as the system sizes them: small at first.
                for buffers in [0.09, 2.0] {
                    let link = Link { all: all * MEGABIT, each: each * MEGABIT, late, buffers: buffers * MIB, ..WIDE };
                    let (size, seconds) = best(link, parts, part_size * MIB);
                    let run = upload(link, parts, part_size * MIB, Concurrency::Auto);
                    let allowed = if buffers < 1.0 { 1.45 } else { 1.15 };
                    let ratio = (run.seconds + 2.0 * late) / (seconds + 2.0 * late);
                    assert!(ratio <= allowed, "{link:?}, {parts}: {size} requests take {seconds} s, auto {run:?}");
                }
            }
        }
    }

    #[test]
    fn many_small_files_far_away_open_the_window_by_answers() {
        for (late, most_seconds) in [(0.05, 1.0), (0.005, 0.3)] {
            let link = Link { all: 500.0 * MIB, late, ..WIDE };
            let run = upload(link, 2000, 16_384.0, Concurrency::Auto);
            assert!(run.seconds <= most_seconds, "{late}: {run:?}");
        }
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
        assert_eq!(size_if_answers_take([50, 60, 50]), 256);
        assert_eq!(size_if_answers_take([50, 80, 50]), 64, "128 took longer, because there were more");
    }

    #[test]
    fn more_requests_for_small_files_stop_once_they_bring_nothing() {
        let link = Link { all: 400.0 * MIB, late: 0.001, ..WIDE };
        let run = upload(link, 20_000, 16_384.0, Concurrency::Auto);
        assert!(run.most <= 128, "{run:?}");
    }

    /// 1 Mbit/s, cut every 30 s: four parts that end together at 32 s would never end.
    #[test]
    fn a_slow_link_that_breaks_every_half_minute_gets_on() {
        for megabits in [0.6, 1.0, 2.0, 10.0] {
            let link = Link { all: megabits * MEGABIT, late: 0.3, buffers: 1.5 * MIB, breaks: 30.0, ..WIDE };
            let run = run(link, 50, MIB, Concurrency::Auto, 1800.0);
            let expected = (megabits * MEGABIT * 1800.0 / MIB * 0.4).min(50.0);
            assert!(f64::from(run.done) >= expected, "{link:?}: {run:?}");
        }
    }

    #[test]
    fn a_server_that_takes_so_many_a_second_gets_almost_as_many_and_is_not_pressed() {
        // One request at a time must not exceed the limit already: below that, the waits of the retries decide.
        for per_second in [20, 50, 200, 1000_u32] {
            for late in [0.05, 0.1, 0.3].into_iter().filter(|late| f64::from(per_second) * late >= 2.0) {
                let per_second = usize::try_from(per_second).unwrap();
                let link = Link { all: 1000.0 * MIB, late, per_second, ..WIDE };
                let of = |wanted| run(link, u32::MAX / 2, 16_384.0, wanted, 120.0);
                let fixed = [2, 4, 8, 16, 32, 64, 256].map(|n| of(Concurrency::Fixed(n)).done);
                let best = *fixed.iter().max().unwrap();
                let auto = of(Concurrency::Auto);
                // With few requests, one more or less makes a large difference.
                let share = if f64::from(u32::try_from(per_second).unwrap()) * late < 5.0 { 0.7 } else { 0.85 };
                assert!(f64::from(auto.done) >= share * f64::from(best), "{per_second}, {late}: {best}, {auto:?}");
                let late_ones = f64::from(auto.throttled_late) / f64::from(auto.done / 2);
                assert!(late_ones < 0.02, "{per_second}, {late}: {best}, {auto:?}");
            }
        }
    }

    #[test]
    fn a_slow_link_gets_fewer_requests_not_more() {
        for megabits in [0.1, 0.5, 1.0] {
            let link = Link { all: megabits * MEGABIT, late: 0.1, buffers: 0.09 * MIB, ..WIDE };
            let run = upload(link, 30, 4.0 * MIB, Concurrency::Auto);
            assert!(
                run.most <= 2 * FEW && f64::from(run.last) * LEAST_EACH < link.all + LEAST_EACH,
                "{link:?}: {run:?}"
            );
        }
    }

    #[test]
    fn a_server_that_takes_only_so_many_gets_almost_as_many_and_is_not_pressed() {
        for takes in [1, 2, 3, 5, 8, 9, 10, 16, 20, 24, 31, 32, 40, 50, 60] {
            let link = Link { all: 10_000.0 * MEGABIT, each: 40.0 * MEGABIT, late: 0.05, takes, ..WIDE };
            // Two minutes of sending. The search for the limit takes some seconds, a larger share of a shorter upload.
            for (parts, share) in [(36 * u32::try_from(takes).unwrap(), 0.9), (200, 0.75)] {
                let all = Concurrency::Fixed(u16::try_from(takes).unwrap());
                let seconds = upload(link, parts, 16.0 * MIB, all).seconds.min(best(link, parts, 16.0 * MIB).1);
                let run = upload(link, parts, 16.0 * MIB, Concurrency::Auto);
                assert!(seconds / run.seconds >= share, "{link:?}: the best take {seconds} s, auto {run:?}");
                assert!(run.throttled < 350, "{link:?}: {run:?}");
            }
        }
    }
}
