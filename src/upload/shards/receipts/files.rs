//! The files of receipts of all attempts, read a stretch of the plan at a time.
//!
//! A shard needs those of its own units only. The name of a file says which shard its attempt had, so a shard begins without
//! reading what all others have left behind.
//!
//! A plan may have more receipts than fit into memory. So each file is read once to learn which files of the plan each of its
//! blocks is about, and then the blocks that have receipts of a stretch. What cannot be read counts as not written yet: it may
//! be readable a little later, or on another machine.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::blocks::{BLOCK, ReceiptBlocks};
use super::receipt;
use super::receipt::Receipt;
use super::unreadable::UnreadableReceipts;
use crate::language::Message;
use crate::upload::shards::unit::Shard;

/// The files of receipts of one plan.
#[derive(Debug)]
pub struct ReceiptFiles {
    plan: String,
    /// The shard whose receipts are wanted; without one, all are.
    shard: Option<Shard>,
    files: Vec<(PathBuf, ReceiptBlocks)>,
    unreadable: Mutex<UnreadableReceipts>,
}

impl ReceiptFiles {
    /// Finds the receipts of the plan with this id below these directories. A directory that does not exist has none. One
    /// that cannot be read has none yet, and is noted.
    pub fn find(plan: &str, directories: &[PathBuf]) -> Self {
        Self::find_about(plan, directories, None)
    }

    /// The same, without the files of attempts that had no unit of this shard.
    pub fn find_of_shard(plan: &str, directories: &[PathBuf], shard: Shard) -> Self {
        Self::find_about(plan, directories, Some(shard))
    }

    fn find_about(plan: &str, directories: &[PathBuf], shard: Option<Shard>) -> Self {
        let mut found = Self { plan: plan.to_owned(), shard, files: Vec::new(), unreadable: Mutex::default() };
        for directory in directories {
            if let Err(error) = found.look_in(directory) {
                found.noted().note(directory, &error);
            }
        }
        found.files.sort_by(|(one, _), (other, _)| one.cmp(other));
        found
    }

    fn look_in(&mut self, directory: &Path) -> io::Result<()> {
        let entries = match fs::read_dir(directory) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            let (path, kind) = (entry.path(), entry.file_type()?);
            // A link may lead out of the directory, or in a circle.
            if kind.is_dir() {
                if let Err(error) = self.look_in(&path) {
                    self.noted().note(&path, &error);
                }
            } else if kind.is_file() && self.is_wanted(&path) {
                match self.blocks(&path) {
                    Ok(blocks) if blocks.count() == 0 => {}
                    Ok(blocks) => self.files.push((path, blocks)),
                    Err(error) => self.noted().note(&path, &error),
                }
            }
        }
        Ok(())
    }

    fn blocks(&self, path: &Path) -> io::Result<ReceiptBlocks> {
        let damaged = |at| self.noted().note_line(path, at);
        File::open(path).and_then(|file| ReceiptBlocks::find(file, &self.plan, BLOCK, damaged))
    }

    fn is_wanted(&self, path: &Path) -> bool {
        let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
        let of = receipt::shard_of_file(name);
        let is_about = self.shard.zip(of).is_none_or(|(wanted, of)| wanted.meets(of));
        is_about && path.extension().is_some_and(|extension| extension == "jsonl")
    }

    /// Hands each receipt of these files of the plan to `take`. A file that cannot be read any more has no further ones, and
    /// is noted.
    pub fn of_files(&self, numbers: &RangeInclusive<u64>, mut take: impl FnMut(Receipt)) {
        for (path, blocks) in self.files.iter().filter(|(_, blocks)| blocks.have(numbers)) {
            let damaged = |at| self.noted().note_line(path, at);
            let read = File::open(path).and_then(|mut file| blocks.of_files(&mut file, numbers, &mut take, damaged));
            if let Err(error) = read {
                self.noted().note(path, &error);
            }
        }
    }

    fn noted(&self) -> MutexGuard<'_, UnreadableReceipts> {
        self.unreadable.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The files and directories that could not be read so far, or not as a whole, and why.
    pub fn unreadable(&self) -> Vec<(PathBuf, Message)> {
        self.noted().all()
    }

    /// How many attempts have left receipts.
    pub fn count(&self) -> usize {
        self.files.len()
    }
}

#[cfg(test)]
mod tests {
    use super::super::receipt::tests::receipt;
    use super::*;

    fn found(files: &ReceiptFiles, numbers: RangeInclusive<u64>) -> Vec<(u64, Option<u16>)> {
        let mut found = Vec::new();
        files.of_files(&numbers, |receipt| found.push((receipt.n, receipt.part.map(|part| part.value()))));
        found.sort_unstable();
        found
    }

