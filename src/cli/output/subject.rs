//! The names of one upload: its source and its destination.

use std::path::PathBuf;

use crate::cli::output::json::UploadName;
use crate::cos::{Bucket, Key, Service};
use crate::upload::Job;

/// One upload, as messages and events name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The service.
    pub service: Service,
    /// The file.
    pub source: PathBuf,
    /// The bucket.
    pub bucket: Bucket,
    /// The object's key.
    pub key: Key,
    /// The object's URL.
    pub location: String,
    /// The file in which the emulator keeps the object, if the emulator is the server.
    pub on_disk: Option<PathBuf>,
}

impl Subject {
    /// The upload of a job.
    pub(crate) fn of(Job { source, target, .. }: &Job) -> Self {
        Self {
            service: target.address.service,
            source: source.path().to_owned(),
            bucket: target.address.bucket.clone(),
            key: target.key.clone(),
            location: target.location(),
            on_disk: None,
        }
    }

    /// The names for a JSON event.
    pub(crate) fn name(&self) -> UploadName<'_> {
        UploadName::new(&self.source, &self.bucket, Some(&self.key)).at(&self.location)
    }
}
