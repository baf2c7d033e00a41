//! The value of an option that the command line leaves open.
//!
//! - `command_line`: parses the command line, with the values from the other places filled in
//! - `variables`, `configuration`, `other_tools`: the environment, the configuration file, the files of coscli and coscmd
//! - `precedence`: which of these places decides
//! - `setting`, `setting_names`: one such value, and its names in each place

pub mod command_line;
mod configuration;
mod other_tools;
mod precedence;
mod setting;
mod setting_names;
mod variables;

pub(in crate::cli) use self::setting_names::variable_of;
