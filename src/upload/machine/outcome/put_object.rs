//! What the outcomes of PUT Object mean.

use std::time::Instant;

use super::proof::{Proof, prove};
use crate::cos::checksum::Digest;
use crate::cos::put_object::Stored;
use crate::upload::error::{Cause, Operation};
use crate::upload::event::{Event, Notice};
use crate::upload::machine::{Doubt, Phase, Proving, Settings, Upload};
use crate::upload::wire::call::Failure;

impl Upload {
    pub(crate) fn put_answered(&mut self, now: Instant, stored: Stored, sent: Option<Digest>) {
        // Whatever is written once is sent with its MD5 where it goes in one request.
        let proving = match self.settings.proving {
            Proving::Crc64 => Proving::Crc64,
            Proving::Etags | Proving::ContentMd5 => Proving::ContentMd5,
        };
        match prove(&stored.etag, stored.crc64, sent, Settings { proving, ..self.settings }) {
            Proof::Proved => self.finish(stored, sent.map_or(0, |sent| sent.crc64)),
            Proof::Missing => self.enter(Phase::Look(Doubt::Unproved(stored))),
            Proof::Wrong(what) => {
                let cause = Cause::Integrity { what, request_id: stored.request_id };
                self.put_wrong = Some(cause.clone());
                match self.solo.after_failure(self.settings.patience, None, &mut self.random) {
                    Some(wait) => self.solo_again(now, Operation::PutObject, wait, cause),
                    None => self.fail(Operation::PutObject, self.solo.sent(), cause),
                }
            }
        }
    }

    pub(crate) fn put_failed(&mut self, now: Instant, failure: Failure, sent: bool) {
        // What was not sent whole cannot have been stored. An error that was answered settles its own request, unless
        // it is the server's own failure, which a look settles.
        self.ambiguous |= sent && failure.is_lost();
        self.put_may_have_worked |= sent && failure.is_ambiguous();
        if let Some(wait) = self.wait_after(now, &failure) {
            return self.solo_again(now, Operation::PutObject, wait, failure.into_cause());
        }
        let (attempts, cause) = (self.solo.sent(), failure.into_cause());
        if self.put_may_have_worked {
            self.tell(Event::Notice(Notice::LookingAtObject(cause.clone())));
            self.enter(Phase::Look(Doubt::PutLost { attempts, cause }));
        } else {
            self.fail_put(attempts, cause);
        }
    }

    /// A wrong object that an earlier attempt left is worse news than what the last attempt failed of.
    pub(crate) fn fail_put(&mut self, attempts: u32, cause: Cause) {
        let cause = self.put_wrong.take().unwrap_or(cause);
        self.fail(Operation::PutObject, attempts, cause);
    }
}
