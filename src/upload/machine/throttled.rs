//! A request that the server throttled, and that is sent before its wait is over.
//!
//! How long such a request waits is a guess at what the server takes. If the server takes the requests of other objects and
//! parts meanwhile, the batch knows better.

use std::time::Instant;

use super::phase::Phase;
use super::{Step, Upload};

impl Upload {
    /// When the throttled request that is next is due, if it may be sent before.
    pub fn throttled_due(&self, now: Instant) -> Option<Instant> {
        if !self.ending.is_open() {
            return None;
        }
        let attempts = match self.phase {
            Phase::Parts => return self.board.as_ref()?.throttled_due(now),
            Phase::Complete => self.retries.complete,
            _ => self.retries.single,
        };
        self.retries.due.filter(|due| *due > now && attempts.may_be_early(now))
    }

    /// Sends that request now. To be called if a request may begin and `next` has none.
    pub fn send_throttled(&mut self, now: Instant) -> Step {
        match (&self.phase, &mut self.board) {
            (Phase::Parts, Some(board)) => board.end_throttled_wait(now),
            _ => self.retries.due = None,
        }
        self.next(now)
    }
}
