//! `upload` of `list-uploads`, and `part` of `list-parts`.

use serde::Serialize;

#[derive(Debug, Serialize)]
pub(crate) struct ListedUpload<'a> {
    pub(crate) bucket: &'a str,
    pub(crate) key: &'a str,
    pub(crate) upload_id: &'a str,
    pub(crate) initiated: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) age_s: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parts: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) storage_class: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) journal: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct ListedPart<'a> {
    pub(crate) bucket: &'a str,
    pub(crate) key: &'a str,
    pub(crate) upload_id: &'a str,
    pub(crate) part_number: u16,
    pub(crate) size: u64,
    pub(crate) etag: &'a str,
}
