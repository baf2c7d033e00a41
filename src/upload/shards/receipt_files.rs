//! The files of receipts of all attempts, read a stretch of the plan at a time.
//!
//! A plan may have more receipts than fit into memory. So each file is read once to learn which files of the plan it is
//! about, and again for each stretch that it has receipts of.

use std::fs::{self, File};
use std::io::{self, BufReader};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use super::receipt;
use super::receipt::Receipt;

/// How much is read at a time.
const BUFFER: usize = 64 << 10;

/// The files of receipts of one plan.
#[derive(Debug)]
pub struct ReceiptFiles {
    plan: String,
    files: Vec<(PathBuf, RangeInclusive<u64>)>,
    unreadable: Vec<(PathBuf, String)>,
}

impl ReceiptFiles {
    /// Finds the receipts of the plan with this id below these directories. A directory that does not exist has none.
    pub fn find(plan: &str, directories: &[PathBuf]) -> io::Result<Self> {
        let mut found = Self { plan: plan.to_owned(), files: Vec::new(), unreadable: Vec::new() };
        for directory in directories {
            found.look_in(directory)?;
        }
        found.files.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(found)
    }

    fn look_in(&mut self, directory: &Path) -> io::Result<()> {
        let entries = match fs::read_dir(directory) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => {
                self.unreadable.push((directory.to_owned(), error.to_string()));
                return Ok(());
            }
            Ok(entries) => entries,
        };
        for entry in entries {
            let entry = entry?;
            let (path, kind) = (entry.path(), entry.file_type()?);
            // A link may lead out of the directory, or in a circle.
            if kind.is_dir() {
                self.look_in(&path)?;
            } else if kind.is_file() && path.extension().is_some_and(|extension| extension == "jsonl") {
                match self.stretch(&path) {
                    Ok(Some(stretch)) => self.files.push((path, stretch)),
                    Ok(None) => {}
                    Err(error) => self.unreadable.push((path, error.to_string())),
                }
            }
        }
        Ok(())
    }

    /// The files of the plan that a file has receipts of: the first, and the last.
    fn stretch(&self, path: &Path) -> io::Result<Option<RangeInclusive<u64>>> {
        let mut stretch: Option<RangeInclusive<u64>> = None;
        for number in receipt::numbers(BufReader::with_capacity(BUFFER, File::open(path)?), &self.plan) {
            let number = number?;
            let (first, last) = stretch.map_or((number, number), RangeInclusive::into_inner);
            stretch = Some(first.min(number)..=last.max(number));
        }
        Ok(stretch)
    }

    /// Hands each receipt of these files of the plan to `take`.
    pub fn of_files(&self, numbers: &RangeInclusive<u64>, mut take: impl FnMut(Receipt)) -> io::Result<()> {
        let overlaps =
            |stretch: &RangeInclusive<u64>| stretch.start() <= numbers.end() && numbers.start() <= stretch.end();
        for (path, _) in self.files.iter().filter(|(_, stretch)| overlaps(stretch)) {
            self.each(path, |n| numbers.contains(&n), &mut take)?;
        }
        Ok(())
    }

    /// The files that cannot be read, and why.
    pub fn unreadable(&self) -> &[(PathBuf, String)] {
        &self.unreadable
    }

    /// How many attempts have left receipts.
    pub fn count(&self) -> usize {
        self.files.len()
    }

    /// Hands each receipt of this plan in a file to `take`.
    fn each(&self, path: &Path, wanted: impl Fn(u64) -> bool, mut take: impl FnMut(Receipt)) -> io::Result<()> {
        for receipt in receipt::read(BufReader::with_capacity(BUFFER, File::open(path)?), wanted) {
            let receipt = receipt?;
            if receipt.plan == self.plan {
                take(receipt);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::receipt::tests::receipt;
    use super::*;

    fn found(files: &ReceiptFiles, numbers: RangeInclusive<u64>) -> Vec<(u64, Option<u16>)> {
        let mut found = Vec::new();
        files.of_files(&numbers, |receipt| found.push((receipt.n, receipt.part.map(|part| part.value())))).unwrap();
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
        let files = ReceiptFiles::find(&receipt(0, None, 0, "").plan, &directories).unwrap();
        assert_eq!(files.count(), 2);
        assert_eq!(found(&files, 0..=1), [(1, None)]);
        assert_eq!(found(&files, 2..=9), [(5, Some(1)), (5, Some(2))]);
        assert_eq!(found(&files, 2..=4), []);
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
        let files = ReceiptFiles::find(&receipt(0, None, 0, "").plan, &[receipts]).unwrap();
        assert_eq!((files.count(), files.unreadable()), (0, &[][..]));
    }
}
