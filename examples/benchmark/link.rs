//! A simulated link: its delay, the speed of connections, and its faults.

use std::io;
use std::time::Duration;

/// The bytes in the first round trip of a connection: 10 segments of 1,460 bytes.
pub(crate) const FIRST_ROUND: u64 = 14_600;

/// A link between a client and a server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Link {
    /// The round trip in milliseconds.
    pub round_trip: u64,
    /// The most bytes a second of one connection; 0 for no limit.
    pub each: u64,
    /// The most bytes a second of all connections; 0 for no limit.
    pub all: u64,
    /// One of this many requests with a body stalls; 0 for none.
    pub stall_every: u64,
    /// How long a request stalls, in milliseconds.
    pub stall: u64,
    /// One of this many connections is reset in the middle of a body; 0 for none.
    pub reset_every: u64,
    /// The most requests at a time; others are refused with 503 SlowDown; 0 for no limit.
    pub takes: u64,
    /// The most requests a second; others are refused with 503 SlowDown; 0 for no limit.
    pub per_second: u64,
    /// The link is dead after this many milliseconds of sending …
    pub dies_after: u64,
    /// … for this many milliseconds.
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

    /// The seconds that the link itself needs for some bytes.
    pub(crate) fn alone(&self, bytes: u64) -> f64 {
        if self.all == 0 { f64::NAN } else { bytes as f64 / self.all as f64 }
    }

    /// The link as arguments of the process that simulates it.
    pub(crate) fn arguments(&self) -> Vec<String> {
        self.numbers().iter().map(u64::to_string).collect()
    }

    /// Parses the output of [`Link::arguments`].
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
