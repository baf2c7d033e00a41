//! Objects, uploads and parts, and the JSON beside their bytes. The JSON has a version; an unknown version is refused.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::SystemTime;
use std::{fs, io};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::cos::multipart::PartNumber;
use crate::emulator::random;
use crate::emulator::request::properties::object_properties::ObjectProperties;
use crate::language::message;

/// The version of `object.json` and `upload.json`. Version 1 had no files under the names of keys.
pub(super) const VERSION: u32 = 2;
/// The version of `object.json` in a bucket that keeps versions, which a cosput that knows none must not open.
pub(super) const KEEPS_VERSIONS: u32 = 3;
const OLDEST: u32 = 1;
/// The file that says that a bucket keeps versions.
pub(super) const VERSIONING_FILE: &str = "versioning";
pub(super) const OBJECT_FILE: &str = "object.json";
pub(super) const UPLOAD_FILE: &str = "upload.json";

/// A stored object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Object {
    pub(super) version: u32,
    /// The name of its directory, which is not in the file.
    #[serde(skip)]
    pub(super) number: u64,
    /// True if its bytes are under the name of its key and not in its own directory.
    #[serde(skip)]
    pub(super) is_named: bool,
    pub(super) key: String,
    pub(super) file_name: String,
    pub(crate) size: u64,
    /// Without quotes.
    pub(crate) etag: String,
    #[serde(with = "decimal")]
    pub(crate) crc64: u64,
    #[serde(with = "rfc3339")]
    pub(crate) modified: SystemTime,
    #[serde(flatten)]
    pub(crate) properties: ObjectProperties,
    /// True if it can be appended to.
    #[serde(default)]
    pub(crate) appendable: bool,
    /// The upload that it was made of.
    pub(super) upload_id: Option<String>,
    /// Its version ID, if its bucket kept versions when it was stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) version_id: Option<String>,
    /// True for a delete marker, which has no bytes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) is_delete_marker: bool,
}

/// An unfinished upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Upload {
    pub(super) version: u32,
    pub(super) key: String,
    #[serde(with = "rfc3339")]
    pub(super) initiated: SystemTime,
    #[serde(flatten)]
    pub(super) properties: ObjectProperties,
    #[serde(skip)]
    pub(super) parts: BTreeMap<PartNumber, Part>,
    /// True while Complete merges the parts.
    #[serde(skip)]
    pub(super) merging: bool,
}

/// A stored part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) size: u64,
    /// Without quotes.
    pub(crate) etag: String,
    pub(crate) crc64: u64,
    pub(crate) modified: SystemTime,
}

/// The name of a part's file, from which the index is rebuilt.
pub(super) fn part_file_name(number: PartNumber, part: &Part) -> String {
    format!("{:05}.{}.{:016x}.{}", number.value(), part.etag, part.crc64, part.size)
}

/// A new version ID.
pub(super) fn new_version_id() -> String {
    random::hex(2)
}

/// Writes `value` beside `path` and renames it there.
pub(super) fn write<T: Serialize>(path: &Path, value: &T) -> io::Result<()> {
    let new = path.with_extension("new");
    fs::write(&new, serde_json::to_vec_pretty(value)?)?;
    fs::rename(&new, path)
}

/// Reads a file that [`write()`] wrote; `None` if it does not exist.
pub(super) fn read<T: DeserializeOwned>(path: &Path) -> io::Result<Option<T>> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u32,
    }
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let broken = |why: &dyn std::fmt::Display| {
        io::Error::new(io::ErrorKind::InvalidData, message!("{file}: {why}", file = path.display(), why))
    };
    let versioned: Versioned = serde_json::from_slice(&text).map_err(|error| broken(&error))?;
    if !(OLDEST..=KEEPS_VERSIONS).contains(&versioned.version) {
        return Err(broken(&message!("version {version} is not known to this cosput", version = versioned.version)));
    }
    serde_json::from_slice(&text).map(Some).map_err(|error| broken(&error))
}

/// A number that JSON readers would round.
mod decimal {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(number: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(number)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

mod rfc3339 {
    use std::time::SystemTime;

    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(time: &SystemTime, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&humantime::format_rfc3339_nanos(*time))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SystemTime, D::Error> {
        humantime::parse_rfc3339(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}
