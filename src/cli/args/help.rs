//! Help as a terminal shows it: examples are not wrapped, so that they can be pasted, and a default is named once.

use clap::{Arg, Command};

use super::help_language::{self, UNBROKEN};
use crate::language::{Language, current, phrase};

const EXAMPLES: &str = "Examples:";

/// A command whose help is made for reading. [`text`] makes the rest of its help.
pub(crate) fn readable(command: Command) -> Command {
    let [notes, long_notes] = [command.get_after_help(), command.get_after_long_help()]
        .map(|notes| unbroken(&notes.map(ToString::to_string).unwrap_or_default()));
    if current() == Language::English {
        return command.mut_args(with_default_once).after_help(notes).after_long_help(long_notes);
    }
    let [notes, long_notes] = [notes, long_notes].map(|notes| help_language::lines(&notes));
    help_language::in_language(command).mut_args(with_default_once).after_help(notes).after_long_help(long_notes)
}

/// The text of such help as clap made it, with lines of up to `columns`.
pub(crate) fn text(help: &str, columns: usize) -> String {
    help_language::shown(help, columns).replace(UNBROKEN, " ")
}

/// The line of the short help, without the default in brackets if the rest of the help names it.
pub(crate) fn line<'a>(short: &'a str, details: &str) -> &'a str {
    match short.rsplit_once(" [") {
        // The default stands in brackets where there is no room for more.
        Some((line, _)) if short.ends_with(']') && details.contains(phrase!("Default: ").text()) => line,
        _ => short,
    }
}

fn with_default_once(arg: Arg) -> Arg {
    let [short, long] = [arg.get_help(), arg.get_long_help()].map(|help| help.map(ToString::to_string));
    let (Some(short), Some(long)) = (short, long) else { return arg };
    match long.strip_prefix(&short) {
        Some(details) => arg.long_help(format!("{}{details}", line(&short, details))),
        None => arg,
    }
}

/// The notes below the help, with commands that stay on their lines.
fn unbroken(notes: &str) -> String {
    let mut in_examples = false;
    let mut lines = Vec::new();
    for line in notes.lines() {
        in_examples = line == EXAMPLES || in_examples && line.starts_with(' ');
        let is_command = in_examples && line.starts_with(' ') && !line.ends_with(':');
        lines.push(if is_command { line.replace(' ', UNBROKEN) } else { line.to_owned() });
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::Arguments;
    use clap::CommandFactory;

    fn help(name: &str, columns: usize) -> String {
        let mut program = Arguments::command();
        program.build();
        let command = program.find_subcommand(name).unwrap().clone();
        text(&readable(command).term_width(columns).max_term_width(columns).render_long_help().to_string(), columns)
    }

    fn names() -> Vec<String> {
        Arguments::command().get_subcommands().map(|command| command.get_name().to_owned()).collect()
    }

    #[test]
    fn examples_can_be_pasted_from_a_terminal_of_any_width() {
        for name in names() {
            let (narrow, wide) = (help(&name, 30), help(&name, 2000));
            let (_, examples) = wide.split_once("Examples:\n").unwrap();
            let block = examples.split("\n\n").next().unwrap();
            for command in block.lines().filter(|line| line.starts_with("    ")) {
                assert!(narrow.lines().any(|line| line == command), "{command}\n{narrow}");
                assert!(command.len() <= 60, "{} columns: {command}", command.len());
            }
        }
    }

    #[test]
    fn notes_are_wrapped_once() {
        for name in names() {
            let wide = help(&name, 2000);
            let (_, notes) = wide.split_once("Examples:\n").unwrap();
            for paragraph in notes.split("\n\n").skip(1) {
                assert_eq!(paragraph.trim_end().lines().count(), 1, "{name}: {paragraph}");
            }
        }
    }

    #[test]
    fn a_default_is_named_once() {
        for name in names() {
            let text = help(&name, 80);
            for option in text.split("\n\n") {
                let line = option.lines().find(|line| line.ends_with(']') && line.contains(" ["));
                assert!(line.is_none() || !option.contains("Default: "), "{name}: {option}");
            }
            let lines: Vec<&str> = text.lines().collect();
            for pair in lines.windows(3).filter(|lines| lines[0].starts_with("          ") && lines[0].ends_with(']')) {
                assert!(!pair[2].contains("Default: "), "{name}: {pair:?}");
            }
        }
    }
}
