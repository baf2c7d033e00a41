//! The known values of an option. Most of these options accept others too.

use std::path::PathBuf;

use clap::Arg;

use super::line::Words;
use crate::cli::options::configuration_directory;
use crate::cli::process::world::Variables;
use crate::cos::Region;
use crate::cos::headers::{ACLS, STORAGE_CLASSES};
use crate::credentials::{ProfileChoice, default_file};
use crate::emulator::Fault;

/// The values of an option or an argument, each with a description.
pub(super) fn known_values(arg: &Arg, words: &Words, variables: &Variables) -> Vec<(String, String)> {
    let plain = |values: &[&str]| values.iter().map(|value| ((*value).to_owned(), String::new())).collect();
    match arg.get_id().as_str() {
        "region" => plain(&Region::KNOWN),
        "acl" => plain(&ACLS),
        "storage-class" => plain(&STORAGE_CLASSES),
        "delta_map" => plain(&["here", "object", "object:"]),
        "fault" => {
            Fault::names().iter().map(|(name, about)| ((*name).to_owned(), about.english().to_owned())).collect()
        }
        "profile" => profiles(words, variables).into_iter().map(|name| (name, String::new())).collect(),
        _ => possible_values(arg),
    }
}

fn possible_values(arg: &Arg) -> Vec<(String, String)> {
    let shown = arg.get_possible_values().into_iter().filter(|value| !value.is_hide_set());
    let about = |value: &clap::builder::PossibleValue| value.get_help().map(ToString::to_string).unwrap_or_default();
    match arg.get_num_args() {
        Some(range) if range.takes_values() => {
            shown.map(|value| (value.get_name().to_owned(), about(&value))).collect()
        }
        _ => Vec::new(),
    }
}

/// The profiles of the configuration file that the words, a variable or the platform names. A file that cannot be read
/// has none.
fn profiles(words: &Words, variables: &Variables) -> Vec<String> {
    let file = typed_file(&words.before)
        .map(|typed| at_home(&typed, variables))
        .or_else(|| variables.get("COSPUT_CONFIG").map(PathBuf::from));
    let default_file = configuration_directory(variables).as_deref().map(default_file);
    ProfileChoice { file, name: None, default_file }.names()
}

fn typed_file(words: &[String]) -> Option<String> {
    let after = words.iter().skip_while(|word| *word != "--config").nth(1).cloned();
    after.or_else(|| words.iter().find_map(|word| word.strip_prefix("--config=").map(str::to_owned)))
}

/// A path as the shell would pass it on: shells ask with the word as it is typed.
fn at_home(typed: &str, variables: &Variables) -> PathBuf {
    match (typed.strip_prefix("~/"), variables.get("HOME")) {
        (Some(below), Some(home)) => PathBuf::from(home).join(below),
        _ => typed.into(),
    }
}
