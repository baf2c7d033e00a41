//! How many requests may be in flight.
//!
//! A fixed number is the limit itself, lowered while the server throttles. `auto` searches for the number:
//!
//! | step | what happens |
//! | --- | --- |
//! | opening | Begins with few requests and doubles while bytes flow freely, since an upload may be over before its first part is answered; up to 16 for a near server, 64 for a far one. Small requests are counted in rounds of answers, as in TCP's slow start, and multiplied by four in each; up to 256, until a round takes longer because of more requests. |
//! | filling, measuring | From here on more requests must raise the rate: doubles, lets the new connections fill the buffers, measures, and goes back if the rate did not rise. If each connection gets little, uses fewer. |
//! | resting | Nothing changes for a while. |
//! | careful | The network broke before any part was answered: a quarter of the requests, and more only once a round of answers takes a few seconds at most, so that some parts are always near their end. |
//!
//! If the server throttles, the window halves at once. It then returns to somewhat less than the refused number, and
//! from there rises one by one to just below it.

use std::time::{Duration, Instant};

use super::breaks::Breaks;

/// The number of requests that the user asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Concurrency {
    /// As many as raise the rate.
    #[default]
    Auto,
    /// As many as raise the rate, up to a limit such as that of open files.
    AutoUpTo(u16),
    /// Up to this many.
    Fixed(u16),
}

impl Concurrency {
    /// The most requests that are possible.
    pub fn most(self) -> u16 {
        match self {
            Self::Auto => MOST_SMALL,
            Self::AutoUpTo(most) => most.min(MOST_SMALL),
            Self::Fixed(most) => most,
        }
    }
}

/// `auto` begins with this many requests, …
const FEW: u16 = 8;
/// … opens to this many for near and far servers without checking that they raise the rate, …
const FREE_NEAR: u16 = 16;
const FREE: u16 = 64;
/// … until this time has passed, …
const FREE_TIME: Duration = Duration::from_secs(2);
/// … and never beyond this many with large and with small bodies.
const MOST: u16 = 64;
const MOST_SMALL: u16 = 256;
/// A server that answers sooner is near: its connections need no time to become fast.
const NEAR: Duration = Duration::from_millis(5);
/// A server that answers even sooner is on this machine or beside it: a small initial number costs less.
const BESIDE: Duration = Duration::from_millis(1);
const FEW_BESIDE: u16 = 4;
/// A smaller body is small: its answer is a better measure than its bytes.
const SMALL: u64 = 1 << 20;
/// While opening, each connection must have taken this many bytes: those that the system's buffers take at once, and a
/// first round trip.
const FLOWING: u64 = 100 << 10;
/// The factor for small requests per round of answers. Each new connection costs a round trip, so doubling is too slow.
const FASTER: u16 = 4;
/// If a round of answers takes this many times the shortest one, more requests do not help.
const LONGER: f64 = 1.5;
/// After the network broke, the window only grows if a round of answers takes no longer than this.
const CAREFUL_ROUND: Duration = Duration::from_secs(5);
/// The bytes of a new connection that only fill buffers and are no measure of the network.
const FILLING: u64 = 1 << 20;
/// More requests must raise the rate by this factor; less is noise.
const GAIN: f64 = 1.08;
/// A request with fewer bytes a second than this slows down the others.
const LEAST_EACH: f64 = 16_384.0;
/// More requests are tried if each can get this many bytes a second.
const ENOUGH_EACH: f64 = 49_152.0;
/// The shortest time for the filling of buffers, and for a measurement.
const MEASURED: Duration = Duration::from_secs(1);
/// Pause after an increase that brought nothing; doubles each time, up to `LONGEST_REST`.
const SHORTEST_REST: Duration = Duration::from_secs(15);
const LONGEST_REST: Duration = Duration::from_secs(120);
/// Throttled answers within this time count once, since their requests were in flight together.
const ONE_ROUND: Duration = Duration::from_secs(1);

