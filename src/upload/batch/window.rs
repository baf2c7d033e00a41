//! How many requests may be in flight.
//!
//! A fixed number is what was asked for, fewer while the server asks for less. `auto` looks for the number itself. It
//! begins with few and doubles at once while bytes flow freely, since an upload may be over before a first part has been
//! answered. From then on more must pay: it doubles, lets the new connections fill the buffers on their way, measures, and
//! goes back where that brought nothing. Where there is little for each connection, it makes do with fewer. What the
//! server asks for is obeyed at once: half, then back to somewhat less than what was too much, and one by one to just below.

use std::time::{Duration, Instant};

/// How many requests were asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Concurrency {
    /// As many as bring something.
    #[default]
    Auto,
    /// At most so many.
    Fixed(u16),
}

impl Concurrency {
    /// The most requests that it comes to.
    pub fn most(self) -> u16 {
        match self {
            Self::Auto => MOST,
            Self::Fixed(most) => most,
        }
    }
}

/// `auto` begins with so many requests, …
const FEW: u16 = 4;
/// … goes to so many without asking whether they bring something, …
const FREE: u16 = 16;
/// … as long as this has not gone by, …
const FREE_TIME: Duration = Duration::from_secs(2);
/// … and never beyond this.
const MOST: u16 = 64;
/// A new connection takes so many bytes before it says anything about the network: they only fill buffers.
const FILLING: u64 = 1 << 20;
/// More requests must bring this much more; less is noise.
const GAIN: f64 = 1.08;
/// A request that gets fewer bytes a second than this is in the way of the others.
const LEAST_EACH: f64 = 16_384.0;
/// More requests are tried where each may get so much.
const ENOUGH_EACH: f64 = 49_152.0;
/// What is measured is measured for this long, and so is the filling of buffers.
const MEASURED: Duration = Duration::from_secs(1);
/// How long after a vain attempt the next one is made; twice as long after each, up to a limit.
const SHORTEST_REST: Duration = Duration::from_secs(15);
const LONGEST_REST: Duration = Duration::from_secs(120);
/// Answers to requests that were in flight together ask for less only once.
const ONE_ROUND: Duration = Duration::from_secs(1);

/// A bound on requests in flight.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    most: u16,
    now: u16,
    successes: u16,
    shrunk: Option<Instant>,
    search: Option<Search>,
}

/// How `auto` looks for a number.
#[derive(Debug, Clone, PartialEq)]
struct Search {
    step: Step,
    /// When this step began, and how many bytes had moved by then.
    since: Option<(Instant, u64)>,
    /// When the first bytes were looked at.
    began: Option<Instant>,
    rest: Duration,
    /// How many were too many for the server.
    refused: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Step {
    /// Doubles while bytes flow.
    Open,
    /// New connections fill the buffers on their way.
    Fill { new: u16, before: Option<(u16, f64)> },
    /// Measures what this many bring; `before` is what fewer brought.
    Measure { before: Option<(u16, f64)> },
    /// Is content for a while.
    Rest,
}

impl Window {
    /// A window for what was asked for.
    pub fn new(wanted: Concurrency) -> Self {
        let (most, now, search) = match wanted {
            Concurrency::Fixed(most) => (most.max(1), most.max(1), None),
            Concurrency::Auto => (MOST, FEW, Some(Search::new())),
        };
        Self { most, now, successes: 0, shrunk: None, search }
    }

    /// The largest size that it can have.
    pub fn most(&self) -> u16 {
        self.most
    }

    /// How many requests may be in flight.
    pub fn size(&self) -> u16 {
        self.now
    }

    /// Halves, at most once a second.
    pub fn shrink(&mut self, now: Instant) {
        if self.shrunk.is_some_and(|shrunk| now.saturating_duration_since(shrunk) < ONE_ROUND) {
            return;
        }
        if let Some(search) = &mut self.search {
            search.refused = Some(self.now);
            search.enter(Step::Rest);
        }
        self.now = (self.now / 2).max(1);
        self.successes = 0;
        self.shrunk = Some(now);
    }

