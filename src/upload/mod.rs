//! How a source becomes an object.
//!
//! A source and its plan go into a machine, which asks for calls; the driver sends them and hands back the answers; events
//! come out, for the journal and for the observer. What decides is pure: it has no clock, sends nothing and can be simulated.
//!
//! - `plan`: how a source is cut into parts (pure)
//! - `machine`: one object's upload, from the first call to the proof (pure)
//! - `batch`: many objects: which sends next, how many requests at a time, which become visible together (pure)
//! - `patience`, `outage`: how long and how often to try, and whether the network fails (pure)
//! - `attempt_id`: one attempt at a call
//! - `event`, `finished`, `error`: the events of an upload, its result, and errors
//! - `source`: files, streams and directories
//! - `wire`: requests and answers, over HTTP
//! - `journal`: what is kept on disk about unfinished uploads
//! - `session`: one object's upload; `resume`: what an earlier run left of it; `session_end`: what this run leaves
//! - `delta`: what the object has already, which is copied instead of sent
//! - `shards`: one upload by many machines: who sends what, receipts, and what completes it
//! - `driver`, `open_objects`, `flight`, `observer`: the loop, its tasks, its requests, and who hears of events
//! - `timing`: how long each request took, for the observer
//! - `buffers`, `clock`, `descriptors`, `threads`: memory, time, open files and threads
//! - `owner_only`: files and directories that only their owner may read
//! - `key_file_name`: the names of files that are kept for an object
//! - `file_id`: what distinguishes a file from every other file
//! - `object_headers`: headers, encryption and conditions of an object, and which request carries them
//! - `simulation`: all that is pure, against a server that loses, delays and breaks things

pub mod attempt_id;
pub mod batch;
pub(crate) mod buffers;
mod clock;
pub mod delta;
mod descriptors;
pub mod driver;
pub mod error;
pub mod event;
mod file_id;
pub mod finished;
mod flight;
pub mod journal;
pub(crate) mod key_file_name;
pub mod machine;
pub mod object_headers;
pub mod observer;
mod open_objects;
pub mod outage;
pub(crate) mod owner_only;
pub mod patience;
pub mod plan;
pub(crate) mod resume;
pub mod session;
mod session_end;
pub mod shards;
#[cfg(test)]
mod simulation;
pub mod source;
pub mod threads;
pub mod timing;
pub mod wire;

pub use self::error::{Cause, FileKind, Operation, SendError, SendErrorKind, SourceError, UploadError};
pub use self::event::{Event, Notice, Progress};
pub use self::finished::{Finished, HeldBack, Object, ProvedBy, Unchanged};
pub use self::flight::Job;
pub use self::object_headers::ObjectOptions;
pub use self::plan::object_plan::{Plan, PlanOptions};
pub use self::plan::part_record::PartRecord;
