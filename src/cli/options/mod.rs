//! The meaning of the command line: `args` with variables, the configuration and all defaults filled in.
//!
//! - `command_line`: parses, with `variables` and `configuration` for the options that it leaves open; `setting`,
//!   `setting_names` and `precedence` are about one such value
//! - `upload`, `stdin`, `resume`, `emulator`, `bucket`: the options of commands
//! - `server`, `requests`, `output`: options that commands share
//! - `sources`, `named_sources`, `destination`: what is uploaded, and to which keys
//! - `object_headers`, `content_type`: the headers of an object
//! - `other_tools`: bucket, region and endpoint from the files of coscli and coscmd
//! - `directories`: where the platform keeps state and configuration

pub(crate) mod bucket;
pub mod command_line;
mod configuration;
mod content_type;
pub mod destination;
pub(crate) mod directories;
mod emulator;
mod named_sources;
pub(crate) mod object_headers;
mod other_tools;
mod output;
mod precedence;
mod requests;
mod resume;
mod server;
mod setting;
mod setting_names;
pub mod sources;
mod stdin;
mod upload;
mod variables;

pub use self::emulator::EmulatorOptions;
pub use self::output::{OutputOptions, ProgressMode};
pub use self::requests::{AccessOptions, RequestOptions};
pub use self::resume::ResumeOptions;
pub(super) use self::server::server;
pub use self::server::{ResumeServer, Server};
pub use self::upload::UploadOptions;
