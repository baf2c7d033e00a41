//! The profile file of Tencent Cloud's SDKs: `~/.tencentcloud/credentials`, or the file named by `TENCENTCLOUD_CREDENTIALS_FILE`.

use std::path::PathBuf;

use crate::cos::{Credentials, CredentialsError};
use crate::credentials::environment::Environment;
use crate::credentials::error::error;
use crate::credentials::found::{Found, Grant};
use crate::credentials::keys::Triple;
use crate::credentials::parsing::file::{read, read_default};
use crate::credentials::parsing::ini::Section;
use crate::language::{Message, Phrase, message, phrase};

const VARIABLE: &str = "TENCENTCLOUD_CREDENTIALS_FILE";
pub(crate) const NAME: Phrase = phrase!("the SDKs' ~/.tencentcloud/credentials");

/// Reads the file; a file that the variable names must exist.
pub(crate) fn look(environment: &Environment) -> Result<Option<Found>, CredentialsError> {
    let named = environment.variable(VARIABLE)?;
    let (path, name) = match (named, &environment.home) {
        (Some(named), _) => {
            (PathBuf::from(named), message!("{file} (named by {variable})", file = named, variable = VARIABLE))
        }
        (None, Some(home)) => (home.join(".tencentcloud").join("credentials"), NAME.into()),
        (None, None) => return Ok(None),
    };
    let read = if named.is_some() { read } else { read_default };
    match read(&path, &name)? {
        Some(text) => Ok(parse(&text, &name)?.map(|credentials| Found::new(name, Grant::Keys(credentials)))),
        None if named.is_some() => Err(error(message!("could not read {file}: there is no such file", file = name))),
        None => Ok(None),
    }
}

fn parse(text: &str, name: &Message) -> Result<Option<Credentials>, CredentialsError> {
    let Some(section) = Section::read(text, "default", name)? else {
        return Ok(None);
    };
    let value = |key| section.value(&[key]);
    Triple { id: value("secret_id"), key: value("secret_key"), token: value("token") }.credentials(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_section_is_read() {
        assert_eq!(
            parse("[default]\nsecret_id = AKID1\nsecret_key = key\n", &"it".into()),
            Ok(Some(Credentials::new("AKID1", "key", None).unwrap()))
        );
        assert_eq!(parse("[other]\nsecret_id = AKID1\n", &"it".into()), Ok(None));
    }

    #[test]
    fn a_file_that_a_variable_names_must_exist() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("keys");
        let mut environment = Environment { home: Some(directory.path().to_owned()), ..Environment::default() };
        assert!(look(&environment).unwrap().is_none());
        environment.variables.insert(VARIABLE.to_owned(), path.clone().into());
        assert!(look(&environment).is_err());
        std::fs::write(&path, "[default]\nsecret_id = AKID1\nsecret_key = key\n").unwrap();
        let expected = format!("{} (named by TENCENTCLOUD_CREDENTIALS_FILE)", path.display());
        assert_eq!(look(&environment).unwrap().unwrap().source, expected);
    }
}
