//! What was meant: nothing here is optional that has a default. Made from `args`, variables included.
//!
//! A file a command, and a file for each group of options that commands share.

pub(crate) mod config;
pub mod destination;
pub(crate) mod directories;
mod emulator;
pub(crate) mod object_headers;
mod output;
mod requests;
mod resume;
mod server;
pub mod sources;
mod stdin;
mod upload;
pub mod variables;

pub use self::emulator::EmulatorOptions;
pub use self::output::{OutputOptions, ProgressMode};
pub use self::requests::{AccessOptions, RequestOptions};
pub use self::resume::ResumeOptions;
pub(super) use self::server::server;
pub use self::server::{ResumeServer, Server};
pub use self::upload::UploadOptions;
