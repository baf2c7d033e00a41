//! What a place holds: credentials, or the way to get some. Nothing is fetched here.

use zeroize::Zeroizing;

use super::providers::assume_role::Role;
use super::providers::web_identity::WebIdentity;
use crate::cos::{Credentials, CredentialsError};

/// What a place holds, and what it is called.
pub(crate) struct Found {
    pub(crate) source: String,
    pub(crate) grant: Grant,
    pub(crate) role: Option<Role>,
}

/// The way to credentials.
pub(crate) enum Grant {
    Keys(Credentials),
    Process(String),
    InstanceRole(Option<String>),
    WebIdentity(WebIdentity),
}

impl Found {
    pub(crate) fn new(source: impl Into<String>, grant: Grant) -> Self {
        Self { source: source.into(), grant, role: None }
    }
}

/// An id, its key and a token as a file has them, each perhaps missing or empty.
#[derive(Default)]
pub(crate) struct Triple {
    pub(crate) id: Option<Zeroizing<String>>,
    pub(crate) key: Option<Zeroizing<String>>,
    pub(crate) token: Option<Zeroizing<String>>,
}

impl Triple {
    /// Credentials where there are some; an error that names `place` and the missing half where there is only one.
    pub(crate) fn credentials(&self, place: &str) -> Result<Option<Credentials>, CredentialsError> {
        let [id, key, token] =
            [&self.id, &self.key, &self.token].map(|value| value.as_ref().map_or("", |v| v.as_str()));
        if id.is_empty() && key.is_empty() {
            return Ok(None);
        }
        credentials(id, key, token, place).map(Some)
    }
}

/// Credentials from the values of `place`, which an error names.
pub(crate) fn credentials(id: &str, key: &str, token: &str, place: &str) -> Result<Credentials, CredentialsError> {
    Credentials::new(id, key, Some(token)).map_err(|why| error(format!("could not use {place}: {why}")))
}

/// An error in these words.
pub(crate) fn error(message: impl Into<String>) -> CredentialsError {
    CredentialsError { message: message.into() }
}
