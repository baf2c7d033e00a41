//! The parts that commands share if they upload or request uploads from the server.
//!
//! - `connection`, `client`: the server, or an emulator started for the command; certificates and proxies
//! - `setup`: connection, template and number of requests, from the options of an upload; `descriptors`: how many
//!   requests the limit of open files allows
//! - `template`, `file_session`: from the options and a file to its session
//! - `nearness`: whether the server is near enough for one request
//! - `supply`, `work_sender`: from many sources to work for the engine
//! - `transfer`: runs the engine, and stops it on a signal
//! - `observing`: reports every source, and keeps counts and the exit code
//! - `held_back`, `publishing_record`: objects that become visible together
//! - `server_parts`: the parts of an upload that the user named
//! - `bucket_requests`: requests outside an upload
//! - `journals`: the journals in the state directory

pub(crate) mod bucket_requests;
mod client;
pub(crate) mod connection;
pub(crate) mod descriptors;
pub(crate) mod file_session;
pub(crate) mod held_back;
pub(crate) mod journals;
pub(crate) mod nearness;
pub(crate) mod observing;
pub(crate) mod publishing_record;
pub(crate) mod server_parts;
pub(crate) mod setup;
pub(crate) mod supply;
pub mod template;
pub(crate) mod transfer;
pub(crate) mod work_sender;
