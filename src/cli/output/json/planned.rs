//! `planned` of a dry run, and `started`.

use serde::Serialize;

use super::name::UploadName;
use crate::upload::Plan;
use crate::upload::event::PlannedDelta;

#[derive(Debug, Serialize)]
pub(crate) struct Planned<'a> {
    #[serde(flatten)]
    name: UploadName<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    mode: &'static str,
    part_size: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    parts: Option<u16>,
    /// Absent if the upload is no delta.
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes_to_send: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes_to_copy: Option<u64>,
}

impl<'a> Planned<'a> {
    pub(crate) fn new(name: UploadName<'a>, plan: &Plan) -> Self {
        Self {
            name,
            size: plan.size(),
            mode: plan.mode(),
            part_size: plan.part_size(),
            parts: plan.parts(),
            bytes_to_send: None,
            bytes_to_copy: None,
        }
    }

    /// The same for a delta upload.
    pub(crate) fn with_delta(self, delta: Option<PlannedDelta>) -> Self {
        let Some(PlannedDelta { parts, sent, copied }) = delta else { return self };
        Self { parts: Some(parts), bytes_to_send: Some(sent), bytes_to_copy: Some(copied), ..self }
    }
}
