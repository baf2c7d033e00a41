//! The role that variables name, assumed with the credentials of any place. Profiles and tccli's file can name one too.

use crate::cos::CredentialsError;
use crate::credentials::environment::Environment;
use crate::credentials::error::error;
use crate::credentials::role::{LONGEST_SECONDS, Role};
use crate::language::message;

/// Terraform's name, then tccli's.
pub(crate) const ARN: [&str; 2] = ["TENCENTCLOUD_ASSUME_ROLE_ARN", "TENCENTCLOUD_ROLE_ARN"];
const SESSION_NAME: [&str; 2] = ["TENCENTCLOUD_ASSUME_ROLE_SESSION_NAME", "TENCENTCLOUD_ROLE_SESSION_NAME"];
const DURATION: &str = "TENCENTCLOUD_ASSUME_ROLE_SESSION_DURATION";
const EXTERNAL_ID: &str = "TENCENTCLOUD_ASSUME_ROLE_EXTERNAL_ID";

/// Returns the role that variables name.
pub(crate) fn from_variables(environment: &Environment) -> Result<Option<Role>, CredentialsError> {
    let Some((_, arn)) = environment.first(&ARN)? else {
        return Ok(None);
    };
    let mut role = Role::new(arn);
    if let Some((_, name)) = environment.first(&SESSION_NAME)? {
        name.clone_into(&mut role.session_name);
    }
    role.external_id = environment.variable(EXTERNAL_ID)?.map(str::to_owned);
    match environment.variable(DURATION)? {
        None => Ok(Some(role)),
        Some(text) => {
            let wrong = || {
                error(message!(
                    "could not use the variable {name}: it is not between 1 and {most}",
                    name = DURATION,
                    most = LONGEST_SECONDS
                ))
            };
            text.parse().ok().and_then(|seconds| role.lasting(seconds)).map(Some).ok_or_else(wrong)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn role(variables: &[(&str, &str)]) -> Result<Option<Role>, String> {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), value.into())).collect();
        let environment = Environment { variables, ..Environment::default() };
        from_variables(&environment).map_err(|why| why.message.to_string())
    }

    #[test]
    fn variables_name_the_role() {
        assert_eq!(role(&[]), Ok(None));
        assert_eq!(role(&[(ARN[1], "theirs")]), Ok(Some(Role::new("theirs"))));
        let all = [(ARN[0], "a"), (ARN[1], "b"), (SESSION_NAME[1], "me"), (DURATION, "3600"), (EXTERNAL_ID, "x")];
        let role_of_all = role(&all).unwrap().unwrap();
        assert_eq!(
            role_of_all.request(),
            json!({ "RoleArn": "a", "RoleSessionName": "me", "DurationSeconds": 3600, "ExternalId": "x" })
        );
        for duration in ["0", "43201", "1h"] {
            let message =
                "could not use the variable TENCENTCLOUD_ASSUME_ROLE_SESSION_DURATION: it is not between 1 and 43200";
            assert_eq!(role(&[(ARN[0], "a"), (DURATION, duration)]), Err(message.to_owned()), "{duration}");
        }
    }
}
