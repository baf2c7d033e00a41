//! Options from the environment: `COSPUT_PART_SIZE` for `--part-size`.
//!
//! The command line is read twice: first as it is, to learn what was typed, then with the variables as defaults of what
//! was not. So clap checks both the same way, what is typed comes first, and whatever fails the second time is a
//! variable's fault. Help, man pages and completions are made from the definition without variables.

use std::error::Error as _;
use std::ffi::{OsStr, OsString};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, CommandFactory, Error, FromArgMatches};

use super::args::Arguments;
use super::world::Variables;

/// Reads the command line, and variables for what was not typed.
pub fn parse(arguments: &[OsString], variables: &Variables) -> Result<Arguments, Error> {
    let typed = Arguments::command().try_get_matches_from(arguments)?;
    let Some((name, typed)) = typed.subcommand() else {
        return Arguments::from_arg_matches(&typed);
    };
    let mut built = Arguments::command();
    built.build();
    let pristine = built.find_subcommand(name).expect("clap matched this command");
    let mut defaults = Vec::new();
    for arg in pristine.get_arguments() {
        if let Some(value) = value_of(arg, variables)?
            && !overruled(arg, pristine, typed)
        {
            defaults.push((arg.get_id().clone(), value));
        }
    }
    let command = Arguments::command().mut_subcommand(name, |command| {
        defaults.into_iter().fold(command, |command, (id, value)| command.mut_arg(id, |arg| arg.default_values(value)))
    });
    let matches = command.try_get_matches_from(arguments).map_err(|error| blame_variable(error, pristine))?;
    Arguments::from_arg_matches(&matches)
}

/// The variable of an option; `None` for what has none.
fn variable_of(arg: &Arg) -> Option<String> {
    if matches!(arg.get_action(), ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong | ArgAction::Version) {
        return None;
    }
    Some(format!("COSPUT_{}", arg.get_long()?.replace('-', "_").to_ascii_uppercase()))
}

/// The values that the variable of an option stands for, in the words that the option itself takes.
fn value_of(arg: &Arg, variables: &Variables) -> Result<Option<Vec<OsString>>, Error> {
    let Some(name) = variable_of(arg) else { return Ok(None) };
    let Some(value) = variables.get(&name) else { return Ok(None) };
    let switch = switch(value);
    let optional_value = arg.get_num_args().is_some_and(|range| range.min_values() == 0);
    Ok(match (arg.get_action(), switch) {
        (ArgAction::SetTrue, Some(on)) => on.then(|| vec!["true".into()]),
        (ArgAction::SetTrue, None) => {
            let value = value.to_string_lossy();
            let message =
                format!("invalid value '{value}' for {name}: expected 1, true, yes, on, 0, false, no or off\n");
            return Err(Error::raw(ErrorKind::InvalidValue, message));
        }
        (_, Some(on)) if optional_value => on.then(|| vec!["".into()]),
        (ArgAction::Append, _) if arg.get_value_delimiter().is_none() => {
            Some(value.to_string_lossy().split_whitespace().map(OsString::from).collect())
        }
        (ArgAction::Append, _) => Some(value.to_string_lossy().split(',').map(OsString::from).collect()),
        _ => Some(vec![value.to_owned()]),
    })
}

fn switch(value: &OsStr) -> Option<bool> {
    match value.to_str()?.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Some(true),
        "0" | "false" | "no" | "off" => Some(false),
        _ => None,
    }
}

/// True where the option was typed, or another that it cannot go with.
fn overruled(arg: &Arg, command: &Command, typed: &ArgMatches) -> bool {
    let is_typed = |arg: &Arg| typed.value_source(arg.get_id().as_str()) == Some(ValueSource::CommandLine);
    let conflict = |one: &Arg, other: &Arg| {
        command.get_arg_conflicts_with(one).iter().any(|conflicting| conflicting.get_id() == other.get_id())
    };
    command
        .get_arguments()
        .filter(|other| is_typed(other))
        .any(|other| other.get_id() == arg.get_id() || conflict(arg, other) || conflict(other, arg))
}

