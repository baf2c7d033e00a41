//! The files below a directory, found lazily, in the order of their names.
//!
//! A walk holds only the names in the directories above the current entry, so its memory does not grow with the tree.
//! (The usual library holds a whole path for each name, and cannot detect an empty directory.) The metadata of each
//! entry is read once. If the listing gives the kind of the entry, the filter runs first. Only directories are opened.
//! Iterating blocks.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::counts::Counts;
use super::filter::{Filter, Standing};
use super::listing::{EntryKind, Listed, Listing};
use super::no_file::NoFile;
use super::problem::{Problem, Skip};
use crate::upload::source::file::{kind, unreadable};
use crate::upload::source::identity::Identity;

/// How symbolic links below a source are handled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Links {
    /// Links are skipped.
    #[default]
    Skip,
    /// Links are followed.
    Follow,
}

/// An entry found in a directory. Entries that the filter leaves out are not reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A regular file, or a link to one that is followed.
    File {
        /// The path of the file.
        path: PathBuf,
        /// The path relative to the source, with `/` between names.
        relative: String,
        /// The identity of the file when it was found.
        identity: Identity,
    },
    /// Anything else.
    NoFile(NoFile),
}

impl From<NoFile> for Found {
    fn from(found: NoFile) -> Self {
        Self::NoFile(found)
    }
}

/// A directory to walk.
#[derive(Debug, Clone)]
pub(crate) struct Start {
    /// The path of the directory.
    pub(crate) path: PathBuf,
    /// The prefix of `relative`, also used by the filter. Empty if the source itself is walked.
    pub(crate) relative: String,
    /// The rule of the filter that applies to the directory.
    pub(crate) standing: Standing,
}

/// The walk through a directory.
#[derive(Debug)]
pub struct Walk {
    filter: Arc<Filter>,
    links: Links,
    start: Option<Directory>,
    levels: Vec<Level>,
    counts: Counts,
}

/// A directory that has not been listed yet.
#[derive(Debug)]
struct Directory {
    path: PathBuf,
    relative: String,
    named_in_utf8: bool,
    standing: Standing,
    place: Option<Place>,
}

/// A listed directory, with the entries that have not been visited yet.
#[derive(Debug)]
struct Level {
    directory: Directory,
    rest: Listing,
}

/// An entry of a listing, with its kind if the listing gives it.
struct Entry {
    path: PathBuf,
    relative: String,
    named_in_utf8: bool,
    kind: Option<EntryKind>,
}

enum Seen {
    Nothing,
    Found(Found),
    Directory(Directory),
}

impl Walk {
    /// Prepares the walk of a directory. Nothing is listed before the first call of `next`.
    pub fn new(path: &Path, links: Links, filter: Arc<Filter>) -> Self {
        let start = Start { path: path.to_owned(), relative: String::new(), standing: Standing::default() };
        Self::from(start, links, filter)
    }

    pub(crate) fn from(start: Start, links: Links, filter: Arc<Filter>) -> Self {
        let Start { path, relative, standing } = start;
        let place = match links {
            Links::Skip => None,
            Links::Follow => fs::metadata(&path).ok().and_then(|metadata| place(&path, &metadata)),
        };
        let start = Directory { path, relative, named_in_utf8: true, standing, place };
        Self { filter, links, start: Some(start), levels: Vec::new(), counts: Counts::default() }
    }

    /// The same; what the filter leaves out is counted in `counts`.
    pub(crate) fn counting(self, counts: &Counts) -> Self {
        Self { counts: counts.clone(), ..self }
    }

    /// Lists a directory and continues inside it; returns the result to report for the directory itself.
    fn enter(&mut self, directory: Directory) -> Option<Found> {
        let path = || directory.path.clone();
        let (rest, broken) = Listing::read(&directory.path);
        let found = match broken {
            Some(error) => Some(NoFile::Failed { path: path(), why: unreadable(&error).into() }),
            None if rest.is_empty() && self.filter.keeps(directory.standing) => {
                Some(NoFile::EmptyDirectory { path: path() })
            }
            None => None,
        };
        self.levels.push(Level { directory, rest });
        found.map(Found::NoFile)
    }

