//! How a source becomes an object.
//!
//! `plan` → `machine` → `call` → `transport`, and back through `verdict` to `event`. The machine is one object's upload,
//! `batch` is many of them that share a `window`; both are pure. `driver` is the only loop; `session` is one object's way
//! from journal to journal.

pub mod batch;
mod body;
pub mod call;
mod chunk;
pub mod cut;
pub mod detour;
pub mod driver;
pub mod error;
pub mod event;
mod flight;
pub mod http;
pub mod intake;
pub mod journal;
pub mod journal_file;
pub mod machine;
pub mod object;
pub mod pace;
mod parts;
pub mod plan;
pub mod rate;
#[cfg(test)]
mod resumption;
pub mod retry;
pub mod session;
mod settle;
#[cfg(test)]
mod simulation;
pub mod single;
pub mod source;
pub mod transport;
mod verdict;
pub mod window;

pub use error::{Cause, Operation, SendError, SendErrorKind, SourceError, UploadError};
pub use event::{Event, Finished, Held, Notice, Object, PartRecord, Progress, ProvedBy, Unchanged};
pub use flight::Job;
pub use object::ObjectOptions;
pub use plan::{Plan, Wish};
