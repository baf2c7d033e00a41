//! The commands: what happens from the options to the exit code.
//!
//! - `upload`: files and directories; with `upload_stdin`, `upload_together` and `upload_dry_run`
//! - `resume`: finish interrupted uploads from their journals
//! - `list_uploads`, `list_parts`, `abort`: unfinished uploads on the server
//! - `verify`: compare a file with an object
//! - `credentials`: show which credentials would be used
//! - `emulator`: a server on this machine
//! - `completions`, `man`: files for shells and for `man`

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
