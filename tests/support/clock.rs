//! Waiting for conditions, and the clock.

use std::thread;
use std::time::{Duration, Instant};

/// How long a test waits for a condition before it fails, on the slowest machine. Only a program that hangs takes so long.
pub(crate) const LIMIT: Duration = Duration::from_secs(300);

/// Waits for a condition.
#[track_caller]
pub(crate) fn until(mut holds: impl FnMut() -> bool, what: &str) {
    let started = now();
    while !holds() {
        assert!(started.elapsed() < LIMIT, "it never came about that {what}");
        pause();
    }
}

/// Lets others work before a condition is looked at again.
pub(crate) fn pause() {
    thread::sleep(Duration::from_millis(2));
}

/// This moment. A limit is measured from it, nothing else.
#[expect(clippy::disallowed_methods, reason = "tests have no other clock")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
