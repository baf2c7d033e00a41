//! The names of headers that are no fields of the table.

/// Makes the server refuse a key that exists.
pub const FORBID_OVERWRITE: &str = "x-cos-forbid-overwrite";
/// The most bits a second of one request.
pub const TRAFFIC_LIMIT: &str = "x-cos-traffic-limit";
/// The prefix of metadata.
pub(super) const METADATA: &str = "x-cos-meta-";
/// The tags of an object.
pub(super) const TAGGING: &str = "x-cos-tagging";
