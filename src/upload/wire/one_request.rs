//! One request with patience, for commands that are no upload: sent, and sent again by the rules of `retry`.
//!
//! The machine has the same patience for each of its requests, but they belong to one upload and depend on each other;
//! here a request stands alone, so a loop is enough.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::backup_domain::Detour;
use super::call::Failure;
use super::retry::wait_after;
use super::transport::Transport;
use crate::cos::{Address, AnswerError, Request, Response};
use crate::upload::error::{Operation, UploadError};
use crate::upload::event::{Event, Notice};
use crate::upload::patience::{Attempts, Patience};

/// An answer to HEAD has no body that calls the clock wrong, so a corrected clock is a reason of its own to ask again; but
/// a server whose clock jumps is not asked for ever.
const MOST_CORRECTIONS: u32 = 3;

/// Asks a bucket, one request after the other.
pub struct Asker<T> {
    transport: Arc<T>,
    address: Address,
    backup: Option<Address>,
    detour: Detour,
    patience: Patience,
    random: fastrand::Rng,
}

impl<T> Clone for Asker<T> {
    fn clone(&self) -> Self {
        Self {
            transport: self.transport.clone(),
            address: self.address.clone(),
            backup: self.backup.clone(),
            random: self.random.clone(),
            ..*self
        }
    }
}

impl<T: Transport> Asker<T> {
    /// One that asks at `address`. `seed` decides the waits between retries.
    pub fn new(transport: Arc<T>, address: Address, patience: Patience, seed: u64) -> Self {
        let backup = address.backup();
        let detour = Detour::new(backup.is_some());
        Self { transport, address, backup, detour, patience, random: fastrand::Rng::with_seed(seed) }
    }

    /// Sends what `request` makes until an answer can be read, or patience ends.
    pub async fn ask<R>(
        &mut self,
        operation: Operation,
        request: impl Fn(&Address) -> Request,
        read: impl Fn(&Response) -> Result<R, AnswerError>,
        observe: &mut (dyn FnMut(Event) + Send),
    ) -> Result<R, UploadError> {
        let mut attempts = Attempts::default();
        loop {
            attempts.count();
            let answer = self.transport.send(request(self.address()), None).await;
            let corrected = self.transport.take_clock_correction();
            if let Some(seconds) = corrected {
                observe(Event::Notice(Notice::ClockCorrected { seconds }));
            }
            let failure = match answer {
                Ok(response) => match read(&response) {
                    Ok(result) => return Ok(result),
                    Err(error) => Failure::Answer(error),
                },
                Err(error) => Failure::Send(error),
            };
            let diverted = self.detour.consider(&failure, &attempts, self.patience);
            if diverted {
                observe(Event::Notice(Notice::BackupDomain));
            }
            let now = Instant::now().into_std();
            let wait = wait_after(&mut attempts, now, &failure, self.patience, &mut self.random);
            let corrected = corrected.filter(|_| attempts.sent() <= MOST_CORRECTIONS);
            let at_once = (diverted || corrected.is_some()).then_some(Duration::ZERO);
            let (attempts, cause) = (attempts.sent(), failure.into_cause());
            let Some(wait) = at_once.or(wait) else {
                return Err(UploadError { operation: Some(operation), attempts, cause, leftover: None });
            };
            if at_once.is_none() {
                observe(Event::Retrying { operation, attempts, wait, cause });
            }
            sleep(wait).await;
        }
    }

    /// Where it asks.
    pub fn address(&self) -> &Address {
        match (&self.backup, self.detour) {
            (Some(backup), Detour::Taken) => backup,
            _ => &self.address,
        }
    }
}
