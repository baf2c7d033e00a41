//! What the user asked for, and how it is stopped.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// When an object is uploaded as a delta, and where its map is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeltaSettings {
    /// Whether a file that differs much is compared to its end too.
    pub thorough: bool,
    /// Where the map is kept.
    pub place: MapPlace,
    /// The directory of maps; `None` if the platform has none.
    pub directory: Option<PathBuf>,
}

/// Where the map of an object is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MapPlace {
    /// On this machine.
    #[default]
    Here,
    /// On this machine, and beside the object.
    Object,
}

impl MapPlace {
    /// The name, as in a journal.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Here => "here",
            Self::Object => "object",
        }
    }

    /// The place of this name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Here, Self::Object].into_iter().find(|place| place.as_str() == name)
    }
}

/// Stops reading files for their checksums.
#[derive(Debug, Clone, Default)]
pub struct StopReading(Arc<AtomicBool>);

impl StopReading {
    /// Stops all that reads.
    pub(crate) fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// True once it was stopped.
    pub(super) fn is_stopped(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
