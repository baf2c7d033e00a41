//! How many requests may be in flight: as many as were asked for, fewer when the server asks for less.

use std::time::{Duration, Instant};

/// Answers to requests that were in flight together ask for less only once.
const ONE_ROUND: Duration = Duration::from_secs(1);

/// A bound on requests in flight. It halves when throttled and grows by one for each round of successes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    most: u16,
    now: u16,
    successes: u16,
    shrunk: Option<Instant>,
}

impl Window {
    /// A window that opens at `most`.
    pub fn new(most: u16) -> Self {
        let most = most.max(1);
        Self { most, now: most, successes: 0, shrunk: None }
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
        self.now = (self.now / 2).max(1);
        self.successes = 0;
        self.shrunk = Some(now);
    }

    /// Counts a success; a whole round of them opens the window by one.
    pub fn grow(&mut self) {
        self.successes += 1;
        if self.successes >= self.now {
            self.successes = 0;
            self.now = (self.now + 1).min(self.most);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upload::simulation::epoch;

    #[test]
    fn it_halves_once_a_second_never_below_one_and_recovers_to_where_it_was() {
        let (mut window, mut now) = (Window::new(8), epoch());
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
}
