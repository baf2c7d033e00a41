//! Taking an outcome apart: which request it is of, and what came back.

use std::time::Instant;

use crate::cos::Fault;
use crate::cos::checksum::Digest;
use crate::upload::attempt_id::AttemptId;
use crate::upload::error::{Cause, Operation};
use crate::upload::event::{Event, Notice};
use crate::upload::machine::Upload;
use crate::upload::machine::phase::{Doubt, Phase};
use crate::upload::machine::requests::InFlight;
use crate::upload::wire::call::{BodyMd5, Failure, Outcome, Reply};

impl Upload {
    /// Takes the outcome of a call that `next` or `read_on` asked for.
    pub fn record(&mut self, now: Instant, id: AttemptId, outcome: Outcome) {
        if self.is_reading(id) {
            return self.read_further(outcome.result);
        }
        let Some(InFlight { operation, md5, answers }) = self.requests.finish(id) else { return };
        let Outcome { sent, result, .. } = outcome;
        if operation.is_request() {
            self.note_network(now, answers, &result);
        }
        if !self.counts(operation, &result) {
            return;
        }
        if operation == Operation::PutObject && sent.is_some() {
            self.put_sent = sent;
        }
        match result {
            Ok(Reply::Unconfirmed { reply, what, request_id }) => {
                self.unconfirmed(now, operation, *reply, Cause::Unencrypted { what, request_id });
            }
            Ok(reply) => self.answered(now, operation, reply, (sent, md5)),
            Err(failure) => self.failed(now, operation, failure, sent.is_some()),
        }
    }

    fn note_network(&mut self, now: Instant, answers: u64, result: &Result<Reply, Failure>) {
        let network = &mut self.retries.network;
        match result {
            Ok(_) | Err(Failure::Answer(_)) => network.answered(),
            Err(failure) if failure.is_of_network() => network.failed(now),
            Err(_) => {}
        }
        self.retries.outage = network.time_left(now, self.settings.patience, answers);
        if let Some(time) = network.report(now) {
            self.report(Event::Notice(Notice::NoNetwork(time)));
        }
    }

    fn answered(&mut self, now: Instant, operation: Operation, reply: Reply, sent: (Option<Digest>, BodyMd5)) {
        match (operation, reply) {
            (Operation::UploadPart(number), Reply::Part(stored)) => self.part_answered(now, number, stored, sent),
            (Operation::CopyPart(number), Reply::Copied(copied)) => self.part_copied(number, copied.etag.into()),
            (Operation::ComparePart(number), Reply::Read(digest)) => self.part_compared(now, number, digest),
            (_, reply) => self.single_answered(now, reply, sent),
        }
    }

    /// `sent` says whether all of the request's bytes were handed to the connection.
    fn failed(&mut self, now: Instant, operation: Operation, failure: Failure, sent: bool) {
        if failure.fault() == Some(Fault::Expired) {
            self.retries.note_expired(failure.clone().into_cause());
        }
        match operation {
            Operation::UploadPart(number) | Operation::ComparePart(number) => self.part_failed(now, number, failure),
            Operation::CopyPart(number) => self.copy_failed(now, number, failure),
            _ => self.single_failed(now, operation, failure, sent),
        }
    }

    fn single_answered(&mut self, now: Instant, reply: Reply, sent: (Option<Digest>, BodyMd5)) {
        match reply {
            Reply::Stored(stored) => self.put_answered(now, stored, sent),
            Reply::Initiated(upload_id) => {
                self.upload_id = Some(upload_id.clone());
                self.report(Event::Initiated(upload_id));
                self.enter(Phase::Parts);
            }
            Reply::Parts(page) => self.parts_listed(page),
            Reply::SourceUnchanged if self.held_back => {
                self.finish_held_back();
            }
            Reply::SourceUnchanged => self.begin_complete(),
            Reply::Completed(stored) => self.completed(stored),
            Reply::Read(read) => self.source_read(read),
            Reply::Object(object) if matches!(self.phase, Phase::Compare(_)) => self.compared(object),
            Reply::OtherObject(object) if matches!(self.phase, Phase::Compare(_)) => self.other_headers(&object),
            Reply::Object(None) if self.phase == Phase::CheckKey => self.key_is_free(),
            Reply::Object(Some(object)) | Reply::OtherObject(object) if self.phase == Phase::CheckKey => {
                self.key_is_taken(object);
            }
            Reply::Object(object) => self.looked(now, object),
            // The server has reported that it stored this upload's object, and may write a header in another form.
            Reply::OtherObject(object) if matches!(self.phase, Phase::Look(Doubt::Unproved(_))) => {
                self.looked(now, Some(object));
            }
            // An earlier object, perhaps with the same bytes: this upload's object did not replace it.
            Reply::OtherObject(_) => self.looked(now, None),
            // The upload is gone, so there is nothing left to name.
            Reply::Aborted => {
                self.upload_id = None;
                if self.phase == Phase::AbortDelta {
                    self.begin_in_full();
                }
            }
            Reply::Part(_) | Reply::Copied(_) | Reply::Further(_) | Reply::Unconfirmed { .. } => {
                unreachable!("parts, streams and unconfirmed answers are recorded before")
            }
        }
    }

    /// The server did as asked, but does not confirm the encryption. Only HEAD can say more.
    fn unconfirmed(&mut self, now: Instant, operation: Operation, reply: Reply, cause: Cause) {
        let attempts = self.retries.single.sent();
        match reply {
            // An object that is not encrypted as requested is replaced.
            Reply::Object(Some(object)) if matches!(self.phase, Phase::Compare(_)) => self.other_headers(&object),
            Reply::Completed(stored) => self.enter(Phase::Look(Doubt::Unproved(stored))),
            Reply::Object(Some(object)) if self.phase == Phase::CheckKey => self.key_is_taken(object),
            Reply::Object(_) if !matches!(self.phase, Phase::Look(Doubt::Unproved(_))) => self.looked(now, None),
            Reply::Object(_) => {
                self.upload_id = None;
                self.fail(operation, attempts, cause);
            }
            Reply::Initiated(upload_id) => {
                self.upload_id = Some(upload_id.clone());
                self.report(Event::Initiated(upload_id));
                self.fail(operation, attempts, cause);
            }
            _ => self.fail(operation, 1, cause),
        }
    }
}
