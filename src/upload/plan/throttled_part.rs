//! A part that the server throttled, and that is sent before its wait is over.

use std::cmp::Reverse;
use std::time::Instant;

use super::parts::{PartBoard, index};
use crate::cos::multipart::PartNumber;

impl PartBoard {
    /// When the next of the throttled parts is due that may be sent before.
    pub(crate) fn throttled_due(&self, now: Instant) -> Option<Instant> {
        self.next_throttled(now).map(|(due, _)| due)
    }

    /// Ends the wait of that part.
    pub(crate) fn end_throttled_wait(&mut self, now: Instant) {
        if let Some(waiting) = self.next_throttled(now) {
            self.again.retain(|Reverse(other)| *other != waiting);
            self.again.push(Reverse((now, waiting.1)));
        }
    }

    fn next_throttled(&self, now: Instant) -> Option<(Instant, PartNumber)> {
        let waiting = self.again.iter().map(|Reverse(waiting)| *waiting);
        waiting.filter(|(due, number)| *due > now && self.attempts[index(*number)].may_be_early(now)).min()
    }
}
