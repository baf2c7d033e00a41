//! Requests in flight: each a task of its own, with the progress of its body.

use crate::language::{Message, message};
use std::collections::BTreeMap;

use tokio::task::{AbortHandle, JoinError};
use tokio::time::Instant;

use super::attempt_id::AttemptId;
use super::batch::ahead::Ahead;
use super::batch::objects::ObjectId;
use super::clock;
use super::error::{Operation, SendError, SendErrorKind, SourceError};
use super::object_headers::ObjectOptions;
use super::source::Source;
use super::timing::{Ending, Timing};
use super::wire::body::{Reader, SourceBody};
use super::wire::body_progress::BodyProgress;
use super::wire::call::{BodyMd5, Call, Failure, Outcome, Reply};
use super::wire::transport::Transport;
use crate::cos::Target;
use crate::cos::checksum::Digest;
use crate::cos::encryption::hides_the_md5;
use crate::upload::threads;

/// What is uploaded, and where to.
#[derive(Debug, Clone)]
pub struct Job {
    /// The bytes.
    pub source: Source,
    /// The object.
    pub target: Target,
    /// Headers, encryption and conditions of the object.
    pub object: ObjectOptions,
}

/// One attempt at one call of one object.
pub(super) type RequestId = (ObjectId, AttemptId);

/// How many bytes an answer counts for. Parts have many more, so for them this changes little.
const WORTH_OF_AN_ANSWER: u64 = 256 << 10;

/// The progress of the requests in flight, and counts of those that have finished.
#[derive(Default)]
pub(super) struct Flights {
    bodies: BTreeMap<RequestId, Flight>,
    /// Bytes of requests that have finished, successful or not.
    finished: u64,
    /// How many were answered.
    answered: u64,
}

/// A request in flight.
pub(super) struct Flight {
    /// The task that sends it.
    pub(super) task: AbortHandle,
    pub(super) progress: BodyProgress,
    pub(super) operation: Operation,
    pub(super) began: std::time::Instant,
}

impl Flight {
    /// The time that the request took, if it ends now.
    fn timing(&self, outcome: &Outcome) -> Timing {
        self.timing_of(Ending::of(outcome))
    }

    fn timing_of(&self, ending: Ending) -> Timing {
        let (first, last) = self.progress.first_and_last();
        Timing {
            operation: self.operation,
            began: self.began,
            first_byte: first.map(Instant::into_std),
            last_byte: last.map(Instant::into_std),
            ended: clock::now().into_std(),
            bytes: self.progress.bytes(),
            ending,
        }
    }
}

impl Flights {
    /// Counts a request.
    pub(super) fn started(&mut self, id: RequestId, flight: Flight) {
        self.bodies.insert(id, flight);
    }

    /// Counts the bytes of a request that has finished. Returns the time that it took.
    pub(super) fn finished(&mut self, id: RequestId, outcome: &Outcome) -> Option<Timing> {
        self.answered += u64::from(outcome.result.is_ok());
        let flight = self.bodies.remove(&id)?;
        self.finished += flight.progress.bytes();
        Some(flight.timing(outcome))
    }

    /// Aborts a request that is of no use, and counts its bytes. Returns the time that it took.
    pub(super) fn give_up(&mut self, id: RequestId) -> Option<Timing> {
        let flight = self.bodies.remove(&id)?;
        flight.task.abort();
        self.finished += flight.progress.bytes();
        Some(flight.timing_of(Ending::Unneeded))
    }

    /// The request of a task that died, with an outcome in its place.
    pub(super) fn died(&self, died: &JoinError) -> Option<(RequestId, Outcome)> {
        let id = self.bodies.iter().find(|(_, flight)| flight.task.id() == died.id()).map(|(id, _)| *id)?;
        let error = SendError { kind: SendErrorKind::Broken, message: message!("a task died: {died}", died) };
        Some((id, Err(Failure::Send(error)).into()))
    }

    /// Aborts every request in flight.
    pub(super) fn abandon(&mut self) -> Vec<(RequestId, Outcome, Timing)> {
        let abandoned = |(id, flight): (RequestId, Flight)| {
            flight.task.abort();
            let outcome = Outcome { sent: flight.progress.digest(), ..Err(Failure::Abandoned).into() };
            let timing = flight.timing(&outcome);
            (id, outcome, timing)
        };
        std::mem::take(&mut self.bodies).into_iter().map(abandoned).collect()
    }

    /// Bytes handed to connections since the beginning, and more for each answer: for small files, more requests bring more
    /// answers rather than more bytes.
    pub(super) fn moved(&self) -> u64 {
        self.answered * WORTH_OF_AN_ANSWER + self.bytes()
    }

    /// Bytes handed to connections since the beginning.
    pub(super) fn bytes(&self) -> u64 {
        self.finished + self.bodies.values().map(|flight| flight.progress.bytes()).sum::<u64>()
    }

    /// Whether a request waits for our own rate limit, so that the rate says nothing of the network.
    pub(super) fn are_held_up(&self, now: Instant) -> bool {
        self.bodies.values().any(|flight| flight.progress.waits_until().is_some_and(|until| until > now))
    }

