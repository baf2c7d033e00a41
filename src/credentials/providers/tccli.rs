//! tccli's `~/.tccli/PROFILE.credential` (JSON), which Terraform also reads.
//!
//! The keys of a browser login (`oauth`, `sso`) expire after hours. tccli renews them when it runs; cosput only reads them.

use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::cos::CredentialsError;
use crate::credentials::environment::Environment;
use crate::credentials::error::error;
use crate::credentials::found::{Found, Grant};
use crate::credentials::keys::Triple;
use crate::credentials::parsing::expiry;
use crate::credentials::parsing::file::{malformed, read, read_default};
use crate::credentials::role::Role;
use crate::language::{Message, Phrase, message, phrase};

/// tccli's name, then Terraform's.
const PROFILES: [&str; 2] = ["TCCLI_PROFILE", "TENCENTCLOUD_PROFILE"];
const DIRECTORY: &str = "TENCENTCLOUD_SHARED_CREDENTIALS_DIR";
pub(crate) const NAME: Phrase = phrase!("tccli's ~/.tccli/default.credential");

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    secret_id: Option<Zeroizing<String>>,
    secret_key: Option<Zeroizing<String>>,
    token: Option<Zeroizing<String>>,
    #[serde(rename = "type")]
    kind: Option<String>,
    expires_at: Option<Value>,
    #[serde(rename = "role-arn")]
    role_arn: Option<String>,
    #[serde(rename = "role-session-name")]
    role_session_name: Option<String>,
}

/// Reads the file of the profile that the variables name, or of `default`.
pub(crate) fn look(environment: &Environment) -> Result<Option<Found>, CredentialsError> {
    let (variable, profile) = environment.first(&PROFILES)?.unwrap_or((PROFILES[0], "default"));
    if profile.contains(['/', '\\', ':']) {
        return Err(error(message!(
            "could not use the variable {name}: it is not the name of a profile",
            name = variable
        )));
    }
    let file = format!("{profile}.credential");
    let named = environment.variable(DIRECTORY)?;
    let (path, name) = match (named, &environment.home) {
        (Some(directory), _) => {
            (PathBuf::from(directory).join(&file), message!("tccli's {file} in {directory}", file, directory))
        }
        (None, Some(home)) => (home.join(".tccli").join(&file), message!("tccli's ~/.tccli/{file}", file)),
        (None, None) => return Ok(None),
    };
    let read = if named.is_some() { read } else { read_default };
    match read(&path, &name)? {
        Some(text) => parse(&text, &name),
        None => Ok(None),
    }
}

fn parse(text: &str, name: &Message) -> Result<Option<Found>, CredentialsError> {
    let file: File = serde_json::from_str(text)
        .map_err(|why| malformed(name, &"JSON".into(), Some(why.line()).filter(|line| *line > 0)))?;
    let role = file.role();
    if file.kind.as_deref() == Some("cvm-role") {
        return Ok(Some(Found { role, ..Found::new(name.clone(), Grant::InstanceRole(None)) }));
    }
    let expires = file.expires_at.as_ref().and_then(expiry::json);
    let keys = Triple { id: file.secret_id, key: file.secret_key, token: file.token };
    let credentials = keys.credentials(name)?;
    Ok(credentials.map(|keys| Found { role, ..Found::new(name.clone(), Grant::Keys(keys.expiring(expires))) }))
}

impl File {
    fn role(&self) -> Option<Role> {
        let mut role = Role::new(self.role_arn.as_ref().filter(|arn| !arn.is_empty())?);
        if let Some(name) = self.role_session_name.as_ref().filter(|name| !name.is_empty()) {
            role.session_name.clone_from(name);
        }
        Some(role)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cos::Credentials;

    fn found(text: &str) -> Option<(Credentials, Option<Role>)> {
        match parse(text, &"it".into()).unwrap_or_else(|why| panic!("{why}")) {
            Some(Found { grant: Grant::Keys(credentials), role, .. }) => Some((credentials, role)),
            _ => None,
        }
    }

    #[test]
    fn keys_are_read_with_their_expiry_and_role() {
        let keys = |token| Credentials::new("AKID1", "key", token).unwrap();
        assert_eq!(found(r#"{"secretId": "AKID1", "secretKey": "key", "token": null}"#), Some((keys(None), None)));
        let login = r#"{"type": "oauth", "secretId": "AKID1", "secretKey": "key", "token": "t", "expiresAt": 1700003600,
                        "oauth": {"accessToken": "a", "expiresAt": 1}}"#;
        assert_eq!(found(login), Some((keys(Some("t")).expiring(expiry::unix(1_700_003_600)), None)));
        let role = r#"{"secretId": "AKID1", "secretKey": "key", "role-arn": "qcs::r", "role-session-name": "me"}"#;
        let me = Role { session_name: "me".to_owned(), ..Role::new("qcs::r") };
        assert_eq!(found(role), Some((keys(None), Some(me))));
        assert_eq!(found("{}"), None);
        assert_eq!(found(r#"{"secretId": "", "secretKey": ""}"#), None);
    }

    #[test]
    fn the_file_can_name_the_role_of_the_instance() {
        let found = parse(r#"{"type": "cvm-role"}"#, &"it".into()).unwrap().unwrap();
        assert!(matches!(found.grant, Grant::InstanceRole(None)));
    }

    #[test]
    fn errors_do_not_show_the_content() {
        let message = |text: &str| parse(text, &"it".into()).err().expect(text).message;
        assert_eq!(message(r#"{"secretId": "AKID1"}"#), "could not use it: the secret key is missing");
        assert_eq!(
            message("{\n\"secretKey\": [\"hidden\"]}"),
            "could not read it: it is not the JSON expected (line 2)"
        );
        assert_eq!(message("\"hidden\""), "could not read it: it is not the JSON expected (line 1)");
    }

    #[test]
    fn variables_name_the_profile_and_the_directory() {
        let directory = tempfile::tempdir().unwrap();
        let mut environment = Environment { home: Some(directory.path().to_owned()), ..Environment::default() };
        std::fs::create_dir(directory.path().join(".tccli")).unwrap();
        let keys = r#"{"secretId": "AKID1", "secretKey": "key"}"#;
        std::fs::write(directory.path().join(".tccli/work.credential"), keys).unwrap();
        assert!(look(&environment).unwrap().is_none());
        environment.variables.insert("TCCLI_PROFILE".to_owned(), "work".into());
        assert_eq!(look(&environment).unwrap().unwrap().source, "tccli's ~/.tccli/work.credential");
        environment.variables.insert("TCCLI_PROFILE".to_owned(), "../work".into());
        assert!(look(&environment).is_err());
        environment.variables.insert("TCCLI_PROFILE".to_owned(), "work".into());
        environment.variables.insert(DIRECTORY.to_owned(), directory.path().into());
        assert!(look(&environment).unwrap().is_none());
    }
}