    fn look_at(&self, entry: Entry, above: Standing) -> Seen {
        let follows = self.links == Links::Follow;
        // If the kind is known, the metadata of filtered entries is not read: a temporary file may already be gone.
        let known = entry.kind.filter(|kind| !(follows && *kind == EntryKind::Link));
        let known = known.map(|kind| kind == EntryKind::Directory);
        let asked = known.map(|is_directory| (is_directory, self.standing(&entry, above, is_directory)));
        if let Some((is_directory, standing)) = asked
            && !self.may_keep(&entry, standing, is_directory)
        {
            self.counts.excluded(is_directory);
            return Seen::Nothing;
        }
        let looked = if follows { fs::metadata(&entry.path) } else { fs::symlink_metadata(&entry.path) };
        let is_directory = looked.as_ref().map_or(known == Some(true), Metadata::is_dir);
        let standing = match asked {
            Some((asked_for, standing)) if asked_for == is_directory => standing,
            _ => self.standing(&entry, above, is_directory),
        };
        if !self.may_keep(&entry, standing, is_directory) {
            self.counts.excluded(is_directory);
            return Seen::Nothing;
        }
        match looked {
            Err(error) => Seen::Found(NoFile::Failed { path: entry.path, why: unreadable(&error).into() }.into()),
            Ok(metadata) if metadata.is_dir() => self.directory(entry, standing, &metadata),
            Ok(metadata) => Seen::Found(found(entry, &metadata)),
        }
    }

    fn standing(&self, entry: &Entry, above: Standing, is_directory: bool) -> Standing {
        self.filter.standing(above, &entry.relative, is_directory)
    }

    /// False for a file that is left out, and for a directory in which nothing can be kept.
    fn may_keep(&self, entry: &Entry, standing: Standing, is_directory: bool) -> bool {
        self.filter.keeps(standing) || is_directory && self.filter.enters(standing, &entry.relative)
    }

    fn directory(&self, entry: Entry, standing: Standing, metadata: &Metadata) -> Seen {
        let Entry { path, relative, named_in_utf8, .. } = entry;
        let place = match self.links {
            Links::Skip => None,
            Links::Follow => place(&path, metadata),
        };
        if place.is_some() && self.levels.iter().any(|level| level.directory.place == place) {
            return Seen::Found(NoFile::Skipped { path, why: Skip::Loop }.into());
        }
        Seen::Directory(Directory { path, relative, named_in_utf8, standing, place })
    }
}

impl Iterator for Walk {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        if let Some(found) = self.start.take().and_then(|start| self.enter(start)) {
            return Some(found);
        }
        loop {
            let level = self.levels.last_mut()?;
            let Some(listed) = level.rest.next() else {
                self.levels.pop();
                continue;
            };
            let above = level.directory.standing;
            let entry = Entry::below(&level.directory, listed);
            let found = match self.look_at(entry, above) {
                Seen::Nothing => None,
                Seen::Found(found) => Some(found),
                Seen::Directory(directory) => self.enter(directory),
            };
            if found.is_some() {
                return found;
            }
        }
    }
}

impl Entry {
    fn below(directory: &Directory, listed: Listed) -> Self {
        let slash = if directory.relative.is_empty() { "" } else { "/" };
        // Globs also match names that are not UTF-8. If the filter keeps such a name, the entry fails because of its
        // path.
        let relative = format!("{}{slash}{}", directory.relative, listed.name.to_string_lossy());
        let named_in_utf8 = directory.named_in_utf8 && listed.name.to_str().is_some();
        Self { path: directory.path.join(&listed.name), relative, named_in_utf8, kind: listed.kind }
    }
}

/// The result to report for an entry that is not a directory.
fn found(entry: Entry, metadata: &Metadata) -> Found {
    let Entry { path, relative, named_in_utf8, .. } = entry;
    match () {
        () if metadata.is_symlink() => NoFile::Skipped { path, why: Skip::Link }.into(),
        () if !metadata.is_file() => NoFile::Skipped { path, why: Skip::Special(kind(metadata)) }.into(),
        () if !named_in_utf8 => NoFile::Failed { path, why: Problem::NotUtf8 }.into(),
        () => Found::File { path, relative, identity: Identity::of(metadata) },
    }
}

