//! Everything that a person types or sees. The only place that knows clap, indicatif and anyhow.
//!
//! ```text
//! World ─► variables + args ─► options ─► <command> ─► report, progress, exit ─► exit code
//! ```

mod abort;
pub mod args;
mod coffer;
pub mod completions;
mod config;
pub mod console;
mod course;
mod credentials;
mod descriptors;
pub mod destination;
mod emulator;
pub mod exit;
pub mod failure;
mod hint;
mod inquiry;
mod journals;
mod json;
mod list_parts;
mod list_uploads;
mod log;
pub mod man;
mod message;
mod meter;
mod notice;
mod object;
pub mod object_report;
pub mod options;
pub mod progress;
mod publish;
pub mod report;
mod resume;
mod run;
mod runtime;
mod server;
pub mod signals;
pub mod sources;
mod state;
mod stdin;
pub mod summary;
mod supply;
mod table;
mod tally;
pub mod template;
mod transfer;
pub mod units;
mod upload;
pub mod variables;
pub mod verdict;
mod verify;
pub mod world;

pub use run::run;
pub use world::World;
