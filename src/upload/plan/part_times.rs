//! How long parts took, from which follows when another one is much slower. Like the window, it has no clock.

use std::collections::VecDeque;
use std::time::Duration;

/// The number of parts whose times are remembered.
const REMEMBERED: usize = 64;
/// If more parts than these are left, the link is slow, and not they.
const MOST_LEFT: u16 = 4;
/// Each part that is left needs this many that were sent to compare it with.
const SIBLINGS: usize = 2;
/// A part is slow once it takes this many times as long as most others, …
const SLOWER: f64 = 1.5;
/// … and at least this long. A shorter time is not worth a request.
const SHORTEST: Duration = Duration::from_millis(300);

/// How long the last parts took that were sent.
#[derive(Debug, Clone, Default)]
pub(super) struct PartTimes(VecDeque<Duration>);

impl PartTimes {
    /// A part was sent, and took this long.
    pub(super) fn add(&mut self, time: Duration) {
        if self.0.len() >= REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back(time);
    }

    /// The time after which a part is slow if this many are left; `None` if that cannot be said.
    pub(super) fn slow_after(&self, left: u16) -> Option<Duration> {
        if left > MOST_LEFT || self.0.len() < SIBLINGS * usize::from(left) {
            return None;
        }
        let mut times: Vec<Duration> = self.0.iter().copied().collect();
        times.sort_unstable();
        let most = times.get(((times.len() - 1) * 9).div_ceil(10))?;
        Some(most.mul_f64(SLOWER).max(SHORTEST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(seconds: &[f64]) -> PartTimes {
        let mut times = PartTimes::default();
        seconds.iter().for_each(|seconds| times.add(Duration::from_secs_f64(*seconds)));
        times
    }

    #[test]
    fn a_part_is_slow_after_half_as_long_again_as_nine_tenths_of_its_siblings() {
        let seconds = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 60.0];
        assert_eq!(times(&seconds).slow_after(1), Some(Duration::from_secs(15)));
        assert_eq!(times(&seconds[..2]).slow_after(1), Some(Duration::from_secs(3)));
        assert_eq!(times(&[0.01; 20]).slow_after(1), Some(SHORTEST));
    }

    #[test]
    fn many_parts_that_are_left_are_not_slow_and_neither_are_few_without_siblings() {
        assert_eq!(times(&[1.0]).slow_after(1), None);
        assert_eq!([7, 8].map(|sent| times(&vec![1.0; sent]).slow_after(4).is_some()), [false, true]);
        assert_eq!(times(&[1.0; 50]).slow_after(5), None);
    }

    #[test]
    fn the_last_parts_count() {
        let mut seconds = vec![10.0; 100];
        seconds.extend([1.0; REMEMBERED]);
        assert_eq!(times(&seconds).slow_after(1), Some(Duration::from_millis(1_500)));
    }
}
