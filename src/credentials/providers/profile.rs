//! The credentials in a profile of our own configuration file.
//!
//! A profile has `secret_id`, `secret_key` and perhaps `session_token` and `expires`, or a `credential_process`. A
//! `role_arn` (with `role_session_name`, `role_duration` as `2h`, `external_id`) is assumed with them, or, if the
//! profile has no keys, with those found elsewhere. With a `provider_id`, it is assumed with the OIDC token of the CI job,
//! or with that in `web_identity_token_file`.

use std::time::SystemTime;

use toml::Value;
use zeroize::Zeroizing;

use super::oidc;
use crate::cos::CredentialsError;
use crate::credentials::environment::Environment;
use crate::credentials::error::error;
use crate::credentials::found::{Found, Grant};
use crate::credentials::keys::Triple;
use crate::credentials::parsing::expiry;
use crate::credentials::profile_file::{ProfileChoice, ProfileTable};
use crate::credentials::role::Role;
use crate::language::{Message, message};

/// The keys of a profile that are read here.
pub const KEYS: [&str; 12] = [
    "secret_id",
    "secret_key",
    "session_token",
    "expires",
    "credential_process",
    "role_arn",
    "role_session_name",
    "role_duration",
    "external_id",
    "provider_id",
    "web_identity_token_file",
    "oidc_audience",
];

/// The credentials of a profile.
pub(crate) struct Profile {
    pub(crate) found: Option<Found>,
    /// The role of a profile without keys: it is assumed with the credentials of another place.
    pub(crate) role: Option<Role>,
}

/// Reads the credentials of a profile. `None` if there is no profile and the user named none.
pub(crate) fn read(choice: &ProfileChoice, environment: &Environment) -> Result<Option<Profile>, CredentialsError> {
    choice.read()?.map(|table| profile(&table, environment)).transpose()
}

fn profile(table: &ProfileTable, environment: &Environment) -> Result<Profile, CredentialsError> {
    let mut role = role(table)?;
    let grant = grant(table)?;
    let found = match text(table, "provider_id")?.filter(|id| !id.is_empty()) {
        None => grant.map(|grant| Found { source: table.name().clone(), grant, role: role.take() }),
        Some(_) if grant.is_some() => {
            return Err(unusable(
                table,
                &message!("it has a provider_id, and also a secret_id or a credential_process"),
            ));
        }
        Some(id) => {
            let role =
                role.take().ok_or_else(|| unusable(table, &message!("it has a provider_id, but no role_arn")))?;
            Some(with_token(table, id, role, environment)?)
        }
    };
    Ok(Profile { found, role })
}

/// The role for the OIDC token of the CI job.
fn with_token(
    table: &ProfileTable,
    id: &str,
    role: Role,
    environment: &Environment,
) -> Result<Found, CredentialsError> {
    let [token_file, audience] = [text(table, "web_identity_token_file")?, text(table, "oidc_audience")?];
    let identity = oidc::identity(environment, &oidc::Provider { id, token_file, audience }, role)?;
    let source = message!("{source} ({profile})", source = oidc::describe(&identity), profile = table.name());
    Ok(Found::new(source, Grant::WebIdentity(identity)))
}

fn grant(table: &ProfileTable) -> Result<Option<Grant>, CredentialsError> {
    let expires = expires(table)?;
    let secret = |key| Ok(text(table, key)?.map(|text| Zeroizing::new(text.to_owned())));
    let keys = Triple { id: secret("secret_id")?, key: secret("secret_key")?, token: secret("session_token")? };
    match (keys.credentials(table.name())?, text(table, "credential_process")?) {
        (Some(_), Some(_)) => Err(unusable(table, &message!("it has both a secret_id and a credential_process"))),
        (Some(credentials), None) => Ok(Some(Grant::Keys(credentials.expiring(expires)))),
        (None, Some(command)) => Ok(Some(Grant::Process(command.to_owned()))),
        (None, None) => Ok(None),
    }
}

fn expires(table: &ProfileTable) -> Result<Option<SystemTime>, CredentialsError> {
    let text = match table.get("expires") {
        None => return Ok(None),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Datetime(time)) => time.to_string(),
        Some(_) => String::new(),
    };
    let wrong = || unusable(table, &message!("expires is not a time like 2026-01-31T12:00:00Z"));
    expiry::rfc3339(&text).map(Some).ok_or_else(wrong)
}

fn role(table: &ProfileTable) -> Result<Option<Role>, CredentialsError> {
    let Some(arn) = text(table, "role_arn")?.filter(|arn| !arn.is_empty()) else {
        return Ok(None);
    };
    let mut role = Role::new(arn);
    if let Some(name) = text(table, "role_session_name")? {
        name.clone_into(&mut role.session_name);
    }
    role.external_id = text(table, "external_id")?.map(str::to_owned);
    let Some(duration) = text(table, "role_duration")? else {
        return Ok(Some(role));
    };
    let wrong = || unusable(table, &message!("role_duration is not between 1s and 12h"));
    let seconds = humantime::parse_duration(duration).map_err(|_| wrong())?.as_secs();
    role.lasting(seconds).ok_or_else(wrong).map(Some)
}

/// The text of a key. Another type is an error of this profile alone.
fn text<'a>(table: &'a ProfileTable, key: &str) -> Result<Option<&'a str>, CredentialsError> {
    match table.get(key) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(unusable(table, &message!("{key} is not a string; put it in quotes", key))),
    }
}

