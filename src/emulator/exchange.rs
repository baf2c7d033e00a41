//! One request from its head to its answer: verification, faults, the operation, and the line in the record.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use hyper::http::Extensions;
use tokio::sync::{mpsc, watch};

use crate::cos::Credentials;

use super::answer::dialect::Dialect;
use super::answer::refusal::Refusal;
use super::answer::response::{Answer, Ids};
use super::faults::distortion::{distort, instead};
use super::faults::{Action, Fault, Faults};
use super::http::body::{Body, Trouble};
use super::http::request_head::Head;
use super::perform;
use super::record::{RequestLog, RequestRecord};
use super::request::authorization;
use super::request::authorization::Clocks;
use super::request::operation::{Level, Operation};
use super::store::Store;

/// What all requests share.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) store: Store,
    pub(crate) credentials: Credentials,
    pub(crate) dialect: Dialect,
    pub(crate) faults: Faults,
    pub(crate) log: RequestLog,
    /// What makes an answer's header names those of the service.
    pub(crate) header_case: Extensions,
    pub(crate) clock: fn() -> SystemTime,
    /// Closes when the emulator stops.
    pub(crate) stop: watch::Receiver<()>,
    /// Dropped last: its other end then knows that the directory is free.
    pub(crate) _alive: mpsc::Sender<()>,
}

impl Service {
    /// Waits until the emulator stops.
    pub(crate) async fn stopped(&self) {
        let mut stop = self.stop.clone();
        while stop.changed().await.is_ok() {}
    }
}

/// How a request ends.
#[derive(Debug)]
pub(crate) enum Ending {
    Answer(Answer),
    /// The connection is reset.
    Reset,
    /// Nothing is answered, ever.
    Stall,
}

/// One request under way.
pub(crate) struct Exchange {
    pub(super) service: Arc<Service>,
    pub(super) now: SystemTime,
    pub(super) ids: Ids,
    pub(super) dialect: Dialect,
    pub(super) body: Body,
    pub(super) fault: Option<Fault>,
    /// Written when the answer stands; the verdict of Complete takes it away and writes it later.
    pub(super) record: Option<RequestRecord>,
}

impl Exchange {
    pub(crate) fn new(service: Arc<Service>, body: Body) -> Self {
        let now = (service.clock)();
        let ids = Ids::new();
        let record = RequestRecord {
            time: humantime::format_rfc3339_millis(now).to_string(),
            request_id: ids.request_id.clone(),
            ..RequestRecord::default()
        };
        let dialect = service.dialect;
        Self { service, now, ids, dialect, body, fault: None, record: Some(record) }
    }

    /// Takes the request to its end.
    pub(crate) async fn run(mut self, method: &str, head: Result<Head, Refusal>) -> Ending {
        self.note(|record| record.method = method.to_owned());
        let resource = head.as_ref().map(Head::resource).unwrap_or_default();
        let outcome = match head {
            Ok(head) => self.take(&head).await,
            Err(refusal) => Err(refusal.into()),
        };
        let ending = outcome.unwrap_or_else(|trouble| match trouble {
            Trouble::Refused(refusal) => {
                let operation = self.record.as_ref().and_then(|record| record.operation);
                let refusal = self.dialect.refusal(refusal, operation);
                Ending::Answer(Answer::refusal(&refusal, &resource, &self.ids, self.dialect))
            }
            Trouble::Reset => Ending::Reset,
        });
        self.finish(ending)
    }

    async fn take(&mut self, head: &Head) -> Result<Ending, Trouble> {
        let place = head.place();
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let part = head.parameter("partNumber").and_then(|text| text.parse().ok());
        self.note(|record| {
            record.bucket = some(place.bucket);
            record.key = some(place.key);
            record.upload_id = head.parameter("uploadId").and_then(some);
            record.part_number = part;
        });
        let operation = Operation::of(place.level(), &head.method, |name| head.parameter(name).is_some())?;
        self.note(|record| record.operation = Some(operation));
        self.fault = self.service.faults.strike(operation, part);
        self.verify(head).map_err(|refusal| self.dialect.unverified(refusal))?;
        self.dialect.check(operation, head)?;
        if let Some(ending) = self.suffer(head).await? {
            return Ok(ending);
        }
        let answer = match place.level() {
            Level::Service => perform::on_service(&self.service.store, self.dialect),
            Level::Bucket => self.on_bucket(operation, place.bucket()?, head).await?,
            Level::Object => self.on_object(operation, (place.bucket()?, place.key()?), head).await?,
        };
        Ok(self.suffer_afterwards(answer))
    }

