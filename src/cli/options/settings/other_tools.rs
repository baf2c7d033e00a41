//! Bucket, region and endpoint from the configuration of coscli and coscmd, for options that nothing else sets.

use std::ffi::{OsStr, OsString};

use clap::parser::ValueSource;
use clap::{ArgMatches, Command};

use super::setting::Setting;
use crate::cli::options::directories::Directories;
use crate::cli::process::world::Variables;
use crate::cli::values::destination::Destination;
use crate::credentials::{KnownBucket, known_buckets};
use crate::language::{Message, message};

/// Options that decide the server.
const SERVER: [&str; 5] = ["region", "endpoint", "emulator", "accelerate", "internal"];

/// The arguments, with the bucket's name in place of an alias in `cos://alias/key`, and notes about that.
pub(crate) fn without_aliases(arguments: Vec<OsString>, variables: &Variables) -> (Vec<OsString>, Vec<Message>) {
    let mut notes = Vec::new();
    let replaced = |argument: OsString| match alias_in(&argument) {
        Some(alias) => {
            let known = buckets(variables).into_iter().find(|known| known.alias.as_deref() == Some(alias));
            let Some(known) = known else { return argument };
            notes.push(message!(
                "{alias} is the bucket {bucket} of {tool}",
                alias,
                bucket = known.name,
                tool = known.source
            ));
            argument.to_string_lossy().replacen(alias, &known.name, 1).into()
        }
        None => argument,
    };
    (arguments.into_iter().map(replaced).collect(), notes)
}

/// The bucket of a destination, if it can only be an alias.
fn alias_in(argument: &OsStr) -> Option<&str> {
    if !Destination::is(argument) || Destination::parse(argument.to_str()?).is_ok() {
        return None;
    }
    let (_, rest) = argument.to_str()?.split_once("://")?;
    rest.split('/').next().filter(|alias| !alias.is_empty())
}

/// The settings that the command line, variables and our configuration leave open.
pub(crate) fn settings(
    command: &Command,
    typed: &ArgMatches,
    decided: &[Setting],
    variables: &Variables,
) -> Vec<Setting> {
    let open = |id: &str| {
        let known = command.get_arguments().any(|arg| arg.get_id() == id);
        known && raw(typed, id).is_none() && !decided.iter().any(|setting| setting.id == id)
    };
    let bucket = bucket_of(typed, decided);
    let server_open = SERVER.iter().all(|id| open(id));
    if !command.get_arguments().any(|arg| arg.get_id() == "bucket") || (bucket.is_some() && !server_open) {
        return Vec::new();
    }
    let known = buckets(variables);
    let chosen = match &bucket {
        Some(bucket) => known.iter().find(|known| known.name == *bucket),
        // Of several buckets, none is the default.
        None => known.first().filter(|first| known.iter().all(|other| other.name == first.name)),
    };
    let Some(chosen) = chosen else { return Vec::new() };
    let setting = |id: &'static str, value: &Option<String>| {
        let value = vec![value.clone()?.into()];
        Some(Setting { id: id.into(), value, origin: message!("{key} in {place}", key = id, place = chosen.source) })
    };
    let bucket = bucket.is_none().then(|| setting("bucket", &Some(chosen.name.clone()))).flatten();
    let server = [setting("region", &chosen.region), setting("endpoint", &chosen.endpoint)].into_iter().flatten();
    bucket.into_iter().chain(server.filter(|_| server_open)).collect()
}

fn buckets(variables: &Variables) -> Vec<KnownBucket> {
    Directories::among(variables).home().map(|home| known_buckets(&home)).unwrap_or_default()
}

/// The bucket on the command line or in a setting.
fn bucket_of(typed: &ArgMatches, decided: &[Setting]) -> Option<String> {
    let destination = ["sources", "destination"].into_iter().find_map(|id| {
        let last = raw(typed, id)?;
        Destination::is(&last).then(|| Destination::parse(last.to_str()?).ok())?
    });
    let setting = || decided.iter().find(|setting| setting.id == "bucket")?.value.first().cloned();
    let text = || raw(typed, "bucket").or_else(setting).map(|bucket| bucket.to_string_lossy().into_owned());
    destination.map(|destination| destination.bucket.as_str().to_owned()).or_else(text)
}

/// The last value of an option on the command line.
fn raw(typed: &ArgMatches, id: &str) -> Option<OsString> {
    let mut values = typed.try_get_raw(id).ok().flatten()?;
    (typed.value_source(id) == Some(ValueSource::CommandLine))
        .then(|| values.next_back().map(OsStr::to_owned))
        .flatten()
}
