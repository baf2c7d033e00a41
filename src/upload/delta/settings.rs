//! What the user asked for, and how it is stopped.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::watch;

use crate::upload::event::Progress;

/// The names of the places.
const HERE: &str = "here";
const OBJECT: &str = "object";

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
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum MapPlace {
    /// On this machine.
    #[default]
    Here,
    /// On this machine, and in the bucket, under the key of the object after this prefix.
    Object {
        /// Empty if the map is beside the object.
        prefix: String,
    },
}

impl MapPlace {
    /// The name, as in an argument and in a journal.
    pub fn name(&self) -> String {
        match self {
            Self::Here => HERE.to_owned(),
            Self::Object { prefix } if prefix.is_empty() => OBJECT.to_owned(),
            Self::Object { prefix } => format!("{OBJECT}:{prefix}"),
        }
    }

    /// The place of this name.
    pub fn named(name: &str) -> Option<Self> {
        match name.split_once(':') {
            None if name == HERE => Some(Self::Here),
            None if name == OBJECT => Some(Self::Object { prefix: String::new() }),
            Some((OBJECT, prefix)) if !prefix.is_empty() => Some(Self::Object { prefix: prefix.to_owned() }),
            _ => None,
        }
    }
}

/// The reading of a file for its checksums: how far it is, and whether it stops.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    stopped: watch::Sender<bool>,
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    read: AtomicU64,
    total: AtomicU64,
}

impl Reading {
    /// The reading of another file, which stops together with this one.
    pub(crate) fn of_another(&self) -> Self {
        Self { stopped: self.stopped.clone(), counts: Arc::default() }
    }

    /// Stops all that reads.
    pub(crate) fn stop(&self) {
        self.stopped.send_replace(true);
    }

    /// How much is read; `None` if nothing was to be read so far.
    pub(crate) fn progress(&self) -> Option<Progress> {
        let total = self.counts.total.load(Ordering::Relaxed);
        let bytes = self.counts.read.load(Ordering::Relaxed).min(total);
        (total > 0).then_some(Progress { bytes, total: Some(total) })
    }

    /// True once it was stopped.
    pub(super) fn is_stopped(&self) -> bool {
        *self.stopped.borrow()
    }

    /// Waits until it is stopped.
    pub(crate) async fn stopped(&self) {
        // This keeps the sender, so the wait ends only when it is stopped.
        let _ = self.stopped.subscribe().wait_for(|stopped| *stopped).await;
    }

    /// This number of bytes will be read.
    pub(super) fn begin(&self, total: u64) {
        self.counts.read.store(0, Ordering::Relaxed);
        self.counts.total.store(total, Ordering::Relaxed);
    }

    /// Some more bytes were read.
    pub(super) fn add(&self, bytes: u64) {
        self.counts.read.fetch_add(bytes, Ordering::Relaxed);
    }
}
