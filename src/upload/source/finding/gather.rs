//! All files that the user named, as one stream of files with their keys. Sources are files, directories and lists of
//! paths.
//!
//! The stream is lazy and uses little memory: a walk holds the names in the directories above its current entry, a list
//! holds one entry, and `keys` holds a few bytes per file if there is more than one source. Iterating blocks.

use crate::language::message;
use std::collections::VecDeque;
use std::fmt;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::vec;

use super::counts::Counts;
use super::filter::{Filter, Standing};
use super::keys::Keys;
use super::list::List;
use super::naming::{Prefix, as_listed, names_content};
use super::no_file::NoFile;
use super::own::{OwnPaths, Owned};
use super::problem::{Problem, Skip};
use super::unmatched::UnmatchedRule;
use super::walk::{Found, Links, Start, Walk};
use crate::cos::Key;
use crate::upload::error::{FileKind, SourceError};
use crate::upload::source::file::{kind, unreadable};
use crate::upload::source::identity::Identity;

/// The sources that the user named, with the options that apply to them.
#[derive(Debug, Default)]
pub struct Sources {
    /// Files and directories, as typed. A named symbolic link is followed.
    pub named: Vec<PathBuf>,
    /// Paths to read from a list.
    pub list: Option<List>,
    /// Whether directories are walked.
    pub recursive: bool,
    /// How symbolic links below a directory are handled.
    pub links: Links,
    /// The filter. Globs match a listed path as it is written, and any other path relative to its source.
    pub filter: Filter,
    /// The prefix of every key.
    pub prefix: Prefix,
    /// Files and directories that this run writes.
    pub own: OwnPaths,
    /// Where entries are counted.
    pub counts: Counts,
}

/// The result for one file or entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// To be uploaded.
    File {
        /// The path of the file.
        path: PathBuf,
        /// Its key.
        key: Key,
        /// The identity of the file when it was found, including its size.
        identity: Identity,
    },
    /// Anything else under a path.
    NoFile(NoFile),
    /// A rule of the filter that matched nothing. These come last.
    Unmatched(UnmatchedRule),
}

impl Item {
    /// Whether it counts as a file: also if it cannot be uploaded.
    pub fn is_file(&self) -> bool {
        matches!(self, Self::File { .. } | Self::NoFile(NoFile::Failed { .. }))
    }
}

impl From<NoFile> for Item {
    fn from(found: NoFile) -> Self {
        Self::NoFile(found)
    }
}

/// The user named a directory, but directories are not walked. This is a usage error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeedsRecursive {
    /// The directory.
    pub path: PathBuf,
}

impl fmt::Display for NeedsRecursive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        message!("'{path}' is a directory, and directories are not walked", path = self.path.display()).fmt(f)
    }
}

impl std::error::Error for NeedsRecursive {}

impl Sources {
    /// Refuses named directories unless directories are walked. A missing path is not reported here; it fails later on
    /// its own.
    pub fn check(&self) -> Result<(), NeedsRecursive> {
        match self.named.iter().find(|path| !self.recursive && path.is_dir()) {
            Some(path) => Err(NeedsRecursive { path: path.clone() }),
            None => Ok(()),
        }
    }

    /// Starts the search for files.
    pub fn gather(self) -> Gather {
        // Paths below one directory are distinct, so a single source cannot produce a key twice.
        let keys = if self.list.is_none() && self.named.len() < 2 { Keys::all_differ() } else { Keys::compared() };
        Gather {
            sources: self.named.clone(),
            unmatched: None,
            ahead: VecDeque::new(),
            named: self.named.into_iter(),
            list: self.list,
            walk: None,
            keys,
            recursive: self.recursive,
            links: self.links,
            filter: Arc::new(self.filter),
            prefix: self.prefix,
            own: self.own,
            counts: self.counts,
        }
    }
}

/// The files as they are found: first those of the named sources in their order, then those of the list.
#[derive(Debug)]
pub struct Gather {
    sources: Vec<PathBuf>,
    named: vec::IntoIter<PathBuf>,
    list: Option<List>,
    unmatched: Option<vec::IntoIter<UnmatchedRule>>,
    /// Items that were found ahead.
    ahead: VecDeque<Item>,
    walk: Option<(Walk, Prefix)>,
    keys: Keys,
    recursive: bool,
    links: Links,
    filter: Arc<Filter>,
    prefix: Prefix,
    own: OwnPaths,
    counts: Counts,
}