    /// Bytes of one object that are in flight. Of a part that is sent twice, those of the faster request count.
    pub(super) fn bytes_of(&self, object: ObjectId) -> u64 {
        let its = (object, AttemptId(0))..=(object, AttemptId(u64::MAX));
        let mut bytes = BTreeMap::new();
        for (_, flight) in self.bodies.range(its) {
            let of_it: &mut u64 = bytes.entry(flight.operation).or_default();
            *of_it = flight.progress.bytes().max(*of_it);
        }
        bytes.values().sum()
    }
}

/// What is seen of a body from outside while it is sent.
pub(super) struct Inside {
    /// How far it is.
    pub(super) progress: BodyProgress,
    /// What else sees its bytes.
    pub(super) reader: Option<Reader>,
    /// The connections to open meanwhile.
    pub(super) ahead: Ahead,
}

/// Carries out a call: by a request, or on this machine.
pub(super) async fn carry_out<T: Transport>(call: &Call, job: &Job, transport: &T, inside: Inside) -> Outcome {
    let source = job.source.clone();
    match call {
        Call::CheckSource => {
            let checked = blocking(move || source.check_unchanged()).await;
            checked.map(|()| Reply::SourceUnchanged).map_err(Failure::Source).into()
        }
        Call::ReadOn { to, let_go } => {
            let Source::Stream(stream) = source else { unreachable!("only a stream is read on") };
            let (to, let_go) = (*to, let_go.clone());
            blocking(move || stream.read_on(to, &let_go)).await.map(Reply::Further).map_err(Failure::Source).into()
        }
        Call::ReadSource { range, with_md5: false } => {
            let range = *range;
            blocking(move || source.crc64(range)).await.map(Reply::Read).map_err(Failure::Source).into()
        }
        Call::ComparePart { range, .. } | Call::ReadSource { range, .. } => {
            let range = *range;
            blocking(move || source.digest(range)).await.map(Reply::Read).map_err(Failure::Source).into()
        }
        _ => send(call, job, transport, inside).await,
    }
}

async fn send<T: Transport>(call: &Call, job: &Job, transport: &T, inside: Inside) -> Outcome {
    let Inside { progress, reader, ahead } = inside;
    let began = clock::now();
    let mut first_reading: Option<Digest> = None;
    if let Some(range) = call.body().filter(|_| call.body_md5() == BodyMd5::Sent) {
        let source = job.source.clone();
        match blocking(move || source.digest(range)).await {
            Ok(digest) => first_reading = Some(digest),
            Err(error) => return Err(Failure::Source(error)).into(),
        }
    }
    let md5 = first_reading.and_then(|digest| digest.md5);
    let request = call.request(&job.target, &job.object, md5).expect("this call is sent");
    let body = call.body().map(|range| {
        let make = if call.body_md5() == BodyMd5::Computed { SourceBody::with_md5 } else { SourceBody::new };
        let mut body = Box::new(make(job.source.clone(), range, progress.clone()));
        if let Some(reader) = reader {
            body.show_to(reader);
        }
        body
    });
    let answer = if ahead.connections > 0 {
        // A connection takes about as long to open as this request to be answered.
        let template = call.request(&job.target, &job.object, md5).expect("this call is sent");
        let opening = async {
            tokio::time::sleep(ahead.unless_within).await;
            transport.open_ahead(&template, ahead.connections).await;
            std::future::pending().await
        };
        tokio::select! {
            answer = transport.send(request, body) => answer,
            answer = opening => answer,
        }
    } else {
        transport.send(request, body).await
    };
    let took = clock::now() - progress.first_and_last().0.unwrap_or(began);
    let hidden = answer.as_ref().is_ok_and(hides_the_md5);
    let sent = progress.digest().map(|digest| Digest { md5: digest.md5.or(md5).filter(|_| !hidden), ..digest });
    let result = match (answer, progress.failure()) {
        (Ok(response), _) => call.read(&response, &job.object).map_err(Failure::Answer),
        (Err(_), Some(error)) => Err(Failure::Source(error)),
        (Err(error), None) => Err(Failure::Send(error)),
    };
    Outcome { sent, result, took }
}

async fn blocking<R: Send + 'static>(
    work: impl FnOnce() -> Result<R, SourceError> + Send + 'static,
) -> Result<R, SourceError> {
    threads::spawn_blocking(work).await.unwrap_or_else(|error| Err(SourceError::Unreadable(Message::of(&error))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cos::multipart::PartNumber;
    use crate::upload::simulation::epoch;

    #[tokio::test]
    async fn a_part_that_is_sent_twice_counts_once_in_the_progress_of_its_object() {
        let mut flights = Flights::default();
        let object = ObjectId(0);
        for (attempt, part, bytes) in [(0, 1, 700), (1, 2, 100), (2, 1, 300)] {
            let progress = BodyProgress::default();
            progress.count(bytes);
            let operation = Operation::UploadPart(PartNumber::new(part).unwrap());
            let task = tokio::spawn(std::future::pending::<()>()).abort_handle();
            flights.started((object, AttemptId(attempt)), Flight { task, progress, operation, began: epoch() });
        }
        assert_eq!((flights.bytes_of(object), flights.bytes()), (800, 1_100));
        let given_up = flights.give_up((object, AttemptId(0))).unwrap();
        assert_eq!((given_up.ending, given_up.bytes), (Ending::Unneeded, 700));
        assert_eq!((flights.bytes_of(object), flights.bytes()), (400, 1_100));
        assert_eq!(flights.give_up((object, AttemptId(0))), None);
    }
}
