//! The limit on the parts of one object that begin in a second. Like the window, it has no clock.
//!
//! COS documents 50 uploads a second of a single file and does not say whether parts count. The limit applies to parts
//! whose size cosput chose; a part size that the user gave is taken as a deliberate choice.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::default_sizes::PARTS_A_SECOND;

const SECOND: Duration = Duration::from_secs(1);

/// The start times of the last parts.
#[derive(Debug, Clone, Default)]
pub(super) struct PartPace {
    began: VecDeque<Instant>,
}

impl PartPace {
    /// When the next part may begin; `now` or a later moment.
    pub(super) fn next(&self, now: Instant) -> Instant {
        let full = self.began.len() >= usize::from(PARTS_A_SECOND);
        self.began.front().filter(|_| full).map_or(now, |first| now.max(*first + SECOND))
    }

    /// Records the start of a part.
    pub(super) fn begin(&mut self, now: Instant) {
        if self.began.len() >= usize::from(PARTS_A_SECOND) {
            self.began.pop_front();
        }
        self.began.push_back(now);
    }
}

/// The limits on the parts of one object. Parts that the server copies are no uploads, and are counted apart.
#[derive(Debug, Clone, Default)]
pub(super) struct Paces {
    sent: PartPace,
    copied: PartPace,
}

impl Paces {
    /// The limit on parts of a kind.
    pub(super) fn of(&self, copied: bool) -> &PartPace {
        if copied { &self.copied } else { &self.sent }
    }

    /// The same, to count a part.
    pub(super) fn of_mut(&mut self, copied: bool) -> &mut PartPace {
        if copied { &mut self.copied } else { &mut self.sent }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upload::simulation::epoch;

    #[test]
    fn copies_take_no_place_of_parts_that_are_sent() {
        let (now, mut paces) = (epoch(), Paces::default());
        for _ in 0..50 {
            paces.of_mut(false).begin(now);
        }
        assert_eq!([false, true].map(|copied| paces.of(copied).next(now)), [now + SECOND, now]);
    }

    #[test]
    fn fifty_parts_begin_at_once_and_never_more_in_any_second() {
        let begin = epoch();
        let (mut pace, mut now, mut began) = (PartPace::default(), begin, Vec::new());
        for part in 0..500_u32 {
            now = pace.next(now);
            pace.begin(now);
            began.push(now);
            if part < 50 {
                assert_eq!(now, begin);
            } else {
                // Some parts start late.
                now += Duration::from_millis(u64::from(part % 7));
            }
        }
        for (index, first) in began.iter().enumerate() {
            let within = began[index..].iter().take_while(|later| **later - *first < SECOND).count();
            assert!(within <= 50, "{within} parts within a second of part {index}");
        }
        assert!(*began.last().unwrap() - begin <= 11 * SECOND);
    }
}
