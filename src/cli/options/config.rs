//! Our configuration file: TOML, a table a profile, whose keys are options. Credentials in it are read elsewhere; what
//! their keys hold is neither looked at nor shown here.

use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction};
use toml::{Table, Value};

use super::variables::{key_of, switch};
use crate::cli::output::console::shown;
use crate::credentials::PROFILE_KEYS;

const DEFAULT_PROFILE: &str = "default";

/// Where the configuration is looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// The file that was named.
    pub(crate) file: Option<PathBuf>,
    /// The profile that was named.
    pub(crate) profile: Option<String>,
    /// The file that is read where none is named, if it is there.
    pub(crate) usual: Option<PathBuf>,
}

/// One profile of one file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Profile {
    /// `profile "default" of FILE`.
    name: String,
    table: Table,
}

impl Profile {
    /// Reads the profile; `None` where nobody named it or its file, and it is not there.
    pub(crate) fn read(place: &Place) -> Result<Option<Self>, String> {
        let profile = place.profile.as_deref().unwrap_or(DEFAULT_PROFILE);
        let absent = |why: String| match &place.profile {
            Some(_) => Err(format!("could not use profile {profile:?}: {why}")),
            None => Ok(None),
        };
        let Some(path) = place.file.as_ref().or(place.usual.as_ref()) else {
            return absent("there is no directory for configuration".to_owned());
        };
        let file = shown(path);
        let text = match fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound && place.file.is_none() => {
                return absent(format!("there is no {file}"));
            }
            Err(error) => return Err(format!("could not read {file}: {error}")),
        };
        match profiles(&text, &file)?.remove(profile) {
            Some(Value::Table(table)) => Ok(Some(Self { name: format!("profile {profile:?} of {file}"), table })),
            _ => absent(format!("{file} has no such table")),
        }
    }

    /// Makes sure that each key is an option, by its name in `options`, or belongs to credentials.
    pub(crate) fn check(&self, options: &[String]) -> Result<(), String> {
        let known = |key: &str| PROFILE_KEYS.contains(&key) || options.iter().any(|option| option == key);
        let unknown: Vec<&str> = self.table.keys().map(String::as_str).filter(|key| !known(key)).collect();
        match unknown.as_slice() {
            [] => Ok(()),
            [key] => Err(format!("{} has an unknown key: {key}", self.name)),
            keys => Err(format!("{} has unknown keys: {}", self.name, keys.join(", "))),
        }
    }

    /// Where a key's value stands, in words.
    pub(crate) fn origin(&self, key: &str) -> String {
        format!("{key} in {}", self.name)
    }

    /// Two options that cannot go together, in words.
    pub(crate) fn clash(&self, one: &str, other: &str) -> String {
        format!("{} sets both {one} and {other}; keep one of them", self.name)
    }

    /// The values of an option, in the words that it takes on the command line; `None` where it is not set.
    pub(crate) fn value_of(&self, arg: &Arg) -> Result<Option<Vec<OsString>>, String> {
        let Some(key) = key_of(arg) else { return Ok(None) };
        let Some(value) = self.table.get(&key) else { return Ok(None) };
        let wrong = |expected: &str| Err(format!("invalid value for {}: expected {expected}", self.origin(&key)));
        let optional_value = arg.get_num_args().is_some_and(|range| range.min_values() == 0);
        Ok(match (arg.get_action(), value) {
            (ArgAction::SetTrue, value) => {
                let on = value.as_bool().or_else(|| switch(value.as_str()?.as_ref()));
                let Some(on) = on else { return wrong("true or false") };
                on.then(|| vec!["true".into()])
            }
            (_, Value::Boolean(on)) if optional_value => on.then(|| vec!["".into()]),
            (ArgAction::Append, Value::Array(values)) => {
                let Some(words) = values.iter().map(word).collect() else { return wrong("a list of words") };
                Some(words)
            }
            (ArgAction::Append, Value::String(text)) if arg.get_value_delimiter().is_some() => {
                Some(text.split(',').map(OsString::from).collect())
            }
            (_, value) => {
                let Some(word) = word(value) else { return wrong("a word or a number") };
                Some(vec![word])
            }
        })
    }
}

/// Where the configuration is where nobody says: beside other programs' configuration.
pub(crate) fn usual(configuration: &Path) -> PathBuf {
    configuration.join("cosput").join("config.toml")
}

fn word(value: &Value) -> Option<OsString> {
    match value {
        Value::String(text) => Some(text.into()),
        Value::Integer(number) => Some(number.to_string().into()),
        Value::Float(number) => Some(number.to_string().into()),
        Value::Boolean(on) => Some(on.to_string().into()),
        Value::Datetime(_) | Value::Array(_) | Value::Table(_) => None,
    }
}

