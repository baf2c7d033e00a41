//! The network between program and server: a request or an answer may be lost, late, corrupted or incomplete.

use std::time::{Duration, Instant};

use super::content::{Content, md5, read};
use super::world::{Happening, World};
use crate::cos::checksum::Digest;
use crate::cos::multipart::upload_part::StoredPart;
use crate::cos::objects::put_object::Stored;
use crate::cos::{AnswerError, ServiceError};
use crate::upload::attempt_id::AttemptId;
use crate::upload::error::{SendError, SendErrorKind, SourceError};
use crate::upload::wire::call::{BodyMd5, Call, Failure, Outcome, Reply};

impl World {
    pub(super) fn send(&mut self, id: AttemptId, call: Call, due: Instant) {
        let mut sent = None;
        let mut arrived = None;
        if let Some(range) = call.body() {
            // The body checks the source before its last chunk, so changed bytes are never sent whole.
            if self.version != 0 {
                let failure = Failure::Source(SourceError::Changed("its time of modification".into()));
                return self.at(due, Happening::Outcome(id, Err(failure).into()));
            }
            let content = read(range, 0);
            let md5 = (call.body_md5() != BodyMd5::None).then(|| md5(content.crc64));
            sent = Some(Digest { length: content.size, crc64: content.crc64, md5 });
            let bits = u64::from(self.percent(self.faults.corrupted));
            arrived = Some(Content { crc64: content.crc64 ^ bits, ..content });
        }
        if let Call::CopyPart { range, .. } = &call {
            let content = read(*range, 0);
            let bits = u64::from(self.percent(self.faults.lying_copy));
            arrived = Some(Content { crc64: content.crc64 ^ bits, ..content });
        }
        if self.is_out() {
            let failure = Failure::Send(SendError { kind: SendErrorKind::Connect, message: "no network".into() });
            return self.at(due, Happening::Outcome(id, Err(failure).into()));
        }
        if self.percent(self.faults.lost_request) {
            let stalled = SendErrorKind::Stalled { after: Duration::from_secs(60) };
            let kind = [SendErrorKind::Connect, SendErrorKind::Broken, stalled][self.random.usize(0..3)];
            let sent = sent.filter(|_| kind != SendErrorKind::Connect);
            let failure = Failure::Send(SendError { kind, message: "lost".into() });
            return self.at(due, Happening::Outcome(id, Outcome { sent, result: Err(failure), took: Duration::ZERO }));
        }
        if self.percent(self.faults.no_credentials) {
            let failure = Failure::Send(SendError { kind: SendErrorKind::NoCredentials, message: "none".into() });
            return self.at(due, Happening::Outcome(id, Err(failure).into()));
        }
        if self.percent(self.faults.late_effect) {
            self.lose(id, sent, due);
            let late = due + Duration::from_secs(self.random.u64(0..60));
            // A corrupted copy of a whole object that arrives after the good one cannot be noticed.
            let honest = call.body().filter(|_| matches!(call, Call::PutObject { .. })).map(|range| read(range, 0));
            let arrived = honest.or(arrived);
            return self.at(late, Happening::Act { id, call, arrived, sent, answered: false, due: late });
        }
        if let Some((status, code)) = self.refusal() {
            // Without a list no part counts.
            self.unsettled |= matches!(call, Call::ListParts { .. }) && status == 403;
            let pause = self.random.bool().then(|| Duration::from_secs(self.random.u64(0..20)));
            let result = Err(with_retry_after(service(status, code), pause));
            return self.at(due, Happening::Outcome(id, Outcome { sent, result, took: Duration::ZERO }));
        }
        let answered = !self.percent(self.faults.lost_answer);
        let acts = self.now + (due - self.now).mul_f64(self.random.f64());
        self.at(acts, Happening::Act { id, call, arrived, sent, answered, due });
        if !answered {
            self.lose(id, sent, due);
        }
    }

    /// True while the network is out.
    pub(super) fn is_out(&self) -> bool {
        self.outage_until.is_some_and(|until| self.now < until)
    }

