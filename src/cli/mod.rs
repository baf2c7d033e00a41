//! The program on the command line. The only folder that knows clap, indicatif and anyhow.
//!
//! ```text
//! World ─► variables + args ─► options ─► command ─► report, progress ─► exit code
//! ```
//!
//! - [`args`]: the command line as typed, a file a command.
//! - [`options`]: what it means: flag over variable over configuration over default.
//! - [`commands`]: a file a command.
//! - `completion`: what a shell can offer for the word at the cursor.
//! - [`manual`]: the man pages.
//! - [`uploading`]: what the commands share: the connection, the supply of files, the observer, requests to a bucket.
//! - [`values`]: values as users write them: destinations, sizes, durations.
//! - `shards`: what the commands of an upload by many machines share.
//! - [`progress`]: totals, rate and the bar.
//! - [`output`]: everything that is printed: console, messages, hints, reports, JSON events, tables, exit codes.
//! - [`process`]: the world outside: arguments, streams, clock, signals, limits, the runtime.
//! - `run`: the whole program, from the command line to the exit code.

pub mod args;
pub mod commands;
mod completion;
pub mod manual;
pub mod options;
pub mod output;
pub mod process;
pub mod progress;
mod run;
mod shards;
pub mod uploading;
pub mod values;

pub use self::process::world::World;
pub use self::run::run;
