//! The journal: JSON lines about one upload, and how they are read.
//!
//! The first line is the upload; each further one is a part that the server stored. The journal is a cache of what the
//! server says: a torn or broken line counts as if it had never been written. `file` keeps it on disk.

use serde::{Deserialize, Serialize};

use super::header::{DIVIDED_SCHEMA, FIRST_WORDS, Header};
use super::publishing::Publishing;
use crate::cos::multipart::{PartNumber, UploadId};
use crate::upload::plan::divisions::Division;
use crate::upload::plan::part_record::PartRecord;

/// A journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journal {
    /// The upload.
    pub header: Header,
    /// Where parts became smaller, in the order in which they did.
    pub divisions: Vec<Division>,
    /// The parts that the server stored, in the order in which they were written, without those that were given up.
    pub parts: Vec<PartRecord>,
    /// How many bytes of the file are complete lines.
    pub whole: u64,
}

/// What a journal contains while its file is compared with the object. Programs that do not know it take it for an
/// unfinished first line.
pub(crate) const COMPARING: &str = r#"{"schema":1,"comparing":true"#;

/// What a journal file may contain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Nothing, or an unfinished first line: a run ended before it knew its upload ID.
    Nothing,
    /// A run ended while it compared the file with the object: it began no upload.
    Comparing,
    /// A journal.
    Journal(Box<Journal>),
    /// The record of objects that are completed together.
    Publishing(Publishing),
    /// A journal of a later version of cosput.
    LaterVersion,
    /// Something else.
    Garbage,
}

#[derive(Serialize, Deserialize)]
struct NoOverwriteLine {
    no_overwrite: bool,
}

/// All parts have this size from now on. Written by earlier versions.
#[derive(Deserialize)]
struct PartSizeLine {
    part_size: u64,
}

#[derive(Serialize, Deserialize)]
struct DivisionLine {
    /// The number of the first part that becomes smaller.
    divided_from: u16,
    /// The size of the parts from there on.
    into: u64,
}

#[derive(Serialize, Deserialize)]
struct PartLine {
    part: u16,
    size: u64,
    etag: String,
    /// A string, since many readers of JSON lose digits of numbers above 2^53.
    crc64: String,
}

/// The line that says whether an existing key is refused from now on, with its end. It overrules earlier lines.
pub fn no_overwrite_line(no_overwrite: bool) -> String {
    let mut line = serde_json::to_string(&NoOverwriteLine { no_overwrite }).expect("a flag is plain data");
    line.push('\n');
    line
}

/// The line about a division, with its end. It overrules earlier lines about the same part numbers.
pub fn division_line(division: Division) -> String {
    let line = DivisionLine { divided_from: division.first.value(), into: division.part_size };
    let mut line = serde_json::to_string(&line).expect("a division is plain data");
    line.push('\n');
    line
}

/// The line about a part, with its end.
pub fn part_line(record: &PartRecord) -> String {
    let line = PartLine {
        part: record.number.value(),
        size: record.size,
        etag: record.etag.to_string(),
        crc64: record.crc64.to_string(),
    };
    let mut line = serde_json::to_string(&line).expect("a part is plain data");
    line.push('\n');
    line
}

/// Reads a journal file's bytes.
pub fn read(bytes: &[u8]) -> Content {
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let mut lines = bytes[..whole].split(|byte| *byte == b'\n');
    let first = lines.next().unwrap_or_default();
    if bytes == COMPARING.as_bytes() {
        return Content::Comparing;
    }
    if first.is_empty() && bytes.iter().all(|byte| *byte != b'\n') && is_start_of_a_header(bytes) {
        return Content::Nothing;
    }
    #[derive(Deserialize)]
    struct Version {
        schema: u32,
    }
    match serde_json::from_slice::<Version>(first) {
        Ok(Version { schema }) if schema > DIVIDED_SCHEMA => return Content::LaterVersion,
        Ok(_) => {}
        Err(_) => return Content::Garbage,
    }
    if let Some(record) = Publishing::read(first) {
        return Content::Publishing(record);
    }
    let Ok(mut header) = serde_json::from_slice::<Header>(first) else {
        return Content::Garbage;
    };
    if UploadId::new(&header.upload_id).is_none() || !header.has_possible_parts() {
        return Content::Garbage;
    }
    let (mut divisions, mut parts) = (Vec::new(), Vec::<PartRecord>::new());
    for line in lines {
        if let Some(part) = part(line) {
            parts.push(part);
        } else if let Ok(line) = serde_json::from_slice::<NoOverwriteLine>(line) {
            header.no_overwrite = line.no_overwrite;
        } else if let Ok(line) = serde_json::from_slice::<PartSizeLine>(line) {
            header.part_size = line.part_size;
            parts.clear();
        } else if let Some(division) = division(line) {
            parts.retain(|part| part.number < division.first);
            divisions.push(division);
        }
    }
    Content::Journal(Box::new(Journal { header, divisions, parts, whole: whole as u64 }))
}

/// Whether bytes without a line end are a torn first line.
fn is_start_of_a_header(bytes: &[u8]) -> bool {
    let length = bytes.len().min(FIRST_WORDS.len());
    bytes[..length] == FIRST_WORDS[..length]
}

fn division(line: &[u8]) -> Option<Division> {
    let line: DivisionLine = serde_json::from_slice(line).ok()?;
    Some(Division { first: PartNumber::new(line.divided_from)?, part_size: line.into })
}

