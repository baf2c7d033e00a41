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

pub use self::address::{Address, Addressing, Bucket, Endpoint, Key, Reached, Region, Target};
pub use self::credentials::{Credentials, CredentialsError, Provider};
pub use self::encryption::{CustomerKey, Encryption};
pub use self::error::{AnswerError, Fault, ServiceError};
pub use self::etag::Etag;
pub use self::headers::{ObjectHeaders, TrafficLimit};
pub use self::request::{Headers, Method, Request, Response};
pub use self::service::{Edition, Service};
