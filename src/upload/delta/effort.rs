//! How long it takes to hash a file, against how long it takes to send it (pure).
//!
//! A map saves the time between the two: with it, the next upload reads and hashes the file instead of sending it. If a
//! file that is not in the object leaves nearly as fast as it is hashed, a map would save nothing, and its hashes would
//! delay the upload.

use std::time::Duration;

/// So many bytes are hashed before anything is concluded. The first bytes fill buffers of the system.
const TRIAL: u64 = 32 << 20;
/// A map is worthwhile if sending takes at least so many times as long as hashing.
const WORTHWHILE: u32 = 6;
/// What is hashed after the upload may take one part in so many of the time that sending took.
const SMALL: u32 = 33;

/// What was sent and hashed of a file, and how long that took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Effort {
    threads: u32,
    sent: u64,
    sending: Duration,
    hashed: u64,
    hashing: Duration,
}

impl Effort {
    /// Nothing was sent yet. The next upload will hash on `threads` threads.
    pub(crate) fn begin(threads: u32) -> Self {
        Self { threads, sent: 0, sending: Duration::ZERO, hashed: 0, hashing: Duration::ZERO }
    }

    /// Some more bytes were sent. The first ones were sent `sending` ago.
    pub(crate) fn send(&mut self, bytes: u64, sending: Duration) {
        self.sent += bytes;
        self.sending = self.sending.max(sending);
    }

    /// Some bytes were hashed by one thread.
    pub(crate) fn hash(&mut self, bytes: u64, hashing: Duration) {
        self.hashed += bytes;
        self.hashing += hashing;
    }

    /// Whether a map saves time, as far as is known.
    pub(crate) fn is_worthwhile(&self) -> bool {
        self.hashed < TRIAL || self.sending >= self.time_to_hash(self.sent) * WORTHWHILE
    }

    /// Whether so many bytes are hashed in little time, compared with the upload that has ended.
    pub(crate) fn hashes_quickly(&self, bytes: u64) -> bool {
        self.time_to_hash(bytes) * SMALL <= self.sending
    }

    /// How long it takes to hash so many bytes on all threads.
    fn time_to_hash(&self, bytes: u64) -> Duration {
        let nanoseconds = self.hashing.as_nanos() * u128::from(bytes)
            / (u128::from(self.hashed.max(1)) * u128::from(self.threads.max(1)));
        Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MIB: u64 = 1 << 20;
    const GIB: u64 = 1 << 30;

    /// One GiB was sent in this many milliseconds, of which all was hashed at 140 ms a GiB.
    fn sent_in(milliseconds: u64) -> Effort {
        let mut effort = Effort::begin(2);
        effort.send(GIB, Duration::from_millis(milliseconds));
        effort.hash(GIB, Duration::from_millis(140));
        effort
    }

    #[test]
    fn a_map_is_worthwhile_if_sending_takes_much_longer_than_hashing() {
        assert!(!sent_in(170).is_worthwhile(), "a server on this machine");
        assert!(!sent_in(419).is_worthwhile());
        assert!(sent_in(420).is_worthwhile(), "six times 140 ms on two threads");
        assert!(sent_in(860).is_worthwhile(), "10 Gbit/s");
    }

    #[test]
    fn nothing_is_concluded_from_the_first_bytes() {
        let mut effort = Effort::begin(2);
        assert!(effort.is_worthwhile());
        effort.send(GIB, Duration::from_millis(1));
        effort.hash(TRIAL - 1, Duration::from_millis(5));
        assert!(effort.is_worthwhile());
        effort.hash(1, Duration::ZERO);
        assert!(!effort.is_worthwhile());
    }

    #[test]
    fn a_rate_that_falls_makes_a_map_worthwhile_after_all() {
        let mut effort = sent_in(10);
        assert!(!effort.is_worthwhile(), "buffers of the system took the first bytes");
        effort.send(10 * MIB, Duration::from_secs(1));
        assert!(effort.is_worthwhile());
    }

    #[test]
    fn after_an_upload_only_a_small_rest_is_hashed() {
        let effort = sent_in(8600);
        assert!(effort.hashes_quickly(0) && effort.hashes_quickly(3 * GIB), "210 ms of 8.6 s");
        assert!(!effort.hashes_quickly(4 * GIB));
    }

    proptest! {
        #[test]
        fn any_figures_lead_to_a_decision(
            (sent, hashed, unknown) in (any::<u64>(), any::<u64>(), any::<u64>()),
            (sending, hashing) in (any::<u32>(), any::<u32>()),
            threads in 0..5_u32,
        ) {
            let mut effort = Effort::begin(threads);
            effort.send(sent, Duration::from_millis(sending.into()));
            effort.hash(hashed, Duration::from_millis(hashing.into()));
            let _ = (effort.is_worthwhile(), effort.hashes_quickly(unknown));
        }
    }
}
