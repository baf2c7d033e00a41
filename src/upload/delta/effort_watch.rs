//! Measures how long sending and hashing of a file take.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::time::Instant;

use super::effort::Effort;
use crate::upload::clock;

/// The effort of a file, measured as its bytes are sent.
#[derive(Debug)]
pub(super) struct EffortWatch {
    began: OnceLock<Instant>,
    effort: Mutex<Effort>,
}

impl EffortWatch {
    /// Nothing was sent yet. The next upload will hash on `threads` threads.
    pub(super) fn begin(threads: usize) -> Self {
        let threads = u32::try_from(threads).unwrap_or(u32::MAX);
        Self { began: OnceLock::new(), effort: Mutex::new(Effort::begin(threads)) }
    }

    /// Some bytes are sent now.
    pub(super) fn send(&self, bytes: usize) {
        let now = clock::now();
        let began = *self.began.get_or_init(|| now);
        self.effort().send(bytes as u64, now.saturating_duration_since(began));
    }

    /// Hashes some bytes, and measures how long that takes.
    pub(super) fn hash(&self, bytes: &[u8], update: impl FnOnce(&[u8])) {
        let began = clock::now();
        update(bytes);
        self.effort().hash(bytes.len() as u64, clock::now() - began);
    }

    /// Whether a map saves time, as far as is known.
    pub(super) fn is_worthwhile(&self) -> bool {
        self.effort().is_worthwhile()
    }

    /// Whether so many bytes are hashed in little time, compared with the upload that has ended.
    pub(super) fn hashes_quickly(&self, bytes: u64) -> bool {
        self.effort().hashes_quickly(bytes)
    }

    /// Changes what was measured.
    #[cfg(test)]
    pub(super) fn change(&self, change: impl FnOnce(&mut Effort)) {
        change(&mut self.effort());
    }

    fn effort(&self) -> MutexGuard<'_, Effort> {
        self.effort.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
