//! Whether a failed request is sent again, and what follows if it is not.

use std::time::{Duration, Instant};

use super::refusal::{is_bad_request, is_denied, may_not_look};
use crate::cos::Fault;
use crate::upload::error::{Cause, Operation};
use crate::upload::event::{Event, Notice};
use crate::upload::machine::Upload;
use crate::upload::machine::phase::{Doubt, ObjectMade, Phase};
use crate::upload::patience::Attempts;
use crate::upload::wire::call::Failure;
use crate::upload::wire::retry::wait_after;

impl Upload {
    /// `sent` says whether all of the request's bytes were handed to the connection.
    pub(super) fn single_failed(&mut self, now: Instant, operation: Operation, failure: Failure, sent: bool) {
        if failure == Failure::Abandoned {
            if self.phase == Phase::Complete || (self.phase == Phase::Put && sent) {
                self.object_made = ObjectMade::Possibly;
            }
            return;
        }
        match &self.phase {
            Phase::Put => self.put_failed(now, failure, sent),
            Phase::Complete => self.complete_failed(now, failure),
            Phase::List { .. } if failure.fault() == Some(Fault::NoSuchUpload) => {
                self.upload_gone(operation, failure.into_cause());
            }
            Phase::List { .. } if failure.fault() == Some(Fault::AlreadyCompleted) => {
                self.completed_before(operation, failure.into_cause());
            }
            Phase::Initiate if failure.is_lost() => {
                self.report(Event::Notice(Notice::InitiateLost));
                self.retry_single(now, operation, failure);
            }
            _ => self.retry_single(now, operation, failure),
        }
    }

    fn retry_single(&mut self, now: Instant, operation: Operation, failure: Failure) {
        if let Some(wait) = self.wait_after(now, &failure) {
            return self.single_again(now, operation, wait, failure.into_cause());
        }
        match self.phase.clone() {
            Phase::List { .. } if is_denied(&failure) => self.go_on_without_list(),
            Phase::Compare(_) if may_not_look(&failure) => self.not_compared(failure),
            Phase::Abort => self.finish_without_abort(),
            Phase::AbortDelta if !failure.is_of_network() => self.begin_in_full(),
            // So the server answers if an SSE-C key does not fit: the object is another.
            Phase::Look(doubt)
                if !matches!(doubt, Doubt::Unproved(_)) && !self.settings.etags_are_md5 && is_bad_request(&failure) =>
            {
                self.looked(now, None);
            }
            Phase::Look(Doubt::NotResumed(operation, cause)) if may_not_look(&failure) => {
                self.not_resumed(operation, cause);
            }
            Phase::CheckKey if may_not_look(&failure) => self.key_is_free(),
            Phase::Look(_) => {
                self.object_made = ObjectMade::Possibly;
                self.fail(Operation::HeadObject, self.retries.single.sent(), failure.into_cause());
            }
            _ => self.fail(operation, self.retries.single.sent(), failure.into_cause()),
        }
    }

    /// Many keys may upload but not list. No part counts then, and every part is sent again.
    fn go_on_without_list(&mut self) {
        if let Some(board) = &mut self.board {
            board.take_records();
            board.queue_the_rest();
        }
        self.report(Event::Notice(Notice::PartsNotListed));
        self.enter(Phase::Parts);
    }

    /// How long to wait before this phase's request is sent again; `None` if it is not.
    pub(super) fn wait_after(&mut self, now: Instant, failure: &Failure) -> Option<Duration> {
        let mut attempts = *self.single_attempts();
        let wait = self.wait_of(&mut attempts, now, failure);
        *self.single_attempts() = attempts;
        wait
    }

    /// The same for any request. A failure may lead to the backup domain, at once.
    pub(super) fn wait_of(&mut self, attempts: &mut Attempts, now: Instant, failure: &Failure) -> Option<Duration> {
        let patience = self.settings.patience;
        if self.ending.is_open() && self.retries.backup.consider(failure, attempts, patience) {
            self.report(Event::Notice(Notice::BackupDomain));
            return Some(Duration::ZERO);
        }
        wait_after(attempts, now, failure, patience, self.retries.outage, &mut self.retries.random)
    }

    pub(super) fn single_again(&mut self, now: Instant, operation: Operation, wait: Duration, cause: Cause) {
        self.retries.wait(now, wait);
        let attempts = self.single_attempts().sent();
        self.report(Event::Retrying { operation, attempts, wait, cause });
    }
}
