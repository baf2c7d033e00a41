//! The files and directories that this run writes, such as its log and its journals. They change during the upload, so
//! they are left out.

use std::path::{Path, PathBuf};

/// The files and directories that this run writes.
#[derive(Debug, Default)]
pub struct OwnPaths {
    /// Their absolute paths, with links resolved.
    paths: Vec<PathBuf>,
    /// Their paths below the directory being walked.
    below: Vec<PathBuf>,
    /// The paths already reported.
    reported: Vec<PathBuf>,
}

/// Whether an entry belongs to this run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Owned {
    No,
    /// It does, and this file or directory of the run must be reported.
    First(PathBuf),
    /// It does, but its file or directory was already reported.
    Again,
}

impl OwnPaths {
    /// Takes the paths that the run writes. A path that does not exist yet counts if its directory exists.
    pub fn new(paths: impl IntoIterator<Item = PathBuf>) -> Self {
        Self { paths: paths.into_iter().filter_map(|path| real(&path)).collect(), ..Self::default() }
    }

    /// The same with one more path.
    #[must_use]
    pub fn with(mut self, path: &Path) -> Self {
        self.paths.extend(real(path));
        self
    }

    /// Starts the walk of a directory.
    pub(crate) fn enter(&mut self, directory: &Path) {
        self.below = match directory.canonicalize() {
            // A directory that the user named is uploaded even if the run writes to it.
            Ok(root) => {
                let inside = self.paths.iter().filter_map(|path| path.strip_prefix(&root).ok());
                inside.filter(|path| !path.as_os_str().is_empty()).map(|path| directory.join(path)).collect()
            }
            _ => Vec::new(),
        };
    }

    /// Checks an entry of the directory being walked.
    pub(crate) fn of_walk(&mut self, path: &Path) -> Owned {
        match self.below.iter().find(|own| path.starts_with(own)) {
            None => Owned::No,
            Some(own) if self.reported.contains(own) => Owned::Again,
            Some(own) => {
                self.reported.push(own.clone());
                Owned::First(own.clone())
            }
        }
    }

    /// Whether a single file belongs to the run.
    pub(crate) fn contains(&self, path: &Path) -> bool {
        let is_it = |own: &PathBuf| own.file_name() == path.file_name() && real(path).as_ref() == Some(own);
        self.paths.iter().any(is_it)
    }
}

/// The absolute path with links resolved. The file need not exist, but its directory must.
fn real(path: &Path) -> Option<PathBuf> {
    if let Ok(real) = path.canonicalize() {
        return Some(real);
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Some(parent.canonicalize().ok()?.join(path.file_name()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_the_run_is_found_below_the_directory_as_it_was_typed() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("d");
        std::fs::create_dir_all(root.join("state")).unwrap();
        let mut own = OwnPaths::new([root.join("up.log"), root.join("state"), directory.path().join("elsewhere")]);
        let typed = root.join("../d");
        own.enter(&typed);
        assert_eq!(own.of_walk(&typed.join("a")), Owned::No);
        assert_eq!(own.of_walk(&typed.join("up.log")), Owned::First(typed.join("up.log")));
        assert_eq!(own.of_walk(&typed.join("state/1.jsonl")), Owned::First(typed.join("state")));
        assert_eq!(own.of_walk(&typed.join("state/2.jsonl")), Owned::Again);
        assert!(own.contains(&typed.join("up.log")) && !own.contains(&typed.join("a")));
    }
}
