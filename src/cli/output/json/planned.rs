//! `planned` of a dry run, and `started`.

use serde::Serialize;

use super::name::UploadName;
use crate::upload::Plan;

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
}

impl<'a> Planned<'a> {
    pub(crate) fn new(name: UploadName<'a>, plan: &Plan) -> Self {
        Self { name, size: plan.size(), mode: plan.mode(), part_size: plan.part_size(), parts: plan.parts() }
    }
}
