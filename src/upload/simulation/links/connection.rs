//! One connection: TCP's slow start.

use super::link::Link;

/// The bytes in the first round trip of a connection: 10 segments of 1,460 bytes.
const FIRST_ROUND: f64 = 14_600.0;
/// A connection that was idle for this time and a round trip begins slow start anew.
const IDLE: f64 = 0.2;

#[derive(Debug, Clone, Copy)]
pub(super) struct Connection {
    /// The bytes that it carries in a round trip.
    carries: f64,
    /// Its share of the rate that a connection can have.
    pub(super) weight: f64,
    /// Whether it is reset in the middle of a body.
    pub(super) is_reset: bool,
    idle_since: f64,
}

impl Connection {
    /// The connection of this number.
    pub(super) fn new(link: &Link, number: u32, weight: f64) -> Self {
        let is_reset = link.resets_every > 0 && number.is_multiple_of(link.resets_every);
        Self { carries: FIRST_ROUND, weight, is_reset, idle_since: 0.0 }
    }

    /// The bytes that it carries in `step` seconds, with its share of the whole link.
    pub(super) fn bytes(&self, link: &Link, share: f64, step: f64) -> f64 {
        share.min(link.each * self.weight).min(self.carries / link.late) * step
    }

    pub(super) fn carried(&mut self, bytes: f64) {
        self.carries += bytes;
    }

    pub(super) fn rest(&mut self, time: f64) {
        self.idle_since = time;
    }

    pub(super) fn wake(&mut self, link: &Link, time: f64) {
        if time - self.idle_since > IDLE + link.late {
            self.carries = FIRST_ROUND;
        }
    }
}
