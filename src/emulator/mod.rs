//! A COS, or a CDCS, on loopback: strict like the service, with its objects on disk, and able to fail on purpose.
//!
//! ```text
//! server ─► http ─► respond ─┬─► request/authorization   is it allowed?
//!                            ├─► faults                  should it fail?
//!                            ├─► operations              perform it, in the store
//!                            └─► record                  log the result
//! ```
//!
//! | room | content |
//! | --- | --- |
//! | `server` | start and stop; connections |
//! | `service` | the parts that all requests share |
//! | `respond` | one request from its head to its answer |
//! | `exchange` | one request in progress |
//! | `http/` | sockets, request heads, bodies |
//! | `request/` | the meaning of a request: operation, signature, headers, documents; pure |
//! | `dialect` | COS or CDCS, XML or JSON |
//! | `operations/` | one file for each group of operations |
//! | `answer/` | answers, documents |
//! | `refusal` | the errors: status, code, message |
//! | `store/` | buckets, objects and uploads on disk |
//! | `faults/` | faults as data; a new fault is a row in `faults/catalogue.rs` |
//! | `clock` | tokio's clock |
//! | `random` | random identifiers |
//! | `own_credentials` | the credentials that it accepts by default |
//! | `record` | `requests.jsonl`, the log of requests |
//! | `hasher` | the digest of received bytes |
//!
//! It imports `cos` and no other folder.

pub(crate) mod answer;
mod clock;
mod dialect;
mod exchange;
mod faults;
mod hasher;
pub(crate) mod http;
mod operations;
mod own_credentials;
mod random;
mod record;
pub(crate) mod refusal;
pub(crate) mod request;
mod respond;
mod server;
mod service;
mod store;

pub use self::faults::{Fault, InvalidFault};
pub use self::own_credentials::{
    DEFAULT_SECRET_ID, DEFAULT_SECRET_KEY, TEMPORARY_SECRET_ID, TEMPORARY_SECRET_KEY, TEMPORARY_TOKEN,
};
pub use self::record::RequestRecord;
pub use self::request::operation::Operation;
pub use self::server::{Emulator, Options, start};
