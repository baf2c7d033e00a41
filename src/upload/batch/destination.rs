//! Whether the destination takes uploads at all. The first object is a probe: until it is answered, no other begins.

use crate::upload::error::Cause;
use crate::upload::event::Finished;
use crate::upload::wire::call::{Failure, Reply};

/// What is known of the destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Destination {
    /// Nothing yet.
    #[default]
    Unproved,
    /// It answers requests, or what fails concerns one object.
    Proved,
    /// It fails for every object.
    Failed,
}

impl Destination {
    /// Takes the outcome of a call.
    pub(super) fn record(&mut self, result: &Result<Reply, Failure>) {
        let answered = match result {
            // These are read from the source, without a request.
            Ok(Reply::Read(_) | Reply::SourceUnchanged | Reply::Further(_)) => false,
            Ok(_) => true,
            Err(failure) => match failure.clone().into_cause() {
                cause @ Cause::Service(_) => !cause.concerns_destination(),
                _ => false,
            },
        };
        if answered && *self == Self::Unproved {
            *self = Self::Proved;
        }
    }

    /// Takes how an object ended.
    pub(super) fn ended(&mut self, finished: &Finished) {
        if *self != Self::Unproved {
            return;
        }
        *self = match finished {
            Finished::Failed(error) if error.cause.concerns_destination() => Self::Failed,
            Finished::Failed(error) if matches!(error.cause, Cause::Source(_) | Cause::Interrupted) => return,
            _ => Self::Proved,
        };
    }
}