    fn verify(&mut self, head: &Head) -> Result<(), Refusal> {
        let clocks = match self.fault.as_ref().map(Fault::action) {
            Some(Action::Skew { seconds }) => {
                let by = Duration::from_secs(seconds.unsigned_abs());
                let now = if *seconds < 0 { self.now.checked_sub(by) } else { self.now.checked_add(by) };
                self.now = now.unwrap_or(self.now);
                Clocks::Strict
            }
            _ => Clocks::Lenient,
        };
        let verified = authorization::verify(head, self.dialect.service(), &self.service.credentials, self.now, clocks);
        if clocks == Clocks::Strict && verified.is_err() {
            self.note_fault();
        }
        verified
    }

    /// Carries out a fault that comes before the operation; an ending where it comes instead of it.
    async fn suffer(&mut self, head: &Head) -> Result<Option<Ending>, Trouble> {
        let Some(fault) = self.fault.clone() else { return Ok(None) };
        if !matches!(fault.action(), Action::Skew { .. }) {
            self.note_fault();
        }
        match fault.action() {
            Action::ResetBeforeBody => return Ok(Some(Ending::Reset)),
            Action::ResetInBody { after } => self.body.reset_after(*after),
            Action::Trickle { rate } => self.body.limit_rate(*rate),
            Action::Stall => {
                self.body.drain().await?;
                return Ok(Some(Ending::Stall));
            }
            _ => {}
        }
        let Some(answer) = instead(fault.action(), &head.resource(), &self.ids, self.dialect) else { return Ok(None) };
        if !matches!(fault.action(), Action::RefuseEarly(_)) {
            self.body.drain().await?;
        }
        Ok(Some(Ending::Answer(answer)))
    }

    /// Carries out a fault that comes after the operation.
    fn suffer_afterwards(&mut self, mut answer: Answer) -> Ending {
        let stored = self.record.as_ref().is_some_and(|record| record.stored);
        match self.fault.as_ref().map(Fault::action) {
            Some(Action::ResetAfterStored) if stored => return Ending::Reset,
            Some(Action::Distort(distortion)) => distort(&mut answer, *distortion),
            _ => {}
        }
        Ending::Answer(answer)
    }

    /// Adds what every answer has and writes the record. The record comes first: whoever has the answer finds it.
    fn finish(mut self, ending: Ending) -> Ending {
        let ending = match ending {
            // A proxy's page names its own server, and nothing in it is the service's.
            Ending::Answer(answer) if answer.headers.get("Server").is_none() => {
                Ending::Answer(answer.with_what_all_have(&self.ids, self.now, self.dialect))
            }
            ending => ending,
        };
        // What is left of the body would be taken for the next request.
        let ending = match ending {
            Ending::Answer(answer) if !self.body.has_ended() => Ending::Answer(answer.with("Connection", "close")),
            ending => ending,
        };
        if let Some(mut record) = self.record.take() {
            record.bytes = self.body.received();
            if let Ending::Answer(answer) = &ending {
                record.status = Some(answer.status);
                record.code = answer.code.map(str::to_owned);
            }
            // The emulator goes on where its disk is full; the answer matters more than the record.
            let _ = self.service.log.append(&record);
        }
        ending
    }

    pub(super) fn note(&mut self, note: impl FnOnce(&mut RequestRecord)) {
        if let Some(record) = &mut self.record {
            note(record);
        }
    }

    fn note_fault(&mut self) {
        let name = self.fault.as_ref().map(|fault| fault.name().to_owned());
        self.note(|record| record.fault = name);
    }
}
