//! How a source becomes an object.

pub mod error;
pub mod event;
pub mod plan;

pub use error::{Cause, Operation, SendError, SendErrorKind, SourceError, UploadError};
pub use event::{Event, Finished, Notice, Object, PartRecord, Progress};
pub use plan::{Plan, Wish};
