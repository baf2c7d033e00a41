//! `skipped`: a source that is not uploaded because it is unchanged or not a regular file.

use serde::Serialize;

use super::name::UploadName;
use crate::upload::Unchanged;

#[derive(Debug, Serialize)]
pub(crate) struct Skipped<'a> {
    #[serde(flatten)]
    name: UploadName<'a>,
    reason: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    etag: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    crc64ecma: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
}

impl<'a> Skipped<'a> {
    pub(crate) fn unchanged(name: UploadName<'a>, object: &'a Unchanged) -> Self {
        Self {
            name,
            reason: "unchanged",
            size: Some(object.size),
            etag: object.etag.as_deref(),
            crc64ecma: object.crc64.map(|crc64| crc64.to_string()),
            request_id: object.request_id.as_deref(),
        }
    }

    pub(crate) fn left_out(name: UploadName<'a>, reason: &'static str) -> Self {
        Self { name, reason, size: None, etag: None, crc64ecma: None, request_id: None }
    }
}
