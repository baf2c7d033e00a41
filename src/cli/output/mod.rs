//! Everything that a person or a script reads.
//!
//! - `console`: both streams, with the bar and the `log`; `escape` makes text from outside safe to print
//! - `report`, `object_report`, `result_line`, `summary`, `table`: results; `json` has every event
//! - `step`, `notice`, `retries`: what happens meanwhile, in words
//! - `failure_report`: everything that is printed about a failure. `failure` has those of commands, with their exit codes;
//!   `message` says what failed in the engine, `hint` what to do about it, `exit` gives the exit code
//! - `circumstances`, `subject`: what a message depends on: the command, the upload
//! - `units`: sizes and durations, read and written

pub(crate) mod circumstances;
pub mod console;
mod escape;
pub mod exit;
pub mod failure;
pub mod failure_report;
mod hint;
pub(crate) mod json;
pub(crate) mod log;
pub(crate) mod message;
pub(crate) mod notice;
pub mod object_report;
pub mod report;
mod result_line;
pub(crate) mod retries;
pub(crate) mod step;
pub mod subject;
pub mod summary;
pub(crate) mod table;
pub mod units;
