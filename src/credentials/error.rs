//! The error of every source of credentials.

use crate::cos::CredentialsError;

/// An error with this message.
pub(crate) fn error(message: impl Into<String>) -> CredentialsError {
    CredentialsError { message: message.into() }
}
