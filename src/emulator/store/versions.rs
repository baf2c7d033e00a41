//! Versions: in a bucket that keeps them, an object that is replaced or deleted stays, under its version ID.
//!
//! Each version is an object in its own directory. The one with the highest number is the object of its key, unless it is a
//! delete marker.

use std::fs::{self, File};
use std::io;
use std::time::SystemTime;

use crate::cos::address::{Bucket, Key};
use crate::cos::checksum::Digest;
use crate::emulator::refusal;
use crate::emulator::refusal::Refusal;
use crate::emulator::request::properties::object_properties::ObjectProperties;

use super::directory::Store;
use super::index::{Contents, State};
use super::model;
use super::model::{KEEPS_VERSIONS, OBJECT_FILE, Object, VERSIONING_FILE, new_version_id};
use super::object::{find, new_object};

/// The ID of a version that was stored before the bucket kept versions.
const NULL: &str = "null";

impl Store {
    /// From now on, the bucket keeps versions.
    pub(crate) fn keep_versions(&self, bucket: &Bucket) -> Result<(), Refusal> {
        let mut state = self.state();
        let dir = self.bucket_dir(bucket);
        fs::create_dir_all(&dir)?;
        fs::write(dir.join(VERSIONING_FILE), "Enabled\n")?;
        state.buckets.entry(bucket.clone()).or_default().keeps_versions = true;
        Ok(())
    }

    /// Whether the bucket keeps versions.
    pub(crate) fn keeps_versions(&self, bucket: &Bucket) -> bool {
        self.state().keeps_versions(bucket)
    }

    /// A version of an object, or the object itself, and its open file.
    pub(crate) fn version(&self, bucket: &Bucket, key: &Key, id: Option<&str>) -> Result<(Object, File), Refusal> {
        let state = self.state();
        let object = match id {
            None => find(&state, bucket, key).ok_or(refusal::NO_SUCH_KEY)?,
            Some(id) => state.version(bucket, key, id).ok_or(refusal::NO_SUCH_VERSION)?,
        };
        if object.is_delete_marker {
            return Err(refusal::NO_SUCH_KEY);
        }
        let file = File::open(self.path_of(bucket, key, object))?;
        Ok((object.clone(), file))
    }

    /// Deletes a version, if it exists. Returns whether it was a delete marker.
    pub(crate) fn delete_version(&self, bucket: &Bucket, key: &Key, id: &str) -> Result<bool, Refusal> {
        let mut state = self.state();
        let Some(version) = state.version(bucket, key, id).cloned() else { return Ok(false) };
        self.remove(bucket, key, &version)?;
        if let Some(contents) = state.buckets.get_mut(bucket) {
            contents.forget(key, version.number);
        }
        Ok(version.is_delete_marker)
    }

    /// Puts a delete marker over the versions of a key. Returns its ID.
    pub(super) fn mark_deleted(&self, state: &mut State, bucket: &Bucket, key: &Key) -> Result<String, Refusal> {
        self.withdraw(state, bucket, key)?;
        let id = new_version_id();
        let nothing = Digest { length: 0, crc64: 0, md5: None };
        let marker = new_object(key, nothing, String::new(), SystemTime::UNIX_EPOCH, ObjectProperties::default());
        let (number, version_id) = (state.next_number(), Some(id.clone()));
        let marker = Object { version: KEEPS_VERSIONS, number, version_id, is_delete_marker: true, ..marker };
        let dir = self.object_dir(bucket, &marker);
        fs::create_dir_all(&dir)?;
        model::write(&dir.join(OBJECT_FILE), &marker)?;
        state.buckets.entry(bucket.clone()).or_default().add(key.clone(), marker);
        Ok(id)
    }

    /// Moves the bytes of an object back to its own directory, because it will be an earlier version.
    pub(super) fn withdraw(&self, state: &mut State, bucket: &Bucket, key: &Key) -> io::Result<()> {
        let object = state.buckets.get_mut(bucket).and_then(|contents| contents.objects.get_mut(key));
        if let Some(object) = object.filter(|object| object.is_named) {
            let own = self.object_dir(bucket, object).join(&object.file_name);
            fs::rename(self.path_of(bucket, key, object), own)?;
            object.is_named = false;
        }
        Ok(())
    }
}

impl State {
    pub(super) fn keeps_versions(&self, bucket: &Bucket) -> bool {
        self.buckets.get(bucket).is_some_and(|contents| contents.keeps_versions)
    }

    fn version(&self, bucket: &Bucket, key: &Key, id: &str) -> Option<&Object> {
        let contents = self.buckets.get(bucket)?;
        let mut versions = contents.objects.get(key).into_iter().chain(contents.earlier.get(key).into_iter().flatten());
        versions.find(|version| version.version_id.as_deref().unwrap_or(NULL) == id)
    }
}

impl Contents {
    /// Makes an object or a delete marker the newest version of its key. Returns the object that it replaces, if the bucket
    /// keeps no versions.
    pub(super) fn add(&mut self, key: Key, version: Object) -> Option<Object> {
        let replaced = self.set_aside(&key);
        if version.is_delete_marker {
            self.earlier.entry(key).or_default().push(version);
        } else {
            self.objects.insert(key, version);
        }
        replaced
    }

    /// Removes the object of a key. It is an earlier version from now on, or it is returned if the bucket keeps none.
    pub(super) fn set_aside(&mut self, key: &Key) -> Option<Object> {
        let object = self.objects.remove(key)?;
        if !self.keeps_versions {
            return Some(object);
        }
        self.earlier.entry(key.clone()).or_default().push(object);
        None
    }

    /// Removes a version. If it was the newest one, the one before it is the object of the key.
    fn forget(&mut self, key: &Key, number: u64) {
        let mut versions = self.earlier.remove(key).unwrap_or_default();
        versions.extend(self.objects.remove(key));
        versions.retain(|version| version.number != number);
        if let Some(object) = versions.pop_if(|newest| !newest.is_delete_marker) {
            self.objects.insert(key.clone(), object);
        }
        if !versions.is_empty() {
            self.earlier.insert(key.clone(), versions);
        }
    }
}
