//! One harness for all tests that run the program.
//!
//! - [`Scene`] is an emulator in this process, a directory, and the program run beside them.
//! - [`Running`] is the program while it runs, [`Outcome`] its exit code and its output.
//! - [`Server`] is the emulator of a scene; [`emulator`] has the options of every emulator.
//! - [`changes`] are the ways in which a file can change; [`content`] makes bytes and compares files.
//! - [`clock`] waits for conditions. No test waits for a time: it waits for a condition, and gives up after a limit.
//! - [`secrets`] checks that no secret appears in output, logs, journals or the server's record. Each scene and each run ends
//!   with that check.

pub mod changes;
pub mod clock;
pub mod content;
pub mod emulator;
pub mod run;
pub mod scene;
pub mod secrets;
pub mod server;

pub use clock::{LIMIT, now, until};
pub use content::{noise, pattern, same};
pub use run::{Outcome, Running};
pub use scene::Scene;
pub use secrets::{CUSTOMER_KEY, SECRET_ID, SECRET_KEY, SESSION_TOKEN, assert_no_secret};
pub use server::{BUCKET, Server};

pub const MIB: u64 = 1 << 20;

/// The warning about an upload whose upload ID never became known.
pub const POSSIBLE_ORPHAN: &str = "an unfinished upload of this key may remain on the server";
