//! The process.
//!
//! - `world`: its one door: arguments, variables, streams, clock
//! - `signals`, `ignored`: signals that stop the program, and those that do not
//! - `runtime`: the threads that send
//! - `limits`: what the system allows
//! - `host`: the name of this machine
//! - `paths`: absolute paths

pub(crate) mod host;
#[cfg(unix)]
mod ignored;
pub(crate) mod limits;
pub(crate) mod paths;
pub(crate) mod runtime;
pub mod signals;
pub mod world;
