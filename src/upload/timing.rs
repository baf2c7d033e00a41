//! How long each request took, and how much was in flight meanwhile.

use std::time::Instant;

use super::error::{Operation, SendErrorKind};
use super::wire::call::{Failure, Outcome};
use crate::cos::{AnswerError, Fault, ServiceError};
use crate::language::{Phrase, phrase};

/// The longest code that is kept. COS's are shorter.
const LONGEST_CODE: usize = 48;

/// A request that has ended, or a step on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timing {
    /// The request.
    pub operation: Operation,
    /// When it was begun.
    pub began: Instant,
    /// When the first byte of its body was handed to a connection.
    pub first_byte: Option<Instant>,
    /// When the last byte was.
    pub last_byte: Option<Instant>,
    /// When the answer was there, or the failure.
    pub ended: Instant,
    /// The number of bytes that were handed to the connection.
    pub bytes: u64,
    /// How it ended.
    pub ending: Ending,
}

/// How a request ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// With success.
    Answered,
    /// The server asks for fewer requests, with this code.
    Throttled(String),
    /// The server refuses, with this code.
    Refused(String),
    /// No answer came, or one that cannot be understood, for this reason.
    Unanswered(Phrase),
    /// The source could not be read, or has changed.
    Unread,
    /// The user stopped the program.
    Stopped,
    /// Another request for the same part was answered first.
    Unneeded,
}

/// The state of all requests at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// The moment.
    pub at: Instant,
    /// The bytes handed to connections so far.
    pub bytes: u64,
    /// How many requests may be in flight.
    pub window: u16,
    /// How many are.
    pub in_flight: u16,
}

impl Ending {
    /// How a request with this outcome ended. No text of a server is kept but its code.
    pub(super) fn of(outcome: &Outcome) -> Self {
        match &outcome.result {
            Ok(_) => Self::Answered,
            Err(failure) if failure.fault() == Some(Fault::Throttled) => Self::Throttled(code(failure)),
            Err(Failure::Answer(AnswerError::Malformed { .. })) => Self::Unanswered(phrase!("the answer is not COS's")),
            Err(Failure::Send(error)) => Self::Unanswered(reason(error.kind)),
            Err(Failure::Source(_)) => Self::Unread,
            Err(Failure::Abandoned) => Self::Stopped,
            Err(failure @ Failure::Answer(AnswerError::Service(_))) => Self::Refused(code(failure)),
        }
    }
}

/// COS's code if it looks like one, otherwise the HTTP status.
fn code(failure: &Failure) -> String {
    let Some(ServiceError { status, code, .. }) = failure.refusal() else { return String::new() };
    let usual = |code: &&String| {
        code.len() <= LONGEST_CODE
            && code.chars().all(|character| character.is_ascii_alphanumeric() || character == '.')
    };
    code.as_ref().filter(usual).cloned().unwrap_or_else(|| format!("HTTP {status}"))
}

fn reason(kind: SendErrorKind) -> Phrase {
    match kind {
        SendErrorKind::Connect => phrase!("no connection"),
        SendErrorKind::Certificate => phrase!("the certificate is not trusted"),
        SendErrorKind::Tls => phrase!("no TLS"),
        SendErrorKind::ProxyRefused => phrase!("the proxy refuses"),
        SendErrorKind::Broken => phrase!("the connection broke"),
        SendErrorKind::Stalled { .. } => phrase!("no byte for the stall timeout"),
        SendErrorKind::NoCredentials => phrase!("no credentials"),
    }
}
