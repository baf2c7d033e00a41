//! `check` and `diagnosis`: the results of `cosput doctor`.

use serde::Serialize;

#[derive(Debug, Serialize)]
pub(crate) struct Checked<'a> {
    pub(crate) check: &'static str,
    pub(crate) result: &'static str,
    pub(crate) detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hint: Option<&'a str>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Diagnosis {
    pub(crate) ok: usize,
    pub(crate) warnings: usize,
    pub(crate) failed: usize,
    pub(crate) not_checked: usize,
    pub(crate) exit_code: u8,
}
