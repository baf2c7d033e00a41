//! The identity of a pod in TKE: a token in a file that STS exchanges for the credentials of a role.

use std::path::PathBuf;

use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::error::error;
use super::parsing::file::read;
use super::role::{DURATION_SECONDS, SESSION};
use crate::cos::CredentialsError;

/// A pod's token and its role.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct WebIdentity {
    pub(crate) region: String,
    pub(crate) provider_id: String,
    pub(crate) token_file: PathBuf,
    pub(crate) role_arn: String,
}

impl WebIdentity {
    /// Reads the current token: Kubernetes writes a new one about every hour.
    pub(crate) fn token(&self) -> Result<Zeroizing<String>, CredentialsError> {
        let name = format!("the pod's token {}", self.token_file.display());
        let token = read(&self.token_file, &name)?
            .ok_or_else(|| error(format!("could not read {name}: there is no such file")))?;
        match token.trim() {
            "" => Err(error(format!("could not read {name}: it is empty"))),
            token => Ok(Zeroizing::new(token.to_owned())),
        }
    }

    /// The body of `AssumeRoleWithWebIdentity`.
    pub(crate) fn request(&self, token: &str) -> Value {
        json!({
            "ProviderId": self.provider_id,
            "WebIdentityToken": token,
            "RoleArn": self.role_arn,
            "RoleSessionName": SESSION,
            "DurationSeconds": DURATION_SECONDS,
        })
    }
}
