//! `cosput list-uploads`: the unfinished uploads in a bucket, their size so far, and their journals on this machine.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use tokio::task::JoinSet;

use crate::cli::args::ListUploadsArguments;
use crate::cli::options::bucket::BucketOptions;
use crate::cli::options::directories::Directories;
use crate::cli::output::console::{Console, shown};
use crate::cli::output::failures::exit::SUCCESS;
use crate::cli::output::failures::failure::Failure;
use crate::cli::output::json;
use crate::cli::output::json::Line;
use crate::cli::output::table::{Cell, Column, Table};
use crate::cli::process::world::World;
use crate::cli::uploading::bucket_requests;
use crate::cli::uploading::bucket_requests::{BucketRequests, failed, list_all_parts};
use crate::cli::uploading::journals::Journals;
use crate::cli::values::units;
use crate::cos::multipart::list_uploads::ListedUpload;
use crate::cos::{Fault, Key};
use crate::language::{message, phrase};
use crate::upload::batch::concurrency::Concurrency;
use crate::upload::{Cause, Event, UploadError};

/// The number of requests at a time without --concurrency.
const USUAL_CONCURRENCY: u16 = 8;

/// The options of `cosput list-uploads`.
pub(crate) struct ListUploadsOptions {
    prefix: String,
    state_directory: Option<PathBuf>,
    bucket: BucketOptions,
}

impl ListUploadsOptions {
    /// Reads the arguments.
    pub(crate) fn new(arguments: ListUploadsArguments, world: &World) -> Result<Self, Failure> {
        let ListUploadsArguments { prefix, state_dir, bucket } = arguments;
        Ok(Self {
            prefix: prefix.unwrap_or_default(),
            state_directory: state_dir.or(Directories::of(world).uploads()),
            bucket: BucketOptions::new(bucket, None, world)?,
        })
    }
}

const COLUMNS: [Column; 6] = [
    Column::names(phrase!("KEY")),
    Column::words(phrase!("UPLOAD ID")),
    Column::words(phrase!("INITIATED")),
    Column::numbers(phrase!("AGE")),
    Column::numbers(phrase!("SIZE")),
    Column::names(phrase!("JOURNAL")),
];

/// How much of an upload is on the server.
#[derive(Debug, Clone, Copy)]
enum SoFar {
    Known {
        parts: usize,
        size: u64,
    },
    Unknown,
    /// The upload ended while it was being listed.
    Gone,
}

/// Lists the uploads. Returns the exit code.
pub(crate) fn run(options: ListUploadsOptions, world: &mut World, console: &Console) -> Result<u8, Failure> {
    let output = options.bucket.output;
    let console = console.clone().quiet(output.quiet);
    let listed = bucket_requests::run(world, async |world| list(&options, world, &console).await)?;
    let (now, bucket) = ((world.clock)(), &options.bucket.name);
    let journals = Journals::of(options.state_directory.as_deref());
    let mut table = Table::new(&COLUMNS);
    for (upload, so_far) in &listed {
        let journal = journals.find(bucket, &upload.key, &upload.upload_id);
        if output.json {
            let listed = listed_upload(upload, *so_far, now, bucket.as_str(), journal.map(shown));
            console.event(&Line::ListedUpload(listed));
        }
        let age = age(upload, now);
        table.add(vec![
            Cell::same(&upload.key),
            Cell::same(upload.upload_id.as_str()),
            Cell::same(&upload.initiated),
            age.map_or_else(Cell::unknown, |age| Cell::new(units::duration(age), age.as_secs())),
            match so_far {
                SoFar::Known { size, .. } => Cell::new(units::size(*size), size),
                SoFar::Unknown | SoFar::Gone => Cell::unknown(),
            },
            journal.map_or_else(Cell::unknown, |journal| Cell::same(&shown(journal))),
        ]);
    }
    if listed.is_empty() && !output.json {
        console.note(&message!("no unfinished uploads in {bucket}", bucket));
    }
    if !output.json && !output.quiet {
        table.print(world, &console);
    }
    Ok(SUCCESS)
}

