//! Time limits of the sources.

use std::time::Duration;

/// Time limits, short enough that a machine outside Tencent Cloud does not wait long for metadata.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// To connect to the instance's metadata or to STS.
    pub connect: Duration,
    /// For both requests to the instance's metadata together.
    pub metadata: Duration,
    /// For one attempt at STS.
    pub sts: Duration,
    /// Between attempts at STS.
    pub pause: Duration,
    /// For a `credential_process`.
    pub process: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(2),
            metadata: Duration::from_secs(5),
            sts: Duration::from_secs(10),
            pause: Duration::from_millis(500),
            process: Duration::from_secs(30),
        }
    }
}
