//! A limit on the rate at which all bodies together are sent. Each sender takes a permit and sends once its time has
//! come.
//!
//! Permits follow each other without gaps, in the order in which they were taken. Each is as long as its bytes take at
//! the rate. So the bytes sent never exceed the rate, counted from the first permit, and senders with permits of one length
//! get equal shares. The limit has no clock: like the window, it receives `now`.

use std::num::NonZeroU64;
use std::time::{Duration, Instant};

use crate::upload::buffers::CHUNK;

/// The lowest rate that is practical, in bytes a second: a part of 1 MiB takes a quarter of an hour.
pub const LEAST: u64 = 1024;
/// A permit has no more bytes than the rate allows in this fraction of a second, so that 64 senders each get one a
/// second.
const PERMITS_A_SECOND: u64 = 64;
/// Fewer bytes than this cost nearly as much in packet headers as they carry.
const SMALLEST_PERMIT: u64 = 256;
/// Unused capacity of this last period may be used late: timers fire late, and connections pause between requests.
const CATCH_UP: Duration = Duration::from_millis(200);
const NANOSECONDS: u128 = 1_000_000_000;

/// A limit, and the permits that were taken of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rate {
    bytes_per_second: NonZeroU64,
    /// The end of the last permit that was taken.
    free: Option<Instant>,
}

/// Permission to send some bytes at a given time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permit {
    /// The number of bytes.
    pub bytes: usize,
    /// The earliest time.
    pub at: Instant,
}

impl Rate {
    /// A limit without any permit taken.
    pub fn new(bytes_per_second: NonZeroU64) -> Self {
        Self { bytes_per_second, free: None }
    }

    /// Takes the next permit for up to `wanted` bytes. Its time is when the last byte may be sent, not the first, so
    /// that the bytes sent are never ahead of the rate.
    pub fn take(&mut self, now: Instant, wanted: usize) -> Permit {
        let bytes = wanted.min(self.largest_permit());
        let earliest = now.checked_sub(CATCH_UP).unwrap_or(now);
        let begins = self.free.map_or(now, |free| free.max(earliest));
        let at = begins + self.time_of(bytes);
        self.free = Some(at);
        Permit { bytes, at }
    }

    /// The most bytes of a permit: fewer at a lower rate, so that all waiting senders proceed often.
    fn largest_permit(&self) -> usize {
        let bytes = (self.bytes_per_second.get() / PERMITS_A_SECOND).max(SMALLEST_PERMIT);
        usize::try_from(bytes).unwrap_or(CHUNK).min(CHUNK)
    }

