//! What the chain is told before it looks anywhere.

use std::path::PathBuf;

use super::limits::Limits;
use super::providers::environment::Environment;
use super::providers::profile::Choice;

/// The environment, and what was said on the command line. It may hold secrets and therefore has no `Debug`.
#[derive(Clone, Default)]
pub struct Settings {
    /// Variables and directories.
    pub environment: Environment,
    /// Our configuration file, where one is named.
    pub config: Option<PathBuf>,
    /// The profile in it, where one is named. It is then asked before all other places, and must exist.
    pub profile: Option<String>,
    /// How long sources may take.
    pub limits: Limits,
}

impl Settings {
    pub(super) fn choice(&self) -> Choice<'_> {
        Choice { file: self.config.as_deref(), name: self.profile.as_deref() }
    }
}
