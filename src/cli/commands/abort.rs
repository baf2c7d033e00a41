//! `cosput abort`: aborts one unfinished upload by its ID, or many by prefix and age after a confirmation.
//!
//! The journal of an aborted upload is removed. If another process has locked the journal, the upload is running and
//! is not aborted.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::list_uploads::age;
use crate::cli::args::AbortArguments;
use crate::cli::options::bucket;
use crate::cli::options::bucket::BucketOptions;
use crate::cli::options::directories::Directories;
use crate::cli::output::console::{Console, shown, visible};
use crate::cli::output::failures::exit;
use crate::cli::output::failures::exit::SUCCESS;
use crate::cli::output::failures::failure::Failure;
use crate::cli::output::json::{Aborted, Line};
use crate::cli::output::table::{Cell, Column, Table};
use crate::cli::process::world::World;
use crate::cli::uploading::bucket_requests;
use crate::cli::uploading::bucket_requests::{BucketRequests, report_failed, target};
use crate::cli::uploading::journals::{JournalledUpload, Journals};
use crate::cli::values::units;
use crate::cos::multipart::list_uploads::ListedUpload;
use crate::cos::multipart::{UploadId, abort};
use crate::cos::{Address, AnswerError, Fault, Key};
use crate::language::{message, phrase};
use crate::upload::journal::file::{JournalFile, OpenError};
use crate::upload::threads;
use crate::upload::{Cause, Operation};

/// The confirmation lists up to this many uploads.
const MOST_SHOWN: usize = 20;
const USUAL_WIDTH: usize = 80;

/// The options of `cosput abort`.
pub(crate) struct AbortOptions {
    which: Which,
    ask: bool,
    state_directory: Option<PathBuf>,
    bucket: BucketOptions,
}

/// The uploads to abort.
enum Which {
    One(Key, UploadId),
    Journal(JournalledUpload),
    Many { prefix: String, older_than: Option<Duration> },
}

impl AbortOptions {
    /// Reads the arguments.
    pub(crate) fn new(arguments: AbortArguments, world: &World) -> Result<Self, Failure> {
        let AbortArguments { key, upload_id, journal, prefix, older_than, all, yes, state_dir, bucket, plan: _ } =
            arguments;
        if let Some(journal) = journal {
            let upload = JournalledUpload::read(&journal)?;
            let bucket = BucketOptions::at(upload.server()?, upload.target.address.bucket.clone(), bucket);
            return Ok(Self { which: Which::Journal(upload), ask: false, state_directory: None, bucket });
        }
        let which = match (&key, upload_id) {
            (None, None) if !all && prefix.is_none() && older_than.is_none() => {
                return Err(Failure::usage(message!(
                    "nothing is named: give --key and --upload-id, --journal, --prefix, --older-than or --all"
                )));
            }
            (None, None) => Which::Many { prefix: prefix.unwrap_or_default(), older_than },
            (_, upload_id) => Which::One(bucket::key(key.as_deref())?, bucket::upload_id(upload_id)?),
        };
        let many = matches!(which, Which::Many { .. });
        if many && !yes && !(world.stdin_is_terminal && world.stderr_is_terminal) {
            return Err(Failure::usage(message!(
                "cannot ask for confirmation, because this is not a terminal; give --yes to abort without being asked"
            )));
        }
        Ok(Self {
            which,
            ask: many && !yes,
            state_directory: state_dir.or(Directories::of(world).uploads()),
            bucket: BucketOptions::new(bucket, None, world)?,
        })
    }
}

const COLUMNS: [Column; 3] =
    [Column::names(phrase!("KEY")), Column::words(phrase!("UPLOAD ID")), Column::numbers(phrase!("AGE"))];

/// Aborts the uploads. Returns the exit code.
pub(crate) fn run(options: AbortOptions, world: &mut World, console: &Console) -> Result<u8, Failure> {
    let output = options.bucket.output;
    let console = console.clone().quiet(output.quiet);
    bucket_requests::run(world, async |world| {
        let mut requests = BucketRequests::open(&options.bucket, world, &console).await?;
        let exit_code = abort(&options, &mut requests, world, &console).await?;
        requests.close().await;
        Ok(exit_code)
    })
}

