//! Values that cannot be sent, and the check that all values share.

use std::fmt;

/// Why a value cannot be sent: what is wrong, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidHeader(String);

impl fmt::Display for InvalidHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidHeader {}

pub(super) fn refuse<T>(why: impl Into<String>) -> Result<T, InvalidHeader> {
    Err(InvalidHeader(why.into()))
}

/// Checks that a value is one line, and not empty. White space around it would be lost on the way, and the signature would
/// be wrong.
pub fn check_value(text: &str) -> Result<(), InvalidHeader> {
    if text.trim().is_empty() {
        return refuse("it is empty");
    }
    if text.chars().any(char::is_control) {
        return refuse("it has a line's end or another control character in it");
    }
    if text.trim() != text {
        return refuse("it has white space around it");
    }
    Ok(())
}

/// Refuses a value beyond ASCII, with the position of the first such character.
pub(super) fn check_ascii(text: &str) -> Result<(), InvalidHeader> {
    match text.chars().zip(1..).find(|(character, _)| !character.is_ascii()) {
        None => Ok(()),
        Some((character, position)) => {
            refuse(format!("the character '{character}' at position {position} is not ASCII, as headers are"))
        }
    }
}
