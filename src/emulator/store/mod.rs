//! What the emulator holds, on disk.
//!
//! ```text
//! DIR/lock                                       held by the emulator that uses DIR
//! DIR/<bucket>/objects/<id>/<last part of key>   exactly the object's bytes
//! DIR/<bucket>/objects/<id>/object.json          its key, headers and checksums
//! DIR/<bucket>/uploads/<upload id>/upload.json   an unfinished upload
//! DIR/<bucket>/uploads/<upload id>/00007.<etag>.<crc64>.<size>
//! ```
//!
//! A rename commits: of `object.json`, of `upload.json`, of a part. What was not renamed in was never there, and the
//! next start removes it. The index is in memory and rebuilt from the files. Nothing is flushed to the medium: this
//! survives the end of the process, not the end of the machine. Bytes are kept as they came, whatever encryption was
//! asked for.

mod draft;
mod merge;
mod model;
mod object;
mod scan;
mod upload;

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::cos::address::{Bucket, Key};
use crate::cos::multipart::PartNumber;

pub(crate) use self::draft::Draft;
pub(crate) use self::merge::Merge;
pub(crate) use self::model::{Object, Part};
pub(crate) use self::object::{ListedObject, Overwrite};
pub(crate) use self::upload::{ListedUpload, PartPage};

use self::model::Upload;
use super::answer::refusal;
use super::answer::refusal::Refusal;

/// The directory and its index.
#[derive(Debug)]
pub(crate) struct Store {
    dir: PathBuf,
    /// True where a bucket must have been made before it is used.
    buckets_are_listed: bool,
    state: Mutex<State>,
    /// Held for as long as this is.
    _lock: File,
}

#[derive(Debug, Default)]
struct State {
    /// The number of the newest object or draft; ids grow, so that of two objects under one key the newer is known.
    newest: u64,
    buckets: HashMap<Bucket, Contents>,
}

#[derive(Debug, Default)]
struct Contents {
    objects: BTreeMap<Key, Object>,
    /// By key and upload id, the order in which they are listed.
    uploads: BTreeMap<(Key, String), Upload>,
}

impl Store {
    /// Opens `dir`, making it where it is missing. With `buckets`, those are made and no others come into being on use.
    pub(crate) fn open(dir: &Path, buckets: Option<&[Bucket]>) -> io::Result<Self> {
        fs::create_dir_all(dir)?;
        let lock = File::create(dir.join("lock"))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => {
                let message = format!("{} is used by another emulator", dir.display());
                io::Error::new(io::ErrorKind::ResourceBusy, message)
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

    /// The names of all buckets.
    pub(crate) fn buckets(&self) -> Vec<String> {
        let mut names: Vec<String> = self.state().buckets.keys().map(Bucket::to_string).collect();
        names.sort();
        names
    }

    /// Refuses a bucket that is not there and would not come into being on use.
    pub(crate) fn check_bucket(&self, bucket: &Bucket) -> Result<(), Refusal> {
        if self.buckets_are_listed && !self.state().buckets.contains_key(bucket) {
            return Err(refusal::NO_SUCH_BUCKET);
        }
        Ok(())
    }

    /// Makes a bucket.
    pub(crate) fn put_bucket(&self, bucket: &Bucket) -> Result<(), Refusal> {
        let mut state = self.state();
        if state.buckets.contains_key(bucket) {
            return Err(refusal::BUCKET_EXISTS);
        }
        fs::create_dir_all(self.dir.join(bucket.as_str()))?;
        state.buckets.insert(bucket.clone(), Contents::default());
        Ok(())
    }

    /// Removes an empty bucket.
    pub(crate) fn delete_bucket(&self, bucket: &Bucket) -> Result<(), Refusal> {
        let mut state = self.state();
        let contents = state.buckets.get(bucket).ok_or(refusal::NO_SUCH_BUCKET)?;
        if !contents.objects.is_empty() || !contents.uploads.is_empty() {
            return Err(refusal::BUCKET_NOT_EMPTY);
        }
        fs::remove_dir_all(self.dir.join(bucket.as_str()))?;
        state.buckets.remove(bucket);
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn objects_dir(&self, bucket: &Bucket) -> PathBuf {
        self.dir.join(bucket.as_str()).join("objects")
    }

    fn upload_dir(&self, bucket: &Bucket, upload_id: &str) -> PathBuf {
        self.dir.join(bucket.as_str()).join("uploads").join(upload_id)
    }
}

impl State {
    fn next_number(&mut self) -> u64 {
        self.newest += 1;
        self.newest
    }

    /// True where the key has an upload besides this one.
    fn other_upload(&self, bucket: &Bucket, key: &Key, upload_id: Option<&str>) -> bool {
        let uploads = self.buckets.get(bucket).into_iter().flat_map(|contents| contents.uploads.keys());
        uploads.filter(|(known, _)| known == key).any(|(_, id)| Some(id.as_str()) != upload_id)
    }

    fn upload(&self, bucket: &Bucket, key: &Key, upload_id: &str) -> Result<&Upload, Refusal> {
        let name = (key.clone(), upload_id.to_owned());
        let contents = self.buckets.get(bucket);
        contents.and_then(|contents| contents.uploads.get(&name)).ok_or(refusal::NO_SUCH_UPLOAD)
    }

    fn upload_mut(&mut self, bucket: &Bucket, key: &Key, upload_id: &str) -> Result<&mut Upload, Refusal> {
        let name = (key.clone(), upload_id.to_owned());
        let contents = self.buckets.get_mut(bucket);
        contents.and_then(|contents| contents.uploads.get_mut(&name)).ok_or(refusal::NO_SUCH_UPLOAD)
    }
}

/// The name of a part's file, from which the index is rebuilt.
fn part_file_name(number: PartNumber, part: &Part) -> String {
    format!("{:05}.{}.{:016x}.{}", number.value(), part.etag, part.crc64, part.size)
}
