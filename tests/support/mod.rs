//! One harness for all tests that run the program.
//!
//! - [`Scene`] is an emulator in this process, a directory, and the program run beside them.
//! - [`Running`] is the program while it runs, [`Outcome`] its exit code and its output.
//! - [`engine`] runs one upload without the program.
//! - [`Server`] is the emulator of a scene; [`emulator`] has the options of every emulator.
//! - [`changes`] are the ways in which a file can change; [`content`] makes bytes and compares files.
//! - [`clock`] waits for conditions. No test waits for a time: it waits for a condition, and gives up after a limit.
//! - [`terminal`] is a pseudo-terminal, [`port`] a port that nothing else takes.
//! - [`paths`] gives paths in output the form that they have on other platforms.
//! - [`process`] is what this process hands down to the programs that it starts.
//! - [`secrets`] checks that no secret appears in output, logs, journals or the server's record. Each scene and each run ends
//!   with that check.

pub(crate) mod changes;
pub(crate) mod clock;
pub(crate) mod content;
pub(crate) mod emulator;
pub(crate) mod engine;
pub(crate) mod paths;
pub(crate) mod port;
pub(crate) mod process;
pub(crate) mod run;
pub(crate) mod scene;
pub(crate) mod secrets;
pub(crate) mod server;
#[cfg(target_os = "linux")]
pub(crate) mod terminal;

#[cfg(unix)]
pub(crate) use clock::LIMIT;
pub(crate) use clock::{now, until};
pub(crate) use content::{Noise, assert_noise, noise, pattern, same};
#[cfg(unix)]
pub(crate) use content::{copy_executable, executable};
pub(crate) use paths::{shown_path, with_slashes};
pub(crate) use port::Port;
pub(crate) use run::{Outcome, Running};
pub(crate) use scene::Scene;
pub(crate) use secrets::{CUSTOMER_KEY, SECRET_ID, SECRET_KEY, SESSION_TOKEN, assert_no_secret};
pub(crate) use server::{BUCKET, Server};
#[cfg(target_os = "linux")]
pub(crate) use terminal::in_terminal;

pub(crate) const MIB: u64 = 1 << 20;

/// The warning about an upload whose upload ID never became known.
pub(crate) const POSSIBLE_ORPHAN: &str = "an unfinished upload of this key may remain on the server";
