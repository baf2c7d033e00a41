//! `files.jsonl`: the files of a plan in the order in which they were found, a line each, written and read as a stream.
//!
//! A plan may have a hundred million files, so nothing here holds more than one line. `index.jsonl` says where every
//! thousandth line begins, so that a shard reads only its own stretch.

use std::io::{self, BufRead, Seek, SeekFrom, Write};

use serde::{Deserialize, Serialize};

use super::unit::{Unit, weight};
use crate::cos::multipart::PartNumber;
use crate::language::{Message, message};
use crate::upload::plan::part_range::Range;

/// The list's name in the plan's directory.
pub const FILE_NAME: &str = "files.jsonl";

/// The index's name in the plan's directory.
pub const INDEX_NAME: &str = "index.jsonl";

/// How many lines lie between two entries of the index.
const INDEXED_EVERY: u64 = 1000;

/// No line is longer: a key has up to 850 bytes and a path 4,096, which JSON may write six times as long.
const LONGEST_LINE: u64 = 64 << 10;

/// One file of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedFile {
    /// Its number, from 0.
    pub n: u64,
    /// Its path, relative to the plan's source root.
    pub path: String,
    /// The object's key.
    pub key: String,
    /// Its size in bytes.
    pub size: u64,
    /// When it was modified: seconds since 1970, with nanoseconds.
    pub mtime_ns: String,
    /// The upload that its parts belong to. `None` for a small file, which is sent as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upload_id: Option<String>,
    /// The size of its parts in bytes, if it has an upload.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part_size: Option<u64>,
    /// Offsets, and the CRC-64 of the sample there. Strings, because many JSON readers lose digits above 2^53.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub probes: Vec<(String, String)>,
}

impl PlannedFile {
    /// The number of its units.
    pub fn units(&self) -> u64 {
        self.part_size.map_or(1, |part_size| self.size.div_ceil(part_size.max(1)).max(1))
    }

    /// What its units weigh.
    pub fn weight(&self) -> u64 {
        weight(self.units(), self.size)
    }

    /// Its units, if those of all files before it weigh `start`.
    pub fn each_unit(&self, start: u64) -> impl Iterator<Item = Unit> + use<> {
        let (size, part_size) = (self.size, self.part_size);
        (0..self.units()).map(move |index| {
            let length = part_size.unwrap_or(size);
            let offset = index * length;
            let range = Range { offset, length: length.min(size - offset) };
            let part = part_size.and_then(|_| PartNumber::new(u16::try_from(index + 1).ok()?));
            Unit { part, range, start: start + weight(index, offset) }
        })
    }

    fn fault(&self, expected: u64) -> Option<Message> {
        if self.n != expected {
            return Some(message!("its number does not follow the one before"));
        }
        if self.upload_id.is_some() != self.part_size.is_some() || self.part_size == Some(0) {
            return Some(message!("an upload and a part size belong together"));
        }
        (self.part_size.is_some() && self.units() > 10_000).then(|| message!("it has more than 10,000 parts"))
    }
}

/// An entry of the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    /// The number of a file.
    n: u64,
    /// Where its line begins.
    at: u64,
    /// What the units of all files before it weigh.
    start: u64,
}

/// Writes the list with its index.
pub struct FilesWriter<F, I> {
    files: F,
    index: I,
    next: Entry,
    units: u64,
    bytes: u64,
}

impl<F: Write, I: Write> FilesWriter<F, I> {
    /// Begins a list.
    pub fn new(files: F, index: I) -> Self {
        Self { files, index, next: Entry { n: 0, at: 0, start: 0 }, units: 0, bytes: 0 }
    }

    /// Adds a file and gives it its number.
    pub fn add(&mut self, file: PlannedFile) -> io::Result<()> {
        let file = PlannedFile { n: self.next.n, ..file };
        if self.next.n.is_multiple_of(INDEXED_EVERY) {
            write_line(&mut self.index, &self.next)?;
        }
        let length = write_line(&mut self.files, &file)?;
        self.units += file.units();
        self.bytes += file.size;
        self.next = Entry { n: self.next.n + 1, at: self.next.at + length, start: self.next.start + file.weight() };
        Ok(())
    }

