//! JSON events for programs: one JSON object per line. Field names and their order are an interface, see the README.
//!
//! [`Line`] is any event; each event, or group of events, has a file with its fields.

mod command;
mod diagnosed;
mod error;
mod failed;
mod line;
mod listed;
mod milliseconds;
mod name;
mod planned;
mod progress;
mod retry;
mod shared_plan;
mod skipped;
mod summary;
mod unmatched;
mod uploaded;
mod verified;

pub(crate) use self::command::{Aborted, Credentials, Listening};
pub(crate) use self::diagnosed::{Checked, Diagnosis};
pub(crate) use self::failed::{Failed, FailedCommand};
pub(crate) use self::line::Line;
pub(crate) use self::listed::{ListedPart, ListedUpload};
pub(crate) use self::name::UploadName;
pub(crate) use self::planned::Planned;
pub(crate) use self::progress::{OverallProgress, ProgressOfMany};
pub(crate) use self::shared_plan::{
    CompletedPlan, Initiated, KeptObject, PlanAborted, PlanStatus, ShardSent, ShardStatus, Unproved,
};
pub(crate) use self::skipped::Skipped;
pub(crate) use self::summary::SummaryLine;
pub(crate) use self::unmatched::Unmatched;
pub(crate) use self::uploaded::Uploaded;
pub(crate) use self::verified::{LocalFile, StoredObject, Verified};
