//! The commands, a file each: what happens from the options to the exit code.

pub(crate) mod abort;
pub mod completions;
pub(crate) mod credentials;
pub(crate) mod emulator;
pub(crate) mod list_parts;
pub(crate) mod list_uploads;
pub mod man;
pub(crate) mod resume;
pub(crate) mod upload;
pub(crate) mod upload_dry_run;
pub(crate) mod upload_stdin;
pub(crate) mod upload_together;
pub(crate) mod verify;