    /// Counts answers, which begin the outage, and loses them while it lasts.
    pub(super) fn through_outage(&mut self, outcome: Outcome) -> Outcome {
        let is_answer = match &outcome.result {
            Ok(reply) => !matches!(reply, Reply::Read(_) | Reply::SourceUnchanged | Reply::Further(_)),
            Err(failure) => matches!(failure, Failure::Answer(_)),
        };
        if !is_answer {
            return outcome;
        }
        if self.is_out() {
            let failure = Failure::Send(SendError { kind: SendErrorKind::Broken, message: "no network".into() });
            return Outcome { sent: outcome.sent, result: Err(failure), took: Duration::ZERO };
        }
        self.answers += 1;
        if let Some((_, time)) = self.outage.filter(|(answers, _)| *answers == self.answers) {
            self.outage_until = Some(self.now + time);
        }
        outcome
    }

    pub(super) fn lose(&mut self, id: AttemptId, sent: Option<Digest>, due: Instant) {
        let failure = Failure::Send(SendError { kind: SendErrorKind::Broken, message: "lost".into() });
        self.at(due, Happening::Outcome(id, Outcome { sent, result: Err(failure), took: Duration::ZERO }));
    }

    /// The program gives up a request. It may have reached the server, now or later, and its outcome is lost.
    pub(super) fn give_up(&mut self, given_up: AttemptId) {
        self.second_requests += 1;
        let of_it = |happening: &Happening| match happening {
            Happening::Act { id, .. } | Happening::Outcome(id, _) => *id == given_up,
        };
        let orders: Vec<u64> =
            self.happenings.iter().filter(|(_, happening)| of_it(happening)).map(|(order, _)| *order).collect();
        for happening in orders.iter().filter_map(|order| self.happenings.remove(order)).collect::<Vec<_>>() {
            match happening {
                Happening::Act { id, call, arrived, sent, .. } if self.random.bool() => {
                    let late = self.now + Duration::from_millis(self.random.u64(0..20_000));
                    self.at(late, Happening::Act { id, call, arrived, sent, answered: false, due: late });
                }
                Happening::Act { .. } => {}
                // A corrupted part has replaced the good one.
                Happening::Outcome(_, outcome) => self.unsettled |= holds_another(&outcome),
            }
        }
    }

    fn refusal(&mut self) -> Option<(u16, &'static str)> {
        if self.percent(self.faults.server_error) {
            let errors =
                [(500, "InternalError"), (502, ""), (503, "ServiceUnavailable"), (400, "IncompleteBody"), (409, "")];
            return Some(errors[self.random.usize(0..errors.len())]);
        }
        if self.percent(self.faults.throttled) {
            let errors = [(503, "SlowDown"), (429, ""), (400, "RequestTimeout"), (400, "UserNetworkTooSlow")];
            return Some(errors[self.random.usize(0..errors.len())]);
        }
        if self.percent(self.faults.unsigned) {
            let errors = [(403, "RequestTimeTooSkewed"), (403, "ExpiredToken"), (403, "Request has expired")];
            return Some(errors[self.random.usize(0..errors.len())]);
        }
        self.percent(self.faults.denied).then_some((403, "AccessDenied"))
    }