/// The result for a single path; `None` if there is nothing to report yet.
type Outcome = Result<Option<Item>, Problem>;

impl Iterator for Gather {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        self.ahead.pop_front().or_else(|| self.find_counted())
    }
}

impl Gather {
    /// Searches up to the first file. Returns false if there is none.
    pub fn finds_a_file(&mut self) -> bool {
        while let Some(item) = self.find_counted() {
            let is_file = item.is_file();
            self.ahead.push_back(item);
            if is_file {
                return true;
            }
        }
        false
    }

    fn find_counted(&mut self) -> Option<Item> {
        let item = self.find().or_else(|| self.next_unmatched().map(Item::Unmatched));
        match &item {
            Some(Item::File { .. } | Item::NoFile(NoFile::Failed { .. })) => self.counts.file(),
            Some(Item::NoFile(NoFile::Skipped { why, .. })) => self.counts.skipped(*why),
            Some(Item::NoFile(NoFile::EmptyDirectory { .. })) => self.counts.empty_directory(),
            Some(Item::Unmatched(_)) | None => {}
        }
        item
    }

    /// The next rule that matched nothing.
    fn next_unmatched(&mut self) -> Option<UnmatchedRule> {
        let (filter, sources) = (&self.filter, &self.sources);
        self.unmatched.get_or_insert_with(|| filter.unmatched(sources).into_iter()).next()
    }

    fn find(&mut self) -> Option<Item> {
        loop {
            if let Some((walk, prefix)) = &mut self.walk {
                match walk.next() {
                    Some(found) => match item(found, prefix, &mut self.keys, &mut self.own) {
                        Some(item) => return Some(item),
                        None => continue,
                    },
                    None => self.walk = None,
                }
            }
            if let Some(item) = self.take_up_next_source()? {
                return Some(item);
            }
        }
    }

    /// Takes the next named or listed path: a file becomes an item, a directory starts a walk.
    fn take_up_next_source(&mut self) -> Option<Option<Item>> {
        let (path, outcome) = if let Some(path) = self.named.next() {
            let outcome = self.named(&path);
            (path, outcome)
        } else {
            match self.list.as_mut()?.next()? {
                Ok(path) => {
                    let outcome = self.listed(&path);
                    (path, outcome)
                }
                Err((path, why)) => (path, Err(why)),
            }
        };
        Some(outcome.unwrap_or_else(|why| Some(NoFile::Failed { path, why }.into())))
    }

    fn named(&mut self, path: &Path) -> Outcome {
        let metadata = look_at(path)?;
        let name = match path.file_name() {
            Some(name) if !names_content(path) => name.to_str().ok_or(Problem::NotUtf8)?,
            _ => "",
        };
        if metadata.is_dir() {
            let standing = self.filter.standing_of_source(name);
            let start = Start { path: path.to_owned(), relative: String::new(), standing };
            self.walk(start, self.prefix.below(name))
        } else {
            let standing = self.filter.standing_from_top(name, false);
            self.file(path, name, standing, &metadata)
        }
    }

    fn listed(&mut self, path: &Path) -> Outcome {
        let relative = as_listed(path)?;
        let looked = look_at(path);
        let is_directory = looked.as_ref().is_ok_and(Metadata::is_dir);
        let standing = self.filter.standing_from_top(&relative, is_directory);
        if !is_directory && !self.filter.keeps(standing) {
            self.counts.excluded(false);
            return Ok(None);
        }
        let metadata = looked?;
        if is_directory {
            self.walk(Start { path: path.to_owned(), relative, standing }, self.prefix.clone())
        } else {
            self.file(path, &relative, standing, &metadata)
        }
    }

    /// Starts the walk of a directory.
    fn walk(&mut self, start: Start, prefix: Prefix) -> Outcome {
        if !self.filter.enters(start.standing, &start.relative) {
            self.counts.excluded(true);
            return Ok(None);
        }
        if !self.recursive {
            return Err(SourceError::NotAFile(FileKind::Directory).into());
        }
        self.own.enter(&start.path);
        self.walk = Some((Walk::from(start, self.links, Arc::clone(&self.filter)).counting(&self.counts), prefix));
        Ok(None)
    }

