//! Whether a request may replace an object.

use super::request_head::RequestHead;
use crate::emulator::dialect::Dialect;

/// What happens if the object already exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Overwrite {
    Allowed,
    Forbidden,
    /// The object is appended to: it must have this length.
    AppendAt(u64),
    /// As in CDCS: also forbidden while the object is being uploaded, and empty objects are refused.
    WriteOnce,
}

impl Overwrite {
    /// As the dialect and `x-cos-forbid-overwrite` determine.
    pub(crate) fn requested(head: &RequestHead, dialect: Dialect) -> Self {
        match head.headers.get("x-cos-forbid-overwrite") {
            _ if dialect.is_cdcs() => Self::WriteOnce,
            Some(value) if value.eq_ignore_ascii_case("true") => Self::Forbidden,
            _ => Self::Allowed,
        }
    }
}
