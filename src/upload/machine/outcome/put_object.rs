//! What the outcomes of PUT Object mean.

use std::time::Instant;

use crate::cos::checksum::Digest;
use crate::cos::objects::put_object::Stored;
use crate::upload::error::{Cause, Operation};
use crate::upload::event::{Event, Notice};
use crate::upload::machine::Upload;
use crate::upload::machine::phase::{Doubt, ObjectMade, Phase};
use crate::upload::machine::proofs::Proof;
use crate::upload::wire::call::{BodyMd5, Failure};

impl Upload {
    pub(super) fn put_answered(&mut self, now: Instant, stored: Stored, (sent, md5): (Option<Digest>, BodyMd5)) {
        match self.proofs.examine(&stored.etag, stored.crc64, sent, md5) {
            Proof::Proved => self.finish(stored, sent.map_or(0, |sent| sent.crc64)),
            Proof::Missing(_) => self.enter(Phase::Look(Doubt::Unproved(stored))),
            Proof::Wrong(what) => {
                let cause = Cause::Integrity { what, request_id: stored.request_id };
                self.put_wrong = Some(cause.clone());
                match self.retries.single.after_failure(self.settings.patience, None, &mut self.retries.random) {
                    Some(wait) => self.single_again(now, Operation::PutObject, wait, cause),
                    None => self.fail(Operation::PutObject, self.retries.single.sent(), cause),
                }
            }
        }
    }

    pub(super) fn put_failed(&mut self, now: Instant, failure: Failure, sent: bool) {
        // A body that was not sent whole cannot have been stored.
        if sent {
            self.object_made = self.object_made.max(made_by(&failure));
        }
        if let Some(wait) = self.wait_after(now, &failure) {
            return self.single_again(now, Operation::PutObject, wait, failure.into_cause());
        }
        let (attempts, cause) = (self.retries.single.sent(), failure.into_cause());
        if self.object_made > ObjectMade::No {
            self.report(Event::Notice(Notice::LookingAtObject {
                operation: Operation::PutObject,
                cause: cause.clone(),
            }));
            self.enter(Phase::Look(Doubt::PutLost { attempts, cause }));
        } else {
            self.fail_put(attempts, cause);
        }
    }

    /// A wrong object that an earlier attempt left is worse news than the failure of the last attempt.
    pub(super) fn fail_put(&mut self, attempts: u32, cause: Cause) {
        let cause = self.put_wrong.take().unwrap_or(cause);
        self.fail(Operation::PutObject, attempts, cause);
    }
}

/// Whether a PUT that was sent whole and failed like this may have made the object. A refusal is a clear no.
fn made_by(failure: &Failure) -> ObjectMade {
    if failure.is_lost() {
        ObjectMade::Possibly
    } else if failure.is_ambiguous() {
        ObjectMade::Unlikely
    } else {
        ObjectMade::No
    }
}
