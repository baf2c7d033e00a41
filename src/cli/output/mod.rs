//! All output for people and scripts.
//!
//! - `console`: both streams, with the bar and the `log`; `escape` makes text from outside safe to print
//! - `report`, `object_report`, `result_line`, `summary`, `table`: results; `json` has every event
//! - `step`, `notice`, `retries`: the events of a running upload, as text
//! - `failure_report`: the full report of a failure. `failure` has the failures of commands, with their exit codes;
//!   `message` has the text of the engine's failures, `hint` the advice, `exit` the exit code
//! - `nothing_found`: the failure to find a file to upload
//! - `circumstances`, `subject`: the command and the upload, which messages depend on
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
pub(crate) mod nothing_found;
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
