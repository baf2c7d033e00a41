//! The key of a file, by rsync's rule: `dir/` uploads the content of `dir`, `dir` uploads `dir/…`. The prefix precedes
//! both.

use std::path::{Component, Path, is_separator};

use super::problem::Problem;
use crate::cos::Key;
use crate::cos::address::InvalidName;

/// The prefix of the keys of an upload: empty, or a text that ends in a slash.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prefix(String);

impl Prefix {
    /// Treats `releases/1.2` and `releases/1.2/` as the same prefix. Refuses a prefix that no key can begin with.
    pub fn new(text: &str) -> Result<Self, InvalidName> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        Key::new(text)?;
        Ok(Self::default().below(text))
    }

    /// The key of a file below this prefix.
    pub fn key(&self, relative: &str) -> Result<Key, InvalidName> {
        Key::new(&format!("{}{relative}", self.0))
    }

    /// The prefix of a directory below this one.
    pub(crate) fn below(&self, directory: &str) -> Self {
        let slash = if directory.is_empty() || directory.ends_with('/') { "" } else { "/" };
        Self(format!("{}{directory}{slash}", self.0))
    }
}

/// True if a path names the content of a directory: it ends in a separator, in `.` or in `..`.
pub(crate) fn names_content(path: &Path) -> bool {
    ends_inside(path.as_os_str().as_encoded_bytes(), is_separator)
}

fn ends_inside(path: &[u8], is_separator: fn(char) -> bool) -> bool {
    let last = path.rsplit(|byte| is_separator(char::from(*byte))).next();
    matches!(last, Some(b"" | b"." | b".."))
}

/// A listed path in the form of a key: `/` between names, and no root, drive, `.` or doubled slash.
pub(crate) fn as_listed(path: &Path) -> Result<String, Problem> {
    let mut names = Vec::new();
    for component in path.components() {
        match component {
            Component::Prefix(_) | Component::RootDir | Component::CurDir => {}
            // `a/../b` depends on the target of `a` if `a` is a link, so it cannot serve as a name.
            Component::ParentDir => return Err(Problem::Parent),
            Component::Normal(name) => names.push(name.to_str().ok_or(Problem::NotUtf8)?),
        }
    }
    Ok(names.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_joined_by_exactly_one_slash() {
        let key = |prefix, name| Prefix::new(prefix).unwrap().key(name).unwrap().as_str().to_owned();
        assert_eq!(key("releases/1.2", "a"), "releases/1.2/a");
        assert_eq!(key("releases/1.2/", "a"), "releases/1.2/a");
        assert_eq!(key("", "a"), "a");
        assert_eq!(key("a//", "b c/中"), "a//b c/中");
        assert_eq!(Prefix::new("p").unwrap().below("dir").key("a").unwrap().as_str(), "p/dir/a");
        assert_eq!(Prefix::new("p").unwrap().below(""), Prefix::new("p/").unwrap());
    }

    #[test]
    fn a_prefix_that_no_key_can_begin_with_is_refused() {
        for bad in ["/", "/a", "\\a", ".", "..", "a\u{1b}", &"a".repeat(851)] {
            assert!(Prefix::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_path_that_ends_inside_a_directory_names_its_content() {
        for content in ["dir/", "dir//", ".", "./", "dir/.", "..", "../..", "dir/..", "/", "dir/./"] {
            assert!(names_content(Path::new(content)), "{content}");
        }
        for itself in ["dir", "./dir", "dir/sub", "..dir", "dir.", "dir..", ".dir", "a..", "/dir"] {
            assert!(!names_content(Path::new(itself)), "{itself}");
        }
    }

    #[test]
    fn a_backslash_separates_only_where_the_platform_says_so() {
        let windows = |letter| matches!(letter, '/' | '\\');
        assert!(ends_inside(b"dir\\", windows));
        assert!(ends_inside(b"dir\\..", windows));
        assert!(!ends_inside(b"dir\\sub", windows));
        assert!(!ends_inside(b"dir\\", |letter| letter == '/'));
    }

    #[test]
    fn a_listed_path_is_its_own_key() {
        let listed = |path| as_listed(Path::new(path));
        for (path, key) in [
            ("a", "a"),
            ("./a", "a"),
            (".//./a/b", "a/b"),
            ("/etc/x", "etc/x"),
            ("a//b/./c/", "a/b/c"),
            (".", ""),
            ("-a b\n中", "-a b\n中"),
            ("...", "..."),
        ] {
            assert_eq!(listed(path).as_deref(), Ok(key), "{path}");
        }
        for bad in ["..", "../a", "a/../b", "/.."] {
            assert_eq!(listed(bad), Err(Problem::Parent), "{bad}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn on_unix_a_backslash_is_part_of_a_name() {
        assert_eq!(as_listed(Path::new("a\\b")).as_deref(), Ok("a\\b"));
    }

    #[cfg(windows)]
    #[test]
    fn on_windows_a_backslash_becomes_a_slash() {
        assert_eq!(as_listed(Path::new("C:\\a\\b/c")).as_deref(), Ok("a/b/c"));
    }

    #[cfg(unix)]
    #[test]
    fn a_listed_name_that_is_not_utf8_is_refused() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        assert_eq!(as_listed(Path::new(OsStr::from_bytes(b"a/\xff"))), Err(Problem::NotUtf8));
    }
}
