//! The names of the checks.

use crate::language::{Phrase, phrase};

/// One check. Permissions have the name of their action in a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Check {
    StateDirectory,
    OpenFiles,
    Names,
    Connection,
    Tls,
    Clock,
    Credentials,
    Bucket,
    ListParts,
    HeadObject,
    PutObject,
    UploadPart,
    Complete,
    Abort,
    Initiate,
    Throughput,
}

/// The checks of requests, in their order: they need a connection and credentials.
pub(super) const OF_REQUESTS: [Check; 9] = [
    Check::Bucket,
    Check::ListParts,
    Check::HeadObject,
    Check::PutObject,
    Check::UploadPart,
    Check::Complete,
    Check::Abort,
    Check::Initiate,
    Check::Throughput,
];

impl Check {
    /// The name in JSON.
    pub(super) fn as_str(self) -> &'static str {
        self.name().english()
    }

    /// The name for people. Actions of a policy have one name.
    pub(super) fn name(self) -> Phrase {
        match self {
            Self::StateDirectory => phrase!("state-directory"),
            Self::OpenFiles => phrase!("open-files"),
            Self::Names => phrase!("names"),
            Self::Connection => phrase!("connection"),
            Self::Tls => phrase!("tls"),
            Self::Clock => phrase!("clock"),
            Self::Credentials => phrase!("credentials"),
            Self::Bucket => phrase!("bucket"),
            Self::ListParts => Phrase::new("cos:ListParts"),
            Self::HeadObject => Phrase::new("cos:HeadObject"),
            Self::PutObject => Phrase::new("cos:PutObject"),
            Self::UploadPart => Phrase::new("cos:UploadPart"),
            Self::Complete => Phrase::new("cos:CompleteMultipartUpload"),
            Self::Abort => Phrase::new("cos:AbortMultipartUpload"),
            Self::Initiate => Phrase::new("cos:InitiateMultipartUpload"),
            Self::Throughput => phrase!("throughput"),
        }
    }
}