async fn abort(
    options: &AbortOptions,
    requests: &mut BucketRequests<'_>,
    world: &World,
    console: &Console,
) -> Result<u8, Failure> {
    let bucket = &options.bucket.name;
    let journals = Journals::of(options.state_directory.as_deref());
    let (prefix, older_than) = match &options.which {
        Which::One(key, id) => {
            let journal = journals.find(bucket, key.as_str(), id);
            abort_one(options, requests, key, id, journal, console).await?;
            return Ok(SUCCESS);
        }
        Which::Journal(JournalledUpload { path, target, upload_id, .. }) => {
            let aborted = abort_one(options, requests, &target.key, upload_id, Some(path), console).await;
            if aborted.is_err() && !path.exists() {
                let gone = message!("upload {id} is gone from the server; its journal was deleted", id = upload_id);
                console.note(&gone);
                return Ok(SUCCESS);
            }
            return aborted.map(|()| SUCCESS);
        }
        Which::Many { prefix, older_than } => (prefix, *older_than),
    };
    let now = (world.clock)();
    let mut uploads = requests.uploads(bucket, prefix).await?;
    uploads.retain(|upload| older_than.is_none_or(|than| age(upload, now).is_some_and(|age| age > than)));
    if uploads.is_empty() {
        console.note(&message!("no such unfinished uploads in {bucket}", bucket));
        return Ok(SUCCESS);
    }
    if options.ask && !agreed(&uploads, options, world, console).await? {
        console.note(&message!("nothing was aborted"));
        return Ok(SUCCESS);
    }
    let mut codes = Vec::new();
    for upload in &uploads {
        let id = &upload.upload_id;
        let aborted = match Key::new(&upload.key) {
            Ok(key) => {
                let journal = journals.find(bucket, &upload.key, id);
                abort_one(options, requests, &key, id, journal, console).await
            }
            Err(error) => Err(Failure::Other(message!("could not abort the upload {id}: {error}", id, error))),
        };
        // If the upload has ended since it was listed, there is nothing left to abort.
        if let Err(failure) = aborted.or_else(ended_meanwhile) {
            let about = [bucket.as_str(), &upload.key, id.as_str()];
            codes.push(report_failed(&failure, about, options.bucket.output.json, console));
        }
    }
    Ok(exit::of_many(codes))
}

/// Lists the uploads to abort and asks for confirmation.
async fn agreed(
    uploads: &[ListedUpload],
    options: &AbortOptions,
    world: &World,
    console: &Console,
) -> Result<bool, Failure> {
    let now = (world.clock)();
    let mut table = Table::new(&COLUMNS);
    for upload in uploads.iter().take(MOST_SHOWN) {
        let age = age(upload, now).map_or_else(Cell::unknown, |age| Cell::new(units::duration(age), age.as_secs()));
        table.add(vec![Cell::same(&upload.key), Cell::same(upload.upload_id.as_str()), age]);
    }
    for line in table.for_people((world.stderr_columns)().unwrap_or(USUAL_WIDTH)) {
        console.message(&line);
    }
    if uploads.len() > MOST_SHOWN {
        console.message(&message!("and {number} more", number = uploads.len() - MOST_SHOWN));
    }
    let bucket = &options.bucket.name;
    console.message(&match uploads.len() {
        1 => message!("Abort 1 unfinished upload in {bucket} and all parts of it? [y/N]", bucket),
        count => {
            message!("Abort {count} unfinished uploads in {bucket} and all parts of them? [y/N]", count, bucket)
        }
    });
    let read_line = world.read_line;
    let answer = threads::spawn_blocking(read_line).await;
    let answer = answer.unwrap_or_else(|died| Err(std::io::Error::other(died)));
    let answer = answer.map_err(|error| Failure::Other(message!("could not read the answer: {error}", error)))?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

async fn abort_one(
    options: &AbortOptions,
    requests: &mut BucketRequests<'_>,
    key: &Key,
    upload_id: &UploadId,
    journal: Option<&Path>,
    console: &Console,
) -> Result<(), Failure> {
    let locked = journal.map(lock).transpose()?.flatten();
    let request = |address: &Address| abort::request(&target(address, key), upload_id);
    let done = requests.send(Operation::Abort, key.as_str(), request, AnswerError::check).await;
    let done = done.or_else(|failure| if sent_again(&failure) { ended_meanwhile(failure) } else { Err(failure) });
    if let Err(failure) = done {
        // The upload is gone, so its journal is useless.
        if let (Some(locked), Ok(())) = (locked, ended_meanwhile(failure.clone())) {
            let _ = locked.remove();
        }
        return Err(failure);
    }
    let journal =
        locked.map(|locked| (shown(locked.path()), locked.remove())).and_then(|(path, removed)| match removed {
            Ok(()) => Some(path),
            Err(error) => {
                console.warning(&message!("the journal {path} could not be removed: {error}", path, error));
                None
            }
        });
    if options.bucket.output.json {
        let bucket = options.bucket.name.as_str();
        let (key, upload_id) = (key.as_str(), upload_id.as_str());
        console.event(&Line::Aborted(Aborted { bucket, key, upload_id, journal }));
    }
    let shown = !options.bucket.output.json && !options.bucket.output.quiet;
    let aborted = message!("aborted {key}  {id}", key = visible(key.as_str()), id = visible(upload_id.as_str()));
    console.outcome(shown, &aborted);
    Ok(())
}

/// Locks the journal, so that no process can resume the upload; `None` if it is gone or cannot be opened.
fn lock(journal: &Path) -> Result<Option<JournalFile>, Failure> {
    match JournalFile::lock(journal) {
        Ok((file, _)) => Ok(Some(file)),
        Err(OpenError::Busy) => Err(Failure::UploadInUse(journal.to_owned())),
        Err(OpenError::Unusable(_)) => Ok(None),
    }
}

/// True if an earlier attempt may have aborted the upload.
fn sent_again(failure: &Failure) -> bool {
    matches!(failure, Failure::Request { error, .. } if error.attempts > 1)
}

fn ended_meanwhile(failure: Failure) -> Result<(), Failure> {
    match &failure {
        Failure::Request { error, .. } => match &error.cause {
            Cause::Service(service) if service.fault() == Fault::NoSuchUpload => Ok(()),
            _ => Err(failure),
        },
        _ => Err(failure),
    }
}
