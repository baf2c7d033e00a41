//! A COS, or a CDCS, on loopback: strict as the service, its objects on disk, and able to suffer faults on purpose.
//!
//! ```text
//! server ─► http ─► exchange ─┬─► authorization      may it?
//!                             ├─► faults             shall it go wrong?
//!                             ├─► perform, receive   do it, in the store
//!                             └─► record             write down what became of it
//! ```
//!
//! What a request means is decided without input or output: `operation`, `head`, `authorization`, `access`,
//! `conditions`, `encryption`, `kept`, `listing`, `range`, `request_document` and `tags` are pure. It imports `cos` and nothing else of ours.

mod access;
mod answer;
mod authorization;
mod body;
mod coffer_document;
mod conditions;
mod dialect;
mod distortion;
mod document;
mod encryption;
mod exchange;
mod faults;
mod hasher;
mod head;
mod header_case;
mod http;
mod kept;
mod listing;
mod operation;
mod perform;
mod range;
mod receive;
mod record;
mod refusal;
mod request_document;
mod server;
mod socket;
mod store;
mod tags;
mod verdict;

pub use faults::{Fault, InvalidFault};
pub use operation::Operation;
pub use record::RequestRecord;
pub use server::{Emulator, Options, start};

/// The secret id that an emulator takes where nothing else is said.
pub const DEFAULT_SECRET_ID: &str = "AKIDcosputemulator";
/// The secret key that belongs to it. It is no secret.
pub const DEFAULT_SECRET_KEY: &str = "cosput-emulator-secret";
