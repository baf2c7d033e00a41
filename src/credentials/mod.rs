//! Where credentials come from: a file for each place, and the chain that asks them in order.
//!
//! A place holds credentials, or a way to get some (a command to run, a role to take on). [`Chain`] asks one place after
//! the other, keeps to the one that answered, and renews ahead of expiry. Variables, directories and the time come in as
//! values; no message built here holds a secret, nor what a file or an answer says beyond its own error text.

mod chain;
mod endpoint;
mod excerpt;
mod expiry;
mod file;
mod found;
mod http;
mod ini;
mod limits;
mod place;
pub(crate) mod providers;
mod search;
mod settings;
mod sts;
mod tc3;

pub use self::chain::{Chain, Described};
pub use self::limits::Limits;
pub use self::providers::environment::Environment;
pub use self::providers::profile::KEYS as PROFILE_KEYS;
pub use self::settings::Settings;