/// A limit on requests in flight.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    most: u16,
    now: u16,
    successes: u16,
    shrunk: Option<Instant>,
    search: Option<Search>,
}

/// The search of `auto` for a number.
#[derive(Debug, Clone, PartialEq)]
struct Search {
    step: Step,
    /// When this step began, and the bytes moved until then.
    since: Option<(Instant, u64)>,
    /// The time of the first measurement.
    began: Option<Instant>,
    rest: Duration,
    /// The number of requests that the server refused.
    refused: Option<u16>,
    /// Whether the last body that was answered was small.
    small: bool,
    /// The shortest known time from a request to its answer.
    round_trip: Option<Duration>,
    rounds: Rounds,
    breaks: Breaks,
}

/// Rounds of answers: each has as many answers as requests were in flight at its start.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Rounds {
    began: Option<Instant>,
    answers: u16,
    shortest: Option<Duration>,
    /// True once more requests did not help.
    over: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Step {
    /// Doubles while bytes or answers flow.
    Open,
    /// New connections fill the buffers of the network.
    Fill { new: u16, before: Option<(u16, f64)> },
    /// Measures the rate of this number; `before` is the rate of a smaller one.
    Measure { before: Option<(u16, f64)> },
    /// Changes nothing for a while.
    Rest,
    /// The network broke: waits for answers.
    Careful,
}

impl Window {
    /// A window for the requested concurrency.
    pub fn new(wanted: Concurrency) -> Self {
        let most = wanted.most().max(1);
        let (now, search) = match wanted {
            Concurrency::Fixed(_) => (most, None),
            Concurrency::Auto | Concurrency::AutoUpTo(_) => (FEW.min(most), Some(Search::new())),
        };
        Self { most, now, successes: 0, shrunk: None, search }
    }

    /// The largest possible size.
    pub fn most(&self) -> u16 {
        self.most
    }

    /// The number of requests that may be in flight.
    pub fn size(&self) -> u16 {
        self.now
    }

    /// Halves the window, at most once a second.
    pub fn shrink(&mut self, now: Instant) {
        if self.shrunk.is_some_and(|shrunk| now.saturating_duration_since(shrunk) < ONE_ROUND) {
            return;
        }
        if let Some(search) = &mut self.search {
            search.refused = Some(self.now);
            search.rounds.over = true;
            search.enter(Step::Rest);
        }
        self.now = (self.now / 2).max(1);
        self.successes = 0;
        self.shrunk = Some(now);
    }

    /// Records the time from a request without a body to its answer.
    pub fn answered_after(&mut self, time: Duration) {
        if let Some(search) = &mut self.search {
            if search.round_trip.is_none() && search.began.is_none() && time < BESIDE {
                self.now = self.now.min(FEW_BESIDE);
            }
            search.round_trip = Some(search.round_trip.map_or(time, |known| known.min(time)));
        }
    }

    /// Records a request that the network broke. If most of them break and none was answered since the previous time,
    /// too many were in flight: they would all have ended together.
    pub fn break_one(&mut self, now: Instant) {
        let Some(search) = &mut self.search else { return };
        if search.breaks.break_one(now, self.now) {
            self.now = (self.now / 4).max(1);
            self.successes = 0;
            search.rounds = Rounds { began: Some(now), over: true, ..search.rounds };
            search.rounds.answers = 0;
            search.enter(Step::Careful);
        }
    }

