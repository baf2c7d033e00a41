//! All places in which the receipts of a plan are, as directories that can be read. Receipts in the bucket are fetched into
//! a temporary one.

use std::io;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use super::bucket_receipts::{BucketReceipts, Found};
use crate::cli::output::console::shown;
use crate::cli::output::failures::failure::Failure;
use crate::cli::process::world::World;
use crate::cli::uploading::observing::receipt_book::Trouble;
use crate::language::message;
use crate::upload::owner_only;
use crate::upload::shards::directory::{PlanDirectory, create_receipts};
use crate::upload::shards::durable_lines::DurableLines;
use crate::upload::shards::plan_end::PlanEnd;
use crate::upload::shards::receipts::place::ReceiptPlace;

/// The places of receipts.
pub(crate) struct ReceiptPlaces {
    directory: PlanDirectory,
    more: Vec<PathBuf>,
    bucket: Option<Fetched>,
}

/// Receipts of the bucket, and the directory into which they are fetched.
struct Fetched {
    receipts: BucketReceipts,
    into: TemporaryDirectory,
    found: Found,
}

impl ReceiptPlaces {
    /// The directory of the plan, and these places. `bucket` is used if one of them is the bucket.
    pub(crate) fn new(
        directory: &PlanDirectory,
        places: &[ReceiptPlace],
        bucket: impl FnOnce() -> BucketReceipts,
        world: &World,
    ) -> Result<Self, Failure> {
        let mut more = Vec::new();
        for place in places {
            match place {
                ReceiptPlace::Directory(path) => more.push(path.clone()),
                ReceiptPlace::Plan | ReceiptPlace::Bucket => {}
            }
        }
        let fetched = |receipts: BucketReceipts| -> Result<Fetched, Failure> {
            let name = format!("cosput-{}-{}-{:016x}", receipts.plan, std::process::id(), world.seed);
            let into = TemporaryDirectory::create(&temporary(world).join(name))?;
            Ok(Fetched { receipts, into, found: Found::default() })
        };
        let bucket = places.contains(&ReceiptPlace::Bucket).then(bucket).map(fetched).transpose()?;
        Ok(Self { directory: directory.clone(), more, bucket })
    }

    /// Fetches what is new in the bucket about these files of the plan.
    pub(crate) async fn update(&mut self, files: &RangeInclusive<u64>) -> Result<(), Failure> {
        if let Some(Fetched { receipts, into, found }) = &mut self.bucket {
            *found = receipts.fetch(files, &into.0).await?;
        }
        Ok(())
    }

    /// The directories to read receipts from.
    pub(crate) fn directories(&self) -> Vec<PathBuf> {
        let mut all = vec![self.directory.receipts()];
        all.extend(self.more.iter().cloned());
        all.extend(self.bucket.iter().map(|bucket| bucket.into.0.clone()));
        all
    }

    /// True if receipts are also in the bucket.
    pub(crate) fn has_bucket(&self) -> bool {
        self.bucket.is_some()
    }

    /// How the plan ended, by the directory or by what was last seen in the bucket.
    pub(crate) fn end(&self) -> Option<PlanEnd> {
        self.directory.end().or_else(|| self.bucket.as_ref()?.found.end)
    }

    /// The same, after another look at the bucket.
    pub(crate) async fn end_now(&mut self) -> Result<Option<PlanEnd>, Failure> {
        if let Some(Fetched { receipts, found, .. }) = &mut self.bucket {
            *found = receipts.look().await?;
        }
        Ok(self.end())
    }

    /// Begins the receipts of one attempt in one of the places. `name` is that of its file.
    pub(crate) fn begin(&self, place: &ReceiptPlace, name: &str) -> Result<(DurableLines, Trouble), Failure> {
        let path = match (place, &self.bucket) {
            (ReceiptPlace::Bucket, Some(bucket)) => return Ok(bucket.receipts.begin(name)),
            (ReceiptPlace::Directory(path), _) => path.clone(),
            _ => self.directory.receipts(),
        };
        let lines = create_receipts(&path, name).map_err(|error| unwritable(&path, &error))?;
        Ok((lines, Trouble::default()))
    }

    /// Writes into the bucket how the plan ended, and removes the receipts there. Does nothing without receipts in the
    /// bucket.
    pub(crate) async fn clear(&mut self, end: PlanEnd, content: &str) -> Result<(), Failure> {
        if let Some(Fetched { receipts, .. }) = &mut self.bucket {
            receipts.mark(end, content).await?;
            receipts.remove().await?;
        }
        Ok(())
    }
}

/// Refuses a directory of receipts that does not exist: nothing in it would look like nothing sent.
pub(crate) fn refuse_absent(places: &[ReceiptPlace]) -> Result<(), Failure> {
    let absent = places.iter().find_map(|place| match place {
        ReceiptPlace::Directory(path) if !path.exists() => Some(path),
        _ => None,
    });
    absent.map_or(Ok(()), |path| {
        Err(Failure::usage(message!(
            "--receipts {directory}: there is no such directory; name the one that shards wrote to",
            directory = shown(path)
        )))
    })
}

fn unwritable(place: &Path, error: &io::Error) -> Failure {
    Failure::Usage {
        message: message!("could not write receipts in {directory}: {error}", directory = shown(place), error),
        hint: Some(message!(
            "name a directory that can be written with --receipts, and give it to cosput complete; or use --receipts cos"
        )),
    }
}

/// Where temporary files belong.
fn temporary(world: &World) -> PathBuf {
    let named = ["TMPDIR", "TEMP"].into_iter().find_map(|name| world.variables.get(name));
    named.map_or_else(|| "/tmp".into(), PathBuf::from)
}

/// A directory that is removed at the end.
struct TemporaryDirectory(PathBuf);

impl TemporaryDirectory {
    fn create(path: &Path) -> Result<Self, Failure> {
        // It must be new: one that is there may be another user's.
        owner_only::directories().recursive(false).create(path).map(|()| Self(path.to_owned())).map_err(|error| {
            Failure::Other(message!(
                "could not create the directory {directory}: {error}",
                directory = shown(path),
                error
            ))
        })
    }
}

impl Drop for TemporaryDirectory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
