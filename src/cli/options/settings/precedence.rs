//! Which options of the command line exclude a value from a variable or from the configuration.

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};

use crate::cli::values::destination::Destination;
use crate::upload::source::stream;

/// Options that are ignored unless stdin is uploaded.
const OF_STDIN: [&str; 1] = ["memory"];

/// Options that a destination on the command line replaces.
const DESTINATION_REPLACES: [&str; 3] = ["bucket", "key", "prefix"];

/// True if the command line has the option, or one that excludes it.
pub(crate) fn overruled(arg: &Arg, command: &Command, typed: &ArgMatches) -> bool {
    let mut sources = typed.try_get_raw("sources").ok().flatten().into_iter().flatten();
    if OF_STDIN.contains(&arg.get_id().as_str()) && !sources.any(|source| source == stream::NAME) {
        return true;
    }
    let is_typed = |arg: &Arg| typed.value_source(arg.get_id().as_str()) == Some(ValueSource::CommandLine);
    let beside = command.get_arguments().filter(|other| is_typed(other)).any(|other| excludes(command, arg, other));
    beside || (DESTINATION_REPLACES.contains(&arg.get_id().as_str()) && names_destination(typed))
}

/// True if the two are the same option, or cannot be used together.
pub(crate) fn excludes(command: &Command, one: &Arg, other: &Arg) -> bool {
    let conflict = |one: &Arg, other: &Arg| {
        command.get_arg_conflicts_with(one).iter().any(|conflicting| conflicting.get_id() == other.get_id())
    };
    one.get_id() == other.get_id() || conflict(one, other) || conflict(other, one)
}

fn names_destination(typed: &ArgMatches) -> bool {
    let sources = typed.try_get_raw("sources").ok().flatten();
    sources.and_then(Iterator::last).is_some_and(Destination::is)
}