    /// The numbers of files, units and bytes so far.
    pub fn totals(&self) -> (u64, u64, u64) {
        (self.next.n, self.units, self.bytes)
    }

    /// Ends the list. Returns the writers of the list and of its index.
    pub fn finish(mut self) -> io::Result<(F, I)> {
        self.files.flush()?;
        self.index.flush()?;
        Ok((self.files, self.index))
    }
}

fn write_line(to: &mut impl Write, line: &impl Serialize) -> io::Result<u64> {
    let mut text = serde_json::to_vec(line).map_err(io::Error::other)?;
    text.push(b'\n');
    to.write_all(&text)?;
    Ok(text.len() as u64)
}

/// Reads the list.
pub struct FilesReader<R> {
    lines: R,
    next: u64,
    start: u64,
    end: Option<End>,
}

/// Where a list ends: a list that ends elsewhere was cut off, or belongs to another plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// How many files it has.
    pub files: u64,
    /// What their units weigh.
    pub weight: u64,
}

/// A file of a plan, and what the units of all files before it weigh.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The file.
    pub file: PlannedFile,
    /// The weight before its first unit.
    pub start: u64,
}

impl Placed {
    /// Its units.
    pub fn units(&self) -> impl Iterator<Item = Unit> + use<> {
        self.file.each_unit(self.start)
    }
}

impl<R: BufRead + Seek> FilesReader<R> {
    /// Reads from the first file.
    pub fn new(lines: R) -> Self {
        Self { lines, next: 0, start: 0, end: None }
    }

    /// Reports a list that ends elsewhere as broken.
    pub fn up_to(self, end: End) -> Self {
        Self { end: Some(end), ..self }
    }

    /// Reads from a file before which the units weigh at most `weight`. An index that is missing or broken only costs time.
    pub fn from_weight(mut lines: R, index: impl BufRead, weight: u64) -> io::Result<Self> {
        let entries = index.lines().map_while(Result::ok);
        let entries = entries.map_while(|line| serde_json::from_str::<Entry>(&line).ok());
        let Some(entry) = entries.take_while(|entry| entry.start <= weight).last() else {
            return Ok(Self::new(lines));
        };
        lines.seek(SeekFrom::Start(entry.at))?;
        Ok(Self { lines, next: entry.n, start: entry.start, end: None })
    }
}

impl<R> FilesReader<R> {
    /// What is wrong if the list ends here. It is reported once.
    fn wrong_end(&mut self) -> Option<io::Error> {
        let end = self.end.take().filter(|end| (end.files, end.weight) != (self.next, self.start))?;
        let why = match self.next {
            files if files == end.files => message!("its sizes are not those of the plan"),
            files => message!("it has {files} files, and the plan has {planned}", files, planned = end.files),
        };
        Some(io::Error::new(io::ErrorKind::InvalidData, message!("{file}: {why}", file = FILE_NAME, why)))
    }
}

impl<R: BufRead> Iterator for FilesReader<R> {
    type Item = io::Result<Placed>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut line = Vec::new();
        let mut limited = io::Read::take(&mut self.lines, LONGEST_LINE);
        match limited.read_until(b'\n', &mut line) {
            Err(error) => return Some(Err(error)),
            Ok(0) => return self.wrong_end().map(Err),
            Ok(_) => {}
        }
        let broken = |why: Message| {
            let why = message!("{file}: line {line}: {why}", file = FILE_NAME, line = self.next + 1, why);
            io::Error::new(io::ErrorKind::InvalidData, why)
        };
        if line.pop() != Some(b'\n') {
            return Some(Err(broken(message!("it is not whole"))));
        }
        let file: PlannedFile = match serde_json::from_slice(&line) {
            Ok(file) => file,
            Err(error) => return Some(Err(broken(error.to_string().into()))),
        };
        if let Some(fault) = file.fault(self.next) {
            return Some(Err(broken(fault)));
        }
        let placed = Placed { start: self.start, file };
        self.next += 1;
        self.start += placed.file.weight();
        Some(Ok(placed))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::io::Cursor;

