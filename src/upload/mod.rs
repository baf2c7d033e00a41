//! How a source becomes an object.
//!
//! `plan` → `machine` → `call` → `transport`, and back through `verdict` to `event`. The machine is one object's upload,
//! `batch` is many of them that share a `window`; both are pure. `driver` is the only loop; `session` is one object's way
//! from journal to journal.

pub mod batch;
pub mod driver;
pub mod error;
pub mod event;
mod flight;
pub mod journal;
pub mod machine;
pub mod object_headers;
pub mod patience;
pub mod plan;
pub(crate) mod resume;
pub mod session;
#[cfg(test)]
mod simulation;
pub mod source;
pub mod wire;

pub use self::error::{Cause, FileKind, Operation, SendError, SendErrorKind, SourceError, UploadError};
pub use self::event::{Event, Finished, Held, Notice, Object, PartRecord, Progress, ProvedBy, Unchanged};
pub use self::flight::Job;
pub use self::object_headers::ObjectOptions;
pub use self::plan::object_plan::{Plan, Wish};
