//! The command line, with variables and the configuration as defaults for options that it does not set.
//!
//! clap reads it twice: once as it is, to learn which options it has, and once more with defaults from the environment and
//! the configuration. So clap checks every value the same way, and an error in the second reading is the fault of a
//! default. Help, man pages and completions show the definition without these defaults.

use std::error::Error as _;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgMatches, Command, CommandFactory, Error, FromArgMatches, Id};

use super::setting::{Setting, setting_of};
use super::setting_names::{key_of, switch};
use super::{configuration, other_tools, variables};
use crate::cli::args::{Arguments, help, usage_error};
use crate::cli::options::directories::Directories;
use crate::cli::process::world::{Variables, World};
use crate::credentials::{ProfileChoice, ProfileTable, default_file};
use crate::language::{Language, Message, Series, current, message};

/// Options that may stand before the command.
const OUTPUT_OPTIONS: [&str; 5] = ["-v", "--verbose", "-q", "--quiet", "--json"];

/// How wide help is if it is not written to a terminal.
const USUAL_COLUMNS: usize = 80;

/// How wide help is in this world: as wide as the terminal, or as `COLUMNS` says.
pub(crate) fn help_columns(world: &World) -> usize {
    let named = || world.variables.get("COLUMNS")?.to_str()?.parse().ok();
    let of_terminal = world.stdout_is_terminal.then(|| (world.stdout_columns)()).flatten();
    let columns = of_terminal.or_else(named);
    columns.filter(|columns| *columns > 0).unwrap_or(USUAL_COLUMNS)
}

/// True if failures are JSON events, on a command line that could not be read.
pub(crate) fn wants_json(arguments: &[OsString], variables: &Variables) -> bool {
    arguments.iter().any(|argument| argument == "--json")
        || variables.get("COSPUT_JSON").and_then(switch).unwrap_or_default()
}

/// Reads the command line, then variables and a profile of the configuration for options that are not set yet.
pub fn parse(arguments: &[OsString], variables: &Variables) -> Result<Arguments, Error> {
    parse_with_notes(arguments, variables, USUAL_COLUMNS).map(|(arguments, _)| arguments)
}

/// The same, with a note for each value from the configuration of another tool. Help has lines of up to `columns`.
pub(crate) fn parse_with_notes(
    arguments: &[OsString],
    variables: &Variables,
    columns: usize,
) -> Result<(Arguments, Vec<Message>), Error> {
    let (arguments, mut notes) = other_tools::without_aliases(usual_form(arguments), variables);
    let mut program = Arguments::command().term_width(columns);
    let typed = match program.try_get_matches_from_mut(&arguments) {
        Err(error) if is_help(&error) => return Err(readable(program, &arguments).unwrap_or(error)),
        typed => typed?,
    };
    let Some((name, typed_for_command)) = typed.subcommand() else {
        return Arguments::from_arg_matches(&typed).map(|arguments| (arguments, notes));
    };
    let mut settings = settings(pristine(&program, name), typed_for_command, variables)?;
    let more = other_tools::settings(pristine(&program, name), typed_for_command, &settings, variables);
    notes.extend(more.iter().map(|setting| {
        let (option, value) = (&setting.origin, setting.value[0].display());
        message!("{option}: {value}", option, value)
    }));
    settings.extend(more);
    notes.extend(without_map_alone(&mut settings, typed_for_command));
    if settings.is_empty() {
        return Arguments::from_arg_matches(&typed).map(|arguments| (arguments, notes));
    }
    // Building the definition costs more than reading, so it is used again. `mut_arg` would move an option away from
    // the place where clap looks its name up.
    let with_default = |arg: Arg| match setting_of(&settings, arg.get_id()) {
        Some(setting) => arg.default_values(setting.value.clone()),
        None => arg,
    };
    let mut program = program.mut_subcommand(name, |command| command.mut_args(with_default));
    let matches = program
        .try_get_matches_from_mut(&arguments)
        .map_err(|error| blame(error, pristine(&program, name), &settings))?;
    Arguments::from_arg_matches(&matches).map(|arguments| (arguments, notes))
}

/// Drops a place for maps that a variable or a profile gives to an upload without --delta, and returns a note about it.
fn without_map_alone(settings: &mut Vec<Setting>, typed: &ArgMatches) -> Option<Message> {
    if setting_of(settings, &Id::from("delta")).is_some() || matches!(typed.try_contains_id("delta"), Ok(true)) {
        return None;
    }
    let index = settings.iter().position(|setting| setting.id == "delta_map")?;
    let origin = settings.remove(index).origin;
    Some(message!("{origin} has no effect without --delta", origin))
}

/// True for help that must be written anew: asked for, or in Chinese if clap shows it because the command is missing.
fn is_help(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::DisplayHelp => true,
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => current() == Language::Chinese,
        _ => false,
    }
}

/// The same help again, in its readable form.
fn readable(program: Command, arguments: &[OsString]) -> Option<Error> {
    let name =
        arguments.get(1).and_then(|name| program.find_subcommand(name)).map(|command| command.get_name().to_owned());
    let program = match name {
        Some(name) => program.mut_subcommand(name, help::readable),
        None => help::readable(program),
    };
    program.try_get_matches_from(arguments).err()
}