/// Reads the file. Its text may hold secrets, so only the line of a mistake is told.
fn profiles(text: &[u8], file: &str) -> Result<Table, String> {
    let text = std::str::from_utf8(text).map_err(|_| format!("could not read {file}: it is not UTF-8"))?;
    let table: Table = toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        let line = before.map(|before| format!(" (line {})", before.matches('\n').count() + 1)).unwrap_or_default();
        format!("could not read {file}: it is no TOML{line}")
    })?;
    match table.iter().find(|(_, value)| !value.is_table()) {
        Some((key, _)) => Err(format!("could not read {file}: {key} is in no profile; put it below a line [default]")),
        None => Ok(table),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    fn file(text: &str) -> (TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("config.toml");
        fs::write(&path, text).unwrap();
        (directory, path)
    }

    /// What is read of `text`, with the file's name left out of messages.
    fn read(text: &str, profile: Option<&str>) -> Result<Option<Profile>, String> {
        let (_directory, path) = file(text);
        let place = Place { file: Some(path.clone()), profile: profile.map(str::to_owned), ..Place::default() };
        let plain = |text: String| text.replace(&shown(&path), "FILE");
        let read = Profile::read(&place);
        read.map(|found| found.map(|found| Profile { name: plain(found.name), ..found })).map_err(plain)
    }

    fn value(arg: &Arg, line: &str) -> Result<Option<Vec<OsString>>, String> {
        read(&format!("[default]\n{line}\n"), None).unwrap().unwrap().value_of(arg)
    }

    fn words(words: &[&str]) -> Result<Option<Vec<OsString>>, String> {
        Ok(Some(words.iter().map(OsString::from).collect()))
    }

    #[test]
    fn a_file_that_nobody_named_may_be_missing() {
        let (directory, path) = file("[default]\n[other]\n");
        let usual = directory.path().join("none.toml");
        let read = |file: Option<&PathBuf>, profile: Option<&str>| {
            let place = Place { file: file.cloned(), profile: profile.map(str::to_owned), usual: Some(usual.clone()) };
            let found = Profile::read(&place).map(|found| found.is_some());
            found.map_err(|why| why.replace(&shown(&usual), "USUAL").replace(&shown(&path), "FILE"))
        };
        assert_eq!(read(None, None), Ok(false));
        assert_eq!(read(None, Some("x")), Err("could not use profile \"x\": there is no USUAL".to_owned()));
        assert_eq!(read(Some(&path), None), Ok(true));
        assert_eq!(read(Some(&path), Some("other")), Ok(true));
        assert_eq!(read(Some(&path), Some("x")), Err("could not use profile \"x\": FILE has no such table".to_owned()));
        assert!(read(Some(&usual), None).unwrap_err().starts_with("could not read USUAL: "));
    }

    #[test]
    fn a_broken_file_is_told_by_its_line_alone() {
        let why = |text: &str| read(text, None).unwrap_err();
        assert_eq!(why("[default]\nsecret_key = hidden\n"), "could not read FILE: it is no TOML (line 2)");
        assert_eq!(
            why("region = 'r'\n"),
            "could not read FILE: region is in no profile; put it below a line [default]"
        );
        assert_eq!(read("", None), Ok(None));
    }

    #[test]
    fn unknown_keys_are_named() {
        let profile = |text: &str| read(text, None).unwrap().unwrap();
        let options = ["region".to_owned(), "part_size".to_owned()];
        let check = |keys: &str| profile(&format!("[default]\n{keys}")).check(&options);
        assert_eq!(check("region = 'r'\nsecret_id = 'i'\nrole_arn = 'a'\n"), Ok(()));
        assert_eq!(check("regoin = 'r'\n"), Err("profile \"default\" of FILE has an unknown key: regoin".to_owned()));
        assert_eq!(
            check("part-size = 1\nb = 2\n"),
            Err("profile \"default\" of FILE has unknown keys: b, part-size".to_owned())
        );
    }

    #[test]
    fn values_become_the_words_of_the_command_line() {
        let set = Arg::new("part-size").long("part-size");
        let list = Arg::new("fault").long("fault").action(ArgAction::Append);
        let commas = Arg::new("buckets").long("buckets").action(ArgAction::Append).value_delimiter(',');
        let flag = Arg::new("json").long("json").action(ArgAction::SetTrue);
        let optional = Arg::new("emulator").long("emulator").num_args(0..=1);
        assert_eq!(value(&set, "part_size = '8M'"), words(&["8M"]));
        assert_eq!(value(&set, "part_size = 8388608"), words(&["8388608"]));
        assert_eq!(value(&set, "other = 1"), Ok(None));
        assert_eq!(value(&list, "fault = ['a:1', 'b']"), words(&["a:1", "b"]));
        assert_eq!(value(&list, "fault = 'a b'"), words(&["a b"]));
        assert_eq!(value(&commas, "buckets = 'a-1,b-2'"), words(&["a-1", "b-2"]));
        assert_eq!(value(&flag, "json = true"), words(&["true"]));
        assert_eq!(value(&flag, "json = 'no'"), Ok(None));
        assert_eq!(value(&optional, "emulator = true"), words(&[""]));
        assert_eq!(value(&optional, "emulator = '/o'"), words(&["/o"]));
        assert_eq!(
            value(&flag, "json = 3"),
            Err("invalid value for json in profile \"default\" of FILE: expected true or false".to_owned())
        );
        assert_eq!(
            value(&set, "part_size = [1]"),
            Err("invalid value for part_size in profile \"default\" of FILE: expected a word or a number".to_owned())
        );
    }
}
