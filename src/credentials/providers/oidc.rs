//! The OIDC token of a CI job, and the role for which STS exchanges it. The names of the variables are those of Terraform.

use std::path::PathBuf;

use zeroize::Zeroizing;

use super::assume_role;
use crate::cos::CredentialsError;
use crate::credentials::environment::Environment;
use crate::credentials::error::{error, hinting};
use crate::credentials::found::{Found, Grant};
use crate::credentials::role::Role;
use crate::credentials::web_identity::{TokenRequest, TokenSource, WebIdentity};
use crate::language::{Message, Phrase, message, phrase};

const PROVIDER_ID: &str = "TENCENTCLOUD_ASSUME_ROLE_PROVIDER_ID";
const TOKEN: &str = "TENCENTCLOUD_ASSUME_ROLE_WEB_IDENTITY_TOKEN";
const TOKEN_FILE: &str = "TENCENTCLOUD_ASSUME_ROLE_WEB_IDENTITY_TOKEN_FILE";
const AUDIENCE: &str = "COSPUT_OIDC_AUDIENCE";
const DEFAULT_AUDIENCE: &str = "sts.tencentcloudapi.com";
const GITHUB_URL: &str = "ACTIONS_ID_TOKEN_REQUEST_URL";
const GITHUB_TOKEN: &str = "ACTIONS_ID_TOKEN_REQUEST_TOKEN";
pub(crate) const NAME: Phrase = phrase!("the OIDC token of a CI job (TENCENTCLOUD_ASSUME_ROLE_PROVIDER_ID)");

/// A provider, and what a profile says about its tokens.
pub(crate) struct Provider<'a> {
    pub(crate) id: &'a str,
    pub(crate) token_file: Option<&'a str>,
    pub(crate) audience: Option<&'a str>,
}

/// Reads the variables. A job that names a provider must have a token and a role.
pub(crate) fn look(environment: &Environment) -> Result<Option<Found>, CredentialsError> {
    let Some(id) = environment.variable(PROVIDER_ID)? else {
        return Ok(None);
    };
    let no_role =
        || error(message!("{set} is set, but {unset} is not", set = PROVIDER_ID, unset = assume_role::ARN[0]));
    let role = assume_role::from_variables(environment)?.ok_or_else(no_role)?;
    let identity = identity(environment, &Provider { id, token_file: None, audience: None }, role)?;
    let source = describe(&identity);
    Ok(Some(Found::new(source, Grant::WebIdentity(identity))))
}

/// The role of `identity` and its token, for messages.
pub(crate) fn describe(identity: &WebIdentity) -> Message {
    message!("the role {role}, assumed with {source}", role = identity.role.arn, source = identity.token.name())
}

/// The identity of this job, for `role`.
pub(crate) fn identity(
    environment: &Environment,
    provider: &Provider,
    role: Role,
) -> Result<WebIdentity, CredentialsError> {
    let region = environment.variable("TENCENTCLOUD_REGION")?.unwrap_or("ap-guangzhou").to_owned();
    let token = token(environment, provider)?.ok_or_else(|| no_token(provider.id))?;
    Ok(WebIdentity { region, provider_id: provider.id.to_owned(), token, role })
}

/// The first token there is: of the profile, of the variables, of GitHub.
fn token(environment: &Environment, provider: &Provider) -> Result<Option<TokenSource>, CredentialsError> {
    if let Some(file) = provider.token_file {
        return Ok(Some(TokenSource::File(PathBuf::from(file))));
    }
    if let Some(token) = environment.variable(TOKEN)? {
        return Ok(Some(TokenSource::Variable(TOKEN, Zeroizing::new(token.trim().to_owned()))));
    }
    if let Some(file) = environment.variable(TOKEN_FILE)? {
        return Ok(Some(TokenSource::File(PathBuf::from(file))));
    }
    let (Some(url), Some(bearer)) = (environment.variable(GITHUB_URL)?, environment.variable(GITHUB_TOKEN)?) else {
        return Ok(None);
    };
    let audience = provider.audience.or(environment.variable(AUDIENCE)?).unwrap_or(DEFAULT_AUDIENCE).to_owned();
    let bearer = Zeroizing::new(bearer.to_owned());
    Ok(Some(TokenSource::GitHub(TokenRequest { url: url.to_owned(), bearer, audience })))
}

fn no_token(provider: &str) -> CredentialsError {
    let hint = message!(
        "in GitHub Actions, give the job the permission id-token: write; in GitLab, give it the id_tokens: {token}",
        token = TOKEN
    );
    hinting(error(message!("there is no OIDC token for the provider {provider}", provider)), Some(hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(variables: &[(&str, &str)]) -> Result<Option<String>, String> {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), value.into())).collect();
        let environment = Environment { variables, ..Environment::default() };
        look(&environment)
            .map(|found| found.map(|found| found.source.to_string()))
            .map_err(|why| why.message.to_string())
    }

    const ROLE: [(&str, &str); 2] = [(PROVIDER_ID, "ci"), (assume_role::ARN[0], "qcs::r")];
    const GITHUB: [(&str, &str); 2] = [(GITHUB_URL, "https://h/t"), (GITHUB_TOKEN, "hidden")];

    #[test]
    fn a_token_of_the_variables_comes_before_that_of_github() {
        let source = |more: &[(&str, &str)]| found(&[&ROLE, &GITHUB[..], more].concat()).unwrap().unwrap();
        assert_eq!(source(&[]), "the role qcs::r, assumed with GitHub's OIDC token");
        assert_eq!(source(&[(TOKEN_FILE, "/t")]), "the role qcs::r, assumed with the OIDC token in /t");
        let both = source(&[(TOKEN_FILE, "/t"), (TOKEN, "hidden")]);
        assert_eq!(both, format!("the role qcs::r, assumed with the OIDC token in {TOKEN}"));
    }

    #[test]
    fn a_job_without_a_provider_is_passed_over_and_half_of_a_job_is_refused() {
        assert_eq!(found(&[&ROLE[1..], &GITHUB].concat()), Ok(None));
        let no_role = format!("{PROVIDER_ID} is set, but TENCENTCLOUD_ASSUME_ROLE_ARN is not");
        assert_eq!(found(&[&ROLE[..1], &GITHUB].concat()), Err(no_role));
        let no_token = "there is no OIDC token for the provider ci".to_owned();
        assert_eq!(found(&ROLE), Err(no_token.clone()));
        assert_eq!(found(&[&ROLE, &GITHUB[..1]].concat()), Err(no_token));
    }
}
