//! Whether the destination accepts uploads. The first object is a probe: until it is answered, no other object begins.

use crate::upload::error::Cause;
use crate::upload::finished::Finished;
use crate::upload::wire::call::{Failure, Reply};

/// The state of the destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Destination {
    /// No request was answered yet.
    #[default]
    Unproved,
    /// It answers requests, or its failures concern one object only.
    Proved,
    /// It fails for every object.
    Failed,
}

impl Destination {
    /// Records the outcome of a call.
    pub(super) fn record(&mut self, result: &Result<Reply, Failure>) {
        let answered = match result {
            // These replies come from the source, without a request.
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

    /// Records the end of an object.
    pub(super) fn ended(&mut self, finished: &Finished) {
        if *self != Self::Unproved {
            return;
        }
        *self = match finished {
            Finished::Failed(error) | Finished::Unknown(error) if error.cause.concerns_destination() => Self::Failed,
            Finished::Failed(error) if matches!(error.cause, Cause::Source(_) | Cause::Interrupted) => return,
            _ => Self::Proved,
        };
    }
}
