//! The events of commands that upload nothing: `aborted`, `credentials`, `listening`.

use serde::Serialize;

use crate::language::Message;

#[derive(Debug, Serialize)]
pub(crate) struct Aborted<'a> {
    pub(crate) bucket: &'a str,
    pub(crate) key: &'a str,
    pub(crate) upload_id: &'a str,
    /// The journal that was removed with the upload.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) journal: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Credentials<'a> {
    pub(crate) source: &'a Message,
    pub(crate) secret_id: &'a str,
    pub(crate) temporary: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expires: Option<&'a str>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Listening<'a> {
    pub(crate) url: &'a str,
}
