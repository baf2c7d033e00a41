//! What was meant: nothing here is optional that has a default. Made from `args`, variables included.
//!
//! A file a command, and a file for each group of options that commands share.

mod emulator;
mod output;
mod requests;
mod resume;
mod server;
mod upload;

pub use emulator::EmulatorOptions;
pub use output::{OutputOptions, ProgressMode};
pub use requests::{AccessOptions, RequestOptions};
pub use resume::ResumeOptions;
pub(super) use server::server;
pub use server::{ResumeServer, Server};
pub use upload::UploadOptions;
