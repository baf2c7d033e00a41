//! Our own file: TOML, a table a profile. Only what concerns credentials is read here; the rest belongs to the cli.
//!
//! A profile has `secret_id`, `secret_key` and perhaps `session_token` and `expires`, or a `credential_process`. A
//! `role_arn` (with `role_session_name`, `role_duration` as `2h`, `external_id`) is assumed with them, or, where the
//! profile has no keys, with those found elsewhere.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::Deserialize;
use toml::Value;
use zeroize::Zeroizing;

use super::environment::Environment;
use crate::cos::CredentialsError;
use crate::credentials::error::error;
use crate::credentials::expiry;
use crate::credentials::file::{malformed, read};
use crate::credentials::found::{Found, Grant};
use crate::credentials::keys::Triple;
use crate::credentials::role::Role;

/// The keys of a profile that are read here.
pub const KEYS: [&str; 9] = [
    "secret_id",
    "secret_key",
    "session_token",
    "expires",
    "credential_process",
    "role_arn",
    "role_session_name",
    "role_duration",
    "external_id",
];

/// Which profile is meant, and whether somebody said so.
pub(crate) struct Choice<'a> {
    pub(crate) file: Option<&'a Path>,
    pub(crate) name: Option<&'a str>,
}

/// What a profile says about credentials.
pub(crate) struct Profile {
    pub(crate) found: Option<Found>,
    /// The role of a profile that has no keys of its own: it is assumed with those found elsewhere.
    pub(crate) role: Option<Role>,
}

#[derive(Deserialize)]
struct Table {
    secret_id: Option<Zeroizing<String>>,
    secret_key: Option<Zeroizing<String>>,
    session_token: Option<Zeroizing<String>>,
    expires: Option<Value>,
    credential_process: Option<String>,
    role_arn: Option<String>,
    role_session_name: Option<String>,
    role_duration: Option<String>,
    external_id: Option<String>,
}

impl Choice<'_> {
    /// Reads the profile; `None` where nobody named it and it is not there.
    pub(crate) fn read(&self, environment: &Environment) -> Result<Option<Profile>, CredentialsError> {
        let Some(path) = self.path(environment) else {
            return self.absent("there is no directory for configuration");
        };
        let file = path.display().to_string();
        let Some(text) = read(&path, &file)? else {
            if self.file.is_some() {
                return Err(error(format!("could not read {file}: there is no such file")));
            }
            return self.absent(&format!("there is no {file}"));
        };
        let mut tables = tables(&text, &file)?;
        match tables.remove(self.profile()) {
            Some(table) => table.profile(&format!("profile {:?} of {file}", self.profile())).map(Some),
            None => self.absent(&format!("{file} has no such table")),
        }
    }

    /// What this place is called.
    pub(crate) fn describe(&self, environment: &Environment) -> String {
        let file = self.path(environment).map_or_else(|| "config.toml".to_owned(), |path| path.display().to_string());
        format!("profile {:?} of {file}", self.profile())
    }

    fn profile(&self) -> &str {
        self.name.unwrap_or("default")
    }

    fn path(&self, environment: &Environment) -> Option<PathBuf> {
        let default = || environment.config_dir.as_ref().map(|directory| directory.join("cosput").join("config.toml"));
        self.file.map(Path::to_owned).or_else(default)
    }

    fn absent(&self, why: &str) -> Result<Option<Profile>, CredentialsError> {
        match self.name {
            Some(name) => Err(error(format!("could not use profile {name:?}: {why}"))),
            None => Ok(None),
        }
    }
}

fn tables(text: &str, file: &str) -> Result<BTreeMap<String, Table>, CredentialsError> {
    toml::from_str(text).map_err(|why| {
        let before = why.span().and_then(|span| text.get(..span.start));
        malformed(file, "TOML", before.map(|before| before.matches('\n').count() + 1))
    })
}

impl Table {
    fn profile(self, place: &str) -> Result<Profile, CredentialsError> {
        let mut role = self.role(place)?;
        let grant = self.grant(place)?;
        let found = grant.map(|grant| Found { source: place.to_owned(), grant, role: role.take() });
        Ok(Profile { found, role })
    }