    fn file(&mut self, path: &Path, relative: &str, standing: Standing, metadata: &Metadata) -> Outcome {
        if !self.filter.keeps(standing) {
            self.counts.excluded(false);
            return Ok(None);
        }
        if !metadata.is_file() {
            return Err(SourceError::NotAFile(kind(metadata)).into());
        }
        if self.own.contains(path) {
            return Ok(Some(NoFile::Skipped { path: path.to_owned(), why: Skip::Own }.into()));
        }
        let identity = Identity::of(metadata);
        let key = self.keys.give(&self.prefix, relative, (path, identity))?;
        Ok(key.map(|key| Item::File { path: path.to_owned(), key, identity }))
    }
}

/// The item of an entry; `None` if there is nothing to report.
fn item(found: Found, prefix: &Prefix, keys: &mut Keys, own: &mut OwnPaths) -> Option<Item> {
    let path = match &found {
        Found::File { path, .. } => path,
        Found::NoFile(other) => other.path(),
    };
    match own.of_walk(path) {
        Owned::No => {}
        Owned::First(path) => return Some(NoFile::Skipped { path, why: Skip::Own }.into()),
        Owned::Again => return None,
    }
    Some(match found {
        Found::File { path, relative, identity } => match keys.give(prefix, &relative, (&path, identity)) {
            Ok(key) => Item::File { key: key?, path, identity },
            Err(why) => NoFile::Failed { path, why }.into(),
        },
        Found::NoFile(other) => other.into(),
    })
}