fn part(line: &[u8]) -> Option<PartRecord> {
    let line: PartLine = serde_json::from_slice(line).ok()?;
    let (number, crc64) = (PartNumber::new(line.part)?, line.crc64.parse().ok()?);
    Some(PartRecord { number, size: line.size, etag: line.etag.into(), crc64 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upload::journal::header::tests::header;
    use proptest::prelude::*;

    fn records() -> Vec<PartRecord> {
        [3, 1, 2]
            .map(|number| PartRecord {
                number: PartNumber::new(number).unwrap(),
                size: 16 << 20,
                etag: format!("\"{number}\"").into(),
                crc64: u64::MAX - u64::from(number),
            })
            .to_vec()
    }

    fn written() -> String {
        header().line() + &records().iter().map(part_line).collect::<String>()
    }

    #[test]
    fn what_was_written_is_read() {
        let text = written();
        let journal = Journal { header: header(), divisions: vec![], parts: records(), whole: text.len() as u64 };
        assert_eq!(read(text.as_bytes()), Content::Journal(Box::new(journal)));
    }

    #[test]
    fn the_lines_are_the_documented_ones() {
        assert_eq!(
            part_line(&records()[0]),
            "{\"part\":3,\"size\":16777216,\"etag\":\"\\\"3\\\"\",\"crc64\":\"18446744073709551612\"}\n"
        );
        assert!(
            header().line().starts_with(
                "{\"schema\":1,\"service\":\"cos\",\"endpoint\":\"https://cos.ap-guangzhou.myqcloud.com\","
            )
        );
    }

    #[test]
    fn cut_off_at_every_byte_it_holds_the_lines_before_the_cut() {
        let text = written();
        let ends: Vec<usize> = text.match_indices('\n').map(|(end, _)| end + 1).collect();
        for cut in 0..=text.len() {
            let lines = ends.iter().filter(|end| **end <= cut).count();
            let expected = match lines.checked_sub(1) {
                None => Content::Nothing,
                Some(parts) => Content::Journal(Box::new(Journal {
                    header: header(),
                    divisions: vec![],
                    parts: records()[..parts].to_vec(),
                    whole: ends[parts] as u64,
                })),
            };
            assert_eq!(read(&text.as_bytes()[..cut]), expected, "cut at {cut}");
        }
    }

    #[test]
    fn a_broken_line_is_as_if_it_had_never_been_written() {
        let good = part_line(&records()[1]);
        for broken in [
            "\0\0\0\n",
            "{\"part\":0,\"size\":1,\"etag\":\"e\",\"crc64\":\"1\"}\n",
            "{\"part\":2}\n",
            "\n",
            "\u{fffd}\n",
        ] {
            let text = header().line() + broken + &good;
            let Content::Journal(journal) = read(text.as_bytes()) else { panic!("{broken:?}") };
            assert_eq!(journal.parts, [records()[1].clone()], "{broken:?}");
        }
    }

    #[test]
    fn a_later_version_is_not_mistaken_for_another_file() {
        let later = header().line().replace("\"schema\":1", "\"schema\":4");
        assert_eq!(read(later.as_bytes()), Content::LaterVersion);
        assert_eq!(read(b"{\"schema\":99,\"unheard\":\"of\"}\n"), Content::LaterVersion);
        for other in [&b"#!/bin/sh\n"[..], b"no line's end", b"{}\n", b"\n", b"{\"schema\":1}\n", b"\xff\xfe\n"] {
            assert_eq!(read(other), Content::Garbage, "{other:?}");
        }
    }

    #[test]
    fn a_later_part_size_counts_and_parts_of_another_size_do_not() {
        let [before, after, _] = records().try_into().unwrap();
        let text = header().line() + &part_line(&before) + "{\"part_size\":4194304}\n" + &part_line(&after);
        let Content::Journal(journal) = read(text.as_bytes()) else { panic!("it is a journal") };
        assert_eq!((journal.header.part_size, journal.parts), (4 << 20, vec![after]));
    }

    #[test]
    fn a_division_gives_up_the_parts_before_it_that_have_its_numbers() {
        let [third, first, second] = records().try_into().unwrap();
        let division = Division { first: PartNumber::new(2).unwrap(), part_size: 4 << 20 };
        assert_eq!(division_line(division), "{\"divided_from\":2,\"into\":4194304}\n");
        let lines = [part_line(&third), part_line(&first), division_line(division), part_line(&second)];
        let text = header().line() + &lines.concat();
        let Content::Journal(journal) = read(text.as_bytes()) else { panic!("it is a journal") };
        assert_eq!((journal.divisions, journal.parts), (vec![division], vec![first, second]));
    }

    #[test]
    fn the_last_line_about_overwriting_counts() {
        let text = header().line() + &no_overwrite_line(true) + &part_line(&records()[0]);
        let Content::Journal(journal) = read(text.as_bytes()) else { panic!("{text}") };
        assert_eq!((journal.header.no_overwrite, journal.parts.len()), (true, 1));
        let text = text + &no_overwrite_line(false);
        let Content::Journal(journal) = read(text.as_bytes()) else { panic!("{text}") };
        assert!(!journal.header.no_overwrite);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(&bytes);
        }

        #[test]
        fn bytes_after_a_good_journal_do_not_change_what_it_held(tail in prop::collection::vec(any::<u8>(), 0..100)) {
            let bytes = [written().as_bytes(), &tail].concat();
            let Content::Journal(journal) = read(&bytes) else { panic!("the header was whole") };
            prop_assert_eq!(&journal.parts[..3], &records()[..]);
        }
    }
}
