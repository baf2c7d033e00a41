//! Another attempt after a failure that passes.

use std::future::Future;

use reqwest::StatusCode;
use tokio::time::sleep;

use super::limits::Limits;
use crate::language::{Message, message};

const ATTEMPTS: u32 = 3;

/// Why a call failed.
pub(crate) enum Failure {
    /// It is tried again.
    Transient(Message),
    /// It is not tried again.
    Permanent(Message),
}

impl Failure {
    /// The failure of a server, called `name`, that answers with a status and without a text that can be read.
    pub(crate) fn of_status(name: &str, status: StatusCode) -> Self {
        let why = message!("{name} answers with HTTP status {status}", name, status = status.as_u16());
        let transient = status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS;
        if transient { Self::Transient(why) } else { Self::Permanent(why) }
    }
}

/// Calls up to three times.
pub(crate) async fn attempts<T, F>(limits: &Limits, mut call: impl FnMut() -> F) -> Result<T, Message>
where
    F: Future<Output = Result<T, Failure>>,
{
    let mut attempt = 1;
    loop {
        match call().await {
            Ok(answer) => return Ok(answer),
            Err(Failure::Transient(_)) if attempt < ATTEMPTS => sleep(limits.pause * attempt).await,
            Err(Failure::Transient(why) | Failure::Permanent(why)) => return Err(why),
        }
        attempt += 1;
    }
}
