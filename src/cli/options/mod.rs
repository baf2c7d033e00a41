//! The meaning of the command line: `args` with variables, the configuration and all defaults filled in.
//!
//! - `settings`: parses the command line; variables and the configuration give the values that it leaves open
//! - `upload`, `stdin`, `resume`, `emulator`, `bucket`: the options of commands
//! - `initiate`, `upload_parts`, `complete`, `shared_plan`: the options of an upload by many machines
//! - `server`, `requests`, `output`: options that commands share
//! - `sources`, `named_sources`: what is uploaded, and to which keys
//! - `delta`: what is copied on the server instead of sent
//! - `object_headers`, `content_type`: the headers of an object
//! - `language`: the language of messages
//! - `job`: the CI job that a command is part of
//! - `directories`: where the platform keeps state and configuration

pub(crate) mod bucket;
mod complete;
mod content_type;
pub(crate) mod delta;
pub(crate) mod directories;
mod emulator;
mod initiate;
pub(in crate::cli) mod job;
pub(in crate::cli) mod language;
mod named_sources;
pub(crate) mod object_headers;
mod output;
mod requests;
mod resume;
mod server;
pub mod settings;
pub(crate) mod shared_plan;
pub mod sources;
mod stdin;
pub(in crate::cli) mod upload;
mod upload_parts;

pub(crate) use self::complete::CompleteOptions;
pub(crate) use self::directories::configuration_directory;
pub use self::emulator::EmulatorOptions;
pub(crate) use self::initiate::InitiateOptions;
pub use self::requests::{AccessOptions, RequestOptions};
pub use self::resume::ResumeOptions;
pub(super) use self::server::server;
pub use self::server::{ResumeServer, Server};
pub(in crate::cli) use self::settings::variable_of;
pub(crate) use self::shared_plan::SharedPlanOptions;
pub use self::upload::{SkipUnchanged, UploadOptions};
pub(crate) use self::upload_parts::UploadPartsOptions;
