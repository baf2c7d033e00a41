//! The meaning of the command line: `args` with variables, the configuration and all defaults filled in.
//!
//! - `settings`: parses the command line; variables and the configuration give the values that it leaves open
//! - `upload`, `stdin`, `resume`, `emulator`, `bucket`: the options of commands
//! - `server`, `requests`, `output`: options that commands share
//! - `sources`, `named_sources`: what is uploaded, and to which keys
//! - `object_headers`, `content_type`: the headers of an object
//! - `job`: the CI job that a command is part of
//! - `directories`: where the platform keeps state and configuration

pub(crate) mod bucket;
mod content_type;
pub(crate) mod directories;
mod emulator;
pub(in crate::cli) mod job;
mod named_sources;
pub(crate) mod object_headers;
mod output;
mod requests;
mod resume;
mod server;
pub mod settings;
pub mod sources;
mod stdin;
mod upload;

pub(crate) use self::directories::configuration_directory;
pub use self::emulator::EmulatorOptions;
pub use self::requests::{AccessOptions, RequestOptions};
pub use self::resume::ResumeOptions;
pub(super) use self::server::server;
pub use self::server::{ResumeServer, Server};
pub(in crate::cli) use self::settings::variable_of;
pub use self::upload::{SkipUnchanged, UploadOptions};
