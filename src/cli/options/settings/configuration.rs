//! Options from a profile of the configuration file: `part_size` for `--part-size`. The keys of credentials in it are
//! neither read nor shown here.

use std::ffi::OsString;

use clap::{Arg, ArgAction, ArgMatches, Command};
use toml::Value;

use super::precedence::{excludes, overruled};
use super::setting::{Setting, setting_of};
use super::setting_names::{key_of, switch};
use crate::credentials::{PROFILE_KEYS, ProfileTable};
use crate::language::{Message, Phrase, Series, message, phrase};

/// Options of `resume` that no profile decides: each journal names its server, and a profile for new uploads must not
/// send the parts of all journals to one server.
const DECIDED_BY_JOURNALS: [&str; 2] = ["endpoint", "emulator"];

/// Refuses keys that are neither one of these options nor a key of credentials.
pub(crate) fn check(profile: &ProfileTable, options: &[String]) -> Result<(), Message> {
    let known = |key: &str| PROFILE_KEYS.contains(&key) || options.iter().any(|option| option == key);
    let unknown: Vec<&str> = profile.keys().filter(|key| !known(key)).collect();
    match unknown.as_slice() {
        [] => Ok(()),
        [key] => Err(message!("{profile} has an unknown key: {key}", profile = profile.name(), key)),
        keys => Err(message!("{profile} has unknown keys: {keys}", profile = profile.name(), keys = Series(keys))),
    }
}

/// The values of a profile for options that neither the command line nor a variable decides.
pub(crate) fn settings(
    profile: &ProfileTable,
    command: &Command,
    typed: &ArgMatches,
    by_variables: &[Setting],
) -> Result<Vec<Setting>, Message> {
    let mut found: Vec<(&Arg, Setting)> = Vec::new();
    let decided = |arg: &Arg| {
        let by_variable = |other: &Arg| setting_of(by_variables, other.get_id()).is_some();
        overruled(arg, command, typed)
            || command.get_arguments().filter(|other| by_variable(other)).any(|other| excludes(command, arg, other))
    };
    let by_journal = |arg: &Arg| command.get_name() == "resume" && DECIDED_BY_JOURNALS.contains(&arg.get_id().as_str());
    for arg in command.get_arguments().filter(|arg| !decided(arg) && !by_journal(arg)) {
        let (Some(key), Some(value)) = (key_of(arg), value_of(profile, arg)?) else { continue };
        if let Some((other, _)) = found.iter().find(|(other, _)| excludes(command, arg, other)) {
            return Err(clash(profile, &key_of(other).unwrap_or_default(), &key));
        }
        found.push((arg, Setting { id: arg.get_id().clone(), value, origin: origin(profile, &key) }));
    }
    Ok(found.into_iter().map(|(_, setting)| setting).collect())
}

fn origin(profile: &ProfileTable, key: &str) -> Message {
    message!("{key} in {place}", key, place = profile.name())
}

fn clash(profile: &ProfileTable, one: &str, other: &str) -> Message {
    message!("{profile} sets both {one} and {other}; keep one of them", profile = profile.name(), one, other)
}

/// The value of an option, in the words of the command line. `None` if the profile does not set it.
fn value_of(profile: &ProfileTable, arg: &Arg) -> Result<Option<Vec<OsString>>, Message> {
    let Some(key) = key_of(arg) else { return Ok(None) };
    let Some(value) = profile.get(&key) else { return Ok(None) };
    let wrong = |expected: Phrase| {
        Err(message!("invalid value for {origin}: expected {expected}", origin = origin(profile, &key), expected))
    };
    let optional_value = arg.get_num_args().is_some_and(|range| range.min_values() == 0);
    Ok(match (arg.get_action(), value) {
        (ArgAction::SetTrue, value) => {
            let on = value.as_bool().or_else(|| switch(value.as_str()?.as_ref()));
            let Some(on) = on else { return wrong(phrase!("true or false")) };
            on.then(|| vec!["true".into()])
        }
        (_, Value::Boolean(on)) if optional_value => on.then(|| vec!["".into()]),
        (ArgAction::Append, Value::Array(values)) => {
            let Some(words) = values.iter().map(word).collect() else { return wrong(phrase!("a list of words")) };
            Some(words)
        }
        (ArgAction::Append, Value::String(text)) if arg.get_value_delimiter().is_some() => {
            Some(text.split(',').map(OsString::from).collect())
        }
        (_, value) => {
            let Some(word) = word(value) else { return wrong(phrase!("a word or a number")) };
            Some(vec![word])
        }
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::ProfileChoice;

    fn read(text: &str) -> ProfileTable {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("config.toml");
        std::fs::write(&path, text).unwrap();
        ProfileChoice { file: Some(path), ..ProfileChoice::default() }.read().unwrap().unwrap()
    }

    /// A message without the name of the file.
    fn short(profile: &ProfileTable, message: &str) -> String {
        message.replace(&**profile.name(), "PROFILE")
    }

    fn value(arg: &Arg, line: &str) -> Result<Option<Vec<OsString>>, String> {
        let profile = read(&format!("[default]\n{line}\n"));
        value_of(&profile, arg).map_err(|why| short(&profile, &why))
    }

    fn words(words: &[&str]) -> Result<Option<Vec<OsString>>, String> {
        Ok(Some(words.iter().map(OsString::from).collect()))
    }

    #[test]
    fn unknown_keys_are_named() {
        let options = ["region".to_owned(), "part_size".to_owned()];
        let check = |keys: &str| {
            let profile = read(&format!("[default]\n{keys}"));
            check(&profile, &options).map_err(|why| short(&profile, &why))
        };
        assert_eq!(check("region = 'r'\nsecret_id = 'i'\nrole_arn = 'a'\n"), Ok(()));
        assert_eq!(check("regoin = 'r'\n"), Err("PROFILE has an unknown key: regoin".to_owned()));
        assert_eq!(check("part-size = 1\nb = 2\n"), Err("PROFILE has unknown keys: b, part-size".to_owned()));
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
            Err("invalid value for json in PROFILE: expected true or false".to_owned())
        );
        assert_eq!(
            value(&set, "part_size = [1]"),
            Err("invalid value for part_size in PROFILE: expected a word or a number".to_owned())
        );
    }
}
