//! Help in the chosen language: every text of a command line by line, and the words that clap adds when it shows them.

use clap::{Arg, Command};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::language::{Language, current, phrase, translated};

/// Stands for a blank at which a line must not be broken.
pub(super) const UNBROKEN: &str = "\u{a0}";
/// What may not begin a line of Chinese, and what may not end one.
const NOT_FIRST: &str = "，。：；、）》”？！…,.;:)]";
const NOT_LAST: &str = "（《“([";

/// A command whose texts are in the chosen language, and which clap does not wrap: it breaks lines only at spaces.
pub(super) fn in_language(command: Command) -> Command {
    let command = match command.get_about().map(ToString::to_string) {
        Some(about) => command.about(lines(&about)),
        None => command,
    };
    let command = match command.get_long_about().map(ToString::to_string) {
        Some(about) => command.long_about(lines(&about)),
        None => command,
    };
    command.mut_args(of_option).mut_subcommands(in_the_list).term_width(0)
}

fn in_the_list(command: Command) -> Command {
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    command.about(lines(&about))
}

fn of_option(arg: Arg) -> Arg {
    let [short, long] = [arg.get_help(), arg.get_long_help()].map(|help| help.map(|help| lines(&help.to_string())));
    let heading = arg.get_help_heading().map(|heading| translated(heading).to_owned());
    let arg = match short {
        Some(short) => arg.help(short),
        None => arg,
    };
    let arg = match long {
        Some(long) => arg.long_help(long),
        None => arg,
    };
    match heading {
        Some(heading) => arg.help_heading(heading),
        None => arg,
    }
}

/// A text of several lines, each of which has a translation of its own. Commands have none.
pub(super) fn lines(text: &str) -> String {
    let line = |line: &str| {
        let text = line.trim_start_matches(' ');
        format!("{}{}", &line[..line.len() - text.len()], translated(text))
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// Help as clap made it, with its own words in the chosen language, and lines of up to `columns`.
pub(super) fn shown(help: &str, columns: usize) -> String {
    match current() {
        Language::English => help.to_owned(),
        Language::Chinese => {
            help.lines().map(|line| wrapped(&with_words(line), columns)).collect::<Vec<_>>().join("\n")
        }
    }
}

fn with_words(line: &str) -> String {
    if let Some(usage) = line.strip_prefix("Usage:") {
        let usage = usage.trim_start().replace("[OPTIONS]", phrase!("[OPTIONS]").text());
        return format!("{}{}", phrase!("Usage:"), usage.replace("<COMMAND>", phrase!("<COMMAND>").text()));
    }
    match line {
        "Options:" => phrase!("Options:").text().to_owned(),
        "Arguments:" => phrase!("Arguments:").text().to_owned(),
        "Commands:" => phrase!("Commands:").text().to_owned(),
        _ if line.ends_with(':') && !line.starts_with(' ') => line.replace(':', "："),
        _ if is_value(line) => with_translated_value(line),
        _ => match line.split_once("[possible values: ") {
            Some((before, values)) => {
                format!("{before}{}{}", phrase!("[possible values: "), values.replace(", ", "、"))
            }
            None => line.replace("Possible values:", phrase!("Possible values:").text()),
        },
    }
}

/// True for a possible value and its meaning, as in `- zsh: Z shell`.
fn is_value(line: &str) -> bool {
    line.trim_start().starts_with("- ") && line.contains(": ")
}

fn with_translated_value(line: &str) -> String {
    let (value, meaning) = line.split_once(": ").expect("such a line has a colon");
    let text = meaning.trim_start_matches(' ');
    format!("{value}: {}{}", &meaning[..meaning.len() - text.len()], translated(text))
}

/// A line in lines of up to `columns`, which begin below the first one's text.
fn wrapped(line: &str, columns: usize) -> String {
    if line.width() <= columns || line.contains(UNBROKEN) {
        return line.to_owned();
    }
    let indent = " ".repeat(indent(line).min(columns / 2));
    let (mut lines, mut current) = (Vec::new(), String::new());
    for piece in pieces(line) {
        if current.width() + piece.trim_end().width() > columns && !current.trim().is_empty() {
            lines.push(current.trim_end().to_owned());
            current = format!("{indent}{}", piece.trim_start());
        } else {
            current.push_str(piece);
        }
    }
    lines.push(current);
    lines.join("\n")
}

/// The column at which the text of a line begins, after the name of an option if there is one.
fn indent(line: &str) -> usize {
    let text = line.trim_start();
    let behind_name = text.find("  ").filter(|_| text.len() < line.len());
    let skipped = behind_name.map_or(0, |at| at + text[at..].len() - text[at..].trim_start().len());
    line[..line.len() - text.len() + skipped].width()
}

/// The pieces of a line between which it may be broken: words, and single Chinese characters with their punctuation.
fn pieces(line: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut last) = (0, ' ');
    for (at, next) in line.char_indices() {
        let is_wide = |character: char| character.width() == Some(2);
        let between = if last == ' ' { next != ' ' } else { next != ' ' && (is_wide(last) || is_wide(next)) };
        if between && !NOT_FIRST.contains(next) && !NOT_LAST.contains(last) {
            pieces.push(&line[start..at]);
            start = at;
        }
        last = next;
    }
    pieces.push(&line[start..]);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::Arguments;
    use crate::cli::args::help::{readable, text};
    use crate::language::chinese;
    use clap::CommandFactory;

    fn help(name: &str, long: bool) -> String {
        chinese(|| {
            let mut program = Arguments::command();
            program.build();
            let mut command = readable(program.find_subcommand(name).unwrap_or(&program).clone());
            let help = if long { command.render_long_help() } else { command.render_help() };
            text(&help.to_string(), 80)
        })
    }

    fn names() -> Vec<String> {
        Arguments::command().get_subcommands().map(|command| command.get_name().to_owned()).collect()
    }

    #[test]
    fn chinese_help_has_no_english_left() {
        for name in names() {
            for line in help(&name, true).lines().filter(|line| !line.contains("cosput ")) {
                let chinese = line.chars().any(|character| character.width() == Some(2));
                let mut words =
                    line.split(' ').filter(|word| !word.is_empty() && word.chars().all(char::is_alphabetic));
                let english = words.any(|word| ["the", "a", "of", "is", "with", "for"].contains(&word));
                assert!(chinese || !english, "{name}: {line}");
            }
        }
    }

    #[test]
    fn chinese_help_keeps_to_the_width_of_a_terminal() {
        for name in names() {
            for long in [false, true] {
                for line in help(&name, long).lines() {
                    assert!(line.width() <= 80 || !line.contains(['，', '。']), "{name}: {line}");
                }
            }
        }
    }

    #[test]
    fn a_line_is_broken_between_characters_but_not_before_punctuation() {
        assert_eq!(wrapped("  -a  一二三，四五 --six 七", 14), "  -a  一二三，\n      四五\n      --six 七");
        assert_eq!(wrapped("  一二三，四", 8), "  一二\n  三，四");
    }
}
