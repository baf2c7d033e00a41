//! Everything that a person types or sees. The only place that knows clap, indicatif and anyhow.
//!
//! ```text
//! World ─► variables + args ─► options ─► <command> ─► report, progress, exit ─► exit code
//! ```

pub mod args;
pub mod commands;
pub mod options;
pub mod output;
pub mod process;
pub mod progress;
mod run;
pub mod uploading;

pub use self::process::world::World;
pub use self::run::run;