    /// Counts a success. After the server asked for less, successes open the window again: a round of them by one, or,
    /// where what was too much is known, each of them by one up to somewhat below that, and then a round of them by one, as
    /// long as it stays below.
    pub fn grow(&mut self) {
        let (round, most) = match self.search.as_ref().map(|search| search.refused) {
            None => (self.now, self.most),
            Some(None) => (1, self.now),
            Some(Some(refused)) => match refused - refused.div_ceil(8) {
                somewhat_below if self.now < somewhat_below => (1, somewhat_below),
                _ => (self.now, refused - 1),
            },
        };
        self.successes += 1;
        if self.successes >= round {
            self.successes = 0;
            self.now = (self.now + 1).min(most.max(self.now));
        }
    }

    /// Forgets what was being measured: bytes that a limit of ours holds back say nothing of the network.
    pub fn look_away(&mut self) {
        if let Some(search) = &mut self.search {
            search.since = None;
        }
    }

    /// Looks at how many bytes have been handed to connections since the beginning, with so many requests in flight.
    /// To be called some twenty times a second.
    pub fn look(&mut self, now: Instant, moved: u64, in_flight: usize) {
        let Some(search) = &mut self.search else { return };
        // What a window brings that is not used says nothing; nor does what one brings that is still closing.
        if in_flight != usize::from(self.now) {
            search.since = None;
            return;
        }
        let first = search.began.is_none();
        let began = *search.began.get_or_insert(now);
        let (since, before) = *search.since.get_or_insert((now, if first { 0 } else { moved }));
        let (elapsed, bytes) = (now.saturating_duration_since(since), moved.saturating_sub(before));
        self.now = search.look(now.saturating_duration_since(began), elapsed, bytes, self.now).clamp(1, self.most);
        // A step begins with what its new connections take at once.
        search.since.get_or_insert((now, moved));
    }
}

impl Concurrency {
    /// The same, where all requests together may send only so many bytes a second: no more than each can have enough of.
    #[must_use]
    pub fn at_rate(self, bytes_per_second: u64) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "a rate is no more exact than that")]
        let enough = (1..=FEW).find(|requests| f64::from(*requests) * LEAST_EACH >= bytes_per_second as f64);
        match (self, enough) {
            (Self::Auto, Some(few)) => Self::Fixed(few),
            (wanted, _) => wanted,
        }
    }
}

impl Search {
    fn new() -> Self {
        Self { step: Step::Open, since: None, began: None, rest: SHORTEST_REST, refused: None }
    }

    fn enter(&mut self, step: Step) {
        self.step = step;
        self.since = None;
    }

