//! The files of receipts of all attempts, read a stretch of the plan at a time.
//!
//! A plan may have more receipts than fit into memory. So each file is read once to learn which files of the plan each of its
//! blocks is about, and then the blocks that have receipts of a stretch.

use std::fs::{self, File};
use std::io::{self, BufReader, Seek as _, SeekFrom};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use super::receipt;
use super::receipt::Receipt;

/// How much is read at a time.
const BUFFER: usize = 64 << 10;

/// How many bytes of receipts make a block, apart from the rest of its last line.
const BLOCK: u64 = 64 << 10;

/// The files of receipts of one plan.
#[derive(Debug)]
pub struct ReceiptFiles {
    plan: String,
    files: Vec<(PathBuf, Vec<Block>)>,
    unreadable: Vec<(PathBuf, String)>,
    block: u64,
}

/// Lines of a file that follow each other.
#[derive(Debug, Clone)]
struct Block {
    /// Where the first one begins.
    at: u64,
    /// How many bytes they have. The last block of a file ends where the file does: it may have grown.
    length: Option<u64>,
    /// The files of the plan that they are about: the first, and the last.
    numbers: RangeInclusive<u64>,
}

impl ReceiptFiles {
    /// Finds the receipts of the plan with this id below these directories. A directory that does not exist has none.
    pub fn find(plan: &str, directories: &[PathBuf]) -> io::Result<Self> {
        Self::find_by(plan, directories, BLOCK)
    }

    fn find_by(plan: &str, directories: &[PathBuf], block: u64) -> io::Result<Self> {
        let mut found = Self { plan: plan.to_owned(), files: Vec::new(), unreadable: Vec::new(), block };
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
                match self.blocks(&path) {
                    Ok(blocks) if blocks.is_empty() => {}
                    Ok(blocks) => self.files.push((path, blocks)),
                    Err(error) => self.unreadable.push((path, error.to_string())),
                }
            }
        }
        Ok(())
    }

    /// The blocks of a file that have receipts of this plan.
    fn blocks(&self, path: &Path) -> io::Result<Vec<Block>> {
        let mut blocks: Vec<Block> = Vec::new();
        for found in receipt::numbers(BufReader::with_capacity(BUFFER, File::open(path)?), &self.plan) {
            let (at, number) = found?;
            match blocks.last_mut() {
                Some(block) if at < block.at + self.block => {
                    let (first, last) = (*block.numbers.start(), *block.numbers.end());
                    block.numbers = first.min(number)..=last.max(number);
                }
                last => {
                    if let Some(last) = last {
                        last.length = Some(at - last.at);
                    }
                    blocks.push(Block { at, length: None, numbers: number..=number });
                }
            }
        }
        Ok(blocks)
    }

    /// Hands each receipt of these files of the plan to `take`.
    pub fn of_files(&self, numbers: &RangeInclusive<u64>, mut take: impl FnMut(Receipt)) -> io::Result<()> {
        let overlaps =
            |block: &&Block| block.numbers.start() <= numbers.end() && numbers.start() <= block.numbers.end();
        for (path, blocks) in &self.files {
            let mut wanted = blocks.iter().filter(overlaps).peekable();
            if wanted.peek().is_none() {
                continue;
            }
            let mut file = File::open(path)?;
            for block in wanted {
                file.seek(SeekFrom::Start(block.at))?;
                let lines = io::Read::take(&file, block.length.unwrap_or(u64::MAX));
                self.each(lines, |n| numbers.contains(&n), &mut take)?;
            }
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

    /// Hands each of these receipts that belongs to this plan to `take`.
    fn each(
        &self,
        lines: impl io::Read,
        wanted: impl Fn(u64) -> bool,
        mut take: impl FnMut(Receipt),
    ) -> io::Result<()> {
        for receipt in receipt::read(BufReader::with_capacity(BUFFER, lines), wanted) {
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

    #[test]
    fn each_receipt_is_found_in_its_block_whatever_the_order_and_the_size_of_blocks() {
        let place = tempfile::tempdir().unwrap();
        let plan = receipt(0, None, 0, "").plan;
        let mut random = fastrand::Rng::with_seed(1);
        let mut numbers: Vec<u64> = (0..60).map(|number| number / 3).collect();
        let mut text = String::new();
        for (index, number) in numbers.iter_mut().enumerate() {
            *number = if random.bool() { *number } else { random.u64(0..20) };
            let part = u16::try_from(index).unwrap() + 1;
            text += &receipt(*number, Some(part), 1, "a").line();
            text += ["", "garbage\n", &"x".repeat(40_000)][random.usize(0..3)];
            text += if text.ends_with('x') { "\n" } else { "" };
        }
        fs::write(place.path().join("a.jsonl"), text + "{\"plan\":").unwrap();
        for block in [1, 500, 3000, 100_000, u64::MAX >> 1] {
            let files = ReceiptFiles::find_by(&plan, &[place.path().to_owned()], block).unwrap();
            assert_eq!(files.files[0].1.len() > 1, block <= 100_000, "{block}");
            for (first, last) in [(0, u64::MAX), (0, 0), (3, 9), (19, 19), (20, 99)] {
                let parts = numbers.iter().zip(1_u16..).map(|(number, part)| (*number, Some(part)));
                let mut expected: Vec<(u64, Option<u16>)> =
                    parts.filter(|(number, _)| (first..=last).contains(number)).collect();
                expected.sort_unstable();
                assert_eq!(found(&files, first..=last), expected, "{block} {first} {last}");
            }
        }
    }

    #[test]
    fn what_is_appended_after_the_files_were_found_is_read_with_the_last_block() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("a.jsonl");
        let (one, two) = (receipt(1, Some(1), 1, "a"), receipt(1, Some(2), 2, "a"));
        fs::write(&path, one.line()).unwrap();
        let files = ReceiptFiles::find_by(&one.plan, &[place.path().to_owned()], 1).unwrap();
        fs::write(&path, one.line() + &two.line()).unwrap();
        assert_eq!(found(&files, 1..=1), [(1, Some(1)), (1, Some(2))]);
    }
}
