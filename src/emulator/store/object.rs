//! Objects: PUT, GET, DELETE and the list.

use std::fs::{self, File};
use std::path::PathBuf;
use std::time::SystemTime;

use crate::cos::address::{Bucket, Key};
use crate::cos::checksum::Digest;
use crate::emulator::refusal;
use crate::emulator::refusal::Refusal;
use crate::emulator::request::listing;
use crate::emulator::request::listing::{Page, Query};
use crate::emulator::request::overwrite::Overwrite;
use crate::emulator::request::properties::object_properties::ObjectProperties;

use super::directory::Store;
use super::draft::Draft;
use super::index::State;
use super::listed::ListedObject;
use super::model;
use super::model::{KEEPS_VERSIONS, OBJECT_FILE, Object, VERSION, new_version_id};
use super::named;

impl Store {
    /// Begins an object: a file for its bytes.
    pub(crate) fn draft_object(&self, bucket: &Bucket, key: &Key) -> Result<(Draft, File), Refusal> {
        let number = {
            let mut state = self.state();
            state.buckets.entry(bucket.clone()).or_default();
            state.next_number()
        };
        let dir = self.objects_dir(bucket).join(format!("{number:012}"));
        Ok(Draft::in_own_dir(dir, &file_name(key))?)
    }

    /// Makes a draft an object.
    pub(crate) fn commit_object(
        &self,
        bucket: &Bucket,
        key: &Key,
        draft: Draft,
        digest: Digest,
        (modified, properties): (SystemTime, ObjectProperties),
        overwrite: Overwrite,
    ) -> Result<Object, Refusal> {
        let etag = digest.md5.map(|md5| properties.encryption.etag(&md5)).unwrap_or_default();
        let object = new_object(key, digest, etag, modified, properties);
        self.commit(bucket, key, draft, object, overwrite)
    }

    /// Makes a draft an appendable object. `position` is the length of the object that the draft begins with.
    pub(crate) fn commit_appended(
        &self,
        bucket: &Bucket,
        key: &Key,
        draft: Draft,
        digest: Digest,
        (modified, properties): (SystemTime, ObjectProperties),
        position: u64,
    ) -> Result<Object, Refusal> {
        let etag = digest.md5.map(|md5| properties.encryption.etag(&md5)).unwrap_or_default();
        let object = Object { appendable: true, ..new_object(key, digest, etag, modified, properties) };
        self.commit(bucket, key, draft, object, Overwrite::AppendAt(position))
    }

    /// Changes the properties of an object.
    pub(crate) fn change_properties(
        &self,
        bucket: &Bucket,
        key: &Key,
        change: impl FnOnce(&mut ObjectProperties),
    ) -> Result<(), Refusal> {
        let mut state = self.state();
        let mut object = find(&state, bucket, key).ok_or(refusal::NO_SUCH_KEY)?.clone();
        change(&mut object.properties);
        model::write(&self.object_dir(bucket, &object).join(OBJECT_FILE), &object)?;
        if let Some(contents) = state.buckets.get_mut(bucket) {
            contents.objects.insert(key.clone(), object);
        }
        Ok(())
    }

    /// Commits an object by renaming `object.json`, then removes the object that it replaces. Of two concurrent PUTs of
    /// one key, the one that commits last stays.
    pub(super) fn commit(
        &self,
        bucket: &Bucket,
        key: &Key,
        draft: Draft,
        mut object: Object,
        overwrite: Overwrite,
    ) -> Result<Object, Refusal> {
        let mut state = self.state();
        check_overwrite(&state, bucket, key, overwrite, object.upload_id.as_deref())?;
        if state.keeps_versions(bucket) {
            object.version = KEEPS_VERSIONS;
            object.version_id.get_or_insert_with(new_version_id);
            self.withdraw(&mut state, bucket, key)?;
        }
        // After a restart the highest number wins, so the number is given at commit and not at the first byte.
        object.number = state.next_number();
        let from = draft.path().parent().map(PathBuf::from).unwrap_or_default();
        let dir = self.objects_dir(bucket).join(format!("{:012}", object.number));
        fs::rename(&from, &dir)?;
        let written = model::write(&dir.join(OBJECT_FILE), &object);
        draft.keep();
        if let Err(error) = written {
            let _ = fs::remove_dir_all(&dir);
            return Err(error.into());
        }
        let replaced = state.buckets.entry(bucket.clone()).or_default().set_aside(key);
        if let Some(old) = &replaced {
            let _ = fs::remove_dir_all(self.object_dir(bucket, old));
        }
        let replaces = replaced.is_some_and(|old| old.is_named);
        let files = self.files_dir(bucket);
        if let Some(name) = named::path_of(&files, key) {
            object.is_named = named::publish(&dir.join(&object.file_name), &name, replaces);
            if replaces && !object.is_named {
                named::remove(&files, &name);
            }
        }
        state.buckets.entry(bucket.clone()).or_default().objects.insert(key.clone(), object.clone());
        Ok(object)
    }

    /// Refuses to replace an object if that is forbidden.
    pub(crate) fn check_overwrite(&self, bucket: &Bucket, key: &Key, overwrite: Overwrite) -> Result<(), Refusal> {
        check_overwrite(&self.state(), bucket, key, overwrite, None)
    }

    /// True if the object was made of this upload.
    pub(crate) fn is_complete(&self, bucket: &Bucket, key: &Key, upload_id: &str) -> bool {
        find(&self.state(), bucket, key).is_some_and(|object| object.upload_id.as_deref() == Some(upload_id))
    }

    /// The object and its open file, which stays readable if the object is replaced.
    pub(crate) fn object(&self, bucket: &Bucket, key: &Key) -> Result<(Object, File), Refusal> {
        self.version(bucket, key, None)
    }