    fn grant(self, place: &str) -> Result<Option<Grant>, CredentialsError> {
        let expires = self.expires(place)?;
        let keys = Triple { id: self.secret_id, key: self.secret_key, token: self.session_token };
        match (keys.credentials(place)?, self.credential_process) {
            (Some(_), Some(_)) => {
                Err(error(format!("could not use {place}: it has both a secret_id and a credential_process")))
            }
            (Some(credentials), None) => Ok(Some(Grant::Keys(credentials.expiring(expires)))),
            (None, Some(command)) => Ok(Some(Grant::Process(command))),
            (None, None) => Ok(None),
        }
    }

    fn expires(&self, place: &str) -> Result<Option<SystemTime>, CredentialsError> {
        let text = match &self.expires {
            None => return Ok(None),
            Some(Value::String(text)) => text.clone(),
            Some(Value::Datetime(time)) => time.to_string(),
            Some(_) => String::new(),
        };
        let wrong = || error(format!("could not use {place}: expires is not a time as 2026-01-31T12:00:00Z"));
        expiry::rfc3339(&text).map(Some).ok_or_else(wrong)
    }

    fn role(&self, place: &str) -> Result<Option<Role>, CredentialsError> {
        let Some(arn) = self.role_arn.as_ref().filter(|arn| !arn.is_empty()) else {
            return Ok(None);
        };
        let mut role = Role::new(arn);
        if let Some(name) = &self.role_session_name {
            role.session_name.clone_from(name);
        }
        role.external_id.clone_from(&self.external_id);
        if let Some(duration) = &self.role_duration {
            let wrong = || error(format!("could not use {place}: role_duration is not between 1s and 12h"));
            let seconds = humantime::parse_duration(duration).map_err(|_| wrong())?.as_secs();
            role.lasting(seconds).ok_or_else(wrong).map(Some)
        } else {
            Ok(Some(role))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cos::Credentials;

    fn profile(text: &str) -> Result<Profile, String> {
        let mut tables = tables(text, "FILE").map_err(|why| why.message)?;
        tables.remove("default").expect("a default").profile("PLACE").map_err(|why| why.message)
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
                Some("could not use PLACE: expires is not a time as 2026-01-31T12:00:00Z"),
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
    fn what_is_wrong_is_told_without_the_content() {
        for (text, message) in [
            ("[default]\nsecret_key='hidden'\n", "could not use PLACE: the secret ID is missing"),
            ("[default]\nsecret_id='AKID'\n", "could not use PLACE: the secret key is missing"),
            (
                "[default]\nsecret_id='AKID'\nsecret_key=hidden\n",
                "could not read FILE: it is not the TOML expected (line 3)",
            ),
            ("[default]\nsecret_id=5\n", "could not read FILE: it is not the TOML expected (line 2)"),
            ("secret_key='hidden'\n", "could not read FILE: it is not the TOML expected (line 1)"),
            (
                "[default]\nrole_arn='r'\nrole_duration='13h'\n",
                "could not use PLACE: role_duration is not between 1s and 12h",
            ),
        ] {
            assert_eq!(profile(text).err().as_deref(), Some(message), "{text}");
        }
    }

    #[test]
    fn a_named_profile_must_exist_and_the_default_need_not() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("cosput").join("config.toml");
        let environment = Environment { config_dir: Some(directory.path().to_owned()), ..Environment::default() };
        let read = |file: Option<&Path>, name: Option<&str>| match (Choice { file, name }).read(&environment) {
            Ok(profile) => Ok(profile.is_some()),
            Err(why) => Err(why.message.replace(&path.display().to_string(), "FILE")),
        };
        assert_eq!(read(None, None), Ok(false));
        assert_eq!(read(None, Some("x")), Err("could not use profile \"x\": there is no FILE".to_owned()));
        assert_eq!(read(Some(&path), None), Err("could not read FILE: there is no such file".to_owned()));
        std::fs::create_dir(path.parent().unwrap()).unwrap();
        std::fs::write(&path, "[y]\n").unwrap();
        assert_eq!(read(None, None), Ok(false));
        assert_eq!(read(None, Some("x")), Err("could not use profile \"x\": FILE has no such table".to_owned()));
        assert_eq!(read(None, Some("y")), Ok(true));
    }
}