fn look_at(path: &Path) -> Result<Metadata, SourceError> {
    fs::metadata(path).map_err(|error| unreadable(&error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upload::source::finding::list::Delimiter;
    use crate::upload::source::test_tree::{Tree, filter};
    use std::io::Cursor;

    /// Sources below a tree, as typed: `site/` keeps its slash.
    fn sources(tree: &Tree, named: &[&str]) -> Sources {
        let named = named.iter().map(|name| format!("{}/{name}", tree.root().display()).into()).collect();
        Sources { named, recursive: true, ..Sources::default() }
    }

    /// The gathered items, one per line: the key and its file, or the reason why there is none.
    fn lines(tree: &Tree, sources: Sources) -> Vec<String> {
        let line = |item| match item {
            Item::Unmatched(rule) => format!("{} matches nothing", rule.rule.glob()),
            Item::File { path, key, identity } => {
                assert_eq!(identity.size, fs::metadata(&path).unwrap().len());
                format!("{key} = {}", tree.known(&path))
            }
            Item::NoFile(NoFile::Skipped { path, why }) => format!("{} {why}", tree.known(&path)),
            Item::NoFile(NoFile::EmptyDirectory { path }) => format!("{} is empty", tree.known(&path)),
            Item::NoFile(NoFile::Failed { path, why }) => format!("{}: {why}", tree.known(&path)),
        };
        sources.gather().map(line).collect()
    }

    fn gathered(tree: &Tree, named: &[&str]) -> Vec<String> {
        lines(tree, sources(tree, named))
    }

    fn list(entries: &str) -> Option<List> {
        Some(List::new(Path::new("-"), Box::new(Cursor::new(entries.to_owned())), Delimiter::Line))
    }

    /// A list whose entries lie below a tree. A listed path is its own key, so each entry includes the tree's path.
    fn listed(tree: &Tree, entries: &[&str]) -> (String, Sources) {
        let whole: Vec<String> = entries.iter().map(|entry| format!("{}/{entry}", tree.root().display())).collect();
        let place = as_listed(tree.root()).unwrap();
        (place, Sources { list: list(&whole.join("\n")), ..Sources::default() })
    }

    #[test]
    fn a_directory_gives_its_name_and_with_a_slash_its_content() {
        let tree = Tree::new(&["site/index.html", "site/css/a.css"]);
        assert_eq!(
            gathered(&tree, &["site"]),
            ["site/css/a.css = site/css/a.css", "site/index.html = site/index.html"]
        );
        let content = ["css/a.css = site/css/a.css", "index.html = site/index.html"];
        for named in ["site/", "site/.", "site/./", "site/css/.."] {
            let found: Vec<String> = sources(&tree, &[named])
                .gather()
                .map(|item| match item {
                    Item::File { key, .. } => key.to_string(),
                    other => panic!("{other:?}"),
                })
                .collect();
            assert_eq!(found, ["css/a.css", "index.html"], "{named}");
        }
        assert_eq!(gathered(&tree, &["site/"]), content);
        assert_eq!(gathered(&tree, &["site/css/a.css"]), ["a.css = site/css/a.css"]);
    }

    #[test]
    fn everything_lies_below_the_prefix() {
        let tree = Tree::new(&["dir/a", "b"]);
        for prefix in ["releases/1.2", "releases/1.2/"] {
            let sources = Sources { prefix: Prefix::new(prefix).unwrap(), ..sources(&tree, &["dir", "b"]) };
            assert_eq!(lines(&tree, sources), ["releases/1.2/dir/a = dir/a", "releases/1.2/b = b"]);
        }
    }

    #[test]
    fn a_directory_is_refused_unless_it_is_to_be_walked() {
        let tree = Tree::new(&["dir/a", "b"]);
        let flat = |named| Sources { recursive: false, ..sources(&tree, named) };
        assert_eq!(flat(&["b", "dir"]).check(), Err(NeedsRecursive { path: tree.path("dir") }));
        assert_eq!(sources(&tree, &["b", "dir"]).check(), Ok(()));
        assert_eq!(flat(&["b", "none"]).check(), Ok(()));
        assert_eq!(lines(&tree, flat(&["dir", "b"])), ["dir: is a directory, not a file", "b = b"]);
    }

    #[test]
    fn a_missing_source_fails_and_the_rest_goes_on() {
        let tree = Tree::new(&["a", "z/b"]);
        assert_eq!(gathered(&tree, &["none", "a", "z"]), ["none: no such file", "a = a", "z/b = z/b"]);
    }

    #[test]
    fn two_files_never_get_the_same_key() {
        let tree = Tree::new(&["x/a.txt", "y/a.txt", "y/b.txt"]);
        let same = "y/a.txt: another source of this run has the key 'a.txt' already";
        assert_eq!(gathered(&tree, &["x/a.txt", "y/a.txt"]), ["a.txt = x/a.txt", same]);
        assert_eq!(gathered(&tree, &["x/", "y/"]), ["a.txt = x/a.txt", same, "b.txt = y/b.txt"]);
        assert_eq!(gathered(&tree, &["x", "y"]).len(), 3);
    }

    #[test]
    fn a_single_source_needs_no_memory_of_its_keys() {
        let tree = Tree::new(&["x/a", "x/b"]);
        let mut gather = sources(&tree, &["x"]).gather();
        assert_eq!(gather.by_ref().count(), 2);
        assert_eq!(gather.keys.remembered(), 0);
        let mut gather = sources(&tree, &["x", "x/"]).gather();
        assert_eq!(gather.by_ref().count(), 4);
        assert_eq!(gather.keys.remembered(), 4);
    }

    #[test]
    fn the_filter_sees_a_file_by_its_name_and_a_directory_by_what_is_inside() {
        let tree = Tree::new(&["a.js", "a.map", "site/a.js", "site/a.map", "node_modules/x.js"]);
        let kept = |rules: [&str; 2]| {
            let named = ["a.js", "a.map", "site", "node_modules"];
            lines(&tree, Sources { filter: filter(rules), ..sources(&tree, &named) })
        };
        assert_eq!(kept(["-*.map", "-node_modules/"]), ["a.js = a.js", "site/a.js = site/a.js"]);
        assert_eq!(kept(["+/a.map", "+nothing"]), ["a.map = a.map", "site/a.map = site/a.map"]);
        let within = Sources { filter: filter(["-site/"]), ..sources(&tree, &["site/"]) };
        assert_eq!(lines(&tree, within), ["a.js = site/a.js", "a.map = site/a.map"]);
    }

    #[test]
    fn a_key_that_cos_refuses_fails_alone() {
        let long = format!("d/{}", vec!["y".repeat(200); 5].join("/"));
        let tree = Tree::new(&[&long, "d/z"]);
        let found: Vec<Item> = sources(&tree, &["d"]).gather().collect();
        assert!(
            matches!(&found[..], [Item::NoFile(NoFile::Failed { why: Problem::Key(_), .. }), Item::File { .. }]),
            "{found:?}"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_named_link_is_followed_and_those_below_it_are_not() {
        let tree = Tree::new(&["dir/a"]);
        tree.link("dir/b", "a");
        tree.link("link", "dir");
        assert_eq!(gathered(&tree, &["link"]), ["link/a = link/a", "link/b is a symbolic link"]);
        assert_eq!(gathered(&tree, &["dir/b"]), ["b = dir/b"]);
        let followed = Sources { links: Links::Follow, ..sources(&tree, &["link/"]) };
        assert_eq!(lines(&tree, followed), ["a = link/a", "b = link/b"]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_named_pipe_fails_unopened() {
        let tree = Tree::new(&[]);
        tree.pipe("pipe");
        assert_eq!(gathered(&tree, &["pipe"]), ["pipe: is a pipe, not a file"]);
    }

    /// Other platforms cannot create such names.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_source_that_is_not_utf8_fails_but_its_content_has_keys() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        let tree = Tree::new(&[]);
        let path = |bytes| tree.root().join(OsStr::from_bytes(bytes));
        fs::create_dir(path(b"d\xff")).unwrap();
        fs::write(path(b"d\xff/a"), "").unwrap();
        let named = vec![path(b"d\xff"), path(b"d\xff/")];
        let found = lines(&tree, Sources { named, recursive: true, ..Sources::default() });
        assert_eq!(found, ["d\u{fffd}: its name is not UTF-8, as keys are", "a = d\u{fffd}/a"]);
    }

    #[test]
    fn a_listed_path_is_its_own_key_below_the_prefix() {
        let tree = Tree::new(&["a b", "d/中"]);
        let (place, listed) = listed(&tree, &["./d/./中", "a b", "none", "d/../a b", "a b"]);
        let found = lines(&tree, Sources { prefix: Prefix::new("p").unwrap(), ..listed });
        let parent = "a listed path may not have '..' in it";
        assert_eq!(
            found,
            [
                &format!("p/{place}/d/中 = d/./中"),
                &format!("p/{place}/a b = a b"),
                "none: no such file",
                &format!("d/../a b: {parent}"),
            ]
        );
    }

    #[test]
    fn a_listed_directory_fails_unless_it_is_to_be_walked() {
        let tree = Tree::new(&["d/a", "d/e/b"]);
        let (_, flat) = listed(&tree, &["d", "d/a"]);
        let (place, walked) = listed(&tree, &["d/"]);
        let found = lines(&tree, flat);
        assert_eq!(found, ["d: is a directory, not a file".to_owned(), format!("{place}/d/a = d/a")]);
        let found = lines(&tree, Sources { recursive: true, ..walked });
        assert_eq!(found, [format!("{place}/d/a = d/a"), format!("{place}/d/e/b = d/e/b")]);
    }

    #[test]
    fn the_filter_sees_a_listed_path_as_it_is_written() {
        let tree = Tree::new(&["d/a", "d/b", "d/e/b"]);
        let (place, sources) = listed(&tree, &["d/a", "d", "none"]);
        let rules = [format!("-/{place}/d/e"), "-d/a".to_owned(), "-a".to_owned(), "-none".to_owned()];
        let filter = filter(rules.iter().map(String::as_str));
        let found = lines(&tree, Sources { recursive: true, filter, ..sources });
        assert_eq!(found, [format!("{place}/d/b = d/b")]);
    }

    #[test]
    fn a_list_comes_after_what_was_named() {
        let tree = Tree::new(&["a", "b"]);
        let (place, listed) = listed(&tree, &["b"]);
        let found = lines(&tree, Sources { list: listed.list, ..sources(&tree, &["a"]) });
        assert_eq!(found, ["a = a".to_owned(), format!("{place}/b = b")]);
    }

    #[test]
    fn entries_are_read_as_they_are_needed() {
        let tree = Tree::new(&["a"]);
        let (_, sources) = listed(&tree, &["a", "later"]);
        let mut gather = sources.gather();
        assert!(matches!(gather.next(), Some(Item::File { .. })));
        tree.add("later");
        assert!(matches!(gather.next(), Some(Item::File { .. })));
        assert_eq!(gather.next(), None);
        assert_eq!(gather.next(), None);
    }
}
