//! How far an upload is, and what is in doubt.

use crate::cos::multipart::PartNumber;
use crate::cos::objects::head_object;
use crate::cos::objects::put_object::Stored;
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
    ReadSource {
        found: head_object::Object,
        unless_equal: UnlessEqual,
    },
    /// HEAD, to see whether the key is taken, before anything is sent.
    CheckKey,
    Put,
    Initiate,
    /// The parts on the server are listed, those after this number.
    List {
        after: Option<PartNumber>,
    },
    /// Parts on the server that the journal lacks are compared with the source.
    CompareParts,
    Parts,
    /// The source is checked for changes before Complete.
    CheckSource,
    Complete,
    /// HEAD, to resolve a doubt.
    Look(Doubt),
    Abort,
    /// The upload is aborted, because copying does not work; another one begins that sends every part.
    AbortDelta,
}

impl Phase {
    /// The phase in which an upload by `plan` begins, or continues if it `resumes`.
    pub(super) fn first(plan: Plan, resumes: bool, no_overwrite: bool) -> Self {
        match plan {
            Plan::Multipart(_) | Plan::Stream(_) if resumes => Self::List { after: None },
            _ if no_overwrite => Self::CheckKey,
            Plan::Put { .. } => Self::Put,
            Plan::Multipart(_) | Plan::Stream(_) => Self::Initiate,
        }
    }

    /// True while parts are compared or sent.
    pub(super) fn has_parts(&self) -> bool {
        matches!(self, Self::CompareParts | Self::Parts)
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
    /// The upload that was to be resumed is gone, and not all of its parts are known: it may have been completed before.
    NotResumed(Operation, Cause),
}

/// What follows if the source is not equal to the object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum UnlessEqual {
    /// The source is uploaded.
    Upload,
    /// The upload that was to be resumed was not completed, but is gone.
    Gone(Operation, Cause),
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
