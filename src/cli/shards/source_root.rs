//! The directory that all sources of a plan are below. A machine may see it at another path.

use std::path::{Component, Path, PathBuf};

use crate::cli::options::sources::Wanted;
use crate::cli::process::paths::absolute;

/// The directory that all named sources are below. A list names paths from the current directory.
pub(crate) fn of(wanted: &Wanted) -> PathBuf {
    match wanted {
        Wanted::One { source, .. } => above(&absolute(source)),
        Wanted::Stdin { .. } => absolute(Path::new(".")),
        Wanted::Many(many) if many.list.is_some() => absolute(Path::new(".")),
        Wanted::Many(many) => {
            let directories = many.named.iter().map(|path| absolute(path));
            let directories = directories.map(|path| if path.is_dir() { plain(&path) } else { above(&path) });
            directories.reduce(|one, other| common(&one, &other)).unwrap_or_default()
        }
    }
}

/// The path below the root; the whole path if it is not below it.
pub(crate) fn below(root: &Path, path: &Path) -> PathBuf {
    let path = absolute(path);
    path.strip_prefix(root).map_or_else(|_| path.clone(), Path::to_owned)
}

fn above(path: &Path) -> PathBuf {
    path.parent().map_or_else(|| path.to_owned(), plain)
}

/// Without a final slash or dot.
fn plain(path: &Path) -> PathBuf {
    path.components().filter(|component| *component != Component::CurDir).collect()
}

fn common(one: &Path, other: &Path) -> PathBuf {
    let pairs = one.components().zip(other.components());
    pairs.take_while(|(one, other)| one == other).map(|(component, _)| component).collect()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_above_all_sources() {
        assert_eq!(common(Path::new("/a/b/c"), Path::new("/a/b/d/e")), Path::new("/a/b"));
        assert_eq!(common(Path::new("/a"), Path::new("/b")), Path::new("/"));
        assert_eq!(above(Path::new("/a/b/")), Path::new("/a"));
        assert_eq!(plain(Path::new("/a/b/.")), Path::new("/a/b"));
        assert_eq!(below(Path::new("/a"), Path::new("/a/b/c")), Path::new("b/c"));
        assert_eq!(below(Path::new("/a"), Path::new("/b/c")), Path::new("/b/c"));
        assert_eq!(Path::new("/other").join(below(Path::new("/a"), Path::new("/b/c"))), Path::new("/b/c"));
    }
}
