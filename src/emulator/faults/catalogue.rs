//! All faults, a row each: name, description, the operations at which it strikes by default, and its action.

use std::time::Duration;

use super::action::{Action, Distortion, Limit};
use super::arguments::Arguments;
use crate::emulator::refusal;
use crate::emulator::refusal::Refusal;
use crate::emulator::request::operation::Operation;
use crate::language::{Message, Phrase, message, phrase};

/// A row of the catalogue.
pub(super) struct Known {
    pub(super) name: &'static str,
    pub(super) description: Phrase,
    pub(super) on: &'static [Operation],
    pub(super) times: u64,
    pub(super) action: fn(&mut Arguments) -> Result<Action, Message>,
}

const BODIES: &[Operation] = &[Operation::UploadPart, Operation::PutObject];
const CHANGES: &[Operation] = &[Operation::Initiate, Operation::UploadPart, Operation::PutObject];
const DOCUMENTS: &[Operation] = &[Operation::Initiate, Operation::ListParts, Operation::Complete];
const COPIES: &[Operation] = &[Operation::UploadPartCopy, Operation::CopyObject];
const COMPLETE: &[Operation] = &[Operation::Complete];
const PARTS: &[Operation] = &[Operation::UploadPart];

const fn known(
    name: &'static str,
    on: &'static [Operation],
    description: Phrase,
    action: fn(&mut Arguments) -> Result<Action, Message>,
) -> Known {
    Known { name, description, on, times: 1, action }
}

/// A limit, which applies to every request that it covers.
const fn limit(
    name: &'static str,
    description: Phrase,
    action: fn(&mut Arguments) -> Result<Action, Message>,
) -> Known {
    Known { times: 0, ..known(name, BODIES, description, action) }
}

