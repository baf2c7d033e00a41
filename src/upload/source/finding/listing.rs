//! The entries of one directory, sorted by name.
//!
//! A directory may have millions of entries, and all of them must be known before the first can be named. So the names
//! lie in one text, and an entry takes 8 bytes beside its name.

use std::cmp::Ordering;
use std::ffi::{OsStr, OsString};
use std::fs::{self, FileType};
use std::io;
use std::num::NonZeroU16;
use std::path::Path;
use std::vec;

use crate::upload::descriptors::wait_for_descriptor;

/// The entries that have not been taken yet.
#[derive(Debug)]
pub(super) struct Listing {
    names: Names,
    rest: vec::IntoIter<Packed>,
}

/// An entry of a directory.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Listed {
    /// Its name.
    pub(super) name: OsString,
    /// Its kind, if the listing gives it.
    pub(super) kind: Option<EntryKind>,
}

/// The kind of an entry. A link is not what it leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EntryKind {
    /// A directory.
    Directory,
    /// A symbolic link.
    Link,
    /// A file, or anything else.
    Other,
}

impl From<FileType> for EntryKind {
    fn from(kind: FileType) -> Self {
        match () {
            () if kind.is_dir() => Self::Directory,
            () if kind.is_symlink() => Self::Link,
            () => Self::Other,
        }
    }
}

/// The names of all entries.
#[derive(Debug, Default)]
struct Names {
    text: String,
    /// The names that are not UTF-8, and those that begin too far into the text or are too long for a `Packed`.
    others: Vec<OsString>,
}

/// An entry, with the place of its name.
#[derive(Debug)]
struct Packed {
    /// Where its name begins in the text, or its number among the other names.
    start: u32,
    /// The length of its name in the text, in bytes.
    length: Option<NonZeroU16>,
    kind: Option<EntryKind>,
}

impl Listing {
    /// Reads a directory. With the error that stopped it, the entries are those that were read before.
    pub(super) fn read(directory: &Path) -> (Self, Option<io::Error>) {
        let (mut names, mut entries) = (Names::default(), Vec::new());
        let mut read = || -> io::Result<()> {
            for entry in wait_for_descriptor(|| fs::read_dir(directory))? {
                let entry = entry?;
                let kind = entry.file_type().ok().map(EntryKind::from);
                entries.push(names.pack(entry.file_name(), kind).ok_or(io::ErrorKind::OutOfMemory)?);
            }
            Ok(())
        };
        let broken = read().err();
        (Self::of(names, entries), broken)
    }

    fn of(names: Names, mut entries: Vec<Packed>) -> Self {
        entries.sort_unstable_by(|one, other| names.compare(one, other));
        Self { names, rest: entries.into_iter() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.len() == 0
    }
}

impl Iterator for Listing {
    type Item = Listed;

    fn next(&mut self) -> Option<Listed> {
        let entry = self.rest.next()?;
        Some(Listed { name: self.names.of(&entry).to_owned(), kind: entry.kind })
    }
}

impl Names {
    /// Adds an entry; `None` if there are more than 2^32 names that are not in the text.
    fn pack(&mut self, name: OsString, kind: Option<EntryKind>) -> Option<Packed> {
        let start = u32::try_from(self.text.len());
        let length = u16::try_from(name.len()).ok().and_then(NonZeroU16::new);
        if let (Ok(start), Some(length), Some(text)) = (start, length, name.to_str()) {
            self.text.push_str(text);
            return Some(Packed { start, length: Some(length), kind });
        }
        let start = u32::try_from(self.others.len()).ok()?;
        self.others.push(name);
        Some(Packed { start, length: None, kind })
    }

    fn of(&self, entry: &Packed) -> &OsStr {
        let start = entry.start as usize;
        match entry.length {
            Some(length) => OsStr::new(&self.text[start..start + usize::from(length.get())]),
            None => &self.others[start],
        }
    }

    fn compare(&self, one: &Packed, other: &Packed) -> Ordering {
        self.of(one).cmp(self.of(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upload::source::test_tree::Tree;

    fn listing(names: impl IntoIterator<Item = OsString>) -> Listing {
        let mut known = Names::default();
        let entries = names.into_iter().map(|name| known.pack(name, None).unwrap()).collect();
        Listing::of(known, entries)
    }

    fn names(listing: Listing) -> Vec<OsString> {
        listing.map(|listed| listed.name).collect()
    }

    #[test]
    fn an_entry_takes_eight_bytes_beside_its_name() {
        assert_eq!(size_of::<Packed>(), 8);
        let listing = listing(["b", "文件", "a.txt"].map(OsString::from));
        assert_eq!((listing.names.text.as_str(), listing.names.others.len()), ("b文件a.txt", 0));
    }

    #[test]
    fn names_come_in_their_order() {
        let given = ["b", "文件", "a/", "a.txt", "a", "é", "B", "~"].map(OsString::from);
        let mut sorted = given.to_vec();
        sorted.sort();
        assert_eq!(names(listing(given)), sorted);
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_not_utf_8_come_in_order_between_the_others() {
        use std::os::unix::ffi::OsStringExt;
        let names_of = |bytes: &[&[u8]]| bytes.iter().map(|name| OsString::from_vec(name.to_vec())).collect::<Vec<_>>();
        let given = names_of(&[b"b", b"a\xff", b"\x80", b"a", b"c\xc3", b"ab"]);
        let sorted = names_of(&[b"a", b"ab", b"a\xff", b"b", b"c\xc3", b"\x80"]);
        assert_eq!(names(listing(given)), sorted);
    }

    #[test]
    fn a_name_of_any_length_is_kept() {
        let long = ["b".repeat(65_536), "a".repeat(65_535)].map(OsString::from);
        let sorted = [long[1].clone(), long[0].clone()];
        let listing = listing(long);
        assert_eq!(listing.names.others.len(), 1);
        assert_eq!(names(listing), sorted);
    }

    #[test]
    fn kinds_are_those_of_the_directory() {
        let tree = Tree::new(&["directory/file", "file"]);
        let (listing, broken) = Listing::read(tree.root());
        assert!(broken.is_none() && !listing.is_empty());
        let kinds: Vec<_> = listing.map(|listed| (listed.name, listed.kind)).collect();
        let expected = [("directory", EntryKind::Directory), ("file", EntryKind::Other)];
        assert_eq!(kinds, expected.map(|(name, kind)| (OsString::from(name), Some(kind))));
    }

    #[test]
    fn a_directory_that_is_not_there_is_an_error() {
        let tree = Tree::new(&[]);
        let (listing, broken) = Listing::read(&tree.root().join("missing"));
        assert!(listing.is_empty());
        assert_eq!(broken.map(|error| error.kind()), Some(io::ErrorKind::NotFound));
    }
}
