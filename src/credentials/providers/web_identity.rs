//! The variables that TKE sets in a pod: its token's file and its role.

use std::path::PathBuf;

use crate::cos::CredentialsError;
use crate::credentials::environment::Environment;
use crate::credentials::error::error;
use crate::credentials::found::{Found, Grant};
use crate::credentials::role::Role;
use crate::credentials::web_identity::{TokenSource, WebIdentity};
use crate::language::{Phrase, message, phrase};

const REGION: &str = "TKE_REGION";
const PROVIDER_ID: &str = "TKE_PROVIDER_ID";
const TOKEN_FILE: &str = "TKE_WEB_IDENTITY_TOKEN_FILE";
const ROLE_ARN: &str = "TKE_ROLE_ARN";
pub(crate) const NAME: Phrase = phrase!("the pod's identity (TKE_ROLE_ARN)");

/// Reads the variables, of which either all or none must be set.
pub(crate) fn look(environment: &Environment) -> Result<Option<Found>, CredentialsError> {
    let identity = from_variables(environment)?;
    Ok(identity.map(|identity| Found::new(NAME, Grant::WebIdentity(identity))))
}

fn from_variables(environment: &Environment) -> Result<Option<WebIdentity>, CredentialsError> {
    // TKE_REGION alone says where a pod runs, not which role it has.
    let Some((set, _)) = environment.first(&[ROLE_ARN, TOKEN_FILE, PROVIDER_ID])? else {
        return Ok(None);
    };
    let required = |name: &str| {
        let value = environment.variable(name)?.map(str::to_owned);
        value.ok_or_else(|| error(message!("{set} is set, but {unset} is not", set, unset = name)))
    };
    Ok(Some(WebIdentity {
        region: required(REGION)?,
        provider_id: required(PROVIDER_ID)?,
        token: TokenSource::Pod(PathBuf::from(required(TOKEN_FILE)?)),
        role: Role::new(&required(ROLE_ARN)?),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn request(variables: &[(&str, &str)]) -> Result<Option<Value>, String> {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), value.into())).collect();
        let environment = Environment { variables, ..Environment::default() };
        let identity = from_variables(&environment).map_err(|why| why.message.to_string())?;
        Ok(identity.map(|identity| identity.request("token")))
    }

    #[test]
    fn the_variables_are_all_there_or_an_error_names_the_missing_one() {
        assert_eq!(request(&[]), Ok(None));
        assert_eq!(request(&[(REGION, "ap-beijing")]), Ok(None));
        let all = [(REGION, "ap-beijing"), (PROVIDER_ID, "p"), (TOKEN_FILE, "/t"), (ROLE_ARN, "r")];
        assert_eq!(
            request(&all).unwrap().unwrap(),
            json!({ "ProviderId": "p", "WebIdentityToken": "token", "RoleArn": "r", "RoleSessionName": "cosput", "DurationSeconds": 7200 })
        );
        assert_eq!(request(&all[1..]), Err("TKE_ROLE_ARN is set, but TKE_REGION is not".to_owned()));
        assert_eq!(
            request(&all[..2]),
            Err("TKE_PROVIDER_ID is set, but TKE_WEB_IDENTITY_TOKEN_FILE is not".to_owned())
        );
    }
}