    /// The size that follows, after `moved` bytes in `elapsed` at this one.
    fn look(&mut self, age: Duration, elapsed: Duration, moved: u64, size: u16) -> u16 {
        match self.step {
            Step::Open if size >= FREE || age > FREE_TIME => self.enter(Step::Fill { new: size, before: None }),
            Step::Open if moved >= FILLING * u64::from(size) => {
                self.enter(Step::Open);
                return size * 2;
            }
            Step::Open => {}
            Step::Fill { new, before } => {
                if elapsed >= MEASURED / 2 && moved >= FILLING * u64::from(new) {
                    self.enter(Step::Measure { before });
                } else if elapsed >= 8 * MEASURED && before.is_none() {
                    // So slow that buffers do not even fill: what is measured now is too much, but still too little.
                    self.enter(Step::Measure { before });
                }
            }
            Step::Measure { before } => {
                let enough = elapsed >= MEASURED && moved >= FILLING * u64::from(size);
                if enough || elapsed >= 60 * MEASURED {
                    #[expect(clippy::cast_precision_loss, reason = "a rate is no more exact than that")]
                    let rate = moved as f64 / elapsed.as_secs_f64();
                    return self.judge(size, rate, before);
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

    fn judge(&mut self, size: u16, rate: f64, before: Option<(u16, f64)>) -> u16 {
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
        // Where the server has said what is too much, it is gone near with care.
        let next = if self.refused.is_some() { size + 1 } else { size * 2 }.min(MOST);
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
            window.grow();
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
        assert_eq!([1024, 16 << 10, 20 << 10, 64 << 10].map(few), [fixed(1), fixed(1), fixed(2), fixed(4)]);
        assert_eq!(few((64 << 10) + 1), Concurrency::Auto);
        assert_eq!(fixed(64).at_rate(1024), fixed(64));
    }

    #[test]
    fn what_was_refused_is_left_alone_for_a_minute_however_fast_bytes_flow() {
        let mut window = Window::new(Concurrency::Auto);
        window.shrink(epoch());
        let refused = FEW;
        for tick in 0..60 * 20 {
            window.grow();
            let now = epoch() + tick * Duration::from_millis(50);
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

    /// A network as simple as it can be: what one connection gets at most, what all get together, how late answers come,
    /// and how many requests the server takes at a time. Buffers on the way take bytes at once.
    #[derive(Debug, Clone, Copy)]
    struct Link {
        all: f64,
        each: f64,
        late: f64,
        takes: usize,
        buffers: f64,
    }

    const WIDE: Link = Link { all: 0.0, each: f64::INFINITY, late: 0.0, takes: usize::MAX, buffers: 0.6 * MIB };

    /// One request: bytes on the wire, and what it waits for besides.
    #[derive(Debug, Clone, Copy)]
    struct Flight {
        sent: f64,
        waits: f64,
        refused: bool,
    }

    #[derive(Debug)]
    struct Run {
        seconds: f64,
        most: u16,
        last: u16,
        throttled: u32,
    }

    /// Uploads `parts` of `part_size` bytes through the link.
    fn upload(link: Link, parts: u32, part_size: f64, wanted: Concurrency) -> Run {
        const STEP: f64 = 0.01;
        let (start, mut window) = (epoch(), Window::new(wanted));
        let (mut left, mut time, mut moved) = (parts, 0.0, 0.0);
        let mut flights: Vec<Flight> = Vec::new();
        let mut asleep: Vec<f64> = Vec::new();
        let (mut most, mut throttled, mut ticks) = (0, 0, 0_u32);
        while left > 0 || !flights.is_empty() || !asleep.is_empty() {
            let now = start + Duration::from_secs_f64(time);
            asleep.retain(|until| {
                left += u32::from(*until <= time);
                *until > time
            });
            while left > 0 && flights.len() < usize::from(window.size()) {
                left -= 1;
                let taken = flights.iter().filter(|flight| !flight.refused).count() < link.takes;
                let sent = if taken { 0.0 } else { part_size };
                flights.push(Flight { sent, waits: link.late, refused: !taken });
            }
            most = most.max(window.size());
            let sending = flights.iter().filter(|flight| flight.sent < part_size).count();
            #[expect(clippy::cast_precision_loss, reason = "they are few")]
            let rate = (link.all / sending.max(1) as f64).min(link.each);
            let taken = |flight: &Flight| (flight.sent + link.buffers).min(part_size);
            let in_flight = flights.len();
            flights.retain_mut(|flight| {
                let had = if flight.sent > 0.0 { taken(flight) } else { 0.0 };
                if flight.sent < part_size {
                    flight.sent = (flight.sent + rate * STEP).min(part_size);
                } else {
                    flight.waits -= STEP;
                }
                moved += taken(flight) - had;
                let lands = flight.sent >= part_size && flight.waits <= 0.0;
                if lands && flight.refused {
                    window.shrink(now);
                    throttled += 1;
                    asleep.push(time + 1.0);
                } else if lands {
                    window.grow();
                }
                !lands
            });
            ticks += 1;
            if ticks.is_multiple_of(5) {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bytes")]
                window.look(now, moved as u64, in_flight);
            }
            time += STEP;
        }
        Run { seconds: time, most, last: window.size(), throttled }
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
                    // Two minutes of sending, at the most 2,000 parts.
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

    #[test]
    fn a_slow_link_gets_fewer_requests_not_more() {
        for megabits in [0.1, 0.5, 1.0] {
            let link = Link { all: megabits * MEGABIT, late: 0.1, ..WIDE };
            let run = upload(link, 30, 4.0 * MIB, Concurrency::Auto);
            assert!(run.most <= FEW && f64::from(run.last) * LEAST_EACH < link.all + LEAST_EACH, "{link:?}: {run:?}");
        }
    }

    #[test]
    fn a_server_that_takes_only_so_many_gets_almost_as_many_and_is_not_pressed() {
        for takes in [1, 2, 3, 5, 8, 9, 10, 16, 20, 24, 31, 32, 40, 50, 60] {
            let link = Link { all: 10_000.0 * MEGABIT, each: 40.0 * MEGABIT, late: 0.05, takes, ..WIDE };
            // Two minutes of sending; what is too much takes some seconds to be found, of a shorter upload a larger share.
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
