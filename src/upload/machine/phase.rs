//! How far an upload is, and what is in doubt.

use crate::cos::head_object;
use crate::cos::multipart::PartNumber;
use crate::cos::put_object::Stored;
use crate::upload::error::{Cause, Operation};
use crate::upload::plan::object_plan::Plan;

use super::settings::Likeness;

/// How far an upload is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Phase {
    /// The beginning of a stream is read, to see whether it fits into one request.
    ReadBeginning,
    /// HEAD, to see whether the object is a copy of the source already.
    Compare(Likeness),
    /// The source is read, to compare it with the object that HEAD found.
    ReadSource(head_object::Object),
    Put,
    Initiate,
    /// The parts on the server are listed, those after this number.
    List {
        after: Option<PartNumber>,
    },
    Parts,
    /// The source is checked for changes before Complete.
    CheckSource,
    Complete,
    /// HEAD, to resolve a doubt.
    Look(Doubt),
    Abort,
}

impl Phase {
    /// The phase in which a file is first sent, or listed when it is resumed.
    pub(super) fn first(plan: Plan, resumes: bool) -> Self {
        match plan {
            Plan::Put { .. } => Self::Put,
            Plan::Multipart(_) | Plan::Stream(_) if resumes => Self::List { after: None },
            Plan::Multipart(_) | Plan::Stream(_) => Self::Initiate,
        }
    }
}

/// Why HEAD is sent for the object; it decides what follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Doubt {
    /// The server stored the object, but its answer does not prove it.
    Unproved(Stored),
    /// PUT may have worked, although its last attempt failed with this cause.
    PutLost { attempts: u32, cause: Cause },
    /// Complete may have worked, although it failed with this cause.
    CompleteLost(Cause),
    /// The upload is gone: this program completed it, or something else aborted it.
    UploadGone(Operation, Cause),
}

/// Whether a request that was sent may have made the object. An earlier run's requests count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ObjectMade {
    No,
    /// A PUT was answered with a failure of the server. A HEAD is worth it; without one, the answer counts as no.
    Unlikely,
    /// The answer to a PUT or a Complete was lost.
    Possibly,
}

/// What was done about an upload that the server no longer holds as it was. Each step is taken once, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Recovery {
    None,
    /// Complete named parts that the server does not hold, so they were listed again.
    PartsListedAgain,
    /// The upload was gone, so a new one was begun.
    StartedAnew,
}
