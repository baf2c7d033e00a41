//! The files below a directory, found while they are asked for, in the order of their names.
//!
//! It holds the names in the directories above the current entry and nothing else, so its memory does not grow with the
//! tree. (The usual library holds a whole path for each of them, and cannot tell that a directory is empty.) Each entry
//! is looked at once, after the filter where its kind is known from the listing; nothing but directories is opened.
//! All of it blocks.

use std::ffi::OsStr;
use std::fs::{self, FileType, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::vec;

use super::file::{Identity, kind, unreadable};
use super::filter::{Filter, Standing};
use super::problem::{Problem, Skip};

/// What symbolic links below a source are taken for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Links {
    /// Links, which are passed by.
    #[default]
    Skip,
    /// What they lead to.
    Follow,
}

/// What a directory holds. What the filter leaves out is not told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A regular file, or a link to one that is followed.
    File {
        /// Where it is.
        path: PathBuf,
        /// Where it is below the source, with `/` between names.
        relative: String,
        /// What it was when it was found.
        identity: Identity,
    },
    /// Something passed by.
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
    /// An entry or a directory that cannot be read or has no name for a key.
    Failed {
        /// Where it is.
        path: PathBuf,
        /// What is wrong with it.
        why: Problem,
    },
}

/// A directory to walk.
#[derive(Debug, Clone)]
pub(super) struct Start {
    /// Where it is.
    pub(super) path: PathBuf,
    /// What it is called in `relative` and to the filter: nothing where the source itself is walked.
    pub(super) relative: String,
    /// What the filter says of it.
    pub(super) standing: Standing,
}

/// The walk through a directory.
#[derive(Debug)]
pub struct Walk {
    filter: Arc<Filter>,
    links: Links,
    start: Option<Directory>,
    levels: Vec<Level>,
}

/// A directory that is not listed yet.
#[derive(Debug)]
struct Directory {
    path: PathBuf,
    relative: String,
    named_in_utf8: bool,
    standing: Standing,
    place: Option<Place>,
}

/// A directory that is listed, with what of it was not looked at yet.
#[derive(Debug)]
struct Level {
    directory: Directory,
    rest: vec::IntoIter<Listed>,
}

#[derive(Debug)]
struct Listed {
    name: Box<OsStr>,
    kind: Option<FileType>,
}

/// What the listing said of an entry and what a look at it adds.
struct Entry {
    path: PathBuf,
    relative: String,
    named_in_utf8: bool,
    kind: Option<FileType>,
}

enum Seen {
    Nothing,
    Told(Found),
    Directory(Directory),
}

impl Walk {
    /// Begins at a directory. Nothing is read before the first entry is asked for.
    pub fn new(path: &Path, links: Links, filter: Arc<Filter>) -> Self {
        let start = Start { path: path.to_owned(), relative: String::new(), standing: Standing::default() };
        Self::from(start, links, filter)
    }

    pub(super) fn from(start: Start, links: Links, filter: Arc<Filter>) -> Self {
        let Start { path, relative, standing } = start;
        let place = match links {
            Links::Skip => None,
            Links::Follow => fs::metadata(&path).ok().and_then(|metadata| place(&path, &metadata)),
        };
        let start = Directory { path, relative, named_in_utf8: true, standing, place };
        Self { filter, links, start: Some(start), levels: Vec::new() }
    }

    /// Lists a directory and goes on inside it; returns what there is to tell of the directory itself.
    fn enter(&mut self, directory: Directory) -> Option<Found> {
        let path = || directory.path.clone();
        let (rest, broken) = list(&directory.path);
        let told = match broken {
            Some(error) => Some(Found::Failed { path: path(), why: unreadable(&error).into() }),
            None if rest.is_empty() && self.filter.keeps(directory.standing) => {
                Some(Found::EmptyDirectory { path: path() })
            }
            None => None,
        };
        self.levels.push(Level { directory, rest: rest.into_iter() });
        told
    }

