//! The inputs of the chain.

use std::path::PathBuf;

use super::limits::Limits;
use super::profile_file::{ProfileChoice, default_file};
use super::providers::environment::Environment;

/// The environment and the options. There is no `Debug`, because they may contain secrets.
#[derive(Clone, Default)]
pub struct Settings {
    /// Variables and directories.
    pub environment: Environment,
    /// The configuration file, if one was named.
    pub config: Option<PathBuf>,
    /// The profile, if one was named. It then comes before all other places, and must exist.
    pub profile: Option<String>,
    /// Time limits of the sources.
    pub limits: Limits,
}

impl Settings {
    pub(super) fn choice(&self) -> ProfileChoice {
        let default_file = self.environment.config_dir.as_deref().map(default_file);
        ProfileChoice { file: self.config.clone(), name: self.profile.clone(), default_file }
    }
}
