//! The names of the checks.

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
    /// The name, for people and in JSON.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::StateDirectory => "state-directory",
            Self::OpenFiles => "open-files",
            Self::Names => "names",
            Self::Connection => "connection",
            Self::Tls => "tls",
            Self::Clock => "clock",
            Self::Credentials => "credentials",
            Self::Bucket => "bucket",
            Self::ListParts => "cos:ListParts",
            Self::HeadObject => "cos:HeadObject",
            Self::PutObject => "cos:PutObject",
            Self::UploadPart => "cos:UploadPart",
            Self::Complete => "cos:CompleteMultipartUpload",
            Self::Abort => "cos:AbortMultipartUpload",
            Self::Initiate => "cos:InitiateMultipartUpload",
            Self::Throughput => "throughput",
        }
    }
}
