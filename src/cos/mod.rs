//! The protocol of COS and CDCS, as data.
//!
//! An operation becomes a [`Request`], a [`Response`] becomes a result. Nothing here sends, waits, reads a clock
//! or touches a file, so everything here can be checked against published vectors.
//!
//! | room | content |
//! | --- | --- |
//! | `address/` | bucket, key, region, endpoint; the host and path that they make; the backup domain |
//! | `credentials` | a secret ID, its key and a session token, never shown |
//! | `request` | requests and responses as data |
//! | `header_list` | header fields; secrets are masked in debug output |
//! | `sign` | the signature, a function a step |
//! | `service` | COS and CDCS, and how they differ |
//! | `objects/`, `multipart/` | a file for each operation on objects and on multipart uploads: its request and how its answer is read |
//! | `headers/` | the headers of an object: type, metadata, ACL, storage class, tags, traffic limit |
//! | `encryption` | SSE-COS, SSE-KMS, SSE-C |
//! | `checksum` | CRC-64 and MD5, and the CRC-64 of parts combined |
//! | `etag` | ETags, kept small |
//! | `document` | XML and JSON documents of answers |
//! | `error` | error answers, and the kind of fault each one is |
//! | `aligned` | memory for bulk bytes, aligned to 64 bytes |
//! | `encoding` | percent-encoding |
//! | `list_page` | a page of a list: whether it is the last, and the names in it |
//! | `page_text` | the words of an answer that is not the service's |

pub mod address;
pub(crate) mod aligned;
pub mod checksum;
pub mod credentials;
pub mod document;
pub mod encoding;
pub mod encryption;
pub mod error;
pub mod etag;
mod header_list;
pub mod headers;
mod list_page;
pub mod multipart;
pub mod objects;
mod page_text;
pub mod request;
pub mod service;
pub mod sign;

pub use self::address::{Address, Addressing, Bucket, Endpoint, Key, Reached, Region, Target};
pub use self::credentials::{Credentials, CredentialsError, Provider};
pub use self::encryption::{CustomerKey, Encryption};
pub use self::error::{AnswerError, Fault, ForeignAnswer, ServiceError};
pub use self::etag::Etag;
pub use self::header_list::Headers;
pub use self::headers::{ObjectHeaders, TrafficLimit};
pub use self::request::{Method, Request, Response};
pub use self::service::{Edition, Service};
