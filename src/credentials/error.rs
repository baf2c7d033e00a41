//! The error of every source of credentials.

use crate::cos::CredentialsError;
use crate::language::Message;

/// An error with this message.
pub(crate) fn error(message: Message) -> CredentialsError {
    CredentialsError { message, hint: None }
}

/// The same error with a hint, if it has none yet.
pub(crate) fn hinting(error: CredentialsError, hint: Option<Message>) -> CredentialsError {
    CredentialsError { hint: error.hint.or(hint), ..error }
}
