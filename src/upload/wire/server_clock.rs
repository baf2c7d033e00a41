//! The server's clock, estimated from its answers: requests are signed with the server's time.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

/// This machine's clock, and the offset of the server's.
pub(super) struct ServerClock {
    here: fn() -> SystemTime,
    /// In seconds; negative if the server's clock is behind.
    skew: AtomicI64,
    unreported: AtomicBool,
    corrections: AtomicU64,
}

impl ServerClock {
    /// Assumes that both clocks agree.
    pub(super) fn new(here: fn() -> SystemTime) -> Self {
        Self { here, skew: AtomicI64::new(0), unreported: AtomicBool::new(false), corrections: AtomicU64::new(0) }
    }

    /// The seconds that the server's clock is ahead.
    pub(super) fn skew(&self) -> i64 {
        self.skew.load(Ordering::Relaxed)
    }

    /// The server's time if its clock is ahead by this many seconds.
    pub(super) fn time_with(&self, skew: i64) -> SystemTime {
        let span = Duration::from_secs(skew.unsigned_abs());
        let here = (self.here)();
        if skew < 0 { here.checked_sub(span) } else { here.checked_add(span) }.unwrap_or(here)
    }

    /// Sets the clock to the server's time.
    pub(super) fn correct(&self, server: SystemTime) {
        let ahead = server.duration_since((self.here)()).map(|ahead| signed_seconds(ahead, 1));
        let skew = ahead.unwrap_or_else(|behind| signed_seconds(behind.duration(), -1));
        self.skew.store(skew, Ordering::Relaxed);
        self.unreported.store(true, Ordering::Relaxed);
        self.corrections.fetch_add(1, Ordering::Relaxed);
    }

    /// How often the clock was set so far.
    pub(super) fn corrections(&self) -> u64 {
        self.corrections.load(Ordering::Relaxed)
    }

    /// The correction that was made since the last call of this function.
    pub(super) fn take_correction(&self) -> Option<i64> {
        self.unreported.swap(false, Ordering::Relaxed).then(|| self.skew())
    }
}

fn signed_seconds(span: Duration, sign: i64) -> i64 {
    i64::try_from(span.as_secs()).unwrap_or(0) * sign
}