    /// Counts a success with a body of `bytes`. After throttling, successes open the window again. If the refused
    /// number is not known, each round of successes adds one. If it is known, each success adds one up to somewhat
    /// below that number; from there each round adds one, as long as the window stays below it.
    pub fn grow(&mut self, now: Instant, bytes: u64) {
        let (round, most) = match &mut self.search {
            None => (self.now, self.most),
            Some(search) => {
                search.small = bytes < SMALL;
                search.breaks.answered();
                match search.refused {
                    None => {
                        let size = search.answered(now, self.now);
                        self.now = size.clamp(1, search.most(self.most).max(self.now));
                        return;
                    }
                    Some(refused) => match refused - refused.div_ceil(8) {
                        somewhat_below if self.now < somewhat_below => (1, somewhat_below),
                        _ => (self.now, refused - 1),
                    },
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
            search.since = None;
        }
    }

    /// Measures the bytes handed to connections since the start, with this many requests in flight. To be called some
    /// hundred times a second.
    pub fn look(&mut self, now: Instant, moved: u64, in_flight: usize) {
        let Some(search) = &mut self.search else { return };
        // A window that is not full, or is still closing, cannot be measured.
        if in_flight != usize::from(self.now) {
            search.since = None;
            return;
        }
        let first = search.began.is_none();
        let began = *search.began.get_or_insert(now);
        let (since, before) = *search.since.get_or_insert((now, if first { 0 } else { moved }));
        let (elapsed, bytes) = (now.saturating_duration_since(since), moved.saturating_sub(before));
        let most = search.most(self.most);
        let size = search.look(now.saturating_duration_since(began), elapsed, bytes, (self.now, most));
        self.now = size.clamp(1, most.max(self.now));
        // A step starts with the bytes that its new connections take at once.
        search.since.get_or_insert((now, moved));
    }
}

impl Concurrency {
    /// The same, if all requests together may send this many bytes a second: the size is limited so that each gets
    /// enough.
    #[must_use]
    pub fn at_rate(self, bytes_per_second: u64) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "a rate is no more exact than that")]
        let enough = (1..=FEW).find(|requests| f64::from(*requests) * LEAST_EACH >= bytes_per_second as f64);
        match (self, enough) {
            (Self::Auto | Self::AutoUpTo(_), Some(few)) => Self::Fixed(few.min(self.most())),
            (wanted, _) => wanted,
        }
    }
}

impl Search {
    fn new() -> Self {
        Self {
            step: Step::Open,
            since: None,
            began: None,
            rest: SHORTEST_REST,
            refused: None,
            small: false,
            round_trip: None,
            rounds: Rounds::default(),
            breaks: Breaks::default(),
        }
    }

    fn enter(&mut self, step: Step) {
        self.step = step;
        self.since = None;
    }

    /// The most requests for bodies of this kind.
    fn most(&self, most: u16) -> u16 {
        if self.small { most } else { most.min(MOST) }
    }

    /// The number of requests that bytes alone can open.
    fn free(&self) -> u16 {
        if self.round_trip.is_some_and(|time| time < NEAR) { FREE_NEAR } else { FREE }
    }

    /// The next size, after one more answer at this one.
    fn answered(&mut self, now: Instant, size: u16) -> u16 {
        self.rounds.answers += 1;
        if self.rounds.answers < size {
            return size;
        }
        self.rounds.answers = 0;
        // The first round began before any answer, and includes the time for connecting.
        let Some(began) = self.rounds.began.replace(now) else {
            return if self.small && self.step == Step::Open { size.saturating_mul(FASTER) } else { size };
        };
        let time = now.saturating_duration_since(began);
        if self.step == Step::Careful {
            if time <= CAREFUL_ROUND {
                self.began = None;
                self.enter(Step::Open);
            }
            return size;
        }
        if !self.small || self.rounds.over || self.step != Step::Open {
            return size;
        }
        let shortest = self.rounds.shortest.map_or(time, |shortest| shortest.min(time));
        self.rounds.shortest = Some(shortest);
        if time > shortest.mul_f64(LONGER) {
            self.rounds.over = true;
            self.enter(Step::Rest);
            return (size / 2).max(1);
        }
        size.saturating_mul(FASTER)
    }