fn unusable(table: &ProfileTable, why: &Message) -> CredentialsError {
    error(message!("could not use {place}: {why}", place = table.name(), why))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cos::Credentials;

    fn profile(text: &str) -> Result<Profile, String> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("config.toml");
        std::fs::write(&path, text).unwrap();
        let choice = ProfileChoice { file: Some(path), ..ProfileChoice::default() };
        let short = |why: CredentialsError| why.message.replace(&*choice.describe(), "PLACE");
        let variables =
            [("TENCENTCLOUD_ASSUME_ROLE_WEB_IDENTITY_TOKEN".to_owned(), "hidden".into())].into_iter().collect();
        let environment = Environment { variables, ..Environment::default() };
        read(&choice, &environment).map(|profile| profile.expect("a default")).map_err(short)
    }

    fn keys(text: &str) -> Credentials {
        match profile(text).unwrap_or_else(|why| panic!("{why}")).found.unwrap().grant {
            Grant::Keys(credentials) => credentials,
            _ => panic!("no keys"),
        }
    }

    const KEYS: &str = "[default]\nsecret_id='AKID1'\nsecret_key='key'\n";

    #[test]
    fn a_profile_holds_keys_and_other_options_are_left_alone() {
        let credentials = keys(&format!("{KEYS}session_token='token'\nregion='ap-beijing'\nconcurrency=4\n[other]\n"));
        assert_eq!(credentials, Credentials::new("AKID1", "key", Some("token")).unwrap());
    }

    #[test]
    fn expires_is_a_string_or_a_time_of_toml() {
        let expected = expiry::unix(1_700_003_600);
        for expires in ["'2023-11-14T23:13:20Z'", "2023-11-14T23:13:20Z", "2023-11-15 07:13:20+08:00"] {
            assert_eq!(keys(&format!("{KEYS}expires={expires}\n")).expires(), expected, "{expires}");
        }
        for expires in ["'soon'", "2023-11-14T23:13:20", "2023-11-14", "1700003600"] {
            assert_eq!(
                profile(&format!("{KEYS}expires={expires}\n")).err().as_deref(),
                Some("could not use PLACE: expires is not a time like 2026-01-31T12:00:00Z"),
                "{expires}"
            );
        }
    }

    #[test]
    fn a_role_goes_with_the_keys_of_its_profile_or_stands_alone() {
        let with_keys = profile(&format!("{KEYS}role_arn='qcs::r'\nrole_duration='1h'\nexternal_id='x'\n")).unwrap();
        let role = with_keys.found.unwrap().role.unwrap();
        assert_eq!(role, Role { external_id: Some("x".to_owned()), ..Role::new("qcs::r").lasting(3600).unwrap() });
        assert!(with_keys.role.is_none());

        let alone = profile("[default]\nrole_arn='qcs::r'\nrole_session_name='me'\n").unwrap();
        assert!(alone.found.is_none());
        assert_eq!(alone.role, Some(Role { session_name: "me".to_owned(), ..Role::new("qcs::r") }));
    }

    #[test]
    fn a_command_stands_in_for_keys_but_not_beside_them() {
        let found = profile("[default]\ncredential_process='a b'\n").unwrap().found.unwrap();
        assert!(matches!(found.grant, Grant::Process(command) if command == "a b"));
        assert_eq!(
            profile(&format!("{KEYS}credential_process='a'\n")).err().as_deref(),
            Some("could not use PLACE: it has both a secret_id and a credential_process")
        );
    }

    #[test]
    fn a_role_with_a_provider_is_assumed_with_a_token() {
        let with = |more: &str| profile(&format!("[default]\nrole_arn='r'\nprovider_id='p'\n{more}")).unwrap();
        let identity = |profile: Profile| match profile.found.unwrap().grant {
            Grant::WebIdentity(identity) => identity,
            _ => panic!("no identity"),
        };
        assert!(with("").role.is_none());
        let of_variables = identity(with("role_duration='1h'\n"));
        assert_eq!(of_variables.role, Role::new("r").lasting(3600).unwrap());
        assert_eq!(of_variables.token.name(), "the OIDC token in TENCENTCLOUD_ASSUME_ROLE_WEB_IDENTITY_TOKEN");
        let of_file = identity(with("web_identity_token_file='/t'\n"));
        assert_eq!(of_file.token.name(), "the OIDC token in /t");
    }

    #[test]
    fn a_message_says_what_is_wrong_without_the_content() {
        for (text, message) in [
            ("[default]\nsecret_key='hidden'\n", "could not use PLACE: the secret ID is missing"),
            ("[default]\nsecret_id='AKID'\n", "could not use PLACE: the secret key is missing"),
            ("[default]\nsecret_id=5\n", "could not use PLACE: secret_id is not a string; put it in quotes"),
            ("[default]\nprovider_id='p'\n", "could not use PLACE: it has a provider_id, but no role_arn"),
            (
                "[default]\nprovider_id='p'\nrole_arn='r'\nsecret_id='AKID'\nsecret_key='hidden'\n",
                "could not use PLACE: it has a provider_id, and also a secret_id or a credential_process",
            ),
            (
                "[default]\nrole_arn='r'\nrole_duration='13h'\n",
                "could not use PLACE: role_duration is not between 1s and 12h",
            ),
        ] {
            assert_eq!(profile(text).err().as_deref(), Some(message), "{text}");
        }
    }
}
