//! The connection, the session template and the number of concurrent requests, from the options of an upload.

use super::connection::Connection;
use super::descriptors::{Objects, requests_within};
use super::template::Template;
use crate::cli::options::{Server, UploadOptions};
use crate::cli::output::console::Console;
use crate::cli::output::failures::circumstances::Rerun;
use crate::cli::output::failures::failure::Failure;
use crate::cli::process::world::World;
use crate::language::message;
use crate::upload::batch::concurrency::Concurrency;
use crate::upload::session::{Goal, JournalLocation};
use crate::upload::source::OwnPaths;

/// Connects to the server of an upload.
pub(crate) async fn connect(options: &UploadOptions, world: &World, console: &Console) -> Result<Connection, Failure> {
    Connection::open(&options.server, options.requests, &options.access, options.output.verbose, world, console).await
}

/// The settings that all uploads of the command share.
pub(crate) fn template(options: &UploadOptions, connection: &Connection, world: &World) -> Template {
    Template {
        site: connection.site.clone(),
        bucket: options.bucket.clone(),
        location: location(options),
        resume: options.resume,
        upload_id: options.resume_upload_id.clone().filter(|_| !options.dry_run),
        abort_on_failure: options.abort_on_failure,
        content_md5: options.content_md5,
        requests: options.requests,
        object: options.object.clone(),
        skip: options.skip,
        delta: options.delta.clone(),
        goal: if options.dry_run { Goal::Compare } else { Goal::Complete },
        seed: world.seed,
    }
}

/// The files and directories that the command itself writes; they are not uploaded.
pub(crate) fn own_paths(options: &UploadOptions) -> OwnPaths {
    let UploadOptions { server, log_file, journal, state_directory, .. } = options;
    let emulator = match server {
        Server::Emulator { directory, .. } => Some(directory),
        Server::At { .. } => None,
    };
    OwnPaths::new(
        [log_file.as_ref(), journal.as_ref(), state_directory.as_ref(), emulator].into_iter().flatten().cloned(),
    )
}

/// The effect of the same command on the uploads that this one leaves.
pub(crate) fn rerun(options: &UploadOptions) -> Rerun {
    Rerun { resumes: options.resume, cut_by: options.stdin.cut_by(options.plan) }
}

fn location(options: &UploadOptions) -> JournalLocation {
    match (&options.journal, &options.state_directory) {
        (Some(file), _) => JournalLocation::File(file.clone()),
        (None, Some(directory)) => JournalLocation::Directory(directory.clone()),
        (None, None) => {
            JournalLocation::Unavailable(message!("no home directory is known; name a place with --state-dir"))
        }
    }
}

/// The number of concurrent requests that the user asked for, reduced to fit the limit on open files.
pub(crate) fn concurrency(options: &UploadOptions, objects: Objects, world: &World, console: &Console) -> Concurrency {
    let serves = matches!(options.server, Server::Emulator { .. });
    within_limits(options.requests.concurrency, serves, objects, world, console)
}

/// The number of concurrent requests, reduced to fit the limit on open files. `serves` if this process is the server too.
pub(crate) fn within_limits(
    wanted: Concurrency,
    serves: bool,
    objects: Objects,
    world: &World,
    console: &Console,
) -> Concurrency {
    let Some(most) = (world.open_files)().and_then(|limit| requests_within(limit, objects, serves)) else {
        return wanted;
    };
    if wanted.most() <= most {
        return wanted;
    }
    if let Concurrency::Fixed(wanted) = wanted {
        console.warning(&message!(
            "{most} requests at a time instead of {wanted}: no more files may be open at a time (ulimit -n)",
            most,
            wanted
        ));
    }
    if let Concurrency::Fixed(_) = wanted { Concurrency::Fixed(most) } else { Concurrency::AutoUpTo(most) }
}