/// Says that a variable, not an option, has the value that clap refused.
fn blame_variable(error: Error, command: &Command) -> Error {
    let Some(ContextValue::String(blamed)) = error.get(ContextKind::InvalidArg) else { return error };
    let variable = command.get_arguments().find(|arg| arg.to_string() == *blamed).and_then(variable_of);
    let (Some(variable), Some(ContextValue::String(value))) = (variable, error.get(ContextKind::InvalidValue)) else {
        return error;
    };
    let why = match (error.source(), error.get(ContextKind::ValidValue)) {
        (Some(why), _) => why.to_string(),
        (None, Some(ContextValue::Strings(valid))) => format!("expected {}", valid.join(", ")),
        (None, _) => "it cannot be used".to_owned(),
    };
    Error::raw(error.kind(), format!("invalid value '{value}' for {variable}: {why}\n"))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::cli::args::{Command, EmulatorArguments, EmulatorDirectory, ProgressChoice, UploadArguments};

    fn read(arguments: &[&str], variables: &[(&str, &str)]) -> Result<Command, Error> {
        let arguments: Vec<OsString> = std::iter::once(&"cosput").chain(arguments).map(OsString::from).collect();
        parse(&arguments, &variables.iter().copied().collect()).map(|arguments| arguments.command)
    }

    fn upload(arguments: &[&str], variables: &[(&str, &str)]) -> UploadArguments {
        let arguments: Vec<&str> = ["upload", "f"].iter().chain(arguments).copied().collect();
        match read(&arguments, variables) {
            Ok(Command::Upload(upload)) => upload,
            other => panic!("{other:?}"),
        }
    }

    fn emulator(variables: &[(&str, &str)]) -> EmulatorArguments {
        match read(&["emulator"], variables) {
            Ok(Command::Emulator(emulator)) => emulator,
            other => panic!("{other:?}"),
        }
    }

    fn refusal(arguments: &[&str], variables: &[(&str, &str)]) -> String {
        read(arguments, variables).unwrap_err().to_string()
    }

    #[test]
    fn what_is_typed_comes_before_a_variable() {
        let variables = [("COSPUT_PART_SIZE", "8M"), ("COSPUT_CONCURRENCY", "3"), ("COSPUT_STATE_DIR", "/s")];
        let args = upload(&["--concurrency", "4"], &variables);
        assert_eq!(args.transfer.part_size, Some(8 << 20));
        assert_eq!(args.requests.concurrency, Some(crate::upload::window::Concurrency::Fixed(4)));
        assert_eq!(args.resume.state_dir, Some(PathBuf::from("/s")));
        assert_eq!(args.requests.max_attempts, None);
    }

    #[test]
    fn a_variable_that_is_overruled_may_be_wrong() {
        assert_eq!(upload(&["--part-size", "1M"], &[("COSPUT_PART_SIZE", "12XB")]).transfer.part_size, Some(1 << 20));
    }

    #[test]
    fn what_is_typed_comes_before_variables_it_cannot_go_with() {
        let args = upload(&["cos://b-1/k"], &[("COSPUT_BUCKET", "other-2"), ("COSPUT_KEY", "other")]);
        assert_eq!((args.location.bucket, args.location.key), (None, None));
        let args = upload(&["--emulator"], &[("COSPUT_ENDPOINT", "http://h")]);
        assert_eq!((args.location.emulator, args.location.endpoint), (Some(EmulatorDirectory::Usual), None));
        let args = upload(&["--endpoint=http://h"], &[("COSPUT_EMULATOR", "1")]);
        assert_eq!((args.location.emulator, args.location.endpoint.as_deref()), (None, Some("http://h")));
        let args = upload(&["-v"], &[("COSPUT_QUIET", "1")]);
        assert_eq!((args.output.verbose, args.output.quiet), (true, false));
    }

    #[test]
    fn flags_take_words_for_yes_and_no() {
        for (word, on) in [("1", true), ("true", true), ("YES", true), ("on", true), ("0", false), ("False", false)] {
            assert_eq!(upload(&[], &[("COSPUT_DRY_RUN", word)]).dry_run, on, "{word}");
        }
        for word in ["no", "off", ""] {
            assert!(!upload(&[], &[("COSPUT_DRY_RUN", word)]).dry_run, "{word}");
        }
        assert_eq!(
            refusal(&["upload", "f"], &[("COSPUT_DRY_RUN", "maybe")]),
            "error: invalid value 'maybe' for COSPUT_DRY_RUN: expected 1, true, yes, on, 0, false, no or off\n"
        );
    }

    #[test]
    fn the_emulator_takes_a_word_or_a_directory() {
        let emulator = |value| upload(&[], &[("COSPUT_EMULATOR", value)]).location.emulator;
        assert_eq!(emulator("1"), Some(EmulatorDirectory::Usual));
        assert_eq!(emulator("no"), None);
        assert_eq!(emulator("/objects"), Some(EmulatorDirectory::Named("/objects".into())));
        assert_eq!(upload(&["--emulator"], &[]).location.emulator, Some(EmulatorDirectory::Usual));
        assert_eq!(upload(&["--emulator=/o"], &[]).location.emulator, Some(EmulatorDirectory::Named("/o".into())));
    }

    #[test]
    fn lists_are_separated_as_their_help_says() {
        let args = emulator(&[("COSPUT_FAULT", "a:1 b:2,3"), ("COSPUT_BUCKETS", "a-1,b-2"), ("COSPUT_JSON", "1")]);
        assert_eq!(args.fault, ["a:1", "b:2,3"]);
        assert_eq!(args.buckets.iter().map(|bucket| bucket.as_str()).collect::<Vec<_>>(), ["a-1", "b-2"]);
        assert!(args.json);
    }

    #[test]
    fn a_bad_variable_is_named() {
        let table = [
            (
                ("COSPUT_PART_SIZE", "12XB"),
                "error: invalid value '12XB' for COSPUT_PART_SIZE: its unit is unknown; expected a size like 8MiB, 8M, 8MB or 8388608\n",
            ),
            (("COSPUT_PROGRESS", "x"), "error: invalid value 'x' for COSPUT_PROGRESS: expected auto, always, never\n"),
            (
                ("COSPUT_CONCURRENCY", "0"),
                "error: invalid value '0' for COSPUT_CONCURRENCY: expected a number from 1 to 1000, or auto\n",
            ),
        ];
        for (variable, message) in table {
            assert_eq!(refusal(&["upload", "f"], &[variable]), message);
        }
        assert_eq!(upload(&[], &[("COSPUT_PROGRESS", "never")]).output.progress, Some(ProgressChoice::Never));
    }

    #[test]
    fn help_and_version_are_no_variables() {
        upload(&[], &[("COSPUT_HELP", "1"), ("COSPUT_VERSION", "1")]);
    }
}
