//! Values that cannot be sent, and the check that all values share.

use std::fmt;

use crate::language::{Message, message};

/// Why a value cannot be sent: what is wrong, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidHeader(Message);

impl fmt::Display for InvalidHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for InvalidHeader {}

pub(super) fn refuse<T>(why: Message) -> Result<T, InvalidHeader> {
    Err(InvalidHeader(why))
}

/// Checks that a value is one line, and not empty. White space around it would be lost on the way, and the signature would
/// be wrong.
pub fn check_value(text: &str) -> Result<(), InvalidHeader> {
    if text.trim().is_empty() {
        return refuse(message!("it is empty"));
    }
    if text.chars().any(char::is_control) {
        return refuse(message!("it has a line's end or another control character in it"));
    }
    if text.trim() != text {
        return refuse(message!("it has white space around it"));
    }
    Ok(())
}

/// Refuses a value beyond ASCII, with the position of the first such character.
pub(super) fn check_ascii(text: &str) -> Result<(), InvalidHeader> {
    match text.chars().zip(1..).find(|(character, _)| !character.is_ascii()) {
        None => Ok(()),
        Some((character, position)) => refuse(message!(
            "the character '{character}' at position {position} is not ASCII, as headers are",
            character,
            position
        )),
    }
}
