//! `retry`: a request failed and will be sent again.

use std::time::Duration;

use serde::Serialize;

use super::error::Error;
use super::milliseconds::milliseconds;
use super::name::UploadName;
use crate::cli::output::failures::message;
use crate::upload::{Cause, Operation};

#[derive(Debug, Serialize)]
pub(crate) struct Retry<'a> {
    #[serde(flatten)]
    name: UploadName<'a>,
    operation: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    part_number: Option<u16>,
    attempts: u32,
    wait_ms: u64,
    error: Error<'a>,
}

impl<'a> Retry<'a> {
    pub(super) fn new(
        name: UploadName<'a>,
        operation: Operation,
        attempts: u32,
        wait: Duration,
        cause: &'a Cause,
    ) -> Self {
        Self {
            name,
            operation: message::kind(operation).english(),
            part_number: part_number(operation),
            attempts,
            wait_ms: milliseconds(wait),
            error: Error::from_cause(cause),
        }
    }
}

fn part_number(operation: Operation) -> Option<u16> {
    match operation {
        Operation::UploadPart(number) | Operation::CopyPart(number) | Operation::ComparePart(number) => {
            Some(number.value())
        }
        _ => None,
    }
}
