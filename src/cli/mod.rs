//! Everything that a person types or sees. The only place that knows clap, indicatif and anyhow.
//!
//! ```text
//! World ─► variables + args ─► options ─► <command> ─► report, progress, exit ─► exit code
//! ```

pub mod args;
mod coffer;
pub mod completions;
pub mod console;
pub mod destination;
mod emulator;
pub mod exit;
mod hint;
mod json;
pub mod man;
mod message;
mod meter;
mod notice;
pub mod options;
pub mod progress;
pub mod report;
mod resume;
mod run;
mod runtime;
mod server;
pub mod signals;
mod state;
mod transfer;
pub mod units;
mod upload;
pub mod variables;
pub mod world;

pub use run::run;
pub use world::World;
