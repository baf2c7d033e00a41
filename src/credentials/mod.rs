//! Where credentials come from.
//!
//! [`Chain`] asks the places in order, keeps to the first that has credentials, and renews them before they expire.
//! Variables, directories and the time are passed in as values. No message contains a secret, nor the content of a file
//! or an answer except its own error text.
//!
//! | file | content |
//! | --- | --- |
//! | `chain` | the source of credentials for an upload: searches once, keeps the result, renews it |
//! | `search` | one round through the places |
//! | `place` | the places and their order |
//! | `providers/` | one file for each place: variables, the OIDC token of a CI job, profile, coscli, coscmd, tccli, SDK profile, pod, instance; `process` runs a command, `assume_role` reads a role from variables |
//! | `found` | what a place has: credentials, or a way to get them |
//! | `keys` | an ID, a key and a token, checked |
//! | `role`, `web_identity` | a role to assume; a role for the token of an OIDC provider |
//! | `requests/` | calls to STS and to the instance metadata, with their addresses and time limits |
//! | `known_buckets` | the buckets in the files of coscli and coscmd |
//! | `profile_file` | the configuration file of cosput, a table a profile |
//! | `parsing/` | files and answers that may contain secrets |
//! | `environment` | variables and directories of the process |
//! | `settings` | the inputs: environment, configuration file, profile |
//! | `error` | the error of every source |

mod chain;
mod environment;
mod error;
mod found;
mod keys;
mod known_buckets;
pub(crate) mod parsing;
mod place;
mod profile_file;
pub(crate) mod providers;
pub(crate) mod requests;
mod role;
mod search;
mod settings;
mod web_identity;

pub use self::chain::{Chain, Described};
pub use self::environment::Environment;
pub use self::known_buckets::{KnownBucket, known_buckets};
pub use self::profile_file::{ProfileChoice, ProfileTable, default_file};
pub use self::providers::profile::KEYS as PROFILE_KEYS;
pub use self::requests::limits::Limits;
pub use self::settings::Settings;
