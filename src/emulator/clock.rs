//! tokio's clock. The rest of the emulator reads the monotonic time through this file, or gets it as an argument.

use tokio::time::Instant;

/// Returns the current time.
#[expect(clippy::disallowed_methods, reason = "the only place of the emulator that reads tokio's clock")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
