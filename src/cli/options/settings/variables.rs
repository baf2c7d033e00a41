//! Options from the environment: `COSPUT_PART_SIZE` for `--part-size`.

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Command, Error};

use super::precedence::overruled;
use super::setting::Setting;
use super::setting_names::{PREFIX, switch, variable_of};
use crate::cli::process::world::Variables;
use crate::cos::credentials::stray_characters;
use crate::language::{Message, message};

/// The values of variables for options that the command line leaves open.
pub(crate) fn settings(command: &Command, typed: &ArgMatches, variables: &Variables) -> Result<Vec<Setting>, Error> {
    let mut settings = Vec::new();
    // Building all names costs a twentieth of the instructions of a tiny upload.
    if !variables.any_begins(PREFIX) {
        return Ok(settings);
    }
    for arg in command.get_arguments() {
        let Some(origin) = variable_of(arg) else { continue };
        if let Some(value) = value_of(arg, &origin, variables)?
            && !overruled(arg, command, typed)
        {
            settings.push(Setting { id: arg.get_id().clone(), value, origin: origin.into() });
        }
    }
    Ok(settings)
}

/// The value of a variable, in the words of the command line. `None` if it is unset.
fn value_of(arg: &Arg, name: &str, variables: &Variables) -> Result<Option<Vec<OsString>>, Error> {
    let Some(value) = variables.get(name) else { return Ok(None) };
    // Spaces and line breaks separate the values of such lists.
    let separated = matches!(arg.get_action(), ArgAction::Append) && arg.get_value_delimiter().is_none();
    if let Some(why) = value.to_str().filter(|_| !separated).and_then(stray) {
        return Err(refused(&message!("invalid value for {name}: {why}", name, why)));
    }
    let switch = switch(value);
    let optional_value = arg.get_num_args().is_some_and(|range| range.min_values() == 0);
    Ok(match (arg.get_action(), switch) {
        (ArgAction::SetTrue, Some(on)) => on.then(|| vec!["true".into()]),
        (ArgAction::SetTrue, None) => {
            return Err(refused(&message!(
                "invalid value '{value}' for {name}: expected 1, true, yes, on, 0, false, no or off",
                value = value.to_string_lossy(),
                name
            )));
        }
        (_, Some(on)) if optional_value => on.then(|| vec!["".into()]),
        (ArgAction::Append, _) if arg.get_value_delimiter().is_none() => {
            Some(value.to_string_lossy().split_whitespace().map(OsString::from).collect())
        }
        (ArgAction::Append, _) => Some(value.to_string_lossy().split(',').map(OsString::from).collect()),
        _ => Some(vec![value.to_owned()]),
    })
}

fn refused(why: &Message) -> Error {
    Error::raw(ErrorKind::InvalidValue, format!("{why}\n"))
}

/// What is wrong with a value that has characters which do not belong to it.
fn stray(value: &str) -> Option<Message> {
    stray_characters(value).map(|why| message!("'{value}' {why}", value = value.escape_debug(), why))
}
