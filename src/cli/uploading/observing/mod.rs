//! The observer of an upload: reports every source, and keeps counts and the exit code.
//!
//! - `observer`: receives the engine's events
//! - `news`: what becomes of a source before the engine has it
//! - `receipt_book`: the receipts of a shard of a plan
//! - `refusal`: an upload that is refused before it begins
//! - `timing_page`: the page of `--timings`, if one is asked for
//! - `results`: the results so far, and the exit code

pub(crate) mod news;
pub(crate) mod observer;
pub(crate) mod receipt_book;
mod refusal;
pub(crate) mod results;
pub(crate) mod timing_page;
