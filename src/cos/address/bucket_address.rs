//! The address of a bucket: service, endpoint and name, and the `Host` and paths that they make.

use bytes::Bytes;

use super::{Addressing, Bucket, Endpoint};
use crate::cos::header_list::Headers;
use crate::cos::request::{Method, Request};
use crate::cos::service::{Edition, Service};

/// The address of a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// COS or CDCS.
    pub service: Service,
    /// The edition of CDCS in which documents are written.
    pub edition: Edition,
    /// The endpoint of the service.
    pub endpoint: Endpoint,
    /// Where a request names its bucket.
    pub addressing: Addressing,
    /// The bucket.
    pub bucket: Bucket,
}

impl Address {
    /// The value of `Host`, with the port unless it is the scheme's default.
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

    pub(super) fn request_of(&self, method: Method, path: &str, encoded: &str) -> Request {
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
