//! The entries of lists.

use std::time::SystemTime;

use super::model::Part;
use crate::cos::address::Bucket;
use crate::cos::multipart::PartNumber;

/// A bucket in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListedBucket {
    pub(crate) name: Bucket,
    pub(crate) created: SystemTime,
}

/// An object in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListedObject {
    pub(crate) key: String,
    pub(crate) size: u64,
    pub(crate) etag: String,
    pub(crate) modified: SystemTime,
    pub(crate) storage_class: String,
}

/// An upload in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListedUpload {
    pub(crate) key: String,
    pub(crate) upload_id: String,
    pub(crate) initiated: SystemTime,
    pub(crate) storage_class: String,
}

/// A page of parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PartPage {
    pub(crate) parts: Vec<(PartNumber, Part)>,
    pub(crate) truncated: bool,
    /// The number after which the page starts.
    pub(crate) marker: u64,
    pub(crate) limit: usize,
    pub(crate) storage_class: String,
}
