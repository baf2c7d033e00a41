//! The texts of the help: each line that is no command.

use std::collections::BTreeSet;

use clap::{Arg, Command, CommandFactory};
use cosput::cli::args::Arguments;

/// All of them, as the catalogue has them.
pub(crate) fn help_texts() -> BTreeSet<String> {
    let mut program = Arguments::command();
    program.build();
    let mut texts = BTreeSet::new();
    of_command(&program, &mut texts);
    texts
}

fn of_command(command: &Command, texts: &mut BTreeSet<String>) {
    let about =
        [command.get_about(), command.get_long_about(), command.get_after_help(), command.get_after_long_help()];
    let of_options = command.get_arguments().flat_map(of_option);
    for text in about.into_iter().flatten().map(ToString::to_string).chain(of_options) {
        add(&text, texts);
    }
    command.get_subcommands().for_each(|command| of_command(command, texts));
}

fn of_option(arg: &Arg) -> impl Iterator<Item = String> {
    let help = [arg.get_help(), arg.get_long_help()].map(|help| help.map(ToString::to_string));
    let values = if arg.is_hide_possible_values_set() { Vec::new() } else { arg.get_possible_values() };
    let meanings: Vec<String> = values.iter().filter_map(|value| Some(value.get_help()?.to_string())).collect();
    help.into_iter().flatten().chain(arg.get_help_heading().map(str::to_owned)).chain(meanings)
}

fn add(text: &str, texts: &mut BTreeSet<String>) {
    texts.extend(lines_for_people(text).map(str::to_owned));
}

/// The lines of a help text that are no commands.
pub(crate) fn lines_for_people(text: &str) -> impl Iterator<Item = &str> {
    let mut in_examples = false;
    text.lines().filter_map(move |line| {
        in_examples = line == "Examples:" || in_examples && line.starts_with(' ');
        let is_command = in_examples && line.starts_with(' ') && !line.ends_with(':');
        (!is_command && !line.trim().is_empty()).then(|| line.trim())
    })
}
