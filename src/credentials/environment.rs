//! Variables and directories of the process.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use super::error::error;
use crate::cos::CredentialsError;
use crate::language::message;

/// Variables and directories of the process. There is no `Debug`, because they may contain secrets.
#[derive(Clone, Default)]
pub struct Environment {
    /// Every variable.
    pub variables: BTreeMap<String, OsString>,
    /// The home directory, in which other tools keep their files.
    pub home: Option<PathBuf>,
    /// The configuration directory: `$XDG_CONFIG_HOME` or its equivalent on the platform.
    pub config_dir: Option<PathBuf>,
}

impl Environment {
    /// The value of a variable; an empty variable counts as not set.
    pub(crate) fn variable(&self, name: &str) -> Result<Option<&str>, CredentialsError> {
        match self.variables.get(name).map(OsString::as_os_str).map(OsStr::to_str) {
            None | Some(Some("")) => Ok(None),
            Some(Some(text)) => Ok(Some(text)),
            Some(None) => Err(error(message!("could not use the variable {name}: it is not UTF-8", name))),
        }
    }

    /// Whether a variable is set to nothing.
    pub(crate) fn is_empty(&self, name: &str) -> bool {
        self.variables.get(name).is_some_and(|value| value.is_empty())
    }

    /// The first of `names` that is set, with its value.
    pub(crate) fn first<'a>(&self, names: &[&'a str]) -> Result<Option<(&'a str, &str)>, CredentialsError> {
        for name in names {
            if let Some(value) = self.variable(name)? {
                return Ok(Some((name, value)));
            }
        }
        Ok(None)
    }
}
