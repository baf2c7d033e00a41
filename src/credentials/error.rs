//! The error of every source of credentials.

use crate::cos::CredentialsError;

/// An error with this message.
pub(crate) fn error(message: impl Into<String>) -> CredentialsError {
    CredentialsError { message: message.into(), hint: None }
}

/// The same error with a hint, if it has none yet.
pub(crate) fn hinting(error: CredentialsError, hint: Option<String>) -> CredentialsError {
    CredentialsError { hint: error.hint.or(hint), ..error }
}