/// The identity of a directory.
#[cfg(unix)]
type Place = (u64, u64);
#[cfg(not(unix))]
type Place = PathBuf;

#[cfg(unix)]
fn place(_path: &Path, metadata: &Metadata) -> Option<Place> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn place(path: &Path, _metadata: &Metadata) -> Option<Place> {
    fs::canonicalize(path).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upload::source::test_tree::{Tree, filter};

    /// The results of a walk, one per line.
    fn lines(tree: &Tree, walk: impl Iterator<Item = Found>) -> Vec<String> {
        let line = |found| match found {
            Found::File { path, relative, identity } => {
                assert_eq!(path, tree.path(&relative));
                assert_eq!(identity, Identity::of(&fs::metadata(&path).unwrap()));
                relative
            }
            Found::NoFile(NoFile::Skipped { path, why }) => format!("{} {why}", tree.known(&path)),
            Found::NoFile(NoFile::EmptyDirectory { path }) => format!("{} is empty", tree.known(&path)),
            Found::NoFile(NoFile::Failed { path, why }) => format!("{}: {why}", tree.known(&path)),
        };
        walk.map(line).collect()
    }

    fn walk(tree: &Tree, links: Links, rules: &[&str]) -> Walk {
        Walk::new(tree.root(), links, Arc::new(filter(rules.iter().copied())))
    }

    fn walked(tree: &Tree, links: Links, rules: &[&str]) -> Vec<String> {
        lines(tree, walk(tree, links, rules))
    }

    #[test]
    fn files_come_in_the_order_of_their_names() {
        let tree = Tree::new(&["b", "a/z", "a/b/c", "a.txt", ".hidden/x", "c/"]);
        assert_eq!(walked(&tree, Links::Skip, &[]), [".hidden/x", "a/b/c", "a/z", "a.txt", "b", "c is empty"]);
    }

    #[test]
    fn an_empty_source_is_reported() {
        assert_eq!(walked(&Tree::new(&[]), Links::Skip, &[]), [" is empty"]);
    }

    #[cfg(unix)]
    #[test]
    fn any_name_in_utf8_is_kept_as_it_is() {
        let mut names =
            ["a b", "-rf", "--", "...", "a\nb", "a\\b", "中文/文件.txt", "🎉", "é", "e\u{301}", "a*?[", "\u{1}", "~"]
                .to_vec();
        names.sort_unstable();
        assert_eq!(walked(&Tree::new(&names), Links::Skip, &[]), names);
    }

    #[test]
    fn a_file_two_hundred_levels_down_is_found() {
        let deep = format!("{}file", "d/".repeat(200));
        assert_eq!(walked(&Tree::new(&[&deep]), Links::Skip, &[]), [deep]);
    }

    #[test]
    fn ten_thousand_files_are_all_found_once() {
        let mut names: Vec<String> = (0..10_000).map(|number| format!("{}/{number:05}", number / 1000)).collect();
        names.sort_unstable();
        let tree = Tree::new(&names.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(walked(&tree, Links::Skip, &[]), names);
    }

    #[test]
    fn a_directory_is_listed_when_it_is_reached_and_not_before() {
        let tree = Tree::new(&["a/1", "b/1"]);
        let mut walk = walk(&tree, Links::Skip, &[]);
        assert!(walk.next().is_some());
        assert_eq!(walk.levels.len(), 2);
        tree.add("b/2");
        assert_eq!(lines(&tree, walk), ["b/1", "b/2"]);
    }

    #[test]
    fn what_vanishes_after_the_listing_fails_alone() {
        let tree = Tree::new(&["a", "b", "c/d", "e"]);
        let mut walk = walk(&tree, Links::Skip, &[]);
        assert!(walk.next().is_some());
        fs::remove_file(tree.path("b")).unwrap();
        fs::remove_dir_all(tree.path("c")).unwrap();
        assert_eq!(lines(&tree, walk), ["b: no such file", "c: no such file", "e"]);
    }

    #[test]
    fn what_is_left_out_may_vanish() {
        let tree = Tree::new(&["a", "b.tmp", "c"]);
        let mut walk = walk(&tree, Links::Skip, &["-*.tmp"]);
        assert!(walk.next().is_some());
        fs::remove_file(tree.path("b.tmp")).unwrap();
        assert_eq!(lines(&tree, walk), ["c"]);
    }

    #[test]
    fn a_source_that_is_not_there_fails() {
        let tree = Tree::new(&[]);
        let walk = Walk::new(&tree.path("none"), Links::Follow, Arc::default());
        assert_eq!(lines(&tree, walk), ["none: no such file"]);
    }

    #[test]
    fn entries_that_the_filter_excludes_are_not_reported() {
        let tree = Tree::new(&["a.js", "a.map", "empty/", "lib/b.js", "node_modules/x/c.js", "node_modules/keep.js"]);
        let excluded = walked(&tree, Links::Skip, &["-*.map", "-node_modules/", "-empty"]);
        assert_eq!(excluded, ["a.js", "lib/b.js"]);
        assert_eq!(walked(&tree, Links::Skip, &["-*", "+keep.js"]), ["node_modules/keep.js"]);
        assert_eq!(walked(&tree, Links::Skip, &["+/node_modules/x/"]), ["node_modules/x/c.js"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_passed_by_unless_followed() {
        let tree = Tree::new(&["a/file", "out/"]);
        tree.link("a/again", "file");
        tree.link("b", "a");
        tree.link("c", "nowhere");
        let is = |name| format!("{name} is a symbolic link");
        assert_eq!(walked(&tree, Links::Skip, &[]), [&is("a/again"), "a/file", &is("b"), &is("c"), "out is empty"]);
        assert_eq!(
            walked(&tree, Links::Follow, &[]),
            ["a/again", "a/file", "b/again", "b/file", "c: no such file", "out is empty"]
        );
    }

    #[cfg(unix)]
    #[test]
    fn the_filter_takes_a_link_for_what_it_is_taken_for() {
        let tree = Tree::new(&["a/file"]);
        tree.link("b", "a");
        tree.link("c", "nowhere");
        assert_eq!(walked(&tree, Links::Skip, &["-b/", "-c"]), ["a/file", "b is a symbolic link"]);
        assert_eq!(walked(&tree, Links::Follow, &["-b/", "-c"]), ["a/file"]);
        assert_eq!(walked(&tree, Links::Skip, &["+*.js"]), [""; 0]);
    }

    #[cfg(unix)]
    #[test]
    fn links_in_a_loop_end() {
        let tree = Tree::new(&["a/b/file"]);
        tree.link("a/b/top", tree.root());
        tree.link("a/b/up", "..");
        tree.link("a/one", "two");
        tree.link("a/two", "one");
        tree.link("here", ".");
        tree.link("twice", "a/b");
        let found = walked(&tree, Links::Follow, &["-one", "-two"]);
        let is = |name| format!("{name} leads back to a directory that it lies in");
        assert_eq!(
            found,
            [
                "a/b/file".to_owned(),
                is("a/b/top"),
                is("a/b/up"),
                is("here"),
                "twice/file".to_owned(),
                is("twice/top"),
                is("twice/up/b"),
            ]
        );
    }

    #[cfg(unix)]
    #[test]
    fn links_that_lead_to_each_other_fail() {
        let tree = Tree::new(&["z"]);
        tree.link("one", "two");
        tree.link("two", "one");
        let found: Vec<Found> = walk(&tree, Links::Follow, &[]).collect();
        assert!(
            matches!(
                &found[..],
                [Found::NoFile(NoFile::Failed { .. }), Found::NoFile(NoFile::Failed { .. }), Found::File { .. }]
            ),
            "{found:?}"
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn pipes_sockets_and_devices_are_passed_by_unopened() {
        let tree = Tree::new(&["file"]);
        tree.pipe("pipe");
        let _socket = std::os::unix::net::UnixListener::bind(tree.path("socket")).unwrap();
        tree.link("zero", "/dev/zero");
        assert_eq!(
            walked(&tree, Links::Follow, &[]),
            ["file", "pipe is a pipe, not a file", "socket is a socket, not a file", "zero is a device, not a file"]
        );
        assert_eq!(walked(&tree, Links::Follow, &["+file"]), ["file"]);
    }

    /// Other platforms cannot create such names.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_name_that_is_not_utf8_fails_by_its_path() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        let name = |bytes| OsStr::from_bytes(bytes);
        let tree = Tree::new(&["z"]);
        fs::write(tree.root().join(name(b"caf\xe9")), "").unwrap();
        fs::create_dir(tree.root().join(name(b"d\xff"))).unwrap();
        fs::write(tree.root().join(name(b"d\xff")).join("file"), "").unwrap();
        let why = "its name is not UTF-8, as keys are";
        let expected = [&format!("caf\u{fffd}: {why}"), &format!("d\u{fffd}/file: {why}"), "z"];
        assert_eq!(walked(&tree, Links::Skip, &[]), expected);
        assert_eq!(walked(&tree, Links::Skip, &["-caf*", "-d*/"]), ["z"]);
    }

    /// A superuser can read every directory, so the result is not checked.
    #[cfg(unix)]
    #[test]
    fn a_directory_that_cannot_be_read_fails_alone() {
        use std::os::unix::fs::PermissionsExt;
        let tree = Tree::new(&["a", "locked/file", "z"]);
        let locked = tree.path("locked");
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
        let is_superuser = fs::read_dir(&locked).is_ok();
        let found = walked(&tree, Links::Skip, &[]);
        let left_out = walked(&tree, Links::Skip, &["-locked"]);
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o700)).unwrap();
        if !is_superuser {
            assert_eq!(found, ["a", "locked: cannot be read: Permission denied (os error 13)", "z"]);
        }
        assert_eq!(left_out, ["a", "z"]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_path_too_long_for_the_system_fails_alone() {
        use rustix::fs::{CWD, Mode, OFlags, mkdirat, openat};
        let tree = Tree::new(&["z"]);
        let mut above = openat(CWD, tree.root(), OFlags::DIRECTORY, Mode::empty()).unwrap();
        let name = "d".repeat(250);
        for _ in 0..20 {
            mkdirat(&above, &name, Mode::RWXU).unwrap();
            above = openat(&above, &name, OFlags::DIRECTORY, Mode::empty()).unwrap();
        }
        let found: Vec<Found> = walk(&tree, Links::Skip, &[]).collect();
        let [Found::NoFile(NoFile::Failed { path, why }), Found::File { .. }] = &found[..] else { panic!("{found:?}") };
        assert!(path.as_os_str().len() > 4000);
        assert_eq!(why.to_string(), "cannot be read: File name too long (os error 36)");
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

        /// Not entering excluded directories saves time and loses no file.
        #[test]
        fn a_walk_finds_what_the_rules_keep(
            paths in proptest::collection::btree_set("[ab]{1,2}(/[ab]{1,2}){0,3}", 1..20),
            rules in proptest::collection::vec("[+-]/?([ab]{1,2}|\\*|a\\*)(/([ab]{1,2}|\\*|\\*\\*|\\{a,b\\})){0,2}/?", 0..4),
        ) {
            let tree = Tree::new(&[]);
            // A path that is the directory of another path is not a file.
            let files = || paths.iter().filter(|path| {
                !paths.iter().any(|other| other.starts_with(&format!("{path}/")))
            });
            files().for_each(|path| tree.add(path));
            let filter = filter(rules.iter().map(String::as_str));
            let mut kept: Vec<&String> =
                files().filter(|path| filter.keeps(filter.standing_from_top(path, false))).collect();
            kept.sort_by_key(|path| path.split('/').collect::<Vec<_>>());
            let found = lines(&tree, Walk::new(tree.root(), Links::Skip, Arc::new(filter.clone())));
            proptest::prop_assert_eq!(found.iter().collect::<Vec<_>>(), kept);
        }
    }
}