    /// Rounded up by less than a nanosecond, which is less than 1/10,000 of a permit at 20 GB/s.
    fn time_of(&self, bytes: usize) -> Duration {
        let nanoseconds = (bytes as u128 * NANOSECONDS).div_ceil(u128::from(self.bytes_per_second.get()));
        Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upload::simulation::epoch;

    const RATES: [u64; 7] = [LEAST, 16 << 10, 100_000, 1 << 20, 8 << 20, 100 << 20, 2 << 30];

    fn rate(bytes_per_second: u64) -> Rate {
        Rate::new(NonZeroU64::new(bytes_per_second).unwrap())
    }

    /// The bytes that each of `takers` sends within `time`. Each takes its next permit `pause` after the time of the last
    /// one.
    fn sent(bytes_per_second: u64, takers: usize, time: Duration, pause: impl Fn() -> Duration) -> Vec<u64> {
        let (mut rate, begin) = (rate(bytes_per_second), epoch());
        let mut sent = vec![0; takers];
        let mut permits: Vec<Permit> = (0..takers).map(|_| rate.take(begin, CHUNK)).collect();
        loop {
            let (taker, permit) = permits.iter().copied().enumerate().min_by_key(|(_, permit)| permit.at).unwrap();
            let now = permit.at.max(begin) + pause();
            if now > begin + time {
                return sent;
            }
            sent[taker] += permit.bytes as u64;
            let all: u64 = sent.iter().sum();
            let allowed = u128::from(bytes_per_second) * (now - begin).as_nanos() / NANOSECONDS;
            assert!(u128::from(all) <= allowed, "{all} bytes by {:?}", now - begin);
            permits[taker] = rate.take(now, CHUNK);
        }
    }

    fn assert_within(percent: f64, sent: &[u64], expected: f64, what: &str) {
        #[expect(clippy::cast_precision_loss, reason = "it is compared in percent")]
        let all = sent.iter().sum::<u64>() as f64;
        assert!((all / expected - 1.0).abs() <= percent / 100.0, "{what}: {all} bytes instead of {expected}");
    }

    #[expect(clippy::cast_precision_loss, reason = "it is compared in percent")]
    fn bytes_in(bytes_per_second: u64, time: Duration) -> f64 {
        bytes_per_second as f64 * time.as_secs_f64()
    }

    #[test]
    fn any_number_of_takers_together_get_the_rate_and_each_of_them_its_share() {
        let time = Duration::from_secs(100);
        for bytes_per_second in RATES {
            for takers in [1, 8, 64] {
                let what = format!("{takers} takers at {bytes_per_second} bytes a second");
                let sent = sent(bytes_per_second, takers, time, || Duration::ZERO);
                assert_within(1.0, &sent, bytes_in(bytes_per_second, time), &what);
                let (least, most) = (sent.iter().min().unwrap(), sent.iter().max().unwrap());
                assert!(most - least <= rate(bytes_per_second).largest_permit() as u64, "{what}: {sent:?}");
            }
        }
    }

    #[test]
    fn timers_that_are_late_cost_nothing() {
        let random = std::cell::RefCell::new(fastrand::Rng::with_seed(7));
        let time = Duration::from_secs(100);
        for bytes_per_second in [100_000, 8 << 20, 100 << 20] {
            for takers in [1, 8, 64] {
                let late = || Duration::from_micros(random.borrow_mut().u64(0..3_000));
                let sent = sent(bytes_per_second, takers, time, late);
                assert_within(1.0, &sent, bytes_in(bytes_per_second, time), &format!("{takers}, {bytes_per_second}"));
            }
        }
    }

    #[test]
    fn nothing_drifts_in_a_day() {
        let (mut rate, begin) = (rate(123_457), epoch());
        let mut all = 0;
        let mut now = begin;
        while now < begin + Duration::from_secs(86_400) {
            let permit = rate.take(now, CHUNK);
            all += permit.bytes as u64;
            now = permit.at;
        }
        assert_within(0.01, &[all], bytes_in(123_457, now - begin), "a day");
    }

    #[test]
    fn a_long_silence_gives_leave_for_the_last_moments_alone() {
        let (mut rate, begin) = (rate(1 << 20), epoch());
        rate.take(begin, CHUNK);
        let later = begin + Duration::from_secs(3_600);
        let mut at_once = 0;
        loop {
            let permit = rate.take(later, CHUNK);
            if permit.at > later {
                break;
            }
            at_once += permit.bytes;
        }
        assert!(at_once <= (1 << 20) / 5, "{at_once}");
    }

    #[test]
    fn a_turn_is_short_where_it_is_slow_and_a_whole_chunk_where_it_is_fast() {
        assert_eq!(
            RATES.map(|bytes| rate(bytes).largest_permit()),
            [256, 256, 1562, 16 << 10, 128 << 10, CHUNK, CHUNK]
        );
        let permit = rate(1 << 20).take(epoch(), 5);
        assert_eq!(permit.bytes, 5);
    }

    #[test]
    fn sixty_four_senders_at_a_hundred_kilobytes_each_move_once_a_second() {
        let (mut rate, now) = (rate(100_000), epoch());
        let last = (0..64).map(|_| rate.take(now, CHUNK)).last().unwrap();
        assert!(last.at - now <= Duration::from_secs(1), "{:?}", last.at - now);
    }
}
