//! Everything that a person or a script reads: the console, reports, JSON events, messages, hints, exit codes.

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
