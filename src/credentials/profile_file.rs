//! The configuration file of cosput: TOML, a table a profile. Options and credentials are read from the same tables.
//!
//! Error messages name the line and the reason, and never quote the file: it may hold secrets.

use std::path::{Path, PathBuf};

use toml::{Table, Value};
use zeroize::Zeroize;

use super::error::error;
use super::parsing::file::{read, read_default};
use crate::cos::CredentialsError;
use crate::language::{Message, message};

const DEFAULT_PROFILE: &str = "default";

/// The file and the profile to read, and whether the user named them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProfileChoice {
    /// The file that the user named.
    pub file: Option<PathBuf>,
    /// The profile that the user named.
    pub name: Option<String>,
    /// The file to read if the user named none; it may be missing.
    pub default_file: Option<PathBuf>,
}

/// One profile of one file. Its strings are wiped from memory on drop.
#[derive(Debug, Clone, PartialEq)]
pub struct ProfileTable {
    /// `profile "default" of FILE`.
    name: Message,
    table: Table,
}

impl ProfileChoice {
    /// Reads the profile. `None` if there is none and the user named neither it nor the file.
    pub fn read(&self) -> Result<Option<ProfileTable>, CredentialsError> {
        let Some(path) = self.path() else {
            return self.absent(&message!("there is no directory for configuration"));
        };
        let file = Message::from(path.display().to_string());
        let read = if self.file.is_some() || self.name.is_some() { read } else { read_default };
        let Some(text) = read(path, &file)? else {
            return match self.file {
                Some(_) => Err(error(message!("could not read {file}: there is no such file", file))),
                None => self.absent(&message!("there is no {file}", file)),
            };
        };
        let mut profiles = ProfileTable { name: Message::default(), table: profiles(&text, &file)? };
        match profiles.table.remove(self.profile()) {
            Some(Value::Table(table)) => Ok(Some(ProfileTable { name: self.describe(), table })),
            _ => self.absent(&message!("{file} has no such table", file)),
        }
    }

    /// The names of all profiles. A file that cannot be read has none.
    pub fn names(&self) -> Vec<String> {
        let Some(path) = self.path() else { return Vec::new() };
        let file = Message::from(path.display().to_string());
        let Ok(Some(text)) = read_default(path, &file) else { return Vec::new() };
        let mut profiles = profiles(&text, &file).unwrap_or_default();
        let names = profiles.keys().cloned().collect();
        wipe(&mut profiles);
        names
    }

    /// `profile "default" of FILE`.
    pub fn describe(&self) -> Message {
        let file = self.path().map_or_else(|| "config.toml".to_owned(), |path| path.display().to_string());
        message!("profile {name} of {file}", name = format_args!("{:?}", self.profile()), file)
    }

    fn profile(&self) -> &str {
        self.name.as_deref().unwrap_or(DEFAULT_PROFILE)
    }

    fn path(&self) -> Option<&Path> {
        self.file.as_deref().or(self.default_file.as_deref())
    }

    fn absent(&self, why: &Message) -> Result<Option<ProfileTable>, CredentialsError> {
        match &self.name {
            Some(name) => {
                Err(error(message!("could not use profile {name}: {why}", name = format_args!("{name:?}"), why)))
            }
            None => Ok(None),
        }
    }
}

impl ProfileTable {
    /// `profile "default" of FILE`.
    pub fn name(&self) -> &Message {
        &self.name
    }

    /// The keys of the profile.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.table.keys().map(String::as_str)
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.table.get(key)
    }
}

impl Drop for ProfileTable {
    fn drop(&mut self) {
        wipe(&mut self.table);
    }
}

/// The default file, below the directory of configuration files.
pub fn default_file(configuration: &Path) -> PathBuf {
    configuration.join("cosput").join("config.toml")
}

fn wipe(table: &mut Table) {
    for (_, value) in table.iter_mut() {
        match value {
            Value::String(text) => text.zeroize(),
            Value::Table(inner) => wipe(inner),
            _ => {}
        }
    }
}

fn profiles(text: &str, file: &Message) -> Result<Table, CredentialsError> {
    let table: Table = toml::from_str(text).map_err(|why| {
        let before = why.span().and_then(|span| text.get(..span.start));
        let why = why.message();
        error(match before.map(|before| before.matches('\n').count() + 1) {
            Some(line) => message!("could not read {file}: not valid TOML in line {line}: {why}", file, line, why),
            None => message!("could not read {file}: not valid TOML: {why}", file, why),
        })
    })?;
    match table.iter().find(|(_, value)| !value.is_table()) {
        Some((key, _)) => Err(error(message!(
            "could not read {file}: {key} is in no profile; put it below a line [default]",
            file,
            key
        ))),
        None => Ok(table),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use tempfile::TempDir;

    fn file(text: &str) -> (TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("config.toml");
        fs::write(&path, text).unwrap();
        (directory, path)
    }

    #[test]
    fn a_named_file_or_profile_must_exist_and_the_default_need_not() {
        let (directory, path) = file("[default]\n[other]\n");
        let usual = directory.path().join("none.toml");
        let read = |file: Option<&PathBuf>, name: Option<&str>| {
            let (file, name) = (file.cloned(), name.map(str::to_owned));
            let read = ProfileChoice { file, name, default_file: Some(usual.clone()) }.read();
            let short = |why: CredentialsError| {
                why.message.replace(usual.to_str().unwrap(), "USUAL").replace(path.to_str().unwrap(), "FILE")
            };
            read.map(|found| found.is_some()).map_err(short)
        };
        assert_eq!(read(None, None), Ok(false));
        assert_eq!(read(None, Some("x")), Err("could not use profile \"x\": there is no USUAL".to_owned()));
        assert_eq!(read(Some(&path), None), Ok(true));
        assert_eq!(read(Some(&path), Some("other")), Ok(true));
        assert_eq!(read(Some(&path), Some("x")), Err("could not use profile \"x\": FILE has no such table".to_owned()));
        assert_eq!(read(Some(&usual), None), Err("could not read USUAL: there is no such file".to_owned()));
        let nowhere = ProfileChoice { name: Some("x".to_owned()), ..ProfileChoice::default() };
        assert_eq!(
            nowhere.read(),
            Err(error("could not use profile \"x\": there is no directory for configuration".into()))
        );
    }

    #[test]
    fn an_error_has_the_line_and_the_reason_but_not_the_text() {
        let why = |text: &str| {
            let (_directory, path) = file(text);
            let choice = ProfileChoice { file: Some(path.clone()), ..ProfileChoice::default() };
            choice.read().unwrap_err().message.replace(path.to_str().unwrap(), "FILE")
        };
        assert_eq!(
            why("[default]\nsecret_key = hidden\n"),
            "could not read FILE: not valid TOML in line 2: string values must be quoted, expected literal string"
        );
        assert_eq!(why("[default]\na = 1\na = 2\n"), "could not read FILE: not valid TOML in line 3: duplicate key");
        assert_eq!(
            why("secret_key = 'hidden'\n"),
            "could not read FILE: secret_key is in no profile; put it below a line [default]"
        );
    }

    #[test]
    fn a_wrong_profile_does_not_disturb_the_others() {
        let (_directory, path) = file("[default]\nregion = 'r'\n[broken]\nsecret_id = 5\n");
        let read = ProfileChoice { file: Some(path), ..ProfileChoice::default() }.read().unwrap().unwrap();
        assert_eq!(read.keys().collect::<Vec<_>>(), ["region"]);
        assert_eq!(read.get("region"), Some(&Value::String("r".to_owned())));
    }
}
