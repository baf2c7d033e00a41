//! What cannot be read of the receipts: files, directories and lines.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use crate::language::{Message, Series, message};

/// How many lines of a file are named.
const MOST_LINES: usize = 5;

/// What could not be read so far.
#[derive(Debug, Default)]
pub(super) struct UnreadableReceipts {
    places: Vec<(PathBuf, String)>,
    /// Where damaged lines begin, by their files; up to one more than are named.
    lines: BTreeMap<PathBuf, BTreeSet<u64>>,
}

impl UnreadableReceipts {
    /// Notes a file or a directory.
    pub(super) fn note(&mut self, path: &Path, error: &io::Error) {
        if !self.places.iter().any(|(other, _)| other == path) {
            self.places.push((path.to_owned(), error.to_string()));
        }
    }

    /// Notes a line that begins at this place.
    pub(super) fn note_line(&mut self, path: &Path, at: u64) {
        if !self.lines.contains_key(path) {
            self.lines.insert(path.to_owned(), BTreeSet::new());
        }
        let Some(places) = self.lines.get_mut(path) else { return };
        places.insert(at);
        if places.len() > MOST_LINES + 1 {
            places.pop_last();
        }
    }

    /// Everything, and why.
    pub(super) fn all(&self) -> Vec<(PathBuf, Message)> {
        let places = self.places.iter().map(|(path, why)| (path.clone(), why.clone().into()));
        places.chain(self.lines.iter().map(|(path, places)| (path.clone(), in_words(path, places)))).collect()
    }
}

/// `line 7 is damaged; the other lines count`.
fn in_words(path: &Path, places: &BTreeSet<u64>) -> Message {
    let numbers = File::open(path).and_then(|file| line_numbers(BufReader::new(file), places)).unwrap_or_default();
    let named: Vec<String> = numbers.iter().take(MOST_LINES).map(u64::to_string).collect();
    let numbers = Series(&named);
    match places.len() {
        1 => message!("line {number} is damaged; the other lines count", number = numbers),
        2..=MOST_LINES => message!("lines {numbers} are damaged; the other lines count", numbers),
        _ => message!("lines {numbers} and others are damaged; the remaining lines count", numbers),
    }
}

/// The numbers of the lines that begin at these places.
fn line_numbers(mut from: impl BufRead, places: &BTreeSet<u64>) -> io::Result<Vec<u64>> {
    let (mut numbers, mut lines, mut read) = (Vec::new(), 0, 0);
    for place in places {
        let mut before = Read::take(&mut from, place - read);
        loop {
            let buffer = before.fill_buf()?;
            let length = buffer.len();
            if length == 0 {
                break;
            }
            lines += buffer.iter().filter(|byte| **byte == b'\n').count() as u64;
            before.consume(length);
        }
        read = *place;
        numbers.push(lines + 1);
    }
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_lines_are_named_by_their_numbers() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("a.jsonl");
        std::fs::write(&path, "0\n".repeat(100)).unwrap();
        let said = |lines: &[u64]| {
            let mut unreadable = UnreadableReceipts::default();
            lines.iter().for_each(|line| unreadable.note_line(&path, (line - 1) * 2));
            let all = unreadable.all();
            assert_eq!(all.len(), 1);
            all[0].1.english().to_owned()
        };
        assert_eq!(said(&[7, 7]), "line 7 is damaged; the other lines count");
        assert_eq!(said(&[9, 1]), "lines 1, 9 are damaged; the other lines count");
        let many: Vec<u64> = (2..=99).rev().collect();
        assert_eq!(said(&many), "lines 2, 3, 4, 5, 6 and others are damaged; the remaining lines count");
    }
}
