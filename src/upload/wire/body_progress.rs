//! The progress of a body, visible from outside while it is sent and after.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tokio::time::Instant;

use crate::cos::checksum::Digest;
use crate::upload::clock;
use crate::upload::error::SourceError;

/// The progress of a body, visible from outside while it is sent and after.
#[derive(Debug, Clone, Default)]
pub struct BodyProgress(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    bytes: AtomicU64,
    first: OnceLock<Instant>,
    last: OnceLock<Instant>,
    /// When the next bytes may be sent, or might have been, if there is a rate limit.
    next: Mutex<Option<Instant>>,
    end: OnceLock<Result<Digest, SourceError>>,
}

impl BodyProgress {
    /// The number of bytes that were handed to the connection.
    pub fn bytes(&self) -> u64 {
        self.0.bytes.load(Ordering::Relaxed)
    }

    /// When the first bytes were handed to the connection, and when the last were.
    pub fn first_and_last(&self) -> (Option<Instant>, Option<Instant>) {
        (self.0.first.get().copied(), self.0.last.get().copied())
    }

    /// The time until which the next bytes wait, or waited, for the rate limit.
    pub fn waits_until(&self) -> Option<Instant> {
        *self.0.next.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts bytes that were handed to the connection.
    pub(crate) fn count(&self, bytes: u64) {
        self.0.first.get_or_init(clock::now);
        self.0.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Sets the time until which the next bytes wait for the rate limit.
    pub(crate) fn wait_until(&self, next: Instant) {
        *self.0.next.lock().unwrap_or_else(PoisonError::into_inner) = Some(next);
    }

    /// The digest of the body, once all of it was handed to the connection.
    pub fn digest(&self) -> Option<Digest> {
        self.0.end.get()?.as_ref().ok().copied()
    }

    /// Why the source could not be read to the end.
    pub fn failure(&self) -> Option<SourceError> {
        self.0.end.get()?.as_ref().err().cloned()
    }

    /// Records the end of the body. The first end stays.
    pub(super) fn end(&self, result: Result<Digest, SourceError>) {
        if result.is_ok() {
            self.0.last.get_or_init(clock::now);
        }
        let _ = self.0.end.set(result);
    }
}
