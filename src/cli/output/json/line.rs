//! Any event, by its name.

use serde::Serialize;

use super::command::{Aborted, Credentials, Listening};
use super::diagnosed::{Checked, Diagnosis};
use super::failed::{Failed, FailedCommand};
use super::listed::{ListedPart, ListedUpload};
use super::name::UploadName;
use super::planned::Planned;
use super::progress::{Progress, ProgressOfMany, StoredPart};
use super::retry::Retry;
use super::shared_plan::{
    CompletedPlan, Initiated, KeptObject, PlanAborted, PlanStatus, ShardSent, ShardStatus, Unproved,
};
use super::skipped::Skipped;
use super::summary::SummaryLine;
use super::unmatched::Unmatched;
use super::uploaded::Uploaded;
use super::verified::Verified;
use crate::upload::Event;
use crate::upload::event::PlannedDelta;

/// An event; its name is the field `event`.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub(crate) enum Line<'a> {
    Planned(Planned<'a>),
    Started(Planned<'a>),
    Progress(Progress<'a>),
    #[serde(rename = "progress")]
    ProgressOfMany(ProgressOfMany<'a>),
    Part(StoredPart<'a>),
    Retry(Retry<'a>),
    Uploaded(Uploaded<'a>),
    Skipped(Skipped<'a>),
    Failed(Failed<'a>),
    #[serde(rename = "failed")]
    FailedCommand(FailedCommand<'a>),
    Summary(SummaryLine),
    Unmatched(Unmatched<'a>),
    #[serde(rename = "upload")]
    ListedUpload(ListedUpload<'a>),
    #[serde(rename = "part")]
    ListedPart(ListedPart<'a>),
    Aborted(Aborted<'a>),
    Verified(Verified<'a>),
    Credentials(Credentials<'a>),
    Listening(Listening<'a>),
    Initiated(Initiated<'a>),
    Shard(ShardSent<'a>),
    Unproved(Unproved<'a>),
    Completed(CompletedPlan<'a>),
    Kept(KeptObject<'a>),
    #[serde(rename = "shard_status")]
    ShardStatus(ShardStatus),
    Status(PlanStatus<'a>),
    #[serde(rename = "plan_aborted")]
    PlanAborted(PlanAborted<'a>),
    Check(Checked<'a>),
    Diagnosis(Diagnosis),
}

impl<'a> Line<'a> {
    /// True for the events that `--quiet` keeps: failures, totals, and the results of commands that upload nothing.
    pub(crate) fn matters_if_quiet(&self) -> bool {
        !matches!(
            self,
            Self::Started(_)
                | Self::Progress(_)
                | Self::ProgressOfMany(_)
                | Self::Part(_)
                | Self::Retry(_)
                | Self::Uploaded(_)
                | Self::Skipped(_)
                | Self::Unmatched(_)
        )
    }

    /// The same for a delta upload.
    pub(crate) fn with_delta(self, delta: Option<PlannedDelta>) -> Self {
        match self {
            Self::Started(planned) => Self::Started(planned.with_delta(delta)),
            other => other,
        }
    }

    /// The line of an engine's event, if there is one.
    pub(crate) fn of_event(name: UploadName<'a>, event: &'a Event) -> Option<Self> {
        let brief = name.without_location();
        Some(match event {
            Event::Started(plan) => Self::Started(Planned::new(name, plan)),
            Event::Progress(progress) => Self::Progress(Progress::new(brief, *progress)),
            Event::PartStored(record) => Self::Part(StoredPart::new(brief, record)),
            Event::Retrying { operation, attempts, wait, cause } => {
                Self::Retry(Retry::new(brief, *operation, *attempts, *wait, cause))
            }
            Event::Initiated(_) | Event::Resumed { .. } | Event::Completing | Event::Reading(..) | Event::Notice(_) => {
                return None;
            }
        })
    }
}
