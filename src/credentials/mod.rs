//! Where credentials come from: a file for each place, and the chain that asks them in order.
//!
//! A place holds credentials, or a way to get some (a command to run, a role to take on). [`Chain`] asks one place after
//! the other, keeps to the one that answered, and renews ahead of expiry. Variables, directories and the time come in as
//! values; no message built here holds a secret, nor what a file or an answer says beyond its own error text.

mod assume_role;
mod chain;
mod coscli;
mod coscmd;
mod endpoint;
mod environment;
mod excerpt;
mod expiry;
mod file;
mod found;
mod http;
mod ini;
mod limits;
mod metadata;
mod place;
mod process;
mod profile;
mod sdk_profile;
mod search;
mod settings;
mod sts;
mod tc3;
mod tccli;
mod web_identity;

pub use chain::{Chain, Described};
pub use environment::Environment;
pub use limits::Limits;
pub use profile::KEYS as PROFILE_KEYS;
pub use settings::Settings;
