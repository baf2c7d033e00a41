//! `verified`: a file compared with an object. Numbers above 2^53 are strings.

use serde::Serialize;

#[derive(Debug, Serialize)]
pub(crate) struct Verified<'a> {
    pub(crate) source: String,
    pub(crate) bucket: &'a str,
    pub(crate) key: &'a str,
    pub(crate) location: &'a str,
    pub(crate) same: bool,
    pub(crate) compared: Vec<&'static str>,
    pub(crate) differences: Vec<&'static str>,
    pub(crate) file: LocalFile,
    pub(crate) object: StoredObject<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) request_id: Option<&'a str>,
}

#[derive(Debug, Serialize)]
pub(crate) struct LocalFile {
    pub(crate) size: u64,
    pub(crate) crc64ecma: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) md5: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct StoredObject<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) crc64ecma: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) etag: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) version_id: Option<&'a str>,
}