    pub(crate) fn small(key: &str, size: u64) -> PlannedFile {
        PlannedFile {
            n: 0,
            path: key.into(),
            key: key.into(),
            size,
            mtime_ns: "1700000000.000000001".into(),
            upload_id: None,
            part_size: None,
            probes: vec![],
        }
    }

    pub(crate) fn large(key: &str, size: u64, part_size: u64) -> PlannedFile {
        PlannedFile { upload_id: Some(format!("id-of-{key}")), part_size: Some(part_size), ..small(key, size) }
    }

    fn written(files: impl IntoIterator<Item = PlannedFile>) -> (Vec<u8>, Vec<u8>) {
        let mut writer = FilesWriter::new(Vec::new(), Vec::new());
        files.into_iter().for_each(|file| writer.add(file).unwrap());
        writer.finish().unwrap()
    }

    #[test]
    fn what_was_written_is_read_with_its_weights() {
        let (files, _) = written([small("a", 5), large("中 \"b\"\n", 250, 100), small("c", 0)]);
        let read: Vec<Placed> = FilesReader::new(Cursor::new(files)).map(Result::unwrap).collect();
        let keys: Vec<&str> = read.iter().map(|placed| placed.file.key.as_str()).collect();
        assert_eq!(keys, ["a", "中 \"b\"\n", "c"]);
        let starts: Vec<u64> = read.iter().map(|placed| placed.start).collect();
        assert_eq!(starts, [0, weight(1, 5), weight(4, 255)]);
        let units: Vec<(Option<u16>, u64, u64)> = read[1]
            .units()
            .map(|unit| (unit.part.map(PartNumber::value), unit.range.offset, unit.range.length))
            .collect();
        assert_eq!(units, [(Some(1), 0, 100), (Some(2), 100, 100), (Some(3), 200, 50)]);
    }

    #[test]
    fn the_index_leads_to_the_stretch_of_a_shard() {
        let (files, index) = written((0..2500).map(|number| small(&format!("{number:05}"), 1)));
        let weight = weight(2100, 2100);
        let from = FilesReader::from_weight(Cursor::new(&files), Cursor::new(&index), weight).unwrap();
        let first = from.into_iter().next().unwrap().unwrap();
        assert_eq!(first.file.n, 2000);
        let without = FilesReader::from_weight(Cursor::new(&files), Cursor::new(b"garbage"), weight).unwrap();
        assert_eq!(without.into_iter().next().unwrap().unwrap().file.n, 0);
        let all: Vec<u64> = FilesReader::new(Cursor::new(&files)).map(|placed| placed.unwrap().start).collect();
        assert_eq!(all[2000], first.start);
    }

    #[test]
    fn a_list_that_is_cut_off_or_out_of_order_is_an_error() {
        let (files, _) = written([small("a", 5), small("b", 6)]);
        let cut: Vec<bool> =
            FilesReader::new(Cursor::new(&files[..files.len() - 3])).map(|placed| placed.is_ok()).collect();
        assert_eq!(cut, [true, false]);
        let second = files.split_inclusive(|byte| *byte == b'\n').nth(1).unwrap().to_vec();
        assert!(FilesReader::new(Cursor::new(second)).next().unwrap().is_err());
        let long = vec![b'x'; 1 << 20];
        assert!(FilesReader::new(Cursor::new(long)).next().unwrap().is_err());
    }

    #[test]
    fn a_list_that_ends_between_two_lines_before_the_end_of_the_plan_is_an_error() {
        let (files, index) = written([small("a", 5), small("b", 6)]);
        let end = End { files: 2, weight: weight(2, 11) };
        let first = files.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        let is_whole = |files: &[u8], end| {
            let from_start = FilesReader::new(Cursor::new(files)).up_to(end).all(|file| file.is_ok());
            let indexed = FilesReader::from_weight(Cursor::new(files), Cursor::new(&index), 0).unwrap();
            assert_eq!(indexed.up_to(end).filter(Result::is_err).count(), usize::from(!from_start));
            from_start
        };
        assert!(is_whole(&files, end));
        assert!(!is_whole(&files[..first], end));
        assert!(!is_whole(&[], end));
        assert!(!is_whole(&files, End { files: 1, weight: weight(1, 5) }));
        assert!(!is_whole(&files, End { files: 2, weight: weight(2, 12) }));
    }
}
