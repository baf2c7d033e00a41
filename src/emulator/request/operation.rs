//! The operations of the emulator, their names in faults, records and messages, and how method and query string select
//! one.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::emulator::answer::refusal;
use crate::emulator::answer::refusal::Refusal;

/// One operation of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    /// GET Service.
    ListBuckets,
    /// PUT Bucket.
    PutBucket,
    /// HEAD Bucket.
    HeadBucket,
    /// DELETE Bucket.
    DeleteBucket,
    /// GET Bucket.
    ListObjects,
    /// DELETE Multiple Objects.
    DeleteObjects,
    /// List Multipart Uploads.
    ListUploads,
    /// PUT Object.
    PutObject,
    /// HEAD Object.
    HeadObject,
    /// GET Object.
    GetObject,
    /// GET Object tagging.
    GetTagging,
    /// DELETE Object.
    DeleteObject,
    /// Initiate Multipart Upload.
    Initiate,
    /// Upload Part.
    UploadPart,
    /// Complete Multipart Upload.
    Complete,
    /// Abort Multipart Upload.
    Abort,
    /// List Parts.
    ListParts,
}

/// Whether a path names the service, a bucket or an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    Service,
    Bucket,
    Object,
}

/// Sub-resources of COS that the emulator does not implement.
const NOT_HERE: [&str; 23] = [
    "accelerate",
    "acl",
    "append",
    "cors",
    "domain",
    "encryption",
    "intelligenttiering",
    "inventory",
    "lifecycle",
    "location",
    "logging",
    "object-lock",
    "origin",
    "policy",
    "referer",
    "replication",
    "restore",
    "select",
    "tagging",
    "versioning",
    "versionId",
    "versions",
    "website",
];

impl Operation {
    /// All operations.
    pub const ALL: [Self; 17] = [
        Self::ListBuckets,
        Self::PutBucket,
        Self::HeadBucket,
        Self::DeleteBucket,
        Self::ListObjects,
        Self::DeleteObjects,
        Self::ListUploads,
        Self::PutObject,
        Self::HeadObject,
        Self::GetObject,
        Self::GetTagging,
        Self::DeleteObject,
        Self::Initiate,
        Self::UploadPart,
        Self::Complete,
        Self::Abort,
        Self::ListParts,
    ];

    /// The name in records and in the arguments of faults.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ListBuckets => "list-buckets",
            Self::PutBucket => "put-bucket",
            Self::HeadBucket => "head-bucket",
            Self::DeleteBucket => "delete-bucket",
            Self::ListObjects => "list-objects",
            Self::DeleteObjects => "delete-objects",
            Self::ListUploads => "list-uploads",
            Self::PutObject => "put-object",
            Self::HeadObject => "head-object",
            Self::GetObject => "get-object",
            Self::GetTagging => "get-tagging",
            Self::DeleteObject => "delete-object",
            Self::Initiate => "initiate",
            Self::UploadPart => "upload-part",
            Self::Complete => "complete",
            Self::Abort => "abort",
            Self::ListParts => "list-parts",
        }
    }

    /// Selects the operation. A parameter counts if it is present, with or without a value.
    pub(crate) fn of(level: Level, method: &str, has: impl Fn(&str) -> bool) -> Result<Self, Refusal> {
        if level == Level::Object && method == "GET" && has("tagging") {
            return Ok(Self::GetTagging);
        }
        if let Some(name) = NOT_HERE.iter().find(|name| has(name)) {
            return Err(
                refusal::NOT_IMPLEMENTED.saying(format!("The emulator does not implement the parameter {name}."))
            );
        }
        let operation = match level {
            Level::Service => (method == "GET").then_some(Self::ListBuckets),
            Level::Bucket => Self::of_bucket(method, has),
            Level::Object => Self::of_object(method, has),
        };
        operation.ok_or(refusal::METHOD_NOT_ALLOWED)
    }

    fn of_bucket(method: &str, has: impl Fn(&str) -> bool) -> Option<Self> {
        match method {
            "GET" if has("uploads") => Some(Self::ListUploads),
            "GET" => Some(Self::ListObjects),
            "HEAD" => Some(Self::HeadBucket),
            "PUT" => Some(Self::PutBucket),
            "DELETE" => Some(Self::DeleteBucket),
            "POST" if has("delete") => Some(Self::DeleteObjects),
            _ => None,
        }
    }

    fn of_object(method: &str, has: impl Fn(&str) -> bool) -> Option<Self> {
        match method {
            "GET" if has("uploadId") => Some(Self::ListParts),
            "GET" => Some(Self::GetObject),
            "HEAD" => Some(Self::HeadObject),
            "PUT" if has("uploadId") || has("partNumber") => Some(Self::UploadPart),
            "PUT" => Some(Self::PutObject),
            "POST" if has("uploads") => Some(Self::Initiate),
            "POST" if has("uploadId") => Some(Self::Complete),
            "DELETE" if has("uploadId") => Some(Self::Abort),
            "DELETE" => Some(Self::DeleteObject),
            _ => None,
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Operation {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|operation| operation.as_str() == name).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(level: Level, method: &str, query: &[&str]) -> Result<Operation, &'static str> {
        Operation::of(level, method, |name| query.contains(&name)).map_err(|refusal| refusal.code)
    }

    #[test]
    fn method_and_parameters_select_the_operation() {
        assert_eq!(of(Level::Object, "POST", &["uploads"]), Ok(Operation::Initiate));
        assert_eq!(of(Level::Object, "PUT", &["partNumber", "uploadId"]), Ok(Operation::UploadPart));
        assert_eq!(of(Level::Object, "PUT", &[]), Ok(Operation::PutObject));
        assert_eq!(of(Level::Object, "DELETE", &["uploadId"]), Ok(Operation::Abort));
        assert_eq!(of(Level::Bucket, "GET", &["uploads"]), Ok(Operation::ListUploads));
        assert_eq!(of(Level::Bucket, "POST", &[]), Err("MethodNotAllowed"));
        assert_eq!(of(Level::Object, "GET", &["tagging"]), Ok(Operation::GetTagging));
        assert_eq!(of(Level::Object, "PUT", &["tagging"]), Err("NotImplemented"));
        assert_eq!(of(Level::Bucket, "GET", &["acl"]), Err("NotImplemented"));
        assert_eq!(of(Level::Service, "PUT", &[]), Err("MethodNotAllowed"));
    }

    #[test]
    fn names_can_be_parsed_and_are_those_of_records() {
        for operation in Operation::ALL {
            assert_eq!(operation.as_str().parse(), Ok(operation));
            assert_eq!(serde_json::to_value(operation).unwrap(), operation.as_str());
        }
    }
}
