//! Unfinished uploads and their parts.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::cos::address::{Bucket, Key};
use crate::cos::checksum::Digest;
use crate::cos::multipart::PartNumber;
use crate::emulator::random;
use crate::emulator::refusal;
use crate::emulator::refusal::Refusal;
use crate::emulator::request::listing;
use crate::emulator::request::listing::{Page, Query};
use crate::emulator::request::overwrite::Overwrite;
use crate::emulator::request::properties::encryption::Encryption;
use crate::emulator::request::properties::object_properties::ObjectProperties;

use super::directory::Store;
use super::draft::Draft;
use super::listed::{ListedUpload, PartPage};
use super::model;
use super::model::{Part, UPLOAD_FILE, Upload, VERSION, part_file_name};
use super::object::check_overwrite;

impl Store {
    /// Creates an upload and returns its ID.
    pub(crate) fn initiate(
        &self,
        bucket: &Bucket,
        key: &Key,
        properties: ObjectProperties,
        overwrite: Overwrite,
        now: SystemTime,
    ) -> Result<String, Refusal> {
        let upload_id = new_upload_id(now);
        let dir = self.upload_dir(bucket, &upload_id);
        let parts = BTreeMap::new();
        let upload =
            Upload { version: VERSION, key: key.to_string(), initiated: now, properties, parts, merging: false };
        let mut state = self.state();
        check_overwrite(&state, bucket, key, overwrite, None)?;
        fs::create_dir_all(&dir)?;
        model::write(&dir.join(UPLOAD_FILE), &upload)?;
        let contents = state.buckets.entry(bucket.clone()).or_default();
        contents.uploads.insert((key.clone(), upload_id.clone()), upload);
        Ok(upload_id)
    }

    /// The encryption of an upload. An unknown upload, or one that is being completed, is refused.
    pub(crate) fn upload(&self, bucket: &Bucket, key: &Key, upload_id: &str) -> Result<Encryption, Refusal> {
        let state = self.state();
        let upload = state.upload(bucket, key, upload_id)?;
        if upload.merging { Err(refusal::UPLOAD_CONFLICT) } else { Ok(upload.properties.encryption.clone()) }
    }

    /// Begins a part: a file for its bytes.
    pub(crate) fn draft_part(&self, bucket: &Bucket, key: &Key, upload_id: &str) -> Result<(Draft, File), Refusal> {
        self.upload(bucket, key, upload_id)?;
        let number = self.state().next_number();
        let path = self.upload_dir(bucket, upload_id).join(format!("draft.{number}"));
        Draft::at(path).map_err(|error| match error.kind() {
            // The upload was aborted between the two calls.
            std::io::ErrorKind::NotFound => refusal::NO_SUCH_UPLOAD,
            _ => error.into(),
        })
    }

    /// Makes a draft a part, which replaces an earlier part of the same number.
    pub(crate) fn commit_part(
        &self,
        bucket: &Bucket,
        key: &Key,
        upload_id: &str,
        number: PartNumber,
        draft: Draft,
        (digest, modified): (Digest, SystemTime),
    ) -> Result<Part, Refusal> {
        let dir = self.upload_dir(bucket, upload_id);
        let mut state = self.state();
        let upload = state.upload_mut(bucket, key, upload_id)?;
        if upload.merging {
            return Err(refusal::UPLOAD_CONFLICT);
        }
        let etag = digest.md5.map(|md5| upload.properties.encryption.etag(&md5)).unwrap_or_default();
        let part = Part { size: digest.length, etag, crc64: digest.crc64, modified };
        let name = part_file_name(number, &part);
        // The modification time of the file is that of the part, so that it survives a restart.
        File::options().write(true).open(draft.path())?.set_modified(modified)?;
        fs::rename(draft.path(), dir.join(&name))?;
        draft.keep();
        let replaced = upload.parts.insert(number, part.clone());
        if let Some(old) = replaced.map(|old| part_file_name(number, &old)).filter(|old| *old != name) {
            let _ = fs::remove_file(dir.join(old));
        }
        Ok(part)
    }

    /// Removes an upload and its parts.
    pub(crate) fn abort(&self, bucket: &Bucket, key: &Key, upload_id: &str) -> Result<(), Refusal> {
        let mut state = self.state();
        if state.upload(bucket, key, upload_id)?.merging {
            return Err(refusal::UPLOAD_CONFLICT);
        }
        let dir = self.upload_dir(bucket, upload_id);
        fs::remove_file(dir.join(UPLOAD_FILE))?;
        let _ = fs::remove_dir_all(dir);
        if let Some(contents) = state.buckets.get_mut(bucket) {
            contents.uploads.remove(&(key.clone(), upload_id.to_owned()));
        }
        Ok(())
    }

    /// A page of an upload's parts.
    pub(crate) fn list_parts(
        &self,
        bucket: &Bucket,
        key: &Key,
        upload_id: &str,
        (marker, limit): (u64, usize),
    ) -> Result<PartPage, Refusal> {
        let state = self.state();
        let upload = state.upload(bucket, key, upload_id)?;
        let mut after = upload.parts.iter().filter(|(number, _)| u64::from(number.value()) > marker);
        let parts = after.by_ref().take(limit).map(|(number, part)| (*number, part.clone())).collect();
        let storage_class = upload.properties.storage_class().to_owned();
        Ok(PartPage { parts, truncated: after.next().is_some(), marker, limit, storage_class })
    }

    /// A page of the bucket's unfinished uploads.
    pub(crate) fn list_uploads(&self, bucket: &Bucket, query: &Query) -> Page<ListedUpload> {
        let state = self.state();
        let uploads = state.buckets.get(bucket).into_iter().flat_map(|contents| &contents.uploads);
        let page =
            listing::page(uploads.map(|((key, id), upload)| (key.as_str(), id.as_str(), (key, id, upload))), query);
        let listed = |(key, upload_id, upload): (&Key, &String, &Upload)| ListedUpload {
            key: key.to_string(),
            upload_id: upload_id.clone(),
            initiated: upload.initiated,
            storage_class: upload.properties.storage_class().to_owned(),
        };
        Page { entries: page.entries.into_iter().map(listed).collect(), prefixes: page.prefixes, next: page.next }
    }
}

/// Ten digits of Unix time and 64 of hex, like the service's upload IDs.
fn new_upload_id(now: SystemTime) -> String {
    let seconds = now.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
    format!("{seconds:010}{}", random::hex(4))
}
