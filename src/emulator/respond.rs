//! One request from its head to its answer: signature, faults, the operation, and the line in the log.

use std::time::Duration;

use tokio::time::sleep;

use super::answer::response::Answer;
use super::exchange::{Ending, Exchange};
use super::faults::distortion::{distort, instead};
use super::faults::{Action, Fault};
use super::http::body::Trouble;
use super::operations;
use super::refusal;
use super::refusal::Refusal;
use super::request::authorization;
use super::request::authorization::Clocks;
use super::request::operation::Operation;
use super::request::place::Place;
use super::request::request_head::RequestHead;
use super::request::{browsing, selection};

/// Answers a request.
pub(crate) async fn respond(mut exchange: Exchange, method: &str, head: Result<RequestHead, Refusal>) -> Ending {
    exchange.note(|record| record.method = method.to_owned());
    let resource = head.as_ref().map(RequestHead::resource).unwrap_or_default();
    let outcome = match head {
        Ok(head) => take(&mut exchange, &head).await,
        Err(refusal) => Err(refusal.into()),
    };
    let ending = outcome.unwrap_or_else(|trouble| match trouble {
        Trouble::Refused(refusal) => {
            let refusal = if refusal.code == refusal::INSUFFICIENT_STORAGE.code {
                refusal::no_space(exchange.service.store.path())
            } else {
                refusal
            };
            let operation = exchange.record.as_ref().and_then(|record| record.operation);
            let refusal = exchange.dialect.refusal(refusal, operation);
            Ending::Answer(Answer::refusal(&refusal, &resource, &exchange.ids, exchange.dialect))
        }
        Trouble::Reset => Ending::Reset,
    });
    if !exchange.late.is_zero() {
        sleep(exchange.late).await;
    }
    finish(exchange, ending)
}

async fn take(exchange: &mut Exchange, head: &RequestHead) -> Result<Ending, Trouble> {
    let place = Place::of(&head.host, &head.path);
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let part = head.parameter("partNumber").and_then(|text| text.parse().ok());
    exchange.note(|record| {
        record.bucket = some(place.bucket);
        record.key = some(place.key);
        record.upload_id = head.parameter("uploadId").and_then(some);
        record.part_number = part;
    });
    exchange.origin = head.headers.get("origin").map(str::to_owned);
    exchange.host_region = place.region.map(str::to_owned);
    let operation = selection::operation(head, place.level())?;
    exchange.note(|record| record.operation = Some(operation));
    let struck = exchange.service.faults.strike(operation, part, place.key);
    (exchange.fault, exchange.permits, exchange.late) = (struck.fault, struck.permits, struck.late);
    exchange.is_browsing = browsing::is_browsing(head, operation);
    if !exchange.is_browsing && !is_open(exchange, operation, place, head) {
        verify(exchange, head).map_err(|refusal| exchange.dialect.unverified(refusal))?;
    }
    exchange.dialect.check(operation, head)?;
    exchange.check_region(place.region)?;
    if let Some(ending) = suffer(exchange, head).await? {
        return Ok(ending);
    }
    let answer = operations::perform(exchange, operation, head).await?;
    Ok(suffer_afterwards(exchange, answer))
}

/// True for a request that needs no signature: a preflight, a form, which has its own, or a read of a public object.
fn is_open(exchange: &Exchange, operation: Operation, place: Place<'_>, head: &RequestHead) -> bool {
    match operation {
        Operation::Preflight | Operation::PostObject => true,
        Operation::GetObject | Operation::HeadObject if !authorization::is_signed(head) => {
            let object = place
                .bucket()
                .and_then(|bucket| exchange.service.store.version(&bucket, &place.key()?, head.parameter("versionId")));
            object.is_ok_and(|(object, _)| object.properties.is_public())
        }
        _ => false,
    }
}

fn verify(exchange: &mut Exchange, head: &RequestHead) -> Result<(), Refusal> {
    let clocks = match exchange.fault.as_ref().map(Fault::action) {
        Some(Action::Skew { seconds }) => {
            let by = Duration::from_secs(seconds.unsigned_abs());
            let now = if *seconds < 0 { exchange.now.checked_sub(by) } else { exchange.now.checked_add(by) };
            exchange.now = now.unwrap_or(exchange.now);
            Clocks::Strict
        }
        _ => Clocks::Lenient,
    };
    let (service, credentials) = (exchange.dialect.service(), &exchange.service.credentials);
    let verified = authorization::verify(head, service, credentials, exchange.now, clocks);
    if clocks == Clocks::Strict && verified.is_err() {
        exchange.note_fault();
    }
    verified
}

/// Applies a fault that comes before the operation. Returns an ending if the operation is not performed.
async fn suffer(exchange: &mut Exchange, head: &RequestHead) -> Result<Option<Ending>, Trouble> {
    let Some(fault) = exchange.fault.clone() else { return Ok(None) };
    if !matches!(fault.action(), Action::Skew { .. }) {
        exchange.note_fault();
    }
    match fault.action() {
        Action::ResetBeforeBody => return Ok(Some(Ending::Reset)),
        Action::ResetInBody { after } => exchange.body.reset_after(*after),
        Action::Trickle { rate } => exchange.body.limit_rate(*rate),
        Action::Stall => {
            exchange.body.drain().await?;
            return Ok(Some(Ending::Stall));
        }
        _ => {}
    }
    let answer = instead(fault.action(), &head.resource(), &exchange.ids, exchange.dialect);
    let Some(answer) = answer else { return Ok(None) };
    if !matches!(fault.action(), Action::RefuseEarly(_)) {
        exchange.body.drain().await?;
    }
    Ok(Some(Ending::Answer(answer)))
}

/// Applies a fault that comes after the operation.
fn suffer_afterwards(exchange: &Exchange, mut answer: Answer) -> Ending {
    let stored = exchange.record.as_ref().is_some_and(|record| record.stored);
    match exchange.fault.as_ref().map(Fault::action) {
        Some(Action::ResetAfterStored) if stored => return Ending::Reset,
        Some(Action::Distort(distortion)) => distort(&mut answer, *distortion),
        _ => {}
    }
    Ending::Answer(answer)
}

/// Adds the headers of every answer, and writes the record before the client gets the answer.
fn finish(mut exchange: Exchange, ending: Ending) -> Ending {
    let ending = match ending {
        // A proxy's page has its own Server header and none of the service's headers.
        Ending::Answer(answer) if answer.headers.get("Server").is_none() => {
            let answer = answer.with_common_headers(&exchange.ids, exchange.now, exchange.dialect);
            Ending::Answer(match &exchange.origin {
                Some(origin) => answer.with_all(&operations::cors_headers(origin)),
                None => answer,
            })
        }
        ending => ending,
    };
    // The rest of an unread body would be read as the next request.
    let ending = match ending {
        Ending::Answer(answer) if !exchange.body.has_ended() => Ending::Answer(answer.with("Connection", "close")),
        ending => ending,
    };
    if let Some(mut record) = exchange.record.take() {
        record.bytes = exchange.body.received();
        if let Ending::Answer(answer) = &ending {
            record.status = Some(answer.status);
            record.code = answer.code.map(str::to_owned);
        }
        // If the disk is full, the answer matters more than the record.
        let _ = exchange.service.log.append(&record);
    }
    ending
}
