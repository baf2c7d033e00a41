//! The parts of a running emulator that all requests share.

use std::time::SystemTime;

use hyper::http::Extensions;
use tokio::sync::{mpsc, watch};

use crate::cos::{Credentials, Region};

use super::dialect::Dialect;
use super::faults::Faults;
use super::record::RequestLog;
use super::store::Store;

/// Store, credentials, region, faults, log and clock.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) store: Store,
    /// All credentials that sign requests.
    pub(crate) credentials: Vec<Credentials>,
    /// The region of the buckets, if one was chosen.
    pub(crate) region: Option<Region>,
    pub(crate) dialect: Dialect,
    pub(crate) faults: Faults,
    pub(crate) log: RequestLog,
    /// Makes hyper write the header names of answers in the service's case.
    pub(crate) header_case: Extensions,
    pub(crate) clock: fn() -> SystemTime,
    /// Closes when the emulator stops.
    pub(crate) stop: watch::Receiver<()>,
    /// Dropped last, so that `Emulator::stop` knows that the directory is no longer used.
    pub(crate) _alive: mpsc::Sender<()>,
}

impl Service {
    /// Waits until the emulator stops.
    pub(crate) async fn stopped(&self) {
        let mut stop = self.stop.clone();
        while stop.changed().await.is_ok() {}
    }
}
