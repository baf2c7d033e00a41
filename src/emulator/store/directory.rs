//! The directory, its lock and its buckets.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use crate::cos::address::Bucket;

use super::index::{Contents, State};
use super::listed::ListedBucket;
use super::scan;
use crate::emulator::refusal;
use crate::emulator::refusal::Refusal;
use crate::emulator::request::listing;
use crate::emulator::request::listing::{Page, Query};
use crate::language::message;

/// How often, and how long apart, a lock that is held is tried again.
const ATTEMPTS: u32 = 20;
const PAUSE: Duration = Duration::from_millis(5);

/// The directory and its index.
#[derive(Debug)]
pub(crate) struct Store {
    dir: PathBuf,
    /// True if a bucket must be created before it is used.
    buckets_are_listed: bool,
    state: Mutex<State>,
    /// Locked while the store is open.
    _lock: File,
}

impl Store {
    /// Opens `dir`, and creates it if it is missing. With `buckets`, creates these and no others on first use.
    pub(crate) fn open(dir: &Path, buckets: Option<&[Bucket]>) -> io::Result<Self> {
        fs::create_dir_all(dir)?;
        let lock = File::create(dir.join("lock"))?;
        locked(&lock).map_err(|error| match error {
            TryLockError::WouldBlock => {
                let why = message!("{directory} is in use by another emulator", directory = dir.display());
                io::Error::new(io::ErrorKind::ResourceBusy, why)
            }
            TryLockError::Error(error) => error,
        })?;
        let mut state = scan::load(dir)?;
        for bucket in buckets.unwrap_or_default() {
            fs::create_dir_all(dir.join(bucket.as_str()))?;
            state.buckets.entry(bucket.clone()).or_default();
        }
        let state = Mutex::new(state);
        Ok(Self { dir: dir.to_owned(), buckets_are_listed: buckets.is_some(), state, _lock: lock })
    }

    /// A page of the buckets.
    pub(crate) fn buckets(&self, query: &Query) -> Page<ListedBucket> {
        let state = self.state();
        let mut names: Vec<&Bucket> = state.buckets.keys().collect();
        names.sort_by_key(|name| name.as_str());
        let page = listing::page(names.into_iter().map(|name| (name.as_str(), "", name)), query);
        let listed = |name: &Bucket| ListedBucket { name: name.clone(), created: self.created(name) };
        Page { entries: page.entries.into_iter().map(listed).collect(), prefixes: page.prefixes, next: page.next }
    }

    /// When the directory of a bucket was created, if the file system records that.
    fn created(&self, bucket: &Bucket) -> SystemTime {
        let created = fs::metadata(self.dir.join(bucket.as_str())).and_then(|metadata| metadata.created());
        created.unwrap_or(SystemTime::UNIX_EPOCH)
    }

    /// Refuses a bucket that does not exist and is not created on first use.
    pub(crate) fn check_bucket(&self, bucket: &Bucket) -> Result<(), Refusal> {
        if self.buckets_are_listed && !self.state().buckets.contains_key(bucket) {
            return Err(refusal::NO_SUCH_BUCKET);
        }
        Ok(())
    }

    /// Creates a bucket.
    pub(crate) fn put_bucket(&self, bucket: &Bucket) -> Result<(), Refusal> {
        let mut state = self.state();
        if state.buckets.contains_key(bucket) {
            return Err(refusal::BUCKET_EXISTS);
        }
        fs::create_dir_all(self.dir.join(bucket.as_str()))?;
        state.buckets.insert(bucket.clone(), Contents::default());
        Ok(())
    }

    /// Deletes an empty bucket.
    pub(crate) fn delete_bucket(&self, bucket: &Bucket) -> Result<(), Refusal> {
        let mut state = self.state();
        let contents = state.buckets.get(bucket).ok_or(refusal::NO_SUCH_BUCKET)?;
        if !contents.objects.is_empty() || !contents.earlier.is_empty() || !contents.uploads.is_empty() {
            return Err(refusal::BUCKET_NOT_EMPTY);
        }
        fs::remove_dir_all(self.dir.join(bucket.as_str()))?;
        state.buckets.remove(bucket);
        Ok(())
    }

    /// The directory.
    pub(crate) fn path(&self) -> &Path {
        &self.dir
    }

    /// A file without a name, which is removed when it is closed.
    pub(crate) fn scratch_file(&self) -> io::Result<File> {
        let number = self.state().next_number();
        let path = self.dir.join(format!("scratch.{number}"));
        let file = File::options().read(true).write(true).create_new(true).open(&path)?;
        fs::remove_file(&path)?;
        Ok(file)
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn bucket_dir(&self, bucket: &Bucket) -> PathBuf {
        self.dir.join(bucket.as_str())
    }

    pub(super) fn objects_dir(&self, bucket: &Bucket) -> PathBuf {
        self.dir.join(bucket.as_str()).join("objects")
    }

    pub(super) fn files_dir(&self, bucket: &Bucket) -> PathBuf {
        self.dir.join(bucket.as_str()).join("files")
    }

    pub(super) fn upload_dir(&self, bucket: &Bucket, upload_id: &str) -> PathBuf {
        self.dir.join(bucket.as_str()).join("uploads").join(upload_id)
    }
}

/// Locks the file. A process that another thread is starting has copies of all open files until it runs its program, so the
/// lock of an emulator that has just stopped may be held for a moment.
fn locked(lock: &File) -> Result<(), TryLockError> {
    for _ in 0..ATTEMPTS {
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
            ended => return ended,
        }
    }
    lock.try_lock()
}
