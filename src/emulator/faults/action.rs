//! The actions of faults, as data.

use std::time::Duration;

use crate::emulator::refusal::Refusal;

/// What a fault does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    /// The body is read, and the answer is this error.
    Refuse { refusal: Refusal, retry_after: Option<u64> },
    /// The answer is this error, before the body is read.
    RefuseEarly(Refusal),
    /// The answer is a proxy's HTML page, without a request ID.
    Page { status: u16 },
    /// The client is redirected.
    Redirect { status: u16 },
    /// The clock is wrong by this number of seconds.
    Skew { seconds: i64 },
    /// The answer is changed.
    Distort(Distortion),
    /// A 200 with an error in its body; nothing is merged.
    CompleteError { code: &'static str },
    /// A 200 with this error in its body; nothing is copied.
    CopyError { refusal: Refusal },
    /// The answer comes later by this time. Another fault may strike at the same request.
    Late(Duration),
    /// Requests beyond a limit are refused with 503 SlowDown.
    Limit(Limit),
    /// White space for this number of seconds before the result.
    SlowComplete { seconds: u64 },
    /// The connection is closed in the middle of the result.
    CutResult,
    /// The connection is reset before the body is read.
    ResetBeforeBody,
    /// The connection is reset after this number of bytes of the body.
    ResetInBody { after: u64 },
    /// The request is carried out, and the connection is reset instead of an answer.
    ResetAfterStored,
    /// The body is read; there is never an answer.
    Stall,
    /// The body is read at this rate, in bytes per second.
    Trickle { rate: u64 },
}

/// A change of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Distortion {
    NoEtag,
    WrongEtag,
    NoCrc,
    WrongCrc,
    GarbageXml,
    XmlBomb,
    Truncated,
}

/// A limit of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    /// This number of requests in progress at once.
    AtOnce(usize),
    /// This number of requests in any second.
    Rate(usize),
    /// This number of requests in any second for each key.
    KeyRate(usize),
}
