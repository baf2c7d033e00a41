//! A role that STS grants for the token of an OIDC provider: that of a pod in TKE, or of a CI job.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::error::error;
use super::parsing::file::read;
use super::role::Role;
use crate::cos::CredentialsError;
use crate::language::{Message, message, phrase};

/// A token and the role for which it is exchanged. There is no `Debug`, because it may contain a token.
pub(crate) struct WebIdentity {
    pub(crate) region: String,
    /// The name of the OIDC provider in CAM.
    pub(crate) provider_id: String,
    pub(crate) token: TokenSource,
    pub(crate) role: Role,
}

/// Where the current token comes from, at each renewal.
pub(crate) enum TokenSource {
    /// Kubernetes writes a new token about every hour.
    Pod(PathBuf),
    File(PathBuf),
    /// A variable and its value.
    Variable(&'static str, Zeroizing<String>),
    GitHub(TokenRequest),
}

/// What a job of GitHub Actions needs to request its token.
pub(crate) struct TokenRequest {
    pub(crate) url: String,
    pub(crate) bearer: Zeroizing<String>,
    pub(crate) audience: String,
}

impl TokenSource {
    /// The token for messages.
    pub(crate) fn name(&self) -> Message {
        match self {
            Self::Pod(_) => phrase!("the pod's identity").into(),
            Self::File(file) => message!("the OIDC token in {place}", place = file.display()),
            Self::Variable(name, _) => message!("the OIDC token in {place}", place = name),
            Self::GitHub(_) => phrase!("GitHub's OIDC token").into(),
        }
    }
}

impl WebIdentity {
    /// The body of `AssumeRoleWithWebIdentity`.
    pub(crate) fn request(&self, token: &str) -> Value {
        let mut body = self.role.request();
        body["ProviderId"] = json!(self.provider_id);
        body["WebIdentityToken"] = json!(token);
        // This call does not know it.
        if let Some(fields) = body.as_object_mut() {
            fields.remove("ExternalId");
        }
        body
    }
}

/// Reads a token from a file, called `name` in messages.
pub(crate) fn read_token(file: &Path, name: &Message) -> Result<Zeroizing<String>, CredentialsError> {
    let token = read(file, name)?
        .ok_or_else(|| error(message!("could not read {file}: there is no such file", file = name)))?;
    match token.trim() {
        "" => Err(error(message!("could not read {file}: it is empty", file = name))),
        token => Ok(Zeroizing::new(token.to_owned())),
    }
}
