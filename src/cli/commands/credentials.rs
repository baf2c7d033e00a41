//! `cosput credentials`: shows which credentials an upload would use, without secrets.

use std::time::SystemTime;

use crate::cli::args::CredentialsArguments;
use crate::cli::options::AccessOptions;
use crate::cli::output::console::{Console, visible};
use crate::cli::output::failures::exit::SUCCESS;
use crate::cli::output::failures::failure::Failure;
use crate::cli::output::json::{Credentials, Line};
use crate::cli::output::table::{Cell, Column, Table};
use crate::cli::process::world::World;
use crate::cli::uploading::bucket_requests;
use crate::cli::uploading::connection::credentials;
use crate::cli::values::units;
use crate::language::{Message, message, phrase};

const COLUMNS: [Column; 4] = [
    Column::names(phrase!("SOURCE")),
    Column::words(phrase!("SECRET ID")),
    Column::words(phrase!("KIND")),
    Column::words(phrase!("EXPIRES")),
];

/// Shows the credentials. Returns the exit code.
pub(crate) fn run(typed: CredentialsArguments, world: &mut World, console: &Console) -> Result<u8, Failure> {
    let CredentialsArguments { identity, json } = typed;
    let access = AccessOptions { profile: identity.profile, config: identity.config, ..AccessOptions::default() };
    let found = bucket_requests::run(world, async |world| {
        let described = credentials(&access, world).describe((world.clock)()).await;
        described.map_err(Failure::NoCredentials)
    })?;
    let expires = found.expires.map(|expires| humantime::format_rfc3339_seconds(expires).to_string());
    if json {
        console.event(&Line::Credentials(Credentials {
            source: &found.source,
            secret_id: &found.masked_id,
            temporary: found.temporary,
            expires: expires.as_deref(),
        }));
        return Ok(SUCCESS);
    }
    let mut table = Table::new(&COLUMNS);
    table.add(vec![
        Cell::new(visible(&found.source), visible(found.source.english())),
        Cell::same(&found.masked_id),
        kind(found.temporary),
        match (expires, found.expires) {
            (Some(text), Some(at)) => {
                Cell::new(message!("{time} ({left})", time = text, left = left(at, (world.clock)())), text)
            }
            _ => Cell::unknown(),
        },
    ]);
    table.print(world, console);
    Ok(SUCCESS)
}

fn kind(temporary: bool) -> Cell {
    let kind = if temporary { phrase!("temporary") } else { phrase!("permanent") };
    Cell::new(kind, kind.english())
}

fn left(at: SystemTime, now: SystemTime) -> Message {
    match at.duration_since(now) {
        Ok(left) => message!("in {time}", time = units::duration(left)),
        Err(_) => message!("over"),
    }
}