    /// The file with an object's bytes.
    pub(crate) fn object_path(&self, bucket: &Bucket, key: &Key) -> Option<PathBuf> {
        let state = self.state();
        let object = find(&state, bucket, key)?;
        Some(self.path_of(bucket, key, object))
    }

    pub(super) fn path_of(&self, bucket: &Bucket, key: &Key, object: &Object) -> PathBuf {
        match named::path_of(&self.files_dir(bucket), key).filter(|_| object.is_named) {
            Some(name) => name,
            None => self.object_dir(bucket, object).join(&object.file_name),
        }
    }

    /// Deletes an object. In a bucket that keeps versions it becomes an earlier one; returns the ID of the delete marker.
    pub(crate) fn delete_object(&self, bucket: &Bucket, key: &Key) -> Result<Option<String>, Refusal> {
        let mut state = self.state();
        if state.keeps_versions(bucket) {
            return self.mark_deleted(&mut state, bucket, key).map(Some);
        }
        if let Some(object) = find(&state, bucket, key) {
            self.remove(bucket, key, object)?;
        }
        if let Some(contents) = state.buckets.get_mut(bucket) {
            contents.objects.remove(key);
        }
        Ok(None)
    }

    /// Removes the files of an object or a version.
    pub(super) fn remove(&self, bucket: &Bucket, key: &Key, object: &Object) -> Result<(), Refusal> {
        let dir = self.object_dir(bucket, object);
        fs::remove_file(dir.join(OBJECT_FILE))?;
        let _ = fs::remove_dir_all(dir);
        if object.is_named {
            named::remove(&self.files_dir(bucket), &self.path_of(bucket, key, object));
        }
        Ok(())
    }

    /// A page of the bucket's objects.
    pub(crate) fn list_objects(&self, bucket: &Bucket, query: &Query) -> Page<ListedObject> {
        let state = self.state();
        let objects = state.buckets.get(bucket).into_iter().flat_map(|contents| &contents.objects);
        let page = listing::page(objects.map(|(key, object)| (key.as_str(), "", (key, object))), query);
        let listed = |(key, object): (&Key, &Object)| ListedObject {
            key: key.to_string(),
            size: object.size,
            etag: object.etag.clone(),
            modified: object.modified,
            storage_class: object.properties.storage_class().to_owned(),
        };
        Page { entries: page.entries.into_iter().map(listed).collect(), prefixes: page.prefixes, next: page.next }
    }

    pub(super) fn object_dir(&self, bucket: &Bucket, object: &Object) -> PathBuf {
        self.objects_dir(bucket).join(format!("{:012}", object.number))
    }
}

pub(super) fn new_object(
    key: &Key,
    digest: Digest,
    etag: String,
    modified: SystemTime,
    properties: ObjectProperties,
) -> Object {
    Object {
        version: VERSION,
        number: 0,
        is_named: false,
        key: key.to_string(),
        file_name: file_name(key),
        size: digest.length,
        etag,
        crc64: digest.crc64,
        modified,
        properties,
        appendable: false,
        upload_id: None,
        version_id: None,
        is_delete_marker: false,
    }
}

pub(super) fn find<'a>(state: &'a State, bucket: &Bucket, key: &Key) -> Option<&'a Object> {
    state.buckets.get(bucket)?.objects.get(key)
}

/// Refuses to replace an object if that is forbidden. `upload_id` is the upload that the new object is made of.
pub(super) fn check_overwrite(
    state: &State,
    bucket: &Bucket,
    key: &Key,
    overwrite: Overwrite,
    upload_id: Option<&str>,
) -> Result<(), Refusal> {
    match overwrite {
        // A bucket that keeps versions ignores x-cos-forbid-overwrite.
        Overwrite::Forbidden if state.keeps_versions(bucket) => Ok(()),
        Overwrite::AppendAt(_) if state.keeps_versions(bucket) => Err(refusal::NOT_IMPLEMENTED),
        Overwrite::AppendAt(position) => check_appended(find(state, bucket, key), position),
        Overwrite::Forbidden if find(state, bucket, key).is_some() => Err(refusal::FILE_ALREADY_EXISTS),
        Overwrite::WriteOnce if find(state, bucket, key).is_some() => Err(refusal::OBJECT_ALREADY_EXISTS),
        Overwrite::WriteOnce if state.other_upload(bucket, key, upload_id) => Err(refusal::OBJECT_ALREADY_UPLOADING),
        _ => Ok(()),
    }
}

fn check_appended(object: Option<&Object>, position: u64) -> Result<(), Refusal> {
    match object {
        Some(object) if !object.appendable => Err(refusal::OBJECT_NOT_APPENDABLE),
        object if object.map_or(0, |object| object.size) != position => Err(refusal::POSITION_NOT_EQUAL),
        _ => Ok(()),
    }
}

/// The last part of the key, in a form that every file system accepts. `object.json` has the key itself.
pub(super) fn file_name(key: &Key) -> String {
    const LONGEST: usize = 120;
    let last = key.as_str().rsplit('/').find(|segment| !segment.is_empty()).unwrap_or_default();
    let safe = |c: char| if c.is_control() || "<>:\"/\\|?*".contains(c) { '_' } else { c };
    let mut name = String::new();
    for c in last.chars().map(safe) {
        if name.len() + c.len_utf8() > LONGEST {
            break;
        }
        name.push(c);
    }
    let reserved = name.to_ascii_lowercase().starts_with("object.")
        || name.ends_with(['.', ' '])
        || name.is_empty()
        || named::is_device(&name);
    if reserved { format!("_{name}_") } else { name }
}