pub(super) const KNOWN: &[Known] = &[
    known("internal-error", BODIES, phrase!("answers 500 InternalError"), |arguments| {
        refuse(arguments, refusal::INTERNAL_ERROR)
    }),
    known("bad-gateway", BODIES, phrase!("answers with a 502 page, as a gateway does"), |_| {
        Ok(Action::Page { status: 502 })
    }),
    known(
        "service-unavailable",
        BODIES,
        phrase!("answers 503 ServiceUnavailable (retry-after=SECONDS)"),
        |arguments| refuse(arguments, refusal::SERVICE_UNAVAILABLE),
    ),
    known("slow-down", BODIES, phrase!("answers 503 SlowDown (retry-after=SECONDS)"), |arguments| {
        refuse(arguments, refusal::SLOW_DOWN)
    }),
    known("too-many-requests", BODIES, phrase!("answers 429 TooManyRequests (retry-after=SECONDS)"), |arguments| {
        refuse(arguments, refusal::TOO_MANY_REQUESTS)
    }),
    known("request-timeout", BODIES, phrase!("answers 400 RequestTimeout"), |arguments| {
        refuse(arguments, refusal::REQUEST_TIMEOUT)
    }),
    known("user-network-too-slow", BODIES, phrase!("answers 400 UserNetworkTooSlow"), |arguments| {
        refuse(arguments, refusal::USER_NETWORK_TOO_SLOW)
    }),
    known("incomplete-body", BODIES, phrase!("answers 400 IncompleteBody"), |arguments| {
        refuse(arguments, refusal::INCOMPLETE_BODY)
    }),
    known("bad-digest", BODIES, phrase!("answers 400 BadDigest"), |arguments| refuse(arguments, refusal::BAD_DIGEST)),
    known("conflict", BODIES, phrase!("answers 409 PathConflict"), |arguments| {
        refuse(arguments, refusal::PATH_CONFLICT)
    }),
    known("access-denied", BODIES, phrase!("answers 403 AccessDenied"), |arguments| {
        refuse(arguments, refusal::ACCESS_DENIED)
    }),
    Known {
        times: 0,
        ..known(
            "clock-skew",
            &Operation::ALL,
            phrase!(
                "answers 403 RequestTimeTooSkewed to clients that do not correct their clock by the Date header (by=SECONDS, default 3600)"
            ),
            |arguments| Ok(Action::Skew { seconds: arguments.number("by")?.unwrap_or(3600) }),
        )
    },
    known("expired-token", BODIES, phrase!("answers 400 ExpiredToken"), |arguments| {
        refuse(arguments, refusal::EXPIRED_TOKEN)
    }),
    known("request-expired", BODIES, phrase!("answers 403 AccessDenied: Request has expired"), |arguments| {
        refuse(arguments, refusal::REQUEST_HAS_EXPIRED)
    }),
    known("assume-role-failed", CHANGES, phrase!("answers 409 AssumeRoleFailed, as CDCS does"), |arguments| {
        refuse(arguments, refusal::ASSUME_ROLE_FAILED)
    }),
    known("kms-failed", CHANGES, phrase!("answers 409 KMSFailed, as CDCS does"), |arguments| {
        refuse(arguments, refusal::KMS_FAILED)
    }),
    known("no-such-upload", PARTS, phrase!("answers 404 NoSuchUpload"), |arguments| {
        refuse(arguments, refusal::NO_SUCH_UPLOAD)
    }),
    known(
        "early-error",
        BODIES,
        phrase!("answers 503 ServiceUnavailable before the body is read, and closes the connection"),
        |_| Ok(Action::RefuseEarly(refusal::SERVICE_UNAVAILABLE)),
    ),
    known(
        "html",
        BODIES,
        phrase!("answers with a proxy's HTML page without a request ID (status=STATUS, default 502)"),
        |arguments| Ok(Action::Page { status: status(arguments, 502, 200..600)? }),
    ),
    known("redirect", BODIES, phrase!("redirects to the same address (status=STATUS, default 307)"), |arguments| {
        Ok(Action::Redirect { status: status(arguments, 307, 300..400)? })
    }),
    known(
        "truncated-answer",
        BODIES,
        phrase!("stores the object or part, then closes the connection in the middle of the answer"),
        |_| Ok(Action::Distort(Distortion::Truncated)),
    ),
    known("no-etag", BODIES, phrase!("omits the ETag from the answer"), |_| Ok(Action::Distort(Distortion::NoEtag))),
    known("wrong-etag", BODIES, phrase!("answers with a wrong ETag"), |_| Ok(Action::Distort(Distortion::WrongEtag))),
    known("no-crc", BODIES, phrase!("omits x-cos-hash-crc64ecma from the answer"), |_| {
        Ok(Action::Distort(Distortion::NoCrc))
    }),
    known("wrong-crc", BODIES, phrase!("answers with a wrong x-cos-hash-crc64ecma"), |_| {
        Ok(Action::Distort(Distortion::WrongCrc))
    }),
    known("garbage-xml", DOCUMENTS, phrase!("answers with a document that is not XML"), |_| {
        Ok(Action::Distort(Distortion::GarbageXml))
    }),
    known("xml-bomb", DOCUMENTS, phrase!("answers with a document whose entities expand without end"), |_| {
        Ok(Action::Distort(Distortion::XmlBomb))
    }),
    known("complete-error", COMPLETE, phrase!("answers 200 with InternalError in the body; nothing is merged"), |_| {
        Ok(Action::CompleteError { code: refusal::INTERNAL_ERROR.code })
    }),
    known(
        "slow-complete",
        COMPLETE,
        phrase!("sends white space before the result (seconds=SECONDS, default 5)"),
        |arguments| Ok(Action::SlowComplete { seconds: arguments.number("seconds")?.unwrap_or(5) }),
    ),
    known("cut-verdict", COMPLETE, phrase!("merges, then closes the connection in the middle of the result"), |_| {
        Ok(Action::CutResult)
    }),
    known("reset-before-body", BODIES, phrase!("resets the connection before the body is read"), |_| {
        Ok(Action::ResetBeforeBody)
    }),
    known(
        "reset-in-body",
        BODIES,
        phrase!("resets the connection while the body is read (after=BYTES, default 65536)"),
        |arguments| Ok(Action::ResetInBody { after: arguments.number("after")?.unwrap_or(64 * 1024) }),
    ),
    known(
        "reset-after-stored",
        BODIES,
        phrase!("stores the object or part, then resets the connection instead of answering"),
        |_| Ok(Action::ResetAfterStored),
    ),
    known("stall", BODIES, phrase!("reads the body and never answers"), |_| Ok(Action::Stall)),
    known("trickle", BODIES, phrase!("reads the body slowly (rate=BYTES per second, default 65536)"), |arguments| {
        Ok(Action::Trickle { rate: arguments.number::<u64>("rate")?.unwrap_or(64 * 1024).max(1) })
    }),
    Known {
        times: 0,
        ..known(
            "latency",
            &Operation::ALL,
            phrase!("answers each request late, as a server far away does (ms=MILLISECONDS, default 50)"),
            |arguments| Ok(Action::Late(Duration::from_millis(arguments.number("ms")?.unwrap_or(50)))),
        )
    },
    known(
        "precondition-failed",
        COPIES,
        phrase!("answers 412 PreconditionFailed, as if the source had been replaced"),
        |arguments| refuse(arguments, refusal::PRECONDITION_FAILED),
    ),
    known("copy-error", COPIES, phrase!("answers 200 with InternalError in the body; nothing is copied"), |_| {
        Ok(Action::CopyError { refusal: refusal::INTERNAL_ERROR })
    }),
    limit(
        "limit-at-once",
        phrase!("answers 503 SlowDown beyond N requests at once (most=N, default 16)"),
        |arguments| Ok(Action::Limit(Limit::AtOnce(arguments.number("most")?.unwrap_or(16)))),
    ),
    limit(
        "limit-rate",
        phrase!("answers 503 SlowDown beyond R requests a second (rate=R, default 100)"),
        |arguments| Ok(Action::Limit(Limit::Rate(arguments.number("rate")?.unwrap_or(100)))),
    ),
    limit(
        "limit-key-rate",
        phrase!("answers 503 SlowDown beyond R requests a second for one key (rate=R, default 50)"),
        |arguments| Ok(Action::Limit(Limit::KeyRate(arguments.number("rate")?.unwrap_or(50)))),
    ),
];

fn refuse(arguments: &mut Arguments, refusal: Refusal) -> Result<Action, Message> {
    Ok(Action::Refuse { refusal, retry_after: arguments.number("retry-after")? })
}

fn status(arguments: &mut Arguments, default: u16, range: std::ops::Range<u16>) -> Result<u16, Message> {
    let status = arguments.number("status")?.unwrap_or(default);
    if range.contains(&status) {
        Ok(status)
    } else {
        Err(message!("has status={status}, which is not allowed", status))
    }
}