    fn look_at(&self, entry: Entry, above: Standing) -> Seen {
        let follows = self.links == Links::Follow;
        // Where the kind is known, what is left out is not looked at: a temporary file may well be gone by now.
        let known = entry.kind.filter(|kind| !(follows && kind.is_symlink())).map(|kind| kind.is_dir());
        let asked = known.map(|is_directory| (is_directory, self.standing(&entry, above, is_directory)));
        if asked.is_some_and(|(is_directory, standing)| self.leaves_out(&entry, standing, is_directory)) {
            return Seen::Nothing;
        }
        let looked = if follows { fs::metadata(&entry.path) } else { fs::symlink_metadata(&entry.path) };
        let is_directory = looked.as_ref().map_or(known == Some(true), Metadata::is_dir);
        let standing = match asked {
            Some((asked_for, standing)) if asked_for == is_directory => standing,
            _ => self.standing(&entry, above, is_directory),
        };
        if self.leaves_out(&entry, standing, is_directory) {
            return Seen::Nothing;
        }
        match looked {
            Err(error) => Seen::Told(Found::Failed { path: entry.path, why: unreadable(&error).into() }),
            Ok(metadata) if metadata.is_dir() => self.directory(entry, standing, &metadata),
            Ok(metadata) => Seen::Told(told(entry, &metadata)),
        }
    }

    fn standing(&self, entry: &Entry, above: Standing, is_directory: bool) -> Standing {
        self.filter.standing(above, &entry.relative, is_directory)
    }

    fn leaves_out(&self, entry: &Entry, standing: Standing, is_directory: bool) -> bool {
        !self.filter.keeps(standing) && !(is_directory && self.filter.enters(standing, &entry.relative))
    }

    fn directory(&self, entry: Entry, standing: Standing, metadata: &Metadata) -> Seen {
        let Entry { path, relative, named_in_utf8, .. } = entry;
        let place = match self.links {
            Links::Skip => None,
            Links::Follow => place(&path, metadata),
        };
        if place.is_some() && self.levels.iter().any(|level| level.directory.place == place) {
            return Seen::Told(Found::Skipped { path, why: Skip::Loop });
        }
        Seen::Directory(Directory { path, relative, named_in_utf8, standing, place })
    }
}

impl Iterator for Walk {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        if let Some(told) = self.start.take().and_then(|start| self.enter(start)) {
            return Some(told);
        }
        loop {
            let level = self.levels.last_mut()?;
            let Some(listed) = level.rest.next() else {
                self.levels.pop();
                continue;
            };
            let above = level.directory.standing;
            let entry = Entry::below(&level.directory, listed);
            let told = match self.look_at(entry, above) {
                Seen::Nothing => None,
                Seen::Told(found) => Some(found),
                Seen::Directory(directory) => self.enter(directory),
            };
            if told.is_some() {
                return told;
            }
        }
    }
}

impl Entry {
    fn below(directory: &Directory, listed: Listed) -> Self {
        let slash = if directory.relative.is_empty() { "" } else { "/" };
        // Globs are asked about names that are not UTF-8 too; those that are kept fail by their path.
        let relative = format!("{}{slash}{}", directory.relative, listed.name.to_string_lossy());
        let named_in_utf8 = directory.named_in_utf8 && listed.name.to_str().is_some();
        Self { path: directory.path.join(&*listed.name), relative, named_in_utf8, kind: listed.kind }
    }
}

/// The names in a directory, sorted, and what broke the listing off.
fn list(directory: &Path) -> (Vec<Listed>, Option<io::Error>) {
    let mut names = Vec::new();
    let mut read = || -> io::Result<()> {
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            names.push(Listed { name: entry.file_name().into_boxed_os_str(), kind: entry.file_type().ok() });
        }
        Ok(())
    };
    let broken = read().err();
    names.sort_unstable_by(|one, other| one.name.cmp(&other.name));
    (names, broken)
}

/// What there is to tell of an entry that is no directory.
fn told(entry: Entry, metadata: &Metadata) -> Found {
    let Entry { path, relative, named_in_utf8, .. } = entry;
    match () {
        () if metadata.is_symlink() => Found::Skipped { path, why: Skip::Link },
        () if !metadata.is_file() => Found::Skipped { path, why: Skip::Special(kind(metadata)) },
        () if !named_in_utf8 => Found::Failed { path, why: Problem::NotUtf8 },
        () => Found::File { path, relative, identity: Identity::of(metadata) },
    }
}

/// What tells a directory from any other.
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