async fn list(
    options: &ListUploadsOptions,
    world: &World,
    console: &Console,
) -> Result<Vec<(ListedUpload, SoFar)>, Failure> {
    let mut requests = BucketRequests::open(&options.bucket, world, console).await?;
    let uploads = requests.uploads(&options.bucket.name, &options.prefix).await?;
    let concurrency = match options.bucket.requests.concurrency {
        Concurrency::Auto | Concurrency::AutoUpTo(_) => USUAL_CONCURRENCY,
        Concurrency::Fixed(number) => number,
    };
    let so_far = so_far(&uploads, concurrency, &mut requests, console).await?;
    requests.close().await;
    Ok(uploads.into_iter().zip(so_far).filter(|(_, so_far)| !matches!(so_far, SoFar::Gone)).collect())
}

/// Lists the parts of several uploads at a time, to find how much of each is on the server.
async fn so_far(
    uploads: &[ListedUpload],
    concurrency: u16,
    requests: &mut BucketRequests<'_>,
    console: &Console,
) -> Result<Vec<SoFar>, Failure> {
    let mut so_far = vec![SoFar::Unknown; uploads.len()];
    let mut in_flight = JoinSet::new();
    let mut waiting = uploads.iter().enumerate();
    loop {
        while in_flight.len() < usize::from(concurrency)
            && let Some((index, upload)) = waiting.next()
        {
            // An upload is listed even if its key is unsafe to request.
            let Ok(key) = Key::new(&upload.key) else { continue };
            let (mut requester, upload_id) = (requests.requester(), upload.upload_id.clone());
            in_flight.spawn(async move {
                let mut events: Vec<Event> = Vec::new();
                let parts = list_all_parts(&mut requester, &key, &upload_id, &mut |event| events.push(event)).await;
                (index, parts, events)
            });
        }
        let Some(finished) = in_flight.join_next().await else { return Ok(so_far) };
        let (index, parts, events) = finished.map_err(|died| Failure::Other(message!("a task died: {died}", died)))?;
        events.iter().for_each(|event| requests.report(event));
        so_far[index] = match parts {
            Ok(parts) => SoFar::Known { parts: parts.len(), size: parts.iter().map(|part| part.size).sum() },
            Err(error) if is(&error, |fault, _| fault == Fault::NoSuchUpload) => SoFar::Gone,
            Err(error) if is(&error, |_, status| status == 403) => {
                console.note_once(&message!(
                    "sizes are missing because the credentials may not list parts (cos:ListParts)"
                ));
                SoFar::Unknown
            }
            Err(error) => return Err(failed(requests.address().service, &uploads[index].key, error)),
        };
    }
}

fn is(error: &UploadError, wanted: impl Fn(Fault, u16) -> bool) -> bool {
    matches!(&error.cause, Cause::Service(service) if wanted(service.fault(), service.status))
}

/// The time since an upload began; `None` if its start time cannot be read.
pub(crate) fn age(upload: &ListedUpload, now: SystemTime) -> Option<Duration> {
    let initiated = humantime::parse_rfc3339(&upload.initiated).ok()?;
    Some(now.duration_since(initiated).unwrap_or_default())
}

fn listed_upload<'a>(
    upload: &'a ListedUpload,
    so_far: SoFar,
    now: SystemTime,
    bucket: &'a str,
    journal: Option<String>,
) -> json::ListedUpload<'a> {
    let (parts, size) = match so_far {
        SoFar::Known { parts, size } => (Some(parts), Some(size)),
        SoFar::Unknown | SoFar::Gone => (None, None),
    };
    json::ListedUpload {
        bucket,
        key: &upload.key,
        upload_id: upload.upload_id.as_str(),
        initiated: &upload.initiated,
        age_s: age(upload, now).map(|age| age.as_secs()),
        size,
        parts,
        storage_class: upload.storage_class.as_deref().filter(|class| !class.is_empty()),
        journal,
    }
}
