//! The credentials in variables: cosput's names first, then those of Tencent Cloud's tools.

use crate::cos::credentials::stray_in_secret;
use crate::cos::{Credentials, CredentialsError};
use crate::credentials::environment::Environment;
use crate::credentials::error::error;
use crate::credentials::found::{Found, Grant};
use crate::credentials::keys::credentials;
use crate::language::message;

/// Variables that belong together.
struct Family {
    id: &'static str,
    key: &'static str,
    tokens: &'static [&'static str],
}

/// `TENCENTCLOUD_SECURITY_TOKEN` is Terraform's name of the token, `TENCENTCLOUD_TOKEN` tccli's.
const FAMILIES: [Family; 2] = [
    Family { id: "COS_SECRET_ID", key: "COS_SECRET_KEY", tokens: &["COS_SESSION_TOKEN"] },
    Family {
        id: "TENCENTCLOUD_SECRET_ID",
        key: "TENCENTCLOUD_SECRET_KEY",
        tokens: &["TENCENTCLOUD_SECURITY_TOKEN", "TENCENTCLOUD_TOKEN"],
    },
];

impl Environment {
    /// The credentials in the variables, if there are any.
    pub fn keys(&self) -> Result<Option<Credentials>, CredentialsError> {
        for family in &FAMILIES {
            if let Some(credentials) = family.credentials(self)? {
                return Ok(Some(credentials));
            }
        }
        Ok(None)
    }
}

/// The credentials of the first family with a variable that is set.
pub(crate) fn look(environment: &Environment) -> Result<Option<Found>, CredentialsError> {
    for family in &FAMILIES {
        if let Some(credentials) = family.credentials(environment)? {
            let source = message!("the environment ({variable})", variable = family.id);
            return Ok(Some(Found::new(source, Grant::Keys(credentials))));
        }
    }
    Ok(None)
}

impl Family {
    fn credentials(&self, environment: &Environment) -> Result<Option<Credentials>, CredentialsError> {
        let Self { id, key, .. } = self;
        let token = environment.first(self.tokens)?;
        let half = |set: &str, unset: &str| {
            Err(error(if environment.is_empty(unset) {
                message!("{set} is set, but {unset} is empty", set, unset)
            } else {
                message!("{set} is set, but {unset} is not", set, unset)
            }))
        };
        match (environment.variable(id)?, environment.variable(key)?, token) {
            (None, None, None) => Ok(None),
            (Some(_), None, _) => half(id, key),
            (None, Some(_), _) => half(key, id),
            (None, None, Some((token, _))) => half(token, id),
            (Some(id_value), Some(key_value), token) => {
                for (name, value) in [(*id, id_value), (*key, key_value)].into_iter().chain(token) {
                    if let Some(why) = stray_in_secret(value) {
                        return Err(error(message!("could not use {name}: it {why}", name, why)));
                    }
                }
                let token = token.map_or("", |(_, value)| value);
                credentials(id_value, key_value, token, &message!("{id} and {key}", id, key)).map(Some)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;

    fn look_at(variables: &[(&str, &str)]) -> Result<Option<(String, Credentials)>, String> {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), OsString::from(value))).collect();
        match look(&Environment { variables, ..Environment::default() }) {
            Ok(Some(Found { source, grant: Grant::Keys(credentials), .. })) => {
                Ok(Some((source.to_string(), credentials)))
            }
            Ok(_) => Ok(None),
            Err(why) => Err(why.message.to_string()),
        }
    }

    fn keys(id: &str, key: &str, token: Option<&str>) -> Credentials {
        Credentials::new(id, key, token).unwrap()
    }

