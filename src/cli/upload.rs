//! `cosput upload`: look at the source, plan, send.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::console::{Console, shown};
use super::exit::{A_DIRECTORY, Failure, SUCCESS};
use super::options::UploadOptions;
use super::report::Report;
use super::world::World;
use crate::cos::multipart::LARGEST_OBJECT;
use crate::upload::{Plan, SourceError};

/// Uploads a file. Returns the exit code.
pub(super) fn run(options: &UploadOptions, _world: &mut World, console: &Console) -> u8 {
    let console = console.clone().quiet(options.output.quiet);
    let report = Report::new(&console, options.output);
    let UploadOptions { source, bucket, key, .. } = options;
    match plan(options) {
        Err(failure) => report.refused(source, bucket, key, &failure),
        Ok(plan) if options.dry_run => {
            report.planned(source, bucket, key, &plan);
            SUCCESS
        }
        Ok(_) => report.refused(source, bucket, key, &Failure::Other("sending is not wired yet".to_owned())),
    }
}

/// Everything that can be known before anything is sent.
fn plan(options: &UploadOptions) -> Result<Plan, Failure> {
    let source = &options.source;
    let size = size(source).map_err(|error| Failure::Source { source: source.clone(), error })?;
    Plan::new(size, options.wish)
        .map_err(|error| Failure::usage(format!("could not plan the upload of {}: {error}", shown(source))))
}

/// The size of a file that can be read and stored.
fn size(source: &Path) -> Result<u64, SourceError> {
    let metadata = fs::metadata(source).map_err(trouble)?;
    if let Some(what) = no_file(&metadata) {
        return Err(SourceError::NotAFile(what));
    }
    File::open(source).map_err(trouble)?;
    match metadata.len() {
        size if size > LARGEST_OBJECT => Err(SourceError::TooLarge(size)),
        size => Ok(size),
    }
}

fn trouble(error: io::Error) -> SourceError {
    match error.kind() {
        io::ErrorKind::NotFound => SourceError::Missing,
        _ => SourceError::Unreadable(error.to_string()),
    }
}

/// What it is, where it is no file. Opening a pipe would wait for its writer, so this comes first.
fn no_file(metadata: &fs::Metadata) -> Option<&'static str> {
    if metadata.is_dir() {
        return Some(A_DIRECTORY);
    }
    (!metadata.is_file()).then_some("a pipe, a socket or a device")
}
