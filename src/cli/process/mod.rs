//! The process.
//!
//! - `world`: its one door: arguments, variables, streams, clock
//! - `signals`, `ignored`: signals that stop the program, and those that do not
//! - `runtime`: the threads that send
//! - `limits`: what the system allows
//! - `paths`: absolute paths

#[cfg(unix)]
mod ignored;
mod limits;
pub(crate) mod paths;
pub(crate) mod runtime;
pub mod signals;
pub mod world;
