//! The directories of the platform for journals, configuration and the emulator.

use std::path::PathBuf;

use crate::cli::process::world::{Variables, World};

/// The default directories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Directories {
    base: Option<PathBuf>,
    home: Option<PathBuf>,
    configuration: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy)]
enum Platform {
    MacOs,
    Windows,
    Other,
}

impl Platform {
    fn here() -> Self {
        if cfg!(target_os = "macos") {
            Self::MacOs
        } else if cfg!(windows) {
            Self::Windows
        } else {
            Self::Other
        }
    }
}

impl Directories {
    /// The directories in this world.
    pub(crate) fn of(world: &World) -> Self {
        Self::among(&world.variables)
    }

    /// The directories that these variables name.
    pub(crate) fn among(variables: &Variables) -> Self {
        let platform = Platform::here();
        let base = base(platform, variables);
        Self { base, home: home(platform, variables), configuration: configuration(platform, variables) }
    }

    /// The home directory of the user.
    pub(crate) fn home(&self) -> Option<PathBuf> {
        self.home.clone()
    }

    /// The directory of configuration files.
    pub(crate) fn configuration(&self) -> Option<PathBuf> {
        self.configuration.clone()
    }

    /// The directory of the journals.
    pub(crate) fn uploads(&self) -> Option<PathBuf> {
        self.base.as_ref().map(|base| base.join("uploads"))
    }

    /// The directory of the emulator's objects.
    pub(crate) fn emulator(&self) -> Option<PathBuf> {
        self.base.as_ref().map(|base| base.join("emulator"))
    }
}

/// The directory of configuration files that these variables name.
pub(crate) fn configuration_directory(variables: &Variables) -> Option<PathBuf> {
    configuration(Platform::here(), variables)
}

fn home(platform: Platform, variables: &Variables) -> Option<PathBuf> {
    let name = if matches!(platform, Platform::Windows) { "USERPROFILE" } else { "HOME" };
    variables.get(name).map(PathBuf::from)
}

fn configuration(platform: Platform, variables: &Variables) -> Option<PathBuf> {
    let named = variables.get("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    match platform {
        Platform::Windows => variables.get("APPDATA").map(PathBuf::from),
        Platform::MacOs | Platform::Other => named.or_else(|| Some(home(platform, variables)?.join(".config"))),
    }
}

fn base(platform: Platform, variables: &Variables) -> Option<PathBuf> {
    let directory = |name| variables.get(name).map(PathBuf::from);
    let state = match platform {
        Platform::MacOs => directory("HOME")?.join("Library/Application Support"),
        Platform::Windows => directory("LOCALAPPDATA")?,
        // The XDG Base Directory Specification says to ignore a relative path.
        Platform::Other => match directory("XDG_STATE_HOME").filter(|path| path.is_absolute()) {
            Some(state) => state,
            None => directory("HOME")?.join(".local/state"),
        },
    };
    Some(state.join("cosput"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_platform_has_its_directory() {
        let base = |platform, variables: &[(&str, &str)]| base(platform, &variables.iter().copied().collect());
        let xdg = ("XDG_STATE_HOME", if cfg!(windows) { r"C:\state" } else { "/state" });
        let home = ("HOME", "/home/u");
        assert_eq!(base(Platform::Other, &[xdg, home]), Some(PathBuf::from(xdg.1).join("cosput")));
        assert_eq!(base(Platform::Other, &[home]), Some("/home/u/.local/state/cosput".into()));
        assert_eq!(
            base(Platform::Other, &[("XDG_STATE_HOME", "state"), home]),
            Some("/home/u/.local/state/cosput".into())
        );
        assert_eq!(base(Platform::Other, &[]), None);
        assert_eq!(base(Platform::MacOs, &[home]), Some("/home/u/Library/Application Support/cosput".into()));
        assert_eq!(base(Platform::Windows, &[("LOCALAPPDATA", "/l")]), Some("/l/cosput".into()));
    }

    #[test]
    fn the_emulator_is_beside_the_journals() {
        let directories = Directories { base: Some("/s/cosput".into()), home: None, configuration: None };
        assert_eq!(directories.uploads(), Some("/s/cosput/uploads".into()));
        assert_eq!(directories.emulator(), Some("/s/cosput/emulator".into()));
    }
}
