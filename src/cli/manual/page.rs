//! One page, section by section.

use clap::{Arg, Command, CommandFactory};

use super::notes::{Example, Notes};
use super::option::{description, positional, term};
use super::roff::{Roff, bold, italic};
use super::{environment, exit_status, files};
use crate::cli::args::Arguments;

/// The date of the pages. It is written down, because the same source must give the same bytes on any day.
const DATE: &str = "2026-11-26";

/// Every page: its file name and its content.
pub fn pages() -> Vec<(String, Vec<u8>)> {
    let mut program = Arguments::command();
    program.build();
    let commands: Vec<&Command> = program.get_subcommands().filter(|command| !command.is_hide_set()).collect();
    let of_command = |command: &&Command| (format!("{}.1", full_name(command)), page(command, &[]));
    let first = ("cosput.1".to_owned(), page(&program, &commands));
    std::iter::once(first).chain(commands.iter().map(of_command)).collect()
}

fn page(command: &Command, commands: &[&Command]) -> Vec<u8> {
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let notes = command.get_after_long_help().or_else(|| command.get_after_help()).map(ToString::to_string);
    let notes = Notes::read(&notes.unwrap_or_default());
    let name = full_name(command);
    let mut roff = Roff::title(&name, DATE, concat!("cosput ", env!("CARGO_PKG_VERSION")));
    roff.section("NAME");
    roff.text(&format!("{name} - {about}"));
    synopsis(&mut roff, command);
    roff.section("DESCRIPTION");
    roff.text(&format!("{about}."));
    for paragraph in &notes.paragraphs {
        roff.paragraph();
        roff.text(paragraph);
    }
    if !commands.is_empty() {
        roff.section("COMMANDS");
    }
    for command in commands {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        roff.item(&reference(&full_name(command)), &format!("{about}."));
    }
    options(&mut roff, command);
    exit_status::write(&mut roff, command.get_name());
    environment::write(&mut roff, command, notes.variables.as_deref());
    files::write(&mut roff, command);
    examples(&mut roff, &notes.examples);
    see_also(&mut roff, command.get_name(), commands);
    roff.finish()
}

/// `cosput-upload` for the command `upload`.
fn full_name(command: &Command) -> String {
    match command.get_name() {
        "cosput" => "cosput".to_owned(),
        name => format!("cosput-{name}"),
    }
}

fn synopsis(roff: &mut Roff, command: &Command) {
    roff.section("SYNOPSIS");
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
    let rest = match command.has_subcommands() {
        true => vec![italic("COMMAND"), format!("[{}]...", italic("ARGUMENT"))],
        false => command.get_positionals().map(positional).collect(),
    };
    let options = format!("[{}]...", italic("OPTION"));
    roff.marked(&[vec![bold(name), options], rest].concat().join(" "));
}

/// Arguments and options without a heading, then a part for each heading, in the order of the definition.
fn options(roff: &mut Roff, command: &Command) {
    roff.section("OPTIONS");
    let shown: Vec<&Arg> = command.get_arguments().filter(|arg| !arg.is_hide_set()).collect();
    let (plain, under_headings): (Vec<&Arg>, Vec<&Arg>) =
        shown.iter().copied().partition(|arg| arg.get_help_heading().is_none());
    for arg in plain {
        roff.item(&term(arg), &description(arg));
    }
    let mut headings: Vec<&str> = Vec::new();
    for heading in under_headings.iter().filter_map(|arg| arg.get_help_heading()) {
        if !headings.contains(&heading) {
            headings.push(heading);
        }
    }
    for heading in headings {
        roff.subsection(heading);
        for arg in under_headings.iter().filter(|arg| arg.get_help_heading() == Some(heading)) {
            roff.item(&term(arg), &description(arg));
        }
    }
}

fn examples(roff: &mut Roff, examples: &[Example]) {
    if examples.is_empty() {
        return;
    }
    roff.section("EXAMPLES");
    for (number, example) in examples.iter().enumerate() {
        if let Some(about) = &example.about {
            if number > 0 {
                roff.paragraph();
            }
            roff.text(&format!("{about}:"));
        }
        roff.example(&example.lines);
    }
}

/// The pages that belong together.
fn see_also(roff: &mut Roff, name: &str, commands: &[&Command]) {
    let related: Vec<String> = match name {
        "cosput" => commands.iter().map(|command| full_name(command)).collect(),
        "upload" => ["cosput", "cosput-resume", "cosput-verify", "cosput-emulator"].map(str::to_owned).into(),
        "resume" | "abort" | "list-uploads" | "list-parts" => {
            let others =
                ["upload", "resume", "list-uploads", "list-parts", "abort"].iter().filter(|other| **other != name);
            std::iter::once("cosput".to_owned()).chain(others.map(|other| format!("cosput-{other}"))).collect()
        }
        _ => ["cosput", "cosput-upload"].map(str::to_owned).into(),
    };
    roff.section("SEE ALSO");
    roff.marked(&related.iter().map(|name| reference(name)).collect::<Vec<_>>().join(",\n"));
}

/// `cosput-upload(1)`.
fn reference(name: &str) -> String {
    format!("\\%{}(1)", bold(name))
}
