//! One round through the places: the first that holds credentials, and the steps from there to credentials in hand.

use std::time::SystemTime;

use super::found::{Found, Grant, error};
use super::place::Place;
use super::providers::assume_role::Role;
use super::providers::{metadata, process};
use super::settings::Settings;
use super::sts;
use crate::cos::{Credentials, CredentialsError};

/// Credentials, where they came from, and what that is called.
pub(super) struct Obtained {
    pub(super) credentials: Credentials,
    pub(super) place: Place,
    pub(super) source: String,
}

/// Asks one place after the other.
pub(super) async fn search(settings: &Settings, now: SystemTime) -> Result<Obtained, CredentialsError> {
    let mut empty = Vec::new();
    for place in Place::order(settings) {
        let Some(found) = place.look(settings)? else {
            empty.push(place.name(settings));
            continue;
        };
        match (place, obtain(settings, place, found, now).await) {
            // Every machine may have a role, and few have: only here is a failure no reason to stop.
            (Place::InstanceMetadata, Err(why)) => empty.push(why.message),
            // A browser login of last week does not stand in the way of what comes later.
            (Place::Tccli, Ok(obtained)) if has_ended(&obtained.credentials, now) => {
                empty.push(format!("{} (its login has ended)", obtained.source));
            }
            (_, Ok(obtained)) => return holding(obtained, now),
            (_, Err(why)) => return Err(why),
        }
    }
    Err(error(format!("no credentials found; looked at: {}", empty.join("; "))))
}

/// Asks the place that answered before, and no other: an upload does not change its identity half-way.
pub(super) async fn again(settings: &Settings, place: Place, now: SystemTime) -> Result<Obtained, CredentialsError> {
    let gone = || error(format!("could not renew the credentials: nothing is left in {}", place.name(settings)));
    let found = place.look(settings)?.ok_or_else(gone)?;
    holding(obtain(settings, place, found, now).await?, now)
}

/// Whether the credentials are known to be of no more use.
pub(super) fn has_ended(credentials: &Credentials, now: SystemTime) -> bool {
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
        // A profile with keys says itself which role goes with them.
        (None, Place::Profile) => None,
        (None, _) => role_without_keys(settings)?,
    };
    match role {
        None => Ok(Obtained { credentials, place, source }),
        Some(role) => {
            let source = format!("the role {}, assumed with {source}", role.arn);
            let credentials = sts::assume_role(environment, &role, &credentials, limits, now).await?;
            Ok(Obtained { credentials, place, source })
        }
    }
}

/// The role to take on with whatever keys are found: that of a profile without keys, else that of the variables.
fn role_without_keys(settings: &Settings) -> Result<Option<Role>, CredentialsError> {
    match settings.choice().read(&settings.environment)?.and_then(|profile| profile.role) {
        Some(role) => Ok(Some(role)),
        None => Role::from_variables(&settings.environment),
    }
}

fn holding(obtained: Obtained, now: SystemTime) -> Result<Obtained, CredentialsError> {
    match obtained.credentials.expires() {
        Some(expires) if expires <= now => {
            let expires = humantime::format_rfc3339_seconds(expires);
            Err(error(format!("the credentials of {} ended at {expires}", obtained.source)))
        }
        _ => Ok(obtained),
    }
}
