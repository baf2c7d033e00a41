//! One round through the places: finds the first that has credentials or a way to get them, and gets them.

use std::fmt;
use std::time::SystemTime;

use super::error::{error, hinting};
use super::found::{Found, Grant};
use super::place::Place;
use super::providers::{assume_role, metadata, process, profile};
use super::requests::sts;
use super::role::Role;
use super::settings::Settings;
use crate::cos::{Credentials, CredentialsError};
use crate::language::{Message, message};

/// Credentials, the place they came from, and its name for messages.
pub(super) struct Obtained {
    pub(super) credentials: Credentials,
    pub(super) place: Place,
    pub(super) source: Message,
}

/// The places that were looked at, each on a line of its own.
struct Lines(Vec<Message>);

impl fmt::Display for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|place| write!(f, "\n  {place}"))
    }
}

/// Asks the places in order.
pub(super) async fn search(settings: &Settings, now: SystemTime) -> Result<Obtained, CredentialsError> {
    let mut empty = Vec::new();
    for place in Place::order(settings) {
        let look = place.look(settings).map_err(|why| hinting(why, place.hint(settings)));
        let Some(found) = look? else {
            empty.push(place.name(settings));
            continue;
        };
        match (place, obtain(settings, place, found, now).await) {
            // Few machines have a role, so a failure here does not end the search.
            (Place::InstanceMetadata, Err(why)) => empty.push(why.message),
            // An old browser login does not hide the places that follow.
            (Place::Tccli, Ok(obtained)) if has_expired(&obtained.credentials, now) => {
                empty.push(message!("{source} (its login has expired)", source = obtained.source));
            }
            (_, Ok(obtained)) => return still_valid(obtained, now),
            (_, Err(why)) => return Err(hinting(why, place.hint(settings))),
        }
    }
    let hint = message!("set COS_SECRET_ID and COS_SECRET_KEY, or put a profile into the configuration file");
    Err(hinting(error(message!("no credentials found in these places:{places}", places = Lines(empty))), Some(hint)))
}

/// Asks only the place that the credentials came from: an upload does not change its identity midway.
pub(super) async fn renew(settings: &Settings, place: Place, now: SystemTime) -> Result<Obtained, CredentialsError> {
    let gone = || {
        let place = place.name(settings);
        error(message!("could not renew the credentials: {place} no longer has any", place))
    };
    let found = place.look(settings)?.ok_or_else(gone)?;
    still_valid(obtain(settings, place, found, now).await?, now)
}

/// True if the credentials are known to have expired.
pub(super) fn has_expired(credentials: &Credentials, now: SystemTime) -> bool {
    credentials.expires().is_some_and(|expires| expires <= now)
}

async fn obtain(
    settings: &Settings,
    place: Place,
    found: Found,
    now: SystemTime,
) -> Result<Obtained, CredentialsError> {
    let Settings { environment, limits, .. } = settings;
    let Found { source, grant, role } = found;
    let credentials = match grant {
        Grant::Keys(credentials) => credentials,
        Grant::Process(command_line) => process::fetch(&command_line, limits).await?,
        Grant::InstanceRole(role) => metadata::fetch(environment, role.as_deref(), limits).await?,
        Grant::WebIdentity(identity) => sts::assume_role_with_web_identity(environment, &identity, limits, now).await?,
    };
    let role = match (role, place) {
        (Some(role), _) => Some(role),
        // A profile with keys names its own role.
        (None, Place::Profile) => None,
        // The variables name the role for the token; it was assumed with it.
        (None, Place::Oidc) => None,
        (None, _) => role_without_keys(settings)?,
    };
    match role {
        None => Ok(Obtained { credentials, place, source }),
        Some(role) => {
            let source = message!("the role {role}, assumed with {source}", role = role.arn, source);
            let credentials = sts::assume_role(environment, &role, &credentials, limits, now).await?;
            Ok(Obtained { credentials, place, source })
        }
    }
}

/// The role to assume with the keys of any place: that of a profile without keys, otherwise that of the variables.
fn role_without_keys(settings: &Settings) -> Result<Option<Role>, CredentialsError> {
    match profile::read(&settings.choice(), &settings.environment)?.and_then(|profile| profile.role) {
        Some(role) => Ok(Some(role)),
        None => assume_role::from_variables(&settings.environment),
    }
}

fn still_valid(obtained: Obtained, now: SystemTime) -> Result<Obtained, CredentialsError> {
    match obtained.credentials.expires() {
        Some(expires) if expires <= now => {
            let time = humantime::format_rfc3339_seconds(expires);
            Err(error(message!("the credentials of {source} expired at {time}", source = obtained.source, time)))
        }
        _ => Ok(obtained),
    }
}
