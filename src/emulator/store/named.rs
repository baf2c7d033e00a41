//! The bytes of an object under the name of its key: `DIR/<bucket>/files/<key>`.
//!
//! A key that the file system cannot hold as a path stays in the directory of its object: one with empty segments, `.` or
//! `..`, one that is longer than a file name may be, or one whose path is taken, such as `a/b` beside `a`. On Windows so does
//! one with a character, an ending or a name that no file can have there, such as `con.txt`.
//!
//! A file system may take `A/x` and `a/y` for two files of one directory, or write a name in other characters than it was
//! given. So a file is known by what the file system says that it is, and not by the spelling of its path.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::cos::address::Key;

/// The longest file name, in bytes.
const LONGEST_NAME: usize = 255;
/// The characters that file names of Windows cannot have.
const NOT_ON_WINDOWS: &str = "<>:\"|?*\\";

/// The path of a key below `files`; `None` if the file system cannot hold it.
pub(super) fn path_of(files: &Path, key: &Key) -> Option<PathBuf> {
    key.as_str().split('/').all(is_file_name).then(|| files.join(key.as_str()))
}

fn is_file_name(segment: &str) -> bool {
    let allowed = |c: char| c != '\0' && !(cfg!(windows) && (c.is_control() || NOT_ON_WINDOWS.contains(c)));
    let ending = !(cfg!(windows) && (segment.ends_with(['.', ' ']) || is_device(segment)));
    !matches!(segment, "" | "." | "..") && segment.len() <= LONGEST_NAME && segment.chars().all(allowed) && ending
}

/// True for the names of devices on Windows. They are devices in every directory and with every extension.
pub(super) fn is_device(name: &str) -> bool {
    let stem = name.split(['.', ':']).next().unwrap_or_default().trim_end().to_ascii_lowercase();
    let numbered = |prefix| {
        let number = stem.strip_prefix(prefix).unwrap_or_default();
        matches!(number, "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³")
    };
    matches!(stem.as_str(), "con" | "prn" | "aux" | "nul" | "conin$" | "conout$") || numbered("com") || numbered("lpt")
}

/// Moves the bytes of an object to its name. `replaces` is true if the name has the bytes of the object that it replaces;
/// any other file there belongs to another key. Returns whether the bytes were moved.
pub(super) fn publish(from: &Path, to: &Path, replaces: bool) -> bool {
    if !replaces && to.symlink_metadata().is_ok() {
        return false;
    }
    let made = to.parent().is_some_and(|parent| fs::create_dir_all(parent).is_ok());
    made && fs::rename(from, to).is_ok()
}

/// Removes the bytes of an object and the directories that are empty without them, up to `files`.
pub(super) fn remove(files: &Path, path: &Path) {
    let _ = fs::remove_file(path);
    let parents = path.ancestors().skip(1).take_while(|parent| *parent != files && parent.starts_with(files));
    for parent in parents {
        if fs::remove_dir(parent).is_err() {
            return;
        }
    }
}

/// A file, whichever of its names it was found by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FileId(#[cfg(unix)] (u64, u64), #[cfg(not(unix))] PathBuf);

impl FileId {
    /// The file at a path; `None` if there is none.
    #[cfg(unix)]
    pub(super) fn of(path: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt as _;
        let metadata = fs::metadata(path).ok()?;
        Some(Self((metadata.dev(), metadata.ino())))
    }

    /// The file at a path; `None` if there is none. The system gives the path in the spelling of the directory.
    #[cfg(not(unix))]
    pub(super) fn of(path: &Path) -> Option<Self> {
        fs::canonicalize(path).ok().map(Self)
    }
}

/// Removes every file below `dir` that belongs to no object, and empty directories.
pub(super) fn remove_unnamed(dir: &Path, named: &BTreeSet<FileId>) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove_unnamed(&path, named);
            let _ = fs::remove_dir(&path);
        } else if !FileId::of(&path).is_some_and(|id| named.contains(&id)) {
            let _ = fs::remove_file(&path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_a_path_if_every_segment_is_a_file_name() {
        let of = |key: &str| path_of(Path::new("files"), &Key::as_stored(key).unwrap());
        assert_eq!(of("dir/a b.txt"), Some(PathBuf::from("files/dir/a b.txt")));
        let long = "k".repeat(256);
        for key in ["a//b", "/a", "dir/", "a/../b", ".", "a\0b", long.as_str()] {
            assert_eq!(of(key), None, "{key:?}");
        }
    }

    #[test]
    fn devices_of_windows_are_known_with_every_extension() {
        for name in ["con", "CON.txt", "aux.h", "nul.tar.gz", "prn .txt", "com1", "LPT9.log", "com¹"] {
            assert!(is_device(name), "{name}");
            assert_eq!(is_file_name(name), !cfg!(windows), "{name}");
        }
        for name in ["console", "com", "com0", "com10", "a.con", "auxiliary.h", "nul-1"] {
            assert!(!is_device(name) && is_file_name(name), "{name}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_is_kept_by_whatever_path_its_object_names_it() {
        let dir = tempfile::tempdir().unwrap();
        let files = dir.path().join("files");
        fs::create_dir_all(files.join("A")).unwrap();
        for name in ["A/x", "A/y", "other"] {
            fs::write(files.join(name), name).unwrap();
        }
        // On a disk that ignores case, `a` would be the directory `A`.
        let a = dir.path().join("a");
        std::os::unix::fs::symlink(files.join("A"), &a).unwrap();
        let named = [files.join("A/x"), a.join("y")].iter().filter_map(|path| FileId::of(path)).collect();
        remove_unnamed(&files, &named);
        assert!(files.join("A/x").exists() && files.join("A/y").exists() && !files.join("other").exists());
    }

    #[test]
    fn a_name_that_belongs_to_another_key_is_not_taken() {
        let dir = tempfile::tempdir().unwrap();
        let (own, name) = (dir.path().join("own"), dir.path().join("files/a"));
        fs::write(&own, "1").unwrap();
        assert!(publish(&own, &name, false));
        fs::write(&own, "2").unwrap();
        assert!(!publish(&own, &name, false) && !publish(&own, &name.join("b"), false));
        assert!(publish(&own, &name, true));
        assert_eq!(fs::read(&name).unwrap(), b"2");
        remove(&dir.path().join("files"), &name);
        assert!(!name.exists() && dir.path().join("files").exists());
    }
}