    #[test]
    fn the_names_of_cosput_come_before_those_of_tencent_cloud() {
        let theirs = [
            ("TENCENTCLOUD_SECRET_ID", "their-id"),
            ("TENCENTCLOUD_SECRET_KEY", "their-key"),
            ("TENCENTCLOUD_TOKEN", "cli"),
        ];
        let found = look_at(&theirs).unwrap().unwrap();
        assert_eq!(
            found,
            ("the environment (TENCENTCLOUD_SECRET_ID)".to_owned(), keys("their-id", "their-key", Some("cli")))
        );

        let both_tokens = [&theirs[..], &[("TENCENTCLOUD_SECURITY_TOKEN", "terraform")]].concat();
        assert_eq!(look_at(&both_tokens).unwrap().unwrap().1, keys("their-id", "their-key", Some("terraform")));

        let all = [&theirs[..], &[("COS_SECRET_ID", "our-id"), ("COS_SECRET_KEY", "our-key")]].concat();
        assert_eq!(
            look_at(&all).unwrap().unwrap(),
            ("the environment (COS_SECRET_ID)".to_owned(), keys("our-id", "our-key", None))
        );
    }

    #[test]
    fn an_empty_variable_is_not_set() {
        assert_eq!(look_at(&[]), Ok(None));
        assert_eq!(look_at(&[("COS_SECRET_ID", ""), ("COS_SECRET_KEY", ""), ("COS_SESSION_TOKEN", "")]), Ok(None));
    }

    #[test]
    fn an_id_without_a_key_is_an_error_that_names_the_variable() {
        for (variable, message) in [
            ("COS_SECRET_ID", "COS_SECRET_ID is set, but COS_SECRET_KEY is not"),
            ("COS_SECRET_KEY", "COS_SECRET_KEY is set, but COS_SECRET_ID is not"),
            ("COS_SESSION_TOKEN", "COS_SESSION_TOKEN is set, but COS_SECRET_ID is not"),
            ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_ID is set, but TENCENTCLOUD_SECRET_KEY is not"),
            ("TENCENTCLOUD_TOKEN", "TENCENTCLOUD_TOKEN is set, but TENCENTCLOUD_SECRET_ID is not"),
        ] {
            assert_eq!(look_at(&[(variable, "hidden")]), Err(message.to_owned()));
            let missing = message.split(", but ").nth(1).and_then(|text| text.strip_suffix(" is not")).unwrap();
            let empty = format!("{variable} is set, but {missing} is empty");
            assert_eq!(look_at(&[(variable, "hidden"), (missing, "")]), Err(empty));
        }
    }

    #[test]
    fn stray_characters_are_an_error_that_names_the_variable() {
        let (id, key, token) = ("COS_SECRET_ID", "COS_SECRET_KEY", "COS_SESSION_TOKEN");
        for (variables, message) in [
            ([(id, "id"), (key, "hidden\n"), (token, "")], "could not use COS_SECRET_KEY: it ends with a line break"),
            (
                [(id, "id\r"), (key, "hidden"), (token, "")],
                "could not use COS_SECRET_ID: it ends with a carriage return; the file it comes from may have Windows \
                 line ends",
            ),
            (
                [(id, "id"), (key, "hidden"), (token, " hidden")],
                "could not use COS_SESSION_TOKEN: it begins or ends with white space",
            ),
            (
                [(id, "'id'"), (key, "hidden"), (token, "")],
                "could not use COS_SECRET_ID: it is in quotation marks; remove them",
            ),
            (
                [(id, "id"), (key, "hid\u{1b}den"), (token, "")],
                "could not use COS_SECRET_KEY: it contains a control character",
            ),
        ] {
            assert_eq!(look_at(&variables), Err(message.to_owned()));
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_variable_that_is_not_utf8_is_an_error() {
        use std::os::unix::ffi::OsStringExt as _;
        let variables =
            std::collections::BTreeMap::from([("COS_SECRET_ID".to_owned(), OsString::from_vec(vec![0xff]))]);
        let environment = Environment { variables, ..Environment::default() };
        assert_eq!(
            environment.variable("COS_SECRET_ID"),
            Err(error("could not use the variable COS_SECRET_ID: it is not UTF-8".into()))
        );
    }
}
