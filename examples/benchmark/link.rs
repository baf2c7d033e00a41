//! A link that is imitated: how late answers come, how fast connections are, and what goes wrong on it.

use std::io;
use std::time::Duration;

/// What the first round trip of a connection carries: 10 segments of 1,460 bytes.
pub(crate) const FIRST_ROUND: u64 = 14_600;

/// A link between a client and a server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Link {
    /// The round trip in milliseconds.
    pub round_trip: u64,
    /// Bytes a second that one connection carries at most; 0 for no limit.
    pub each: u64,
    /// Bytes a second that all connections carry; 0 for no limit.
    pub all: u64,
    /// Every so many requests with a body one stalls; 0 for none.
    pub stall_every: u64,
    /// How long it stalls, in milliseconds.
    pub stall: u64,
    /// Every so many connections one is reset in the middle of a body; 0 for none.
    pub reset_every: u64,
    /// The server takes so many requests at a time and refuses others with 503 SlowDown; 0 for no limit.
    pub takes: u64,
    /// The server takes so many requests a second and refuses others with 503 SlowDown; 0 for no limit.
    pub per_second: u64,
    /// After so many milliseconds of sending the link is dead …
    pub dies_after: u64,
    /// … for so many milliseconds.
    pub dead_for: u64,
}

impl Link {
    /// A link without faults: milliseconds, and Mbit/s for one connection and for all of them.
    pub(crate) const fn new(round_trip: u64, each: u64, all: u64) -> Self {
        const MEGABIT: u64 = 125_000;
        Self {
            round_trip,
            each: each * MEGABIT,
            all: all * MEGABIT,
            stall_every: 0,
            stall: 0,
            reset_every: 0,
            takes: 0,
            per_second: 0,
            dies_after: 0,
            dead_for: 0,
        }
    }

    /// The round trip.
    pub(crate) fn round_trip(&self) -> Duration {
        Duration::from_millis(self.round_trip)
    }

    /// The seconds that the link alone needs for some bytes.
    pub(crate) fn alone(&self, bytes: u64) -> f64 {
        if self.all == 0 { f64::NAN } else { bytes as f64 / self.all as f64 }
    }

    /// The link as arguments of the process that imitates it.
    pub(crate) fn arguments(&self) -> Vec<String> {
        self.numbers().iter().map(u64::to_string).collect()
    }

    /// Reads what [`Link::arguments`] wrote.
    pub(crate) fn parse(words: &[&str]) -> io::Result<Self> {
        let numbers: Vec<u64> =
            words.iter().map(|word| word.parse().map_err(io::Error::other)).collect::<io::Result<_>>()?;
        let numbers: [u64; 10] = numbers.try_into().map_err(|_| io::Error::other("a link has ten numbers"))?;
        let [round_trip, each, all, stall_every, stall, reset_every, takes, per_second, dies_after, dead_for] = numbers;
        Ok(Self { round_trip, each, all, stall_every, stall, reset_every, takes, per_second, dies_after, dead_for })
    }

    fn numbers(&self) -> [u64; 10] {
        let Self { round_trip, each, all, stall_every, stall, reset_every, takes, per_second, dies_after, dead_for } =
            *self;
        [round_trip, each, all, stall_every, stall, reset_every, takes, per_second, dies_after, dead_for]
    }
}