    #[test]
    fn receipts_are_found_by_the_stretch_of_their_files() {
        let place = tempfile::tempdir().unwrap();
        let write = |name: &str, receipts: &[Receipt]| {
            let text: String = receipts.iter().map(Receipt::line).collect();
            let path = place.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("a.jsonl", &[receipt(5, Some(2), 1, "a"), receipt(1, None, 2, "a")]);
        write("deeper/b.jsonl", &[receipt(5, Some(1), 3, "b")]);
        write("c.jsonl", &[Receipt { plan: "another".into(), ..receipt(5, Some(3), 1, "c") }]);
        write("no-receipts.txt", &[receipt(5, Some(4), 1, "d")]);
        let directories = [place.path().to_owned(), place.path().join("missing")];
        let files = ReceiptFiles::find(&receipt(0, None, 0, "").plan, &directories);
        assert_eq!(files.count(), 2);
        assert_eq!(found(&files, 0..=1), [(1, None)]);
        assert_eq!(found(&files, 2..=9), [(5, Some(1)), (5, Some(2))]);
        assert_eq!(found(&files, 2..=4), []);
    }

    /// The shards may be of different divisions of the plan, and a file may have been renamed.
    #[test]
    fn a_shard_reads_only_the_files_of_attempts_that_may_have_its_units() {
        let place = tempfile::tempdir().unwrap();
        let attempts = ["1/4", "2/4", "3/4", "4/4", "1/1", "2/2", "3/8", "5/8"];
        for (number, shard) in (1..).zip(attempts) {
            let name = receipt::file_name(shard, "host", 1, number);
            fs::write(place.path().join(name), receipt(number, None, 1, "a").line()).unwrap();
        }
        fs::write(place.path().join("renamed.jsonl"), receipt(9, None, 1, "a").line()).unwrap();
        let plan = receipt(0, None, 0, "").plan;
        let of_shard = |shard: &str| {
            let shard = shard.parse().unwrap();
            let files = ReceiptFiles::find_of_shard(&plan, &[place.path().to_owned()], shard);
            found(&files, 0..=99).into_iter().map(|(number, _)| number).collect::<Vec<_>>()
        };
        assert_eq!(of_shard("2/4"), [2, 5, 7, 9]);
        assert_eq!(of_shard("3/4"), [3, 5, 6, 8, 9]);
        assert_eq!(of_shard("1/1"), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed() {
        let place = tempfile::tempdir().unwrap();
        let receipts = place.path().join("receipts");
        fs::create_dir(&receipts).unwrap();
        fs::write(place.path().join("a.jsonl"), receipt(5, None, 1, "a").line()).unwrap();
        for (name, to) in [("circle", "."), ("above", ".."), ("a.jsonl", "../a.jsonl"), ("nowhere", "nothing")] {
            std::os::unix::fs::symlink(to, receipts.join(name)).unwrap();
        }
        let files = ReceiptFiles::find(&receipt(0, None, 0, "").plan, &[receipts]);
        assert_eq!((files.count(), files.unreadable().len()), (0, 0));
    }

    /// A network file system may fail for a while, or lose a file between two looks.
    #[test]
    fn files_that_can_no_longer_be_read_are_noted_and_the_others_count() {
        let place = tempfile::tempdir().unwrap();
        let path = |name: &str| place.path().join(name);
        for (name, n) in [("a.jsonl", 1), ("b.jsonl", 2)] {
            fs::write(path(name), receipt(n, None, 1, "a").line()).unwrap();
        }
        fs::write(path("no-directory"), "").unwrap();
        let directories = [place.path().to_owned(), path("no-directory")];
        let files = ReceiptFiles::find(&receipt(0, None, 0, "").plan, &directories);
        fs::remove_file(path("a.jsonl")).unwrap();
        assert_eq!(found(&files, 0..=9), [(2, None)]);
        assert_eq!(found(&files, 0..=9), [(2, None)]);
        let unreadable: Vec<PathBuf> = files.unreadable().into_iter().map(|(path, _)| path).collect();
        assert_eq!(unreadable, [path("no-directory"), path("a.jsonl")]);
    }

    #[test]
    fn a_damaged_line_is_named_and_the_others_count() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("a.jsonl");
        let line = |n| receipt(n, None, 1, "a").line();
        let damaged = [line(2).replace("\"n\":2", "\"n\":,"), line(2).replace("\"host\"", "\"h\"")];
        for damaged in damaged {
            fs::write(&path, line(1) + &damaged + &line(3)).unwrap();
            let files = ReceiptFiles::find(&receipt(0, None, 0, "").plan, &[place.path().to_owned()]);
            assert_eq!(found(&files, 0..=9), [(1, None), (3, None)]);
            assert_eq!(found(&files, 0..=9), [(1, None), (3, None)]);
            let unreadable = files.unreadable();
            assert_eq!(unreadable.len(), 1);
            assert_eq!(
                (&unreadable[0].0, unreadable[0].1.english()),
                (&path, "line 2 is damaged; the other lines count")
            );
        }
    }
}
