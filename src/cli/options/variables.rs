//! Options from the environment, `COSPUT_PART_SIZE` for `--part-size`, and from the configuration, `part_size`.
//!
//! The command line is read as it is, to learn what was typed, and where variables or the configuration have something
//! to say, once more with them as defaults of what was not. So clap checks all the same way, what is typed comes first,
//! and whatever fails the second time is their fault. Help, man pages and completions are made from the definition
//! without them.

use std::error::Error as _;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, CommandFactory, Error, FromArgMatches, Id};

use super::config;
use super::config::{Place, Profile};
use super::destination::SCHEME;
use super::directories::Places;
use crate::cli::args::Arguments;
use crate::cli::process::world::Variables;
use crate::upload::source::stream;

/// What the names of our variables begin with.
const PREFIX: &str = "COSPUT_";

/// Options that must be typed: what is aborted, or expected of one stream, is not for the surroundings to say.
const TYPED_ALONE: [&str; 4] = ["all", "expect-size", "expect-crc64", "allow-empty"];

/// Options that say nothing where no stream is read.
const OF_STDIN: [&str; 1] = ["memory"];

/// Options of `resume` that no profile decides: each journal says where its upload is, and a profile that was written for
/// new uploads must not send the parts of all of them to one server.
const JOURNALS_SAY: [&str; 2] = ["endpoint", "emulator"];

/// What a destination stands for, so that no variable decides it besides.
const DESTINATION_SAYS: [&str; 3] = ["bucket", "key", "prefix"];

/// Reads the command line, and variables and a profile of the configuration for what was not typed.
pub fn parse(arguments: &[OsString], variables: &Variables) -> Result<Arguments, Error> {
    let mut program = Arguments::command();
    let typed = program.try_get_matches_from_mut(arguments)?;
    let Some((name, typed_for_command)) = typed.subcommand() else {
        return Arguments::from_arg_matches(&typed);
    };
    let defaults = defaults(pristine(&program, name), typed_for_command, variables)?;
    if defaults.0.is_empty() {
        return Arguments::from_arg_matches(&typed);
    }
    // The definition costs more than the reading: the one that is there is used again. `mut_arg` would move an option
    // away from where its name is looked up by now.
    let with_default = |arg: Arg| match defaults.of(arg.get_id()) {
        Some(default) => arg.default_values(default.value.clone()),
        None => arg,
    };
    let mut program = program.mut_subcommand(name, |command| command.mut_args(with_default));
    let matches = program
        .try_get_matches_from_mut(arguments)
        .map_err(|error| blame(error, pristine(&program, name), &defaults))?;
    Arguments::from_arg_matches(&matches)
}

/// The definition of a command that was typed: clap completes no other.
fn pristine<'a>(program: &'a Command, name: &str) -> &'a Command {
    program.find_subcommand(name).expect("clap matched this command")
}

/// What variables and a profile say about options that were not typed.
fn defaults(command: &Command, typed: &ArgMatches, variables: &Variables) -> Result<Defaults, Error> {
    let mut defaults = of_variables(command, typed, variables)?;
    if let Some(profile) = profile(command, typed, &defaults, variables).map_err(wrong_configuration)? {
        profile.check(&keys_of_all()).map_err(wrong_configuration)?;
        let more = of_profile(&profile, command, typed, &defaults).map_err(wrong_configuration)?;
        defaults.0.extend(more.0);
    }
    Ok(defaults)
}

/// Values for what was not typed.
#[derive(Default)]
struct Defaults(Vec<Setting>);

struct Setting {
    id: Id,
    value: Vec<OsString>,
    /// The variable, or the key of a profile, in words.
    origin: String,
}

impl Defaults {
    fn of(&self, id: &Id) -> Option<&Setting> {
        self.0.iter().find(|default| default.id == *id)
    }
}

fn wrong_configuration(message: String) -> Error {
    Error::raw(ErrorKind::ValueValidation, format!("{message}\n"))
}

