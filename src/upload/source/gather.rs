//! All that the user named, as one stream of files with their keys: files, directories, lists of paths.
//!
//! Lazy, and bounded in memory: a walk holds the names above its current entry, a list holds one entry, `keys` some bytes
//! a file where there is more than one source. All of it blocks.

use std::fmt;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::vec;

use super::file::{Identity, kind, unreadable};
use super::filter::{Filter, Standing};
use super::keys::Keys;
use super::list::List;
use super::naming::{Prefix, as_listed, names_content};
use super::problem::{Problem, Skip};
use super::walk::{Found, Links, Start, Walk};
use crate::cos::Key;
use crate::upload::error::SourceError;

/// What the user named, and how it is to be taken.
#[derive(Debug, Default)]
pub struct Sources {
    /// Files and directories, as typed. Links among them are followed, as everything named is.
    pub named: Vec<PathBuf>,
    /// Paths to read from a list.
    pub list: Option<List>,
    /// Whether directories are walked.
    pub recursive: bool,
    /// What links below a directory are taken for.
    pub links: Links,
    /// What is kept. Globs see a listed path as it is written, everything else relative to its source.
    pub filter: Filter,
    /// What every key begins with.
    pub prefix: Prefix,
}

/// What became of one file or entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// To be uploaded.
    File {
        /// Where it is.
        path: PathBuf,
        /// Its key.
        key: Key,
        /// What it was when it was found; its size among that.
        identity: Identity,
    },
    /// Passed by on purpose.
    Skipped {
        /// Where it is.
        path: PathBuf,
        /// What it is.
        why: Skip,
    },
    /// A directory with nothing in it, which leaves no trace in the bucket.
    EmptyDirectory {
        /// Where it is.
        path: PathBuf,
    },
    /// Cannot be uploaded, while others can.
    Failed {
        /// Where it is, or what stands in the list.
        path: PathBuf,
        /// What is wrong with it.
        why: Problem,
    },
}

/// A directory was named, and directories are not walked. This is wrong usage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeedsRecursive {
    /// The directory.
    pub path: PathBuf,
}

impl fmt::Display for NeedsRecursive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}' is a directory, and directories are not walked", self.path.display())
    }
}

impl std::error::Error for NeedsRecursive {}

impl Sources {
    /// Refuses named directories unless they are to be walked. What is missing is no matter yet: it fails by itself.
    pub fn check(&self) -> Result<(), NeedsRecursive> {
        match self.named.iter().find(|path| !self.recursive && path.is_dir()) {
            Some(path) => Err(NeedsRecursive { path: path.clone() }),
            None => Ok(()),
        }
    }

    /// Begins to look for the files.
    pub fn gather(self) -> Gather {
        // The paths below one directory differ, so one source cannot give a key twice.
        let keys = if self.list.is_none() && self.named.len() < 2 { Keys::all_differ() } else { Keys::told_apart() };
        Gather {
            named: self.named.into_iter(),
            list: self.list,
            walk: None,
            keys,
            recursive: self.recursive,
            links: self.links,
            filter: Arc::new(self.filter),
            prefix: self.prefix,
        }
    }
}

/// The files as they are found: those of the named sources in their order, then those of the list.
#[derive(Debug)]
pub struct Gather {
    named: vec::IntoIter<PathBuf>,
    list: Option<List>,
    walk: Option<(Walk, Prefix)>,
    keys: Keys,
    recursive: bool,
    links: Links,
    filter: Arc<Filter>,
    prefix: Prefix,
}

/// What a single path came to.
type Outcome = Result<Option<Item>, Problem>;

impl Iterator for Gather {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        loop {
            if let Some((walk, prefix)) = &mut self.walk {
                match walk.next() {
                    Some(found) => return Some(item(found, prefix, &mut self.keys)),
                    None => self.walk = None,
                }
            }
            if let Some(item) = self.take_up_next_source()? {
                return Some(item);
            }
        }
    }
}

impl Gather {
    /// Turns to the next path that was named or listed: a file is an item, a directory is walked from now on.
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
        Some(outcome.unwrap_or_else(|why| Some(Item::Failed { path, why })))
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
            return Ok(None);
        }
        let metadata = looked?;
        if is_directory {
            self.walk(Start { path: path.to_owned(), relative, standing }, self.prefix.clone())
        } else {
            self.file(path, &relative, standing, &metadata)
        }
    }

    /// Goes on inside a directory.
    fn walk(&mut self, start: Start, prefix: Prefix) -> Outcome {
        if !self.filter.enters(start.standing, &start.relative) {
            return Ok(None);
        }
        if !self.recursive {
            return Err(SourceError::NotAFile("a directory").into());
        }
        self.walk = Some((Walk::from(start, self.links, Arc::clone(&self.filter)), prefix));
        Ok(None)
    }

    fn file(&mut self, path: &Path, relative: &str, standing: Standing, metadata: &Metadata) -> Outcome {
        if !self.filter.keeps(standing) {
            return Ok(None);
        }
        if !metadata.is_file() {
            return Err(SourceError::NotAFile(kind(metadata)).into());
        }
        let key = self.keys.give(&self.prefix, relative)?;
        Ok(Some(Item::File { path: path.to_owned(), key, identity: Identity::of(metadata) }))
    }
}

fn item(found: Found, prefix: &Prefix, keys: &mut Keys) -> Item {
    match found {
        Found::File { path, relative, identity } => match keys.give(prefix, &relative) {
            Ok(key) => Item::File { path, key, identity },
            Err(why) => Item::Failed { path, why },
        },
        Found::Skipped { path, why } => Item::Skipped { path, why },
        Found::EmptyDirectory { path } => Item::EmptyDirectory { path },
        Found::Failed { path, why } => Item::Failed { path, why },
    }
}

fn look_at(path: &Path) -> Result<Metadata, SourceError> {
    fs::metadata(path).map_err(|error| unreadable(&error))
}