    /// The server acts now; its answer may be incomplete.
    pub(super) fn act(
        &mut self,
        id: AttemptId,
        call: &Call,
        arrived: Option<&Content>,
        sent: Option<Digest>,
        answered: bool,
        due: Instant,
    ) {
        if self.percent(self.faults.vanishing_upload) {
            self.server.uploads.clear();
            self.unsettled = true;
            // Another client aborted the upload, and then wrote as many bytes of its own under the key.
            if self.server.kind.write_once && self.server.object.is_none() && self.random.bool() {
                self.server.object = Some(Content { size: self.size, crc64: 3 });
            }
        }
        if matches!(call, Call::CopyPart { .. }) && self.percent(self.faults.replaced_source) {
            self.server.replace();
        }
        self.differs |= is_wrong_copy(call, arrived);
        // Such a part is copied again if its journal line is lost.
        self.unsettled |= is_wrong_copy(call, arrived);
        self.differs |= is_corrupt(arrived, sent);
        self.unsettled |= is_corrupt(arrived, sent) && !answered;
        // A late one of those that were divided replaces a good one, which is sent again.
        self.unsettled |= !answered && self.server.holds_another(call, arrived);
        let result = self.server.act(call, arrived).map_err(|(status, code)| service(status, code));
        if !answered {
            if matches!(call, Call::Initiate) {
                self.orphans_lost += 1;
            }
            return;
        }
        let no_crc64 = self.percent(self.faults.no_crc64);
        let lying_etag = self.percent(self.faults.lying_etag);
        let result = match result {
            Ok(Reply::Part(stored)) => {
                self.unsettled |= lying_etag;
                self.differs |= lying_etag;
                let etag = if lying_etag { format!("\"{}\"", md5(1).hex()) } else { stored.etag };
                Ok(Reply::Part(StoredPart { etag, crc64: stored.crc64.filter(|_| !no_crc64), ..stored }))
            }
            Ok(Reply::Stored(stored)) => {
                Ok(Reply::Stored(Stored { crc64: stored.crc64.filter(|_| !no_crc64), ..stored }))
            }
            Ok(Reply::Completed(_)) if self.percent(self.faults.lost_answer) => {
                let what = "the body is cut off".into();
                Err(Failure::Answer(AnswerError::Malformed { what, request_id: None }))
            }
            Ok(Reply::Completed(stored)) => {
                Ok(Reply::Completed(Stored { crc64: stored.crc64.filter(|_| !no_crc64), ..stored }))
            }
            // Another client may have given it other headers.
            Ok(Reply::Object(Some(object))) if !self.server.ours && self.random.bool() => {
                Ok(Reply::OtherObject(object))
            }
            other => other,
        };
        let result = result.map(|reply| self.confirmed_or_not(reply));
        self.at(due, Happening::Outcome(id, Outcome { sent, result, took: Duration::ZERO }));
    }

    /// An answer may lack the confirmation that the server encrypts.
    fn confirmed_or_not(&mut self, reply: Reply) -> Reply {
        let confirms = matches!(
            reply,
            Reply::Stored(_) | Reply::Initiated(_) | Reply::Part(_) | Reply::Completed(_) | Reply::Object(Some(_))
        );
        if confirms && self.percent(self.faults.unconfirmed) {
            self.disowned |= matches!(reply, Reply::Object(_));
            let what = "x-cos-server-side-encryption".into();
            return Reply::Unconfirmed { reply: Box::new(reply), what, request_id: None };
        }
        reply
    }
}

/// True if the copy that arrives differs from the one that was sent. A late one replaces a good one.
pub(super) fn is_corrupt(arrived: Option<&Content>, sent: Option<Digest>) -> bool {
    arrived.zip(sent).is_some_and(|(arrived, sent)| arrived.crc64 != sent.crc64)
}

/// True if the server has acknowledged other bytes than those that were sent.
fn holds_another(outcome: &Outcome) -> bool {
    match (&outcome.result, outcome.sent) {
        (Ok(Reply::Part(stored)), Some(sent)) => !md5(sent.crc64).is_etag(&stored.etag),
        _ => false,
    }
}

/// True if the server copies other bytes than those that it was asked for.
pub(super) fn is_wrong_copy(call: &Call, arrived: Option<&Content>) -> bool {
    match call {
        Call::CopyPart { range, .. } => arrived.is_some_and(|arrived| *arrived != read(*range, 0)),
        _ => false,
    }
}

pub(crate) fn service(status: u16, code: &str) -> Failure {
    Failure::Answer(AnswerError::Service(Box::new(ServiceError {
        status,
        code: (!code.is_empty()).then(|| code.to_owned()),
        message: None,
        request_id: Some("id".into()),
        trace_id: None,
        retry_after: None,
        server_time: None,
        region: None,
        foreign: None,
    })))
}

fn with_retry_after(failure: Failure, pause: Option<Duration>) -> Failure {
    match failure {
        Failure::Answer(AnswerError::Service(error)) => {
            Failure::Answer(AnswerError::Service(Box::new(ServiceError { retry_after: pause, ..*error })))
        }
        other => other,
    }
}