/// The profile that is meant, for commands that have one.
fn profile(
    command: &Command,
    typed: &ArgMatches,
    defaults: &Defaults,
    variables: &Variables,
) -> Result<Option<Profile>, String> {
    let said = |id: &str| {
        let arg = command.get_arguments().find(|arg| arg.get_id() == id)?;
        let raw = typed.try_get_raw(id).ok().flatten().and_then(|mut values| values.next());
        raw.map(OsStr::to_owned).or_else(|| defaults.of(arg.get_id())?.value.first().cloned())
    };
    if !command.get_arguments().any(|arg| arg.get_id() == "config") {
        return Ok(None);
    }
    let profile = said("profile").map(|name| name.to_string_lossy().into_owned());
    let usual = Places::among(variables).configuration().map(|directory| config::usual(&directory));
    Profile::read(&Place { file: said("config").map(PathBuf::from), profile, usual })
}

/// What variables say.
fn of_variables(command: &Command, typed: &ArgMatches, variables: &Variables) -> Result<Defaults, Error> {
    let mut defaults = Defaults::default();
    // Making the names of all of them is a twentieth of the instructions that a tiny file costs.
    if !variables.any_begins(PREFIX) {
        return Ok(defaults);
    }
    for arg in command.get_arguments() {
        let Some(origin) = variable_of(arg) else { continue };
        if let Some(value) = value_of(arg, &origin, variables)?
            && !overruled(arg, command, typed)
        {
            defaults.0.push(Setting { id: arg.get_id().clone(), value, origin });
        }
    }
    Ok(defaults)
}

/// What a profile says about options that neither the command line nor a variable decides.
fn of_profile(
    profile: &Profile,
    command: &Command,
    typed: &ArgMatches,
    variables: &Defaults,
) -> Result<Defaults, String> {
    let mut found: Vec<(&Arg, Setting)> = Vec::new();
    let decided = |arg: &Arg| {
        let by_variable = |other: &Arg| variables.of(other.get_id()).is_some();
        overruled(arg, command, typed)
            || command.get_arguments().filter(|other| by_variable(other)).any(|other| excludes(command, arg, other))
    };
    let journals_say = |arg: &Arg| command.get_name() == "resume" && JOURNALS_SAY.contains(&arg.get_id().as_str());
    for arg in command.get_arguments().filter(|arg| !decided(arg) && !journals_say(arg)) {
        let (Some(key), Some(value)) = (key_of(arg), profile.value_of(arg)?) else { continue };
        if let Some((other, _)) = found.iter().find(|(other, _)| excludes(command, arg, other)) {
            return Err(profile.clash(&key_of(other).unwrap_or_default(), &key));
        }
        found.push((arg, Setting { id: arg.get_id().clone(), value, origin: profile.origin(&key) }));
    }
    Ok(Defaults(found.into_iter().map(|(_, default)| default).collect()))
}

/// The names that options have in a profile, of all commands.
fn keys_of_all() -> Vec<String> {
    let mut program = Arguments::command();
    program.build();
    program.get_subcommands().flat_map(Command::get_arguments).filter_map(key_of).collect()
}

/// The name of an option in a profile; `None` for what has none.
pub(crate) fn key_of(arg: &Arg) -> Option<String> {
    if matches!(arg.get_id().as_str(), "config" | "profile") {
        return None;
    }
    named(arg).map(|name| name.replace('-', "_"))
}

/// The variable of an option; `None` for what has none.
fn variable_of(arg: &Arg) -> Option<String> {
    Some(format!("{PREFIX}{}", named(arg)?.replace('-', "_").to_ascii_uppercase()))
}

/// The long name of an option that need not be typed.
fn named(arg: &Arg) -> Option<&str> {
    if matches!(arg.get_action(), ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong | ArgAction::Version) {
        return None;
    }
    arg.get_long().filter(|name| !TYPED_ALONE.contains(name))
}