    /// The next size, after `moved` bytes in `elapsed` at this one.
    fn look(&mut self, age: Duration, elapsed: Duration, moved: u64, (size, most): (u16, u16)) -> u16 {
        match self.step {
            Step::Careful => {}
            // Answers open the window.
            Step::Open if self.small && !self.rounds.over && age <= 4 * FREE_TIME => {}
            Step::Open if size >= self.free().min(most) || age > FREE_TIME => {
                self.enter(Step::Fill { new: size, before: None });
            }
            Step::Open if moved >= FLOWING * u64::from(size) => {
                self.enter(Step::Open);
                return (size * 2).min(self.free());
            }
            Step::Open => {}
            Step::Fill { new, before } => {
                if elapsed >= MEASURED / 2 && moved >= FILLING * u64::from(new) {
                    self.enter(Step::Measure { before });
                } else if elapsed >= 8 * MEASURED && before.is_none() {
                    // So slow that buffers do not even fill: the rate counts the bytes in them, but is low even so.
                    self.enter(Step::Measure { before });
                }
            }
            Step::Measure { before } => {
                let enough = elapsed >= MEASURED && moved >= FILLING * u64::from(size);
                if enough || elapsed >= 60 * MEASURED {
                    #[expect(clippy::cast_precision_loss, reason = "a rate is no more exact than that")]
                    let rate = moved as f64 / elapsed.as_secs_f64();
                    return self.judge((size, most), rate, before);
                }
            }
            Step::Rest => {
                if elapsed >= self.rest {
                    self.rest = (self.rest * 2).min(LONGEST_REST);
                    self.enter(Step::Measure { before: None });
                }
            }
        }
        size
    }

    fn judge(&mut self, (size, most): (u16, u16), rate: f64, before: Option<(u16, f64)>) -> u16 {
        if rate < LEAST_EACH * f64::from(size) {
            self.enter(Step::Rest);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is less than size")]
            return ((rate / LEAST_EACH).ceil() as u16).max(1);
        }
        if let Some((fewer, fewer_rate)) = before
            && rate < fewer_rate * GAIN
        {
            self.enter(Step::Rest);
            return fewer;
        }
        // If the refused number is known, the window approaches it one by one.
        let next = if self.refused.is_some() { size + 1 } else { size * 2 }.min(most);
        let too_many = self.refused.is_some_and(|refused| next >= refused) && self.rest < LONGEST_REST;
        if next <= size || too_many || rate < ENOUGH_EACH * f64::from(next) {
            self.enter(Step::Rest);
            return size;
        }
        self.enter(Step::Fill { new: next - size, before: Some((size, rate)) });
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upload::simulation::epoch;

    const MIB: f64 = 1_048_576.0;
    const MEGABIT: f64 = 125_000.0;

    #[test]
    fn a_fixed_one_halves_once_a_second_never_below_one_and_recovers_to_where_it_was() {
        let (mut window, mut now) = (Window::new(Concurrency::Fixed(8)), epoch());
        for expected in [4, 2, 1, 1] {
            window.shrink(now);
            window.shrink(now + Duration::from_millis(999));
            assert_eq!(window.size(), expected);
            now += ONE_ROUND;
        }
        for _ in 0..1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 {
            window.grow(epoch(), 0);
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
        window.shrink(epoch());
        let refused = FEW;
        for tick in 0..60 * 20 {
            let now = epoch() + tick * Duration::from_millis(50);
            window.grow(now, 1 << 24);
            window.look(now, u64::from(tick) << 24, usize::from(window.size()));
            assert!(window.size() < refused, "{tick}");
        }
        assert_eq!(window.size(), refused - 1);
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
                flights.push(Flight { sent, carries, waits: link.late, refused });
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
                    window.shrink(now);
                    throttled += 1;
                    throttled_late += u32::from(time > longest / 2.0);
                    asleep.push(time + 1.0);
                } else if lands {
                    done += 1;
                    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bytes")]
                    window.grow(now, part_size as u64);
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
