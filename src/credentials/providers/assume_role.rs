//! A role to take on with keys that were found: named by a profile, by tccli's file, or by variables.

use serde_json::{Value, json};

use super::environment::Environment;
use crate::cos::CredentialsError;
use crate::credentials::found::error;

/// The first of each is Terraform's, the second tccli's.
const ARN: [&str; 2] = ["TENCENTCLOUD_ASSUME_ROLE_ARN", "TENCENTCLOUD_ROLE_ARN"];
const SESSION_NAME: [&str; 2] = ["TENCENTCLOUD_ASSUME_ROLE_SESSION_NAME", "TENCENTCLOUD_ROLE_SESSION_NAME"];
const DURATION: &str = "TENCENTCLOUD_ASSUME_ROLE_SESSION_DURATION";
const EXTERNAL_ID: &str = "TENCENTCLOUD_ASSUME_ROLE_EXTERNAL_ID";

/// The name by which the role's doings stand in the audit log.
pub(crate) const SESSION: &str = "cosput";
/// What the service gives when not asked otherwise.
pub(crate) const DURATION_SECONDS: u64 = 7200;
const LONGEST: u64 = 43_200;

/// A role and how to take it on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Role {
    pub(crate) arn: String,
    pub(crate) session_name: String,
    pub(crate) external_id: Option<String>,
    pub(crate) seconds: u64,
}

impl Role {
    pub(crate) fn new(arn: &str) -> Self {
        Self { arn: arn.to_owned(), session_name: SESSION.to_owned(), external_id: None, seconds: DURATION_SECONDS }
    }

    /// The same role for `seconds`, where the service allows that.
    pub(crate) fn lasting(self, seconds: u64) -> Option<Self> {
        (1..=LONGEST).contains(&seconds).then_some(Self { seconds, ..self })
    }

    /// The role that variables name.
    pub(crate) fn from_variables(environment: &Environment) -> Result<Option<Self>, CredentialsError> {
        let Some((_, arn)) = environment.first(&ARN)? else {
            return Ok(None);
        };
        let mut role = Self::new(arn);
        if let Some((_, name)) = environment.first(&SESSION_NAME)? {
            name.clone_into(&mut role.session_name);
        }
        role.external_id = environment.variable(EXTERNAL_ID)?.map(str::to_owned);
        match environment.variable(DURATION)? {
            None => Ok(Some(role)),
            Some(text) => {
                let wrong =
                    || error(format!("could not use the variable {DURATION}: it is not between 1 and {LONGEST}"));
                text.parse().ok().and_then(|seconds| role.lasting(seconds)).map(Some).ok_or_else(wrong)
            }
        }
    }

    /// The body of `AssumeRole`.
    pub(crate) fn request(&self) -> Value {
        let mut body =
            json!({ "RoleArn": self.arn, "RoleSessionName": self.session_name, "DurationSeconds": self.seconds });
        if let Some(id) = &self.external_id {
            body["ExternalId"] = json!(id);
        }
        body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(variables: &[(&str, &str)]) -> Result<Option<Role>, String> {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), value.into())).collect();
        let environment = Environment { variables, ..Environment::default() };
        Role::from_variables(&environment).map_err(|why| why.message)
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
