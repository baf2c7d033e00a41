//! Complete: merges the parts into an object.
//!
//! The CRC-64 in the head of the answer is combined from those of the parts. The stored CRC-64 is computed from the merged
//! bytes, so that an error in combining is found.

use std::fs::File;
use std::path::PathBuf;
use std::time::SystemTime;

use crate::cos::address::{Bucket, Key};
use crate::cos::checksum::Combiner;
use crate::cos::multipart::PartNumber;
use crate::emulator::hasher::Hasher;
use crate::emulator::refusal;
use crate::emulator::refusal::Refusal;
use crate::emulator::request::bodies::part_list;
use crate::emulator::request::bodies::part_list::Listed;
use crate::emulator::request::overwrite::Overwrite;
use crate::emulator::request::properties::object_properties::ObjectProperties;

use super::directory::Store;
use super::model::{Object, Part, new_version_id, part_file_name};
use super::object::{check_overwrite, new_object};
use super::sparse::SparseWriter;

/// A Complete in progress: until it ends, the upload accepts no parts and cannot be aborted.
#[derive(Debug)]
pub(crate) struct Merge {
    bucket: Bucket,
    key: Key,
    upload_id: String,
    parts: Vec<(PathBuf, Part)>,
    pub(crate) properties: ObjectProperties,
    overwrite: Overwrite,
    pub(crate) crc64: u64,
    /// The version ID of the object, if the bucket keeps versions.
    pub(crate) version_id: Option<String>,
}

impl Store {
    /// Checks the list of parts and begins Complete.
    pub(crate) fn begin_merge(
        &self,
        bucket: &Bucket,
        key: &Key,
        upload_id: &str,
        list: &[Listed],
        overwrite: Overwrite,
    ) -> Result<Merge, Refusal> {
        let dir = self.upload_dir(bucket, upload_id);
        let mut state = self.state();
        check_overwrite(&state, bucket, key, overwrite, Some(upload_id))?;
        let version_id = state.keeps_versions(bucket).then(new_version_id);
        let upload = state.upload_mut(bucket, key, upload_id)?;
        if upload.merging {
            return Err(refusal::UPLOAD_CONFLICT);
        }
        let stored = |number: PartNumber| upload.parts.get(&number).map(|part| (part.etag.clone(), part.size));
        let numbers = part_list::check(list, stored)?;
        let file = |number| {
            let part = upload.parts.get(number)?;
            Some((dir.join(part_file_name(*number, part)), part.clone()))
        };
        let parts: Vec<(PathBuf, Part)> = numbers.iter().filter_map(file).collect();
        if overwrite == Overwrite::WriteOnce && parts.iter().all(|(_, part)| part.size == 0) {
            return Err(refusal::OBJECT_EMPTY);
        }
        upload.merging = true;
        let crc64 = combined_crc64(parts.iter().map(|(_, part)| part));
        Ok(Merge {
            bucket: bucket.clone(),
            key: key.clone(),
            upload_id: upload_id.to_owned(),
            properties: upload.properties.clone(),
            parts,
            overwrite,
            crc64,
            version_id,
        })
    }

    /// Merges the parts. If that fails, the upload is unchanged.
    pub(crate) fn merge(&self, merge: &Merge, now: SystemTime) -> Result<Object, Refusal> {
        let merged = self.try_merge(merge, now);
        let mut state = self.state();
        match &merged {
            Ok(_) => {
                if let Some(contents) = state.buckets.get_mut(&merge.bucket) {
                    contents.uploads.remove(&(merge.key.clone(), merge.upload_id.clone()));
                }
                // If this fails, the next start removes the directory, because the object names the upload.
                let _ = std::fs::remove_dir_all(self.upload_dir(&merge.bucket, &merge.upload_id));
            }
            Err(_) => state.upload_mut(&merge.bucket, &merge.key, &merge.upload_id)?.merging = false,
        }
        merged
    }

    fn try_merge(&self, merge: &Merge, now: SystemTime) -> Result<Object, Refusal> {
        let (draft, file) = self.draft_object(&merge.bucket, &merge.key)?;
        let mut hasher = Hasher::crc64();
        let mut writer = SparseWriter::new(file)?;
        for (path, part) in &merge.parts {
            writer.append(&mut File::open(path)?, 0, part.size, &mut hasher)?;
        }
        writer.finish()?;
        let digest = hasher.finish();
        if digest.crc64 != merge.crc64 {
            return Err(
                refusal::INTERNAL_ERROR.saying("The CRC-64 of the merged bytes differs from that of the parts.")
            );
        }
        let etag = format!("{:032x}-{}", fastrand::u128(..), merge.parts.len());
        let mut object = new_object(&merge.key, digest, etag, now, merge.properties.clone());
        object.upload_id = Some(merge.upload_id.clone());
        object.version_id.clone_from(&merge.version_id);
        self.commit(&merge.bucket, &merge.key, draft, object, merge.overwrite)
    }
}

/// The combined CRC-64 of the parts.
fn combined_crc64<'a>(parts: impl Iterator<Item = &'a Part>) -> u64 {
    let mut combiner = Combiner::new();
    for part in parts {
        combiner.append(part.crc64, part.size);
    }
    combiner.crc64()
}
