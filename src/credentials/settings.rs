//! The inputs of the chain.

use std::path::PathBuf;

use super::environment::Environment;
use super::parsing::file::why_ignored;
use super::profile_file::{ProfileChoice, default_file};
use super::requests::limits::Limits;

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
    /// The files in default places that exist and cannot be opened, each with the reason. The search ignores them.
    pub fn ignored_files(&self) -> Vec<String> {
        let configuration = self.environment.config_dir.as_deref().map(default_file).filter(|_| self.config.is_none());
        let home = self.environment.home.as_deref();
        let of_other_tools = [".cos.yaml", ".cos.conf", ".tencentcloud/credentials"];
        let others = of_other_tools.iter().filter_map(|file| Some(home?.join(file)));
        configuration.into_iter().chain(others).filter_map(|file| why_ignored(&file)).collect()
    }

    pub(super) fn choice(&self) -> ProfileChoice {
        let default_file = self.environment.config_dir.as_deref().map(default_file);
        ProfileChoice { file: self.config.clone(), name: self.profile.clone(), default_file }
    }
}
