//! An argument or an option: how it is written, and its description.

use clap::Arg;

use super::roff::{bold, italic};
use crate::cli::args::help::line;

/// How it is written: `-b, --bucket NAME-APPID`, marked for a page.
pub(super) fn term(arg: &Arg) -> String {
    if arg.is_positional() {
        return positional(arg);
    }
    let short = arg.get_short().map(|short| bold(&format!("-{short}")));
    let long = arg.get_long().map(|long| bold(&format!("--{long}")));
    let names: Vec<String> = short.into_iter().chain(long).collect();
    names.join(", ") + &value(arg)
}

/// An argument in a synopsis: `[SOURCE]...`.
pub(super) fn positional(arg: &Arg) -> String {
    let name = italic(&value_name(arg));
    let name = if arg.is_required_set() { name } else { format!("[{name}]") };
    if arg.get_num_args().is_some_and(|range| range.max_values() > 1) { name + "..." } else { name }
}

fn value(arg: &Arg) -> String {
    let Some(range) = arg.get_num_args().filter(|range| range.takes_values()) else { return String::new() };
    let name = italic(&value_name(arg));
    match range.min_values() {
        0 => format!("[={name}]"),
        _ => format!(" {name}"),
    }
}

fn value_name(arg: &Arg) -> String {
    arg.get_value_names().unwrap_or_default().join(" ")
}

/// The description: the line of the short help as a sentence, then the rest of the long help.
pub(super) fn description(arg: &Arg) -> String {
    let short = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let long = arg.get_long_help().map(ToString::to_string).unwrap_or_default();
    let details = long.strip_prefix(short.as_str()).unwrap_or_default().trim();
    let line = line(&short, details);
    format!("{line}. {details}").trim_end().split('\n').filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::Arguments;
    use clap::CommandFactory;

    #[test]
    fn every_option_of_every_command_has_a_description() {
        let mut program = Arguments::command();
        program.build();
        for command in program.get_subcommands() {
            for arg in command.get_arguments() {
                let description = description(arg);
                assert!(description.len() > 5 && !description.contains('\n'), "{}: {description:?}", arg.get_id());
            }
        }
    }

    #[test]
    fn a_line_of_help_alone_is_a_sentence() {
        let arg = Arg::new("x").long("x").help("Number of things [8]").long_help("Number of things [8]\n\nDefault: 8.");
        assert_eq!(description(&arg), "Number of things. Default: 8.");
        assert_eq!(description(&Arg::new("x").help("Print errors only")), "Print errors only.");
    }
}
