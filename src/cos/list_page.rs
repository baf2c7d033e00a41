//! A page of a list: of parts, uploads or objects.

use super::encoding::decode;
use super::error::AnswerError;
use super::request::Response;
use crate::language::message;

/// Whether the list continues after this page.
pub(super) fn is_truncated(field: &str) -> bool {
    field.trim().eq_ignore_ascii_case("true")
}

/// A listed name. One that the server did not encode is not decoded: a key may contain a percent sign.
pub(super) fn name(text: String, encoding_type: Option<&str>) -> String {
    if encoding_type == Some("url") { decode(&text).unwrap_or(text) } else { text }
}

/// A list that continues, but not after anything.
pub(super) fn without_marker(response: &Response) -> AnswerError {
    AnswerError::malformed(response, message!("the answer is truncated but has no marker for the next page"))
}
