//! The search of `auto` for the number of requests in flight.
//!
//! | step | what happens |
//! | --- | --- |
//! | opening | Begins with few requests and doubles while bytes flow freely, since an upload may be over before its first part is answered; up to 16 for a near server, 64 for a far one. Small requests are counted in rounds of answers, as in TCP's slow start, and multiplied by four in each; up to 184, until answers take longer because of more requests; that is tried again a second later. |
//! | filling, measuring | From here on more requests must raise the rate: doubles, lets the new connections fill the buffers, measures, and goes back if the rate did not rise. If each connection gets little, uses fewer. |
//! | resting | Nothing changes for a while. |
//! | careful | The network broke before any part was answered: a quarter of the requests, and more only once a round of answers takes a few seconds at most, so that some parts are always near their end. |

use std::time::{Duration, Instant};

use super::ahead::NO_NEED;
use super::breaks::Breaks;
use super::refusals::Refusals;
use crate::upload::plan::default_sizes::BESIDE;

/// `auto` begins with this many requests, …
pub(super) const FEW: u16 = 8;
/// … opens to this many for near and far servers without checking that they raise the rate, …
const FREE_NEAR: u16 = 16;
pub(super) const FREE: u16 = 64;
/// … until this time has passed, …
const FREE_TIME: Duration = Duration::from_secs(2);
/// … and never beyond this many with large and with small bodies.
const MOST: u16 = 64;
pub(super) const MOST_SMALL: u16 = 184;
/// A server that answers sooner is near: its connections need no time to become fast.
const NEAR: Duration = Duration::from_millis(5);
/// The initial number for a nearby server, where fewer requests cost less CPU.
const FEW_BESIDE: u16 = 4;
/// A smaller body is small: its answer is a better measure than its bytes.
const SMALL: u64 = 1 << 20;
/// While opening, each connection must have taken this many bytes: those that the system's buffers take at once, and a
/// first round trip.
const FLOWING: u64 = 100 << 10;
/// The factor for small requests per round of answers. Each new connection costs a round trip, so doubling is too slow.
const FASTER: u16 = 4;
/// If the answers of a round take this many times as long as those of the quickest round, more requests do not help.
const LONGER: f64 = 1.5;
/// After the network broke, the window only grows if a round of answers takes no longer than this.
const CAREFUL_ROUND: Duration = Duration::from_secs(5);
/// The bytes of a new connection that only fill buffers and are no measure of the network.
const FILLING: u64 = 1 << 20;
/// More requests must raise the rate by this factor; less is noise.
const GAIN: f64 = 1.08;
/// A request with fewer bytes a second than this slows down the others.
pub(super) const LEAST_EACH: f64 = 16_384.0;
/// More requests are tried if each can get this many bytes a second.
const ENOUGH_EACH: f64 = 49_152.0;
/// The shortest time for the filling of buffers, and for a measurement.
const MEASURED: Duration = Duration::from_secs(1);
/// Pause after an increase that brought nothing; doubles each time, up to `LONGEST_REST`.
const SHORTEST_REST: Duration = Duration::from_secs(15);
const LONGEST_REST: Duration = Duration::from_secs(120);

/// The search of `auto` for a number.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Search {
    step: Step,
    /// When this step began, and the bytes moved until then.
    since: Option<(Instant, u64)>,
    /// The time of the first measurement.
    began: Option<Instant>,
    rest: Duration,
    pub(super) refusals: Refusals,
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
    /// The time that these answers took together.
    took: Duration,
    /// The shortest average of a round.
    shortest: Option<Duration>,
    /// True once more requests did not help.
    over: bool,
    /// Whether they are not tried again after that.
    last: bool,
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

impl Search {
    pub(super) fn new() -> Self {
        Self {
            step: Step::Open,
            since: None,
            began: None,
            rest: SHORTEST_REST,
            refusals: Refusals::default(),
            small: false,
            round_trip: None,
            rounds: Rounds::default(),
            breaks: Breaks::default(),
        }
    }

    /// The number of requests that the server refused.
    pub(super) fn refused(&self) -> Option<u16> {
        self.refusals.number()
    }

    /// The server refused one of `size` requests, and `left` are in flight. Returns the next number.
    pub(super) fn refuse(&mut self, now: Instant, size: u16, left: u16) -> u16 {
        self.rounds = Rounds { over: true, last: true, ..self.rounds };
        self.enter(Step::Rest);
        self.refusals.refuse(now, size, left, self.small)
    }

    /// A request was refused. Whether time between requests is better than fewer of them, if there is time already or not.
    pub(super) fn needs_time(&self, now: Instant, has_time: bool) -> bool {
        self.small && (has_time || self.refusals.is_a_rate(now))
    }

