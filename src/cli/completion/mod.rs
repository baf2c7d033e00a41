//! What can come next on a command line, for the completions of shells.
//!
//! The scripts in `completions/` ask the program at each Tab: `cosput complete-word INDEX -- WORDS…`. So all shells offer the
//! same, and profiles are those of the configuration file at that moment.
//!
//! - `request`: the question, and the answer as text
//! - `line`: where on the command line the word stands
//! - `candidates`: what fits there
//! - `values`: the known values of an option

mod candidates;
mod line;
mod request;
mod values;

pub(super) use self::request::answer;