/// The command line in the form that clap reads: `help upload` is `upload --help`, `version` is `--version`, and options of
/// the output before the command stand after it.
fn usual_form(arguments: &[OsString]) -> Vec<OsString> {
    let Some((program, rest)) = arguments.split_first() else { return Vec::new() };
    let (options, rest) = rest.split_at(options_before_command(rest));
    match rest.split_first() {
        Some((command, topic)) if command == "help" => {
            let command = topic.first().filter(|topic| !topic.as_encoded_bytes().starts_with(b"-"));
            [program].into_iter().chain(command).cloned().chain(["--help".into()]).collect()
        }
        Some((command, _)) if command == "version" => vec![program.clone(), "--version".into()],
        Some((command, rest)) => [program, command].into_iter().chain(options).chain(rest).cloned().collect(),
        None => arguments.to_vec(),
    }
}

/// How many words before the command are options that may stand there, with their values.
fn options_before_command(words: &[OsString]) -> usize {
    let mut before = 0;
    while let Some(word) = words.get(before) {
        before += match word.to_str() {
            Some("--language") => 2,
            Some(word) if OUTPUT_OPTIONS.contains(&word) || word.starts_with("--language=") => 1,
            _ => break,
        };
    }
    before.min(words.len())
}

/// The definition of the command that was typed. Clap completes only this one.
fn pristine<'a>(program: &'a Command, name: &str) -> &'a Command {
    program.find_subcommand(name).expect("clap matched this command")
}

/// Values from variables and a profile for options that the command line does not set.
fn settings(command: &Command, typed: &ArgMatches, variables: &Variables) -> Result<Vec<Setting>, Error> {
    let mut settings = variables::settings(command, typed, variables)?;
    if let Some(profile) = profile(command, typed, &settings, variables).map_err(wrong_configuration)? {
        configuration::check(&profile, &keys_of_all()).map_err(wrong_configuration)?;
        let more = configuration::settings(&profile, command, typed, &settings).map_err(wrong_configuration)?;
        settings.extend(more);
    }
    Ok(settings)
}

fn wrong_configuration(message: Message) -> Error {
    Error::raw(ErrorKind::ValueValidation, format!("{message}\n"))
}

/// The profile for this command, if the command has `--profile`.
fn profile(
    command: &Command,
    typed: &ArgMatches,
    settings: &[Setting],
    variables: &Variables,
) -> Result<Option<ProfileTable>, Message> {
    let said = |id: &str| {
        let arg = command.get_arguments().find(|arg| arg.get_id() == id)?;
        let raw = typed.try_get_raw(id).ok().flatten().and_then(|mut values| values.next());
        raw.map(OsStr::to_owned).or_else(|| setting_of(settings, arg.get_id())?.value.first().cloned())
    };
    if !command.get_arguments().any(|arg| arg.get_id() == "config") {
        return Ok(None);
    }
    let choice = ProfileChoice {
        file: said("config").map(PathBuf::from),
        name: said("profile").map(|name| name.to_string_lossy().into_owned()),
        default_file: Directories::among(variables).configuration().as_deref().map(default_file),
    };
    choice.read().map_err(|why| why.message)
}

/// The keys of a profile for the options of all commands.
fn keys_of_all() -> Vec<String> {
    let mut program = Arguments::command();
    program.build();
    program.get_subcommands().flat_map(Command::get_arguments).filter_map(key_of).collect()
}

