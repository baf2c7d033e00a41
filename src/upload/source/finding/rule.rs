//! One `--include` or `--exclude`.

/// An `--include` or `--exclude`, as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// Keeps matching paths.
    Include(String),
    /// Leaves out matching paths.
    Exclude(String),
}

impl Rule {
    /// The glob, as typed.
    pub fn glob(&self) -> &str {
        match self {
            Self::Include(glob) | Self::Exclude(glob) => glob,
        }
    }
}
