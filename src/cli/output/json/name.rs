//! The upload that an event is about.

use std::borrow::Cow;
use std::path::Path;

use serde::Serialize;

use crate::cli::output::escape::path_text;
use crate::cos::{Bucket, Key};

/// The upload that an event is about.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct UploadName<'a> {
    source: Cow<'a, str>,
    bucket: &'a str,
    /// Absent if the source's name gives no valid key.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<&'a str>,
}

impl<'a> UploadName<'a> {
    /// The upload of a source that may have no key.
    pub(crate) fn new(source: &'a Path, bucket: &'a Bucket, key: Option<&'a Key>) -> Self {
        Self { source: path_text(source), bucket: bucket.as_str(), key: key.map(Key::as_str), location: None }
    }

    /// The same, with the object's URL.
    pub(crate) fn at(self, location: &'a str) -> Self {
        Self { location: Some(location), ..self }
    }

    /// The same, for frequent events.
    pub(super) fn without_location(&self) -> Self {
        Self { location: None, ..self.clone() }
    }
}
