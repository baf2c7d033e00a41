//! `cosput doctor`: checks everything that an upload needs, and says what to do about what fails.
//!
//! | file | content |
//! | --- | --- |
//! | `options`, `command` | the options; the command, from its options to its exit code |
//! | `examination` | the checks in their order, and what each needs |
//! | `check`, `finding`, `findings` | the names of checks; the result of one; the results so far, as they are printed |
//! | `state_directory`, `open_files` | checks of this machine |
//! | `names`, `route`, `clock` | checks of the way to the server: DNS; proxy, connection and TLS; its time |
//! | `credentials`, `bucket` | what the answer to the first signed request means |
//! | `permissions` | one request for each permission, which changes nothing |
//! | `probe` | the upload that is initiated, measured with and aborted |
//! | `throughput` | how fast parts are sent |

mod bucket;
mod check;
mod clock;
mod command;
mod credentials;
mod examination;
mod finding;
mod findings;
mod names;
mod open_files;
mod options;
mod permissions;
mod probe;
mod route;
mod state_directory;
mod throughput;

pub(crate) use self::command::run;
pub(crate) use self::options::DoctorOptions;
