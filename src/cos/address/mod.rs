//! Where an object lives: endpoint, bucket and key, and the host and paths they make.

mod addressing;
mod backup;
mod bucket;
mod endpoint;
mod key;
mod region;
mod target;

use std::fmt;

use bytes::Bytes;

pub use self::addressing::Addressing;
pub use self::backup::Reached;
pub use self::bucket::Bucket;
pub use self::endpoint::Endpoint;
pub use self::key::{Key, LONGEST_KEY};
pub use self::region::Region;
pub use self::target::Target;
pub use super::service::Service;

use super::request::{Headers, Method, Request};
use super::service::Edition;

/// Why a name was refused: what is wrong and what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidName(String);

impl fmt::Display for InvalidName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidName {}

/// Where a bucket answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The service that answers there.
    pub service: Service,
    /// How documents for CDCS are written.
    pub edition: Edition,
    /// The endpoint as it was chosen.
    pub endpoint: Endpoint,
    /// How bucket and host go together.
    pub addressing: Addressing,
    /// The bucket.
    pub bucket: Bucket,
}

impl Address {
    /// The value of `Host`: with the port, where it is not the scheme's own.
    pub fn host(&self) -> String {
        let Endpoint { host, port, .. } = &self.endpoint;
        let prefix = format!("{}.", self.bucket);
        let host = match self.addressing {
            Addressing::Virtual if !host.starts_with(&prefix) => format!("{prefix}{host}"),
            _ => host.clone(),
        };
        port.map_or(host.clone(), |port| format!("{host}:{port}"))
    }

    /// A request for the bucket itself.
    pub fn request(&self, method: Method) -> Request {
        self.request_of(method, "", "")
    }

    fn request_of(&self, method: Method, path: &str, encoded: &str) -> Request {
        let host = self.host();
        let base = match self.addressing {
            Addressing::Path => format!("/{}/", self.bucket),
            Addressing::Virtual | Addressing::Cname => "/".to_owned(),
        };
        Request {
            method,
            origin: format!("{}://{host}", self.endpoint.scheme),
            path: format!("{base}{path}"),
            wire_path: format!("{base}{encoded}"),
            query: Vec::new(),
            headers: Headers::from_iter([("Host", host)]),
            document: Bytes::new(),
        }
    }
}
