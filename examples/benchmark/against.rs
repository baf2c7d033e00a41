//! `--against PATH`: the measured program and another version of it, in turns, without the floor and other programs.

use std::io;
use std::path::{Path, PathBuf};

use super::contender::Place;
use super::process::Sink;
use super::scenario::{Contender, planned};

/// The two versions.
pub(crate) struct Pair {
    /// The version to compare with.
    other: Place,
    /// The version that is measured.
    own: Place,
}

impl Pair {
    /// Copies both, because how a program came into the page cache decides a tenth of a short run: a program just copied lies
    /// there in larger pieces than one that was read from the disk.
    pub(crate) fn copied(other: &Path, own: &Place) -> io::Result<Self> {
        let copy = |program: &Path, name: &str| -> io::Result<PathBuf> {
            let copy = own.directory.join(name);
            std::fs::copy(program, &copy)?;
            Ok(copy)
        };
        Ok(Self {
            other: Place { cosput: copy(other, "other-cosput")?, ..own.clone() },
            own: Place { cosput: copy(&own.cosput, "own-cosput")?, ..own.clone() },
        })
    }

    /// Both, with the same plan; ratios are those to the other version.
    pub(crate) fn contenders<'a>(&'a self, file: &'a Path, sink: &'a Sink) -> Vec<Contender<'a>> {
        let contender = |name: &str, place: &'a Place| -> Contender<'a> {
            (name.to_owned(), Box::new(move || Ok(place.cosput(file, sink, &planned()))))
        };
        vec![contender("the other version", &self.other), contender("cosput", &self.own)]
    }
}
