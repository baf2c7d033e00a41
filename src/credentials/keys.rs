//! An ID, a key and a token as a file or an answer contains them, checked and turned into credentials.

use zeroize::Zeroizing;

use super::error::error;
use crate::cos::{Credentials, CredentialsError};
use crate::language::{Message, message};

/// An ID, a key and a token, each possibly missing or empty.
#[derive(Default)]
pub(crate) struct Triple {
    pub(crate) id: Option<Zeroizing<String>>,
    pub(crate) key: Option<Zeroizing<String>>,
    pub(crate) token: Option<Zeroizing<String>>,
}

impl Triple {
    /// Returns the credentials, if there are any. If only the ID or only the key is there, the error names `place` and the
    /// missing half.
    pub(crate) fn credentials(&self, place: &Message) -> Result<Option<Credentials>, CredentialsError> {
        let [id, key, token] =
            [&self.id, &self.key, &self.token].map(|value| value.as_ref().map_or("", |v| v.as_str()));
        if id.is_empty() && key.is_empty() {
            return Ok(None);
        }
        credentials(id, key, token, place).map(Some)
    }
}

/// Makes credentials of the values found in `place`, which an error names.
pub(crate) fn credentials(id: &str, key: &str, token: &str, place: &Message) -> Result<Credentials, CredentialsError> {
    Credentials::new(id, key, Some(token)).map_err(|why| error(message!("could not use {place}: {why}", place, why)))
}
