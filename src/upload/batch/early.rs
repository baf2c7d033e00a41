//! When a throttled request is sent before its wait is over.
//!
//! Each throttled request waits longer than before, up to many seconds, whatever happens to the others. Once the server has
//! refused nothing for a while, one is sent early, and then one more after each request that the server takes.

use std::time::{Duration, Instant};

/// The server takes more if it has refused nothing for this time.
const QUIET: Duration = Duration::from_secs(1);

/// When the server last refused a request, and whether it has taken one since the last that was sent early.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Early {
    refused: Option<Instant>,
    sent: bool,
}

impl Early {
    /// The server refused a request.
    pub(super) fn refuse(&mut self, now: Instant) {
        *self = Self { refused: Some(now), sent: false };
    }

    /// The server took a request.
    pub(super) fn take(&mut self) {
        self.sent = false;
    }

    /// A request is sent early.
    pub(super) fn send(&mut self) {
        self.sent = true;
    }

    /// When one may be sent early; `None` if not before the server takes another.
    pub(super) fn from(&self) -> Option<Instant> {
        self.refused.filter(|_| !self.sent).map(|refused| refused + QUIET)
    }

    /// When the server last refused a request.
    pub(super) fn refused(&self) -> Option<Instant> {
        self.refused
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upload::simulation::epoch;

    #[test]
    fn one_is_sent_a_second_after_the_last_refusal_and_one_more_after_each_that_is_taken() {
        let (begin, mut early) = (epoch(), Early::default());
        assert_eq!(early.from(), None, "nothing was refused");
        early.refuse(begin);
        early.refuse(begin + QUIET);
        assert_eq!(early.from(), Some(begin + 2 * QUIET));
        early.send();
        assert_eq!(early.from(), None);
        early.take();
        assert_eq!(early.from(), Some(begin + 2 * QUIET));
        early.send();
        early.refuse(begin + 3 * QUIET);
        assert_eq!(early.from(), Some(begin + 4 * QUIET));
    }
}