/// Names the variable or the key of the configuration whose value clap refused.
fn blame(error: Error, command: &Command, settings: &[Setting]) -> Error {
    let Some(ContextValue::String(blamed)) = error.get(ContextKind::InvalidArg) else { return error };
    let blamed = command.get_arguments().find(|arg| arg.to_string() == *blamed);
    let default = blamed.and_then(|arg| setting_of(settings, arg.get_id()));
    let (Some(default), Some(ContextValue::String(value))) = (default, error.get(ContextKind::InvalidValue)) else {
        return error;
    };
    let why = match (error.source(), error.get(ContextKind::ValidValue)) {
        (Some(why), _) => usage_error::reason(&why.to_string()),
        (None, Some(ContextValue::Strings(valid))) => message!("expected {values}", values = Series(valid)),
        (None, _) => message!("it cannot be used"),
    };
    let refused = message!("invalid value '{value}' for {origin}: {why}", value, origin = default.origin, why);
    Error::raw(error.kind(), format!("{refused}\n"))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::cli::args::{Command, EmulatorArguments, EmulatorDirectory, ProgressChoice, UploadArguments};
    use crate::upload::batch::concurrency::Concurrency;

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
        assert_eq!(args.requests.concurrency, Some(crate::upload::batch::concurrency::Concurrency::Fixed(4)));
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
    fn the_last_of_an_option_counts_and_lists_add_up() {
        let args =
            upload(&["--part-size=1M", "--part-size=2M", "--json", "--json", "--region=a", "--region", "b"], &[]);
        assert_eq!(args.transfer.part_size, Some(2 << 20));
        assert_eq!(args.location.server.region.unwrap().as_str(), "b");
        assert!(args.output.json);
        let args = upload(&["--meta", "a=1", "--meta", "b=2", "--include=x", "--include=y"], &[]);
        assert_eq!((args.object.meta.len(), args.many.rules.rules.len()), (2, 2));
        let args = upload(&["--acl=private", "--acl=public-read", "--emulator", "--emulator=/o"], &[]);
        assert_eq!(args.object.fields.0.len(), 1);
        assert_eq!(args.object.fields.0[0].1, "public-read");
        assert_eq!(args.location.server.emulator, Some(EmulatorDirectory::Named("/o".into())));
    }

    #[test]
    fn other_ways_to_ask_for_help_are_understood() {
        let usual = |typed: &[&str]| {
            let typed: Vec<OsString> = std::iter::once(&"cosput").chain(typed).map(OsString::from).collect();
            let usual: Vec<String> =
                usual_form(&typed).iter().map(|word| word.to_string_lossy().into_owned()).collect();
            usual[1..].join(" ")
        };
        for (typed, expected) in [
            (&["help"][..], "--help"),
            (&["help", "upload"], "upload --help"),
            (&["version"], "--version"),
            (&["-v", "--json", "upload", "a"], "upload -v --json a"),
            (&["-v"], "-v"),
            (&["-V"], "-V"),
            (&["upload", "help"], "upload help"),
        ] {
            assert_eq!(usual(typed), expected);
        }
    }

    #[test]
    fn a_variable_with_stray_characters_is_named() {
        for (variable, value, why) in [
            (
                "COSPUT_REGION",
                "ap-guangzhou\r",
                "'ap-guangzhou\\r' ends with a carriage return; the file it comes from may have Windows line ends",
            ),
            ("COSPUT_KEY", "k\n", "'k\\n' ends with a line break"),
            ("COSPUT_REGION", " r", "' r' begins or ends with white space"),
            ("COSPUT_PREFIX", "a\u{1b}b", "'a\\u{1b}b' contains a control character"),
        ] {
            assert_eq!(
                refusal(&["upload", "f"], &[(variable, value)]),
                format!("error: invalid value for {variable}: {why}\n")
            );
        }
        assert_eq!(upload(&[], &[("COSPUT_META", "a=1\nb=2")]).object.meta.len(), 2);
    }

    #[test]
    fn buckets_of_coscli_and_coscmd_come_after_everything_else() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().to_str().unwrap();
        let parsed = |typed: &[&str], variables: &[(&str, &str)]| {
            let typed: Vec<OsString> = ["cosput", "upload", "f"].iter().chain(typed).map(OsString::from).collect();
            let variables = [("HOME", path), ("USERPROFILE", path)].into_iter().chain(variables.iter().copied());
            let (arguments, notes) = parse_with_notes(&typed, &variables.collect(), 80).unwrap();
            let crate::cli::args::Command::Upload(upload) = arguments.command else { panic!("not an upload") };
            let location = upload.location;
            let bucket = location.bucket.map(|bucket| bucket.to_string()).unwrap_or_default();
            let region = location.server.region.map(|region| region.as_str().to_owned()).unwrap_or_default();
            (upload.sources.last().unwrap().display().to_string(), bucket, region, notes)
        };
        let expected = |last: &str, bucket: &str, region: &str, notes: &[&str]| {
            let notes: Vec<Message> = notes.iter().map(|&note| note.into()).collect();
            (last.to_owned(), bucket.to_owned(), region.to_owned(), notes)
        };
        assert_eq!(parsed(&[], &[]), expected("f", "", "", &[]));
        std::fs::write(home.path().join(".cos.conf"), "[common]\nbucket = b-1\nregion = ap-x\n").unwrap();
        let (bucket, region) = ("bucket in coscmd's ~/.cos.conf: b-1", "region in coscmd's ~/.cos.conf: ap-x");
        assert_eq!(parsed(&[], &[]), expected("f", "b-1", "ap-x", &[bucket, region]));
        assert_eq!(parsed(&["-b", "c-1"], &[]), expected("f", "c-1", "", &[]));
        assert_eq!(parsed(&["--region=r"], &[]), expected("f", "b-1", "r", &[bucket]));
        assert_eq!(parsed(&[], &[("COSPUT_BUCKET", "b-1")]), expected("f", "b-1", "ap-x", &[region]));
        assert_eq!(parsed(&["cos://b-1/k"], &[]), expected("cos://b-1/k", "", "ap-x", &[region]));
        let yaml = "cos:\n  buckets:\n    - {name: a-1, alias: short, region: ap-y}\n";
        std::fs::write(home.path().join(".cos.yaml"), yaml).unwrap();
        assert_eq!(parsed(&[], &[]), expected("f", "", "", &[]));
        let notes = ["short is the bucket a-1 of coscli's ~/.cos.yaml", "region in coscli's ~/.cos.yaml: ap-y"];
        assert_eq!(parsed(&["cos://short/k"], &[]), expected("cos://a-1/k", "", "ap-y", &notes));
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
