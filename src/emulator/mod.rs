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

pub(crate) mod answer;
mod exchange;
mod faults;
mod hasher;
pub(crate) mod http;
mod perform;
mod receive;
mod record;
pub(crate) mod request;
mod server;
mod store;

pub use self::faults::{Fault, InvalidFault};
pub use self::record::RequestRecord;
pub use self::request::operation::Operation;
pub use self::server::{Emulator, Options, start};

/// The secret id that an emulator takes where nothing else is said.
pub const DEFAULT_SECRET_ID: &str = "AKIDcosputemulator";
/// The secret key that belongs to it. It is no secret.
pub const DEFAULT_SECRET_KEY: &str = "cosput-emulator-secret";
