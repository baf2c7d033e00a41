//! The index in memory: the objects and uploads of every bucket.

use std::collections::{BTreeMap, HashMap};

use crate::cos::address::{Bucket, Key};

use super::model::{Object, Upload};
use crate::emulator::refusal;
use crate::emulator::refusal::Refusal;

#[derive(Debug, Default)]
pub(super) struct State {
    /// The number of the newest object or draft. Numbers grow, so the higher one of two objects with one key is the newer.
    pub(super) newest: u64,
    pub(super) buckets: HashMap<Bucket, Contents>,
}

#[derive(Debug, Default)]
pub(super) struct Contents {
    /// True once versions were turned on.
    pub(super) keeps_versions: bool,
    pub(super) objects: BTreeMap<Key, Object>,
    /// The versions and delete markers of each key that are not its object, the oldest first.
    pub(super) earlier: BTreeMap<Key, Vec<Object>>,
    /// By key and upload ID, the order in which they are listed.
    pub(super) uploads: BTreeMap<(Key, String), Upload>,
}

impl State {
    pub(super) fn next_number(&mut self) -> u64 {
        self.newest += 1;
        self.newest
    }

    /// True if the key has another upload.
    pub(super) fn other_upload(&self, bucket: &Bucket, key: &Key, upload_id: Option<&str>) -> bool {
        let uploads = self.buckets.get(bucket).into_iter().flat_map(|contents| contents.uploads.keys());
        uploads.filter(|(known, _)| known == key).any(|(_, id)| Some(id.as_str()) != upload_id)
    }

    pub(super) fn upload(&self, bucket: &Bucket, key: &Key, upload_id: &str) -> Result<&Upload, Refusal> {
        let name = (key.clone(), upload_id.to_owned());
        let contents = self.buckets.get(bucket);
        contents.and_then(|contents| contents.uploads.get(&name)).ok_or(refusal::NO_SUCH_UPLOAD)
    }

    pub(super) fn upload_mut(&mut self, bucket: &Bucket, key: &Key, upload_id: &str) -> Result<&mut Upload, Refusal> {
        let name = (key.clone(), upload_id.to_owned());
        let contents = self.buckets.get_mut(bucket);
        contents.and_then(|contents| contents.uploads.get_mut(&name)).ok_or(refusal::NO_SUCH_UPLOAD)
    }
}
