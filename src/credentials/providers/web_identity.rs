//! The identity that TKE gives a pod: a token in a file, which STS changes for a role's credentials.

use std::path::PathBuf;

use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::assume_role::{DURATION_SECONDS, SESSION};
use super::environment::Environment;
use crate::cos::CredentialsError;
use crate::credentials::file::read;
use crate::credentials::found::{Found, Grant, error};

const REGION: &str = "TKE_REGION";
const PROVIDER_ID: &str = "TKE_PROVIDER_ID";
const TOKEN_FILE: &str = "TKE_WEB_IDENTITY_TOKEN_FILE";
const ROLE_ARN: &str = "TKE_ROLE_ARN";
pub(crate) const NAME: &str = "the pod's identity (TKE_ROLE_ARN)";

/// Who the pod is, and the role that goes with it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct WebIdentity {
    pub(crate) region: String,
    provider_id: String,
    token_file: PathBuf,
    role_arn: String,
}

/// Reads the pod's variables: all of them or none.
pub(crate) fn look(environment: &Environment) -> Result<Option<Found>, CredentialsError> {
    let identity = WebIdentity::from_variables(environment)?;
    Ok(identity.map(|identity| Found::new(NAME, Grant::WebIdentity(identity))))
}

impl WebIdentity {
    fn from_variables(environment: &Environment) -> Result<Option<Self>, CredentialsError> {
        // TKE_REGION alone says where a pod runs, not who it is.
        let Some((set, _)) = environment.first(&[ROLE_ARN, TOKEN_FILE, PROVIDER_ID])? else {
            return Ok(None);
        };
        let required = |name: &str| {
            let value = environment.variable(name)?.map(str::to_owned);
            value.ok_or_else(|| error(format!("{set} is set, but {name} is not")))
        };
        Ok(Some(Self {
            region: required(REGION)?,
            provider_id: required(PROVIDER_ID)?,
            token_file: PathBuf::from(required(TOKEN_FILE)?),
            role_arn: required(ROLE_ARN)?,
        }))
    }

    /// The pod's token as it is now: Kubernetes writes a new one about every hour.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(variables: &[(&str, &str)]) -> Result<Option<WebIdentity>, String> {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), value.into())).collect();
        let environment = Environment { variables, ..Environment::default() };
        WebIdentity::from_variables(&environment).map_err(|why| why.message)
    }

    #[test]
    fn the_variables_are_all_there_or_an_error_names_the_missing_one() {
        assert_eq!(identity(&[]), Ok(None));
        assert_eq!(identity(&[(REGION, "ap-beijing")]), Ok(None));
        let all = [(REGION, "ap-beijing"), (PROVIDER_ID, "p"), (TOKEN_FILE, "/t"), (ROLE_ARN, "r")];
        assert_eq!(
            identity(&all).unwrap().unwrap().request("token"),
            json!({ "ProviderId": "p", "WebIdentityToken": "token", "RoleArn": "r", "RoleSessionName": "cosput", "DurationSeconds": 7200 })
        );
        assert_eq!(identity(&all[1..]), Err("TKE_ROLE_ARN is set, but TKE_REGION is not".to_owned()));
        assert_eq!(
            identity(&all[..2]),
            Err("TKE_PROVIDER_ID is set, but TKE_WEB_IDENTITY_TOKEN_FILE is not".to_owned())
        );
    }
}
