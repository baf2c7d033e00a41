//! The process: its arguments, variables, streams and clock, its signals, its runtime, its limits.

pub(crate) mod descriptors;
#[cfg(unix)]
mod ignored;
mod limits;
pub(crate) mod paths;
pub(crate) mod runtime;
pub mod signals;
pub mod world;
