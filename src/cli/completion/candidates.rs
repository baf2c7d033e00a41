//! What fits at a place on the command line.

use clap::{Arg, Command, ValueHint};

use super::line::{Line, Words};
use super::values::known_values;
use crate::cli::process::world::Variables;

/// Values with their descriptions, and the paths that fit.
#[derive(Default)]
pub(super) struct Candidates {
    pub(super) paths: Paths,
    pub(super) values: Vec<(String, String)>,
}

/// The paths that the shell completes by itself.
#[derive(Default)]
pub(super) enum Paths {
    #[default]
    None,
    Files,
    Directories,
}

impl Paths {
    /// The first line of the answer.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Files => "files",
            Self::Directories => "directories",
        }
    }
}

/// What fits at this place and begins as the current word does.
pub(super) fn candidates(line: &Line<'_>, words: &Words, variables: &Variables) -> Candidates {
    let (mut candidates, prefix) = match line {
        Line::Command(program) => (commands(program), ""),
        Line::Option(command) => (options(command), ""),
        Line::Value(arg, prefix) => (values(arg, words, variables), prefix.as_str()),
        Line::Argument(arg) => (values(arg, words, variables), ""),
        Line::Unknown => (Candidates::default(), ""),
    };
    candidates.values.iter_mut().for_each(|(value, _)| value.insert_str(0, prefix));
    candidates.values.retain(|(value, _)| value.starts_with(&words.current));
    candidates
}

fn commands(program: &Command) -> Candidates {
    let shown = program.get_subcommands().filter(|command| !command.is_hide_set());
    let about = |command: &Command| command.get_about().map(ToString::to_string).unwrap_or_default();
    let values = shown.map(|command| (command.get_name().to_owned(), about(command))).collect();
    Candidates { values, ..Candidates::default() }
}

fn options(command: &Command) -> Candidates {
    let shown = command.get_arguments().filter(|arg| !arg.is_hide_set());
    let about = |arg: &Arg| arg.get_help().map(ToString::to_string).unwrap_or_default();
    let values = shown.filter_map(|arg| Some((format!("--{}", arg.get_long()?), about(arg)))).collect();
    Candidates { values, ..Candidates::default() }
}

fn values(arg: &Arg, words: &Words, variables: &Variables) -> Candidates {
    let paths = match arg.get_value_hint() {
        ValueHint::AnyPath | ValueHint::FilePath => Paths::Files,
        ValueHint::DirPath => Paths::Directories,
        _ => Paths::None,
    };
    Candidates { paths, values: known_values(arg, words, variables) }
}
