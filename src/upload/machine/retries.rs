//! When the requests of one upload are sent again, and to which domain.

use std::time::{Duration, Instant};

use crate::upload::error::{Cause, SendErrorKind};
use crate::upload::outage::Network;
use crate::upload::patience::Attempts;
use crate::upload::wire::backup_domain::BackupDomain;

#[derive(Debug)]
pub(super) struct Retries {
    pub(super) random: fastrand::Rng,
    /// The attempts of a phase that has one request; parts have attempts of their own.
    pub(super) single: Attempts,
    /// When the request of this phase may be sent again.
    pub(super) due: Option<Instant>,
    /// The attempts of Complete, which outlast its phase: the object is looked at in between.
    pub(super) complete: Attempts,
    pub(super) backup: BackupDomain,
    pub(super) network: Network,
    /// The time for which the request that just failed does not count, if the network fails.
    pub(super) outage: Option<Duration>,
    /// The last answer that called the credentials expired.
    expired: Option<Cause>,
}

impl Retries {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            random: fastrand::Rng::with_seed(seed),
            single: Attempts::default(),
            due: None,
            complete: Attempts::default(),
            backup: BackupDomain::default(),
            network: Network::default(),
            outage: None,
            expired: None,
        }
    }

    /// Starts to count anew, for another phase.
    pub(super) fn enter_phase(&mut self) {
        self.single = Attempts::default();
        self.due = None;
    }

    pub(super) fn wait(&mut self, now: Instant, wait: Duration) {
        self.due = Some(now + wait);
    }

    pub(super) fn note_expired(&mut self, cause: Cause) {
        self.expired = Some(cause);
    }

    /// Replaces a lack of credentials by the answer that called the last ones expired, which says more.
    pub(super) fn explain(&mut self, cause: Cause) -> Cause {
        match cause {
            Cause::Network(error) if error.kind == SendErrorKind::NoCredentials => {
                self.expired.take().unwrap_or(Cause::Network(error))
            }
            cause => cause,
        }
    }
}
