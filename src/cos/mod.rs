//! The protocol of COS and CDCS, as data.
//!
//! An operation becomes a [`Request`], a [`Response`] becomes a result. Nothing here sends, waits, reads a clock
//! or touches a file, so everything here can be checked against published vectors.

pub mod address;
pub mod checksum;
pub mod credentials;
pub mod document;
pub mod encoding;
pub mod encryption;
pub mod error;
pub mod etag;
pub mod head_object;
pub mod headers;
pub mod multipart;
pub mod put_object;
pub mod request;
pub mod service;
pub mod sign;

pub use address::{Address, Addressing, Bucket, Endpoint, Key, Reached, Region, Target};
pub use credentials::{Credentials, CredentialsError, Provider};
pub use encryption::{CustomerKey, Encryption};
pub use error::{AnswerError, Fault, ServiceError};
pub use etag::Etag;
pub use headers::{ObjectHeaders, TrafficLimit};
pub use request::{Headers, Method, Request, Response};
pub use service::{Edition, Service};
