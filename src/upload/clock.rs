//! tokio's clock. The rest of the engine reads the time through this file, or gets it as an argument.

use tokio::time::Instant;

/// Returns the current time, which a test with a paused clock controls.
#[expect(clippy::disallowed_methods, reason = "the only place of the engine that reads tokio's clock")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
