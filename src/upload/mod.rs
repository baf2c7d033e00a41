//! How a source becomes an object.

pub mod call;
pub mod error;
pub mod event;
pub mod machine;
mod parts;
pub mod plan;
pub mod retry;
#[cfg(test)]
mod simulation;
mod verdict;
pub mod window;

pub use error::{Cause, Operation, SendError, SendErrorKind, SourceError, UploadError};
pub use event::{Event, Finished, Notice, Object, PartRecord, Progress};
pub use plan::{Plan, Wish};