    /// A request without a body was answered after this time. Returns the number to begin with if the server is beside
    /// this machine.
    pub(super) fn answered_after(&mut self, time: Duration) -> Option<u16> {
        let first = self.round_trip.is_none() && self.began.is_none();
        self.round_trip = Some(self.round_trip.map_or(time, |known| known.min(time)));
        (first && time < BESIDE).then_some(FEW_BESIDE)
    }

    /// The network broke a request. True if too many were in flight.
    pub(super) fn break_one(&mut self, now: Instant, size: u16) -> bool {
        let too_many = self.breaks.break_one(now, size);
        if too_many {
            self.rounds =
                Rounds { began: Some(now), answers: 0, took: Duration::ZERO, over: true, last: true, ..self.rounds };
            self.enter(Step::Careful);
        }
        too_many
    }

    /// A body of `bytes` was answered.
    pub(super) fn succeeded(&mut self, bytes: u64) {
        self.small = bytes < SMALL;
        self.breaks.answered();
    }

    /// Discards the current measurement.
    pub(super) fn look_away(&mut self) {
        self.since = None;
    }

    /// The next size, after `moved` bytes since the start, of which the latest were sent at `size`.
    pub(super) fn measure(&mut self, now: Instant, moved: u64, (size, most): (u16, u16)) -> u16 {
        let first = self.began.is_none();
        let began = *self.began.get_or_insert(now);
        let (since, before) = *self.since.get_or_insert((now, if first { 0 } else { moved }));
        let (elapsed, bytes) = (now.saturating_duration_since(since), moved.saturating_sub(before));
        let most = self.most(most);
        let next = self.look(now.saturating_duration_since(began), elapsed, bytes, (size, most));
        // A step starts with the bytes that its new connections take at once.
        self.since.get_or_insert((now, moved));
        next.clamp(1, most.max(size))
    }

    fn enter(&mut self, step: Step) {
        self.step = step;
        self.since = None;
    }

    /// The most requests for bodies of this kind.
    pub(super) fn most(&self, most: u16) -> u16 {
        if self.small { most } else { most.min(MOST) }
    }

    /// The number of requests that bytes alone can open.
    fn free(&self) -> u16 {
        if self.round_trip.is_some_and(|time| time < NEAR) { FREE_NEAR } else { FREE }
    }

    /// The number that the next round of answers may open, with bodies of `bytes` at this one.
    pub(super) fn after_a_round(&self, size: u16, bytes: u64) -> u16 {
        let opens = bytes < SMALL && !self.rounds.over && self.step == Step::Open;
        if opens { size.saturating_mul(FASTER) } else { size }
    }

    /// The next size, after one more answer at this one, which took this time on its connection.
    pub(super) fn answered(&mut self, now: Instant, size: u16, took: Duration) -> u16 {
        self.rounds.answers += 1;
        self.rounds.took += took;
        // The first object is sent alone, which is a round. For a near server it says nothing.
        let alone = self.small && self.rounds.began.is_none() && took >= NO_NEED;
        if self.rounds.answers < size && !alone {
            return size;
        }
        let average = std::mem::take(&mut self.rounds.took) / u32::from(self.rounds.answers.max(1));
        self.rounds.answers = 0;
        // The first round began before any answer.
        let Some(began) = self.rounds.began.replace(now) else {
            return if self.small && self.step == Step::Open { size.saturating_mul(FASTER) } else { size };
        };
        if self.step == Step::Careful {
            if now.saturating_duration_since(began) <= CAREFUL_ROUND {
                self.began = None;
                self.enter(Step::Open);
            }
            return size;
        }
        if !self.small || self.rounds.over || self.step != Step::Open {
            return size;
        }
        // Near, where connections are open soon, the time of the whole round also shows the limit of this machine.
        let time = if average < NO_NEED { now.saturating_duration_since(began) } else { average };
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
            // The first time, answers also waited for new connections.
            Step::Rest if self.small && self.rounds.over && !self.rounds.last && elapsed >= MEASURED => {
                self.rounds = Rounds { shortest: self.rounds.shortest, last: true, ..Rounds::default() };
                self.enter(Step::Open);
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
        let next = if self.refused().is_some() { size + 1 } else { size * 2 }.min(most);
        let too_many = self.refused().is_some_and(|refused| next >= refused) && self.rest < LONGEST_REST;
        if next <= size || too_many || rate < ENOUGH_EACH * f64::from(next) {
            self.enter(Step::Rest);
            return size;
        }
        self.enter(Step::Fill { new: next - size, before: Some((size, rate)) });
        next
    }
}
