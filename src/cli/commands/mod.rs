//! The commands: everything between the options and the exit code.
//!
//! - `upload`: files and directories; with `upload_stdin`, `upload_together` and `upload_dry_run`
//! - `initiate`, `upload_parts`, `complete`, `status`, `abort_plan`: an upload by many machines
//! - `resume`: finishes interrupted uploads from their journals
//! - `list_uploads`, `list_parts`, `abort`: unfinished uploads on the server
//! - `verify`: compares a file with an object
//! - `credentials`: shows which credentials would be used
//! - `doctor`: checks everything that an upload needs
//! - `emulator`: a server on this machine
//! - `completions`, `man`: files for shells and for `man`

pub(crate) mod abort;
pub(crate) mod abort_plan;
pub(crate) mod complete;
pub(crate) mod completions;
pub(crate) mod credentials;
pub(crate) mod doctor;
pub(crate) mod emulator;
pub(crate) mod initiate;
pub(crate) mod list_parts;
pub(crate) mod list_uploads;
pub(crate) mod man;
pub(crate) mod resume;
pub(crate) mod status;
pub(crate) mod upload;
pub(crate) mod upload_dry_run;
pub(crate) mod upload_parts;
pub(crate) mod upload_stdin;
pub(crate) mod upload_together;
pub(crate) mod verify;
