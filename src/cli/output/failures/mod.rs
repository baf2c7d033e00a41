//! Failures: their text, their advice and their exit code.
//!
//! - `failure_report`: the full report of a failure
//! - `failure`: the failures of commands, with their exit codes; `nothing_found` is one of them
//! - `message`: the text of the engine's failures
//! - `hint`: the advice
//! - `exit`: the exit code
//! - `circumstances`: the command and the upload, which texts depend on

pub(crate) mod circumstances;
pub mod exit;
pub mod failure;
pub mod failure_report;
pub(in crate::cli) mod hint;
pub(crate) mod message;
pub(crate) mod nothing_found;
