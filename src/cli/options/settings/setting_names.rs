//! The names of an option outside the command line: `COSPUT_PART_SIZE` and `part_size` for `--part-size`.

use std::ffi::OsStr;

use clap::{Arg, ArgAction};

/// The prefix of the variables.
pub(crate) const PREFIX: &str = "COSPUT_";

/// Options that only the command line sets: they say what is aborted, or what one stream must be.
const TYPED_ALONE: [&str; 4] = ["all", "expect-size", "expect-crc64", "allow-empty"];

/// The name of an option in a profile, if it has one.
pub(crate) fn key_of(arg: &Arg) -> Option<String> {
    if matches!(arg.get_id().as_str(), "config" | "profile") {
        return None;
    }
    named(arg).map(|name| name.replace('-', "_"))
}

/// The variable of an option, if it has one.
pub(crate) fn variable_of(arg: &Arg) -> Option<String> {
    Some(format!("{PREFIX}{}", named(arg)?.replace('-', "_").to_ascii_uppercase()))
}

fn named(arg: &Arg) -> Option<&str> {
    if matches!(arg.get_action(), ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong | ArgAction::Version) {
        return None;
    }
    arg.get_long().filter(|name| !TYPED_ALONE.contains(name))
}

/// Reads a word for yes or no.
pub(crate) fn switch(value: &OsStr) -> Option<bool> {
    match value.to_str()?.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Some(true),
        "0" | "false" | "no" | "off" => Some(false),
        _ => None,
    }
}
