//! The operations of the emulator, and their names in faults, records and messages.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

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
    /// GET Bucket versioning.
    GetVersioning,
    /// PUT Bucket versioning.
    PutVersioning,
    /// GET Bucket location.
    GetLocation,
    /// GET Bucket acl.
    GetBucketAcl,
    /// POST Object: a form upload.
    PostObject,
    /// PUT Object.
    PutObject,
    /// PUT Object - Copy.
    CopyObject,
    /// APPEND Object.
    AppendObject,
    /// HEAD Object.
    HeadObject,
    /// GET Object.
    GetObject,
    /// DELETE Object.
    DeleteObject,
    /// GET Object tagging.
    GetTagging,
    /// PUT Object tagging.
    PutTagging,
    /// DELETE Object tagging.
    DeleteTagging,
    /// GET Object acl.
    GetAcl,
    /// PUT Object acl.
    PutAcl,
    /// Initiate Multipart Upload.
    Initiate,
    /// Upload Part.
    UploadPart,
    /// Upload Part - Copy.
    UploadPartCopy,
    /// Complete Multipart Upload.
    Complete,
    /// Abort Multipart Upload.
    Abort,
    /// List Parts.
    ListParts,
    /// OPTIONS: a CORS preflight.
    Preflight,
}

impl Operation {
    /// All operations.
    pub const ALL: [Self; 30] = [
        Self::ListBuckets,
        Self::PutBucket,
        Self::HeadBucket,
        Self::DeleteBucket,
        Self::ListObjects,
        Self::DeleteObjects,
        Self::ListUploads,
        Self::GetVersioning,
        Self::PutVersioning,
        Self::GetLocation,
        Self::GetBucketAcl,
        Self::PostObject,
        Self::PutObject,
        Self::CopyObject,
        Self::AppendObject,
        Self::HeadObject,
        Self::GetObject,
        Self::DeleteObject,
        Self::GetTagging,
        Self::PutTagging,
        Self::DeleteTagging,
        Self::GetAcl,
        Self::PutAcl,
        Self::Initiate,
        Self::UploadPart,
        Self::UploadPartCopy,
        Self::Complete,
        Self::Abort,
        Self::ListParts,
        Self::Preflight,
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
            Self::GetVersioning => "get-versioning",
            Self::PutVersioning => "put-versioning",
            Self::GetLocation => "get-location",
            Self::GetBucketAcl => "get-bucket-acl",
            Self::PostObject => "post-object",
            Self::PutObject => "put-object",
            Self::CopyObject => "copy-object",
            Self::AppendObject => "append-object",
            Self::HeadObject => "head-object",
            Self::GetObject => "get-object",
            Self::DeleteObject => "delete-object",
            Self::GetTagging => "get-tagging",
            Self::PutTagging => "put-tagging",
            Self::DeleteTagging => "delete-tagging",
            Self::GetAcl => "get-acl",
            Self::PutAcl => "put-acl",
            Self::Initiate => "initiate",
            Self::UploadPart => "upload-part",
            Self::UploadPartCopy => "upload-part-copy",
            Self::Complete => "complete",
            Self::Abort => "abort",
            Self::ListParts => "list-parts",
            Self::Preflight => "preflight",
        }
    }

    /// True if CDCS has the operation too.
    pub(crate) fn is_in_cdcs(self) -> bool {
        matches!(
            self,
            Self::PutBucket
                | Self::HeadBucket
                | Self::DeleteBucket
                | Self::PutObject
                | Self::HeadObject
                | Self::GetObject
                | Self::Initiate
                | Self::UploadPart
                | Self::Complete
                | Self::Abort
                | Self::ListParts
                | Self::ListUploads
        )
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

    #[test]
    fn names_can_be_parsed_and_are_those_of_records() {
        for operation in Operation::ALL {
            assert_eq!(operation.as_str().parse(), Ok(operation));
            assert_eq!(serde_json::to_value(operation).unwrap(), operation.as_str());
        }
    }
}
