//! The observer of an upload: reports every source, and keeps counts and the exit code.
//!
//! - `observer`: receives the engine's events
//! - `news`: what becomes of a source before the engine has it
//! - `refusal`: an upload that is refused before it begins
//! - `results`: the results so far, and the exit code

pub(crate) mod news;
pub(crate) mod observer;
mod refusal;
pub(crate) mod results;
