//! Waiting for conditions, and the clock.

use std::thread;
use std::time::{Duration, Instant};

/// How long a test waits for a condition before it fails, on the slowest machine.
pub(crate) const LIMIT: Duration = Duration::from_secs(240);

/// How long a program may take to stop: far more than the two seconds that requests in flight get, so that a busy machine does
/// not matter, and half of the shortest wait that a test lets it stop in.
pub(crate) const LONGEST_FAREWELL: Duration = Duration::from_secs(15);

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
