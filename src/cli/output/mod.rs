//! All output for people and scripts.
//!
//! - `console`: both streams, with the bar and the `log`; `escape` makes text from outside safe to print
//! - `ci`: annotations, collapsed lines and totals for the system that runs a job
//! - `report`, `object_report`, `result_line`, `summary`, `table`: results; `json` has every event
//! - `output_options`: what is printed, and how
//! - `step`, `notice`, `delta_notice`, `retries`: the events of a running upload, as text
//! - `subject`: the names of an upload in reports
//! - `failures`: what is printed about a failure: message, hint and exit code
//! - `timings`: the page of `--timings`
//! - `unmatched`: a rule that matches no file

pub(crate) mod ci;
pub mod console;
mod delta_notice;
pub(super) mod escape;
pub mod failures;
pub(crate) mod json;
pub(crate) mod log;
pub(crate) mod notice;
pub mod object_report;
pub mod output_options;
pub mod report;
mod result_line;
pub(crate) mod retries;
pub(crate) mod step;
pub mod subject;
pub mod summary;
pub(crate) mod table;
pub(crate) mod timings;
pub(crate) mod unmatched;
