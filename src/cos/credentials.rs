//! A secret ID, its key and optionally a session token and a time of expiry.
//!
//! `crate::credentials` finds them. They are wiped from memory when dropped, have no `Display`, and their `Debug` shows no
//! secret.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::SystemTime;

use zeroize::Zeroizing;

use crate::language::{Message, Phrase, message, phrase};

/// The credentials that sign a request (document 436/7778).
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    secret_id: String,
    secret_key: Zeroizing<String>,
    session_token: Option<Zeroizing<String>>,
    expires: Option<SystemTime>,
}

/// Why two strings are not usable as credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidCredentials {
    /// The ID is empty.
    NoId,
    /// The key is empty.
    NoKey,
    /// A value has characters that text copied carelessly has: which value, and what is wrong with it.
    StrayCharacters(Phrase, Phrase),
}

impl fmt::Display for InvalidCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoId => phrase!("the secret ID is missing").fmt(f),
            Self::NoKey => phrase!("the secret key is missing").fmt(f),
            Self::StrayCharacters(value, why) => message!("the {value} {why}", value, why).fmt(f),
        }
    }
}

impl std::error::Error for InvalidCredentials {}

/// What is wrong with a value in which a file with other line ends, or careless copying, has left characters.
pub fn stray_characters(value: &str) -> Option<Phrase> {
    Some(match value {
        _ if value.ends_with('\r') => {
            phrase!("ends with a carriage return; the file it comes from may have Windows line ends")
        }
        _ if value.ends_with('\n') => phrase!("ends with a line break"),
        _ if value.chars().any(char::is_control) => phrase!("contains a control character"),
        _ if value.trim() != value => phrase!("begins or ends with white space"),
        _ => return None,
    })
}

/// The same for an ID, a key or a token. None of them has quotation marks, and not every reader of `.env` files removes them.
pub fn stray_in_secret(value: &str) -> Option<Phrase> {
    let is_quoted = |mark: char| value.len() > 1 && value.starts_with(mark) && value.ends_with(mark);
    let quoted = is_quoted('"') || is_quoted('\'');
    stray_characters(value).or(quoted.then_some(phrase!("is in quotation marks; remove them")))
}

impl Credentials {
    /// Accepts an ID and its key, and refuses empty values and stray white space.
    pub fn new(secret_id: &str, secret_key: &str, session_token: Option<&str>) -> Result<Self, InvalidCredentials> {
        let session_token = session_token.filter(|token| !token.is_empty());
        if secret_id.is_empty() {
            return Err(InvalidCredentials::NoId);
        }
        if secret_key.is_empty() {
            return Err(InvalidCredentials::NoKey);
        }
        let values = [(phrase!("secret ID"), secret_id), (phrase!("secret key"), secret_key)];
        for (name, value) in values.into_iter().chain(session_token.map(|token| (phrase!("session token"), token))) {
            if let Some(why) = stray_in_secret(value) {
                return Err(InvalidCredentials::StrayCharacters(name, why));
            }
        }
        Ok(Self {
            secret_id: secret_id.to_owned(),
            secret_key: Zeroizing::new(secret_key.to_owned()),
            session_token: session_token.map(|token| Zeroizing::new(token.to_owned())),
            expires: None,
        })
    }

    /// The same credentials with a time of expiry.
    #[must_use]
    pub fn expiring(mut self, expires: Option<SystemTime>) -> Self {
        self.expires = expires;
        self
    }

    /// The ID. It is not a secret, but messages show [`Credentials::masked_id`] instead.
    pub fn secret_id(&self) -> &str {
        &self.secret_id
    }

    /// The key that signs. Only the signer reads it.
    pub fn secret_key(&self) -> &str {
        &self.secret_key
    }

    /// The token of temporary credentials, sent beside the signature.
    pub fn session_token(&self) -> Option<&str> {
        self.session_token.as_ref().map(|token| token.as_str())
    }

    /// When temporary credentials expire, if that is known.
    pub fn expires(&self) -> Option<SystemTime> {
        self.expires
    }

    /// The first and last four characters of the ID, for messages.
    pub fn masked_id(&self) -> String {
        let characters: Vec<char> = self.secret_id.chars().collect();
        if characters.len() < 12 {
            return "****".to_owned();
        }
        let head: String = characters[..4].iter().collect();
        let tail: String = characters[characters.len() - 4..].iter().collect();
        format!("{head}****{tail}")
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("secret_id", &self.masked_id())
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// A source of credentials, asked before each request is signed. The sources are in `crate::credentials`.
pub trait Provider: Send + Sync + 'static {
    /// Returns credentials that are valid at `now`. `refused` are credentials that the service has just called expired:
    /// others are needed.
    fn credentials<'a>(
        &'a self,
        now: SystemTime,
        refused: Option<&'a Credentials>,
    ) -> Pin<Box<dyn Future<Output = Result<Credentials, CredentialsError>> + Send + 'a>>;
}

/// Fixed credentials, never renewed.
impl Provider for Credentials {
    fn credentials<'a>(
        &'a self,
        _now: SystemTime,
        _refused: Option<&'a Credentials>,
    ) -> Pin<Box<dyn Future<Output = Result<Credentials, CredentialsError>> + Send + 'a>> {
        Box::pin(std::future::ready(Ok(self.clone())))
    }
}

/// Why there are no credentials: a message that names the source and contains no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialsError {
    /// The attempt and the reason for its failure.
    pub message: Message,
    /// What the user can do about it.
    pub hint: Option<Message>,
}

impl fmt::Display for CredentialsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message.fmt(f)
    }
}

impl std::error::Error for CredentialsError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        let credentials = Credentials::new("AKIDexample000000001", "hidden-key", Some("hidden-token")).unwrap();
        let shown = format!("{credentials:?}");
        assert_eq!(shown, r#"Credentials { secret_id: "AKID****0001", expires: None, .. }"#);
    }

    #[test]
    fn an_id_without_its_key_and_stray_white_space_are_refused() {
        assert_eq!(Credentials::new("", "k", None), Err(InvalidCredentials::NoId));
        assert_eq!(Credentials::new("i", "", None), Err(InvalidCredentials::NoKey));
        let refused = |key, token| Credentials::new("i", key, token).unwrap_err().to_string();
        assert_eq!(refused("k\n", None), "the secret key ends with a line break");
        assert_eq!(refused("\"k\"", None), "the secret key is in quotation marks; remove them");
        assert_eq!(refused("k", Some("t ")), "the session token begins or ends with white space");
    }
}