/// The values that the variable of an option stands for, in the words that the option itself takes.
fn value_of(arg: &Arg, name: &str, variables: &Variables) -> Result<Option<Vec<OsString>>, Error> {
    let Some(value) = variables.get(name) else { return Ok(None) };
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

/// What a word for yes or no means.
pub(crate) fn switch(value: &OsStr) -> Option<bool> {
    match value.to_str()?.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Some(true),
        "0" | "false" | "no" | "off" => Some(false),
        _ => None,
    }
}

/// True where the option was typed, or another that it cannot go with.
fn overruled(arg: &Arg, command: &Command, typed: &ArgMatches) -> bool {
    let mut sources = typed.try_get_raw("sources").ok().flatten().into_iter().flatten();
    if OF_STDIN.contains(&arg.get_id().as_str()) && !sources.any(|source| source == stream::NAME) {
        return true;
    }
    let is_typed = |arg: &Arg| typed.value_source(arg.get_id().as_str()) == Some(ValueSource::CommandLine);
    let beside = command.get_arguments().filter(|other| is_typed(other)).any(|other| excludes(command, arg, other));
    beside || (DESTINATION_SAYS.contains(&arg.get_id().as_str()) && names_destination(typed))
}

/// True where the last of the sources is the place that they go to.
fn names_destination(typed: &ArgMatches) -> bool {
    let sources = typed.try_get_raw("sources").ok().flatten();
    sources.and_then(Iterator::last).is_some_and(|last| last.as_encoded_bytes().starts_with(SCHEME.as_bytes()))
}

/// True where the two are the same, or cannot go together.
fn excludes(command: &Command, one: &Arg, other: &Arg) -> bool {
    let conflict = |one: &Arg, other: &Arg| {
        command.get_arg_conflicts_with(one).iter().any(|conflicting| conflicting.get_id() == other.get_id())
    };
    one.get_id() == other.get_id() || conflict(one, other) || conflict(other, one)
}

