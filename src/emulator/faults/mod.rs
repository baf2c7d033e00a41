//! Faults that the emulator applies on purpose, as data. `respond` and `operations` carry them out.
//!
//! | file | content |
//! | --- | --- |
//! | `catalogue` | all faults, a row each |
//! | `fault` | one fault, parsed from text |
//! | `action` | what a fault does |
//! | `trigger` | at which requests, and how often |
//! | `arguments` | the arguments of a fault |
//! | `live` | the faults of a running emulator |
//! | `usage` | the requests that count towards a limit |
//! | `distortion` | answers of faults, and answers changed by faults |

mod action;
mod arguments;
mod catalogue;
pub(crate) mod distortion;
mod fault;
mod live;
mod trigger;
mod usage;

pub(crate) use self::action::Action;
pub use self::fault::{Fault, InvalidFault};
pub(crate) use self::live::Faults;
pub(crate) use self::usage::Permit;
