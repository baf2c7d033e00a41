//! The error for a bucket, key, region or address that cannot be used.

use crate::language::Message;
use std::fmt;

/// Why a name was refused: what is wrong and what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidName(pub(super) Message);

impl fmt::Display for InvalidName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for InvalidName {}
