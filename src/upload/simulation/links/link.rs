//! What a link, and the server behind it, do to requests.

pub(super) const MIB: f64 = 1_048_576.0;
pub(super) const MEGABIT: f64 = 125_000.0;

/// A link without faults, unless they are added. Times are in seconds, rates in bytes a second.
#[derive(Debug, Clone, Copy)]
pub(super) struct Link {
    /// The round trip.
    pub(super) late: f64,
    /// The rate of one connection, and of all together.
    pub(super) each: f64,
    pub(super) all: f64,
    /// The bytes that the buffers of a connection take at once.
    pub(super) buffers: f64,
    /// One of this many connections is reset in the middle of its first body.
    pub(super) resets_every: u32,
    /// The share of bodies whose answers are late by this time.
    pub(super) stalls: f64,
    pub(super) stall: f64,
    /// Connections have from this share up to all of their rate.
    pub(super) slowest: f64,
    /// The most bodies at a time, and in a second; others are refused.
    pub(super) takes: usize,
    pub(super) per_second: usize,
    /// All connections break each time this time has passed.
    pub(super) breaks_each: f64,
    /// The link carries nothing from this moment on, for this time, …
    pub(super) dies: f64,
    pub(super) dead_for: f64,
    /// … and breaks its connections when it dies.
    pub(super) breaks: bool,
}

impl Link {
    /// A link by its round trip in seconds, and its rates in Mbit/s for one connection and for all.
    pub(super) const fn new(late: f64, each: f64, all: f64) -> Self {
        Self {
            late,
            each: each * MEGABIT,
            all: all * MEGABIT,
            buffers: 0.3 * MIB,
            resets_every: 0,
            stalls: 0.0,
            stall: 0.0,
            slowest: 1.0,
            takes: usize::MAX,
            per_second: usize::MAX,
            breaks_each: f64::INFINITY,
            dies: f64::INFINITY,
            dead_for: 0.0,
            breaks: false,
        }
    }

    /// Whether it is dead at this moment.
    pub(super) fn is_dead(&self, time: f64) -> bool {
        time >= self.dies && time < self.dies + self.dead_for
    }
}

/// The links of docs/performance.md.
pub(super) const NEAR: Link = Link::new(0.002, 1000.0, 2000.0);
pub(super) const METRO: Link = Link::new(0.01, 200.0, 1000.0);
pub(super) const FAR: Link = Link::new(0.05, 40.0, 1000.0);
pub(super) const OVERSEAS: Link = Link::new(0.2, 10.0, 200.0);
pub(super) const HOME: Link = Link::new(0.03, 20.0, 20.0);
pub(super) const SLOW: Link = Link::new(0.3, 1.0, 1.0);