/// Says that a variable or the configuration, not an option, has the value that clap refused.
fn blame(error: Error, command: &Command, defaults: &Defaults) -> Error {
    let Some(ContextValue::String(blamed)) = error.get(ContextKind::InvalidArg) else { return error };
    let blamed = command.get_arguments().find(|arg| arg.to_string() == *blamed);
    let default = blamed.and_then(|arg| defaults.of(arg.get_id()));
    let (Some(default), Some(ContextValue::String(value))) = (default, error.get(ContextKind::InvalidValue)) else {
        return error;
    };
    let why = match (error.source(), error.get(ContextKind::ValidValue)) {
        (Some(why), _) => why.to_string(),
        (None, Some(ContextValue::Strings(valid))) => format!("expected {}", valid.join(", ")),
        (None, _) => "it cannot be used".to_owned(),
    };
    Error::raw(error.kind(), format!("invalid value '{value}' for {}: {why}\n", default.origin))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::cli::args::{Command, EmulatorArguments, EmulatorDirectory, ProgressChoice, UploadArguments};
    use crate::upload::batch::window::Concurrency;

    fn read(arguments: &[&str], variables: &[(&str, &str)]) -> Result<Command, Error> {
        let arguments: Vec<OsString> = std::iter::once(&"cosput").chain(arguments).map(OsString::from).collect();
        parse(&arguments, &variables.iter().copied().collect()).map(|arguments| arguments.command)
    }

    fn upload(arguments: &[&str], variables: &[(&str, &str)]) -> UploadArguments {
        let arguments: Vec<&str> = ["upload", "f"].iter().chain(arguments).copied().collect();
        match read(&arguments, variables) {
            Ok(Command::Upload(upload)) => *upload,
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
        assert_eq!(args.requests.concurrency, Some(crate::upload::batch::window::Concurrency::Fixed(4)));
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
        assert_eq!(
            (args.location.server.emulator, args.location.server.endpoint),
            (Some(EmulatorDirectory::Usual), None)
        );
        let args = upload(&["--endpoint=http://h"], &[("COSPUT_EMULATOR", "1")]);
        assert_eq!((args.location.server.emulator, args.location.server.endpoint.as_deref()), (None, Some("http://h")));
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
        let emulator = |value| upload(&[], &[("COSPUT_EMULATOR", value)]).location.server.emulator;
        assert_eq!(emulator("1"), Some(EmulatorDirectory::Usual));
        assert_eq!(emulator("no"), None);
        assert_eq!(emulator("/objects"), Some(EmulatorDirectory::Named("/objects".into())));
        assert_eq!(upload(&["--emulator"], &[]).location.server.emulator, Some(EmulatorDirectory::Usual));
        assert_eq!(
            upload(&["--emulator=/o"], &[]).location.server.emulator,
            Some(EmulatorDirectory::Named("/o".into()))
        );
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
        assert_eq!(upload(&[], &[("COSPUT_PROGRESS", "never")]).progress.progress, Some(ProgressChoice::Never));
    }

    #[test]
    fn a_profile_comes_after_what_is_typed_and_after_variables() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("c.toml");
        let config = path.to_str().unwrap();
        std::fs::write(
            &path,
            "[default]\npart_size = '8M'\nconcurrency = 3\nmax_attempts = 2\nendpoint = 'http://h'\nlisten = 'x'\n\
             secret_id = 'hidden'\n[ci]\nconcurrency = 0\n[both]\nendpoint = 'h'\nemulator = true\n[typo]\nal = 1\nall = true\n",
        )
        .unwrap();
        let args = upload(&["--config", config, "--concurrency=5"], &[("COSPUT_MAX_ATTEMPTS", "4")]);
        assert_eq!(args.transfer.part_size, Some(8 << 20));
        assert_eq!((args.requests.concurrency, args.requests.max_attempts), (Some(Concurrency::Fixed(5)), Some(4)));
        assert_eq!(args.location.server.endpoint.as_deref(), Some("http://h"));
        let args = upload(&["--emulator"], &[("COSPUT_CONFIG", config)]);
        assert_eq!((args.location.server.endpoint, args.access.identity.config), (None, Some(path.clone())));
        let args = upload(&[], &[("COSPUT_CONFIG", config), ("COSPUT_EMULATOR", "1")]);
        assert_eq!(args.location.server.endpoint, None);
        match read(&["resume", "--config", config], &[]) {
            Ok(Command::Resume(resume)) => {
                assert_eq!((resume.endpoint, resume.requests.concurrency), (None, Some(Concurrency::Fixed(3))));
            }
            other => panic!("{other:?}"),
        }
        let refused = |profile| {
            let message = refusal(&["upload", "f", "--config", config], &[("COSPUT_PROFILE", profile)]);
            message.replace(config, "FILE")
        };
        assert_eq!(
            refused("ci"),
            "error: invalid value '0' for concurrency in profile \"ci\" of FILE: expected a number from 1 to 1000, or auto\n"
        );
        assert_eq!(
            refused("both"),
            "error: profile \"both\" of FILE sets both endpoint and emulator; keep one of them\n"
        );
        assert_eq!(refused("typo"), "error: profile \"typo\" of FILE has unknown keys: al, all\n");
        assert_eq!(refused("none"), "error: could not use profile \"none\": FILE has no such table\n");
    }

    #[test]
    fn help_and_version_are_no_variables() {
        upload(&[], &[("COSPUT_HELP", "1"), ("COSPUT_VERSION", "1")]);
    }
    #[test]
    fn a_commands_own_help_begins_as_it_stands_in_the_list_of_commands() {
        let abouts = |program: &clap::Command| -> Vec<(String, Option<String>)> {
            let about = |command: &clap::Command| command.get_about().map(ToString::to_string);
            program.get_subcommands().map(|command| (command.get_name().to_owned(), about(command))).collect()
        };
        let listed = abouts(&Arguments::command());
        let mut built = Arguments::command();
        built.build();
        assert_eq!(abouts(&built), listed);
    }
}
