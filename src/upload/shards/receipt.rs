//! A receipt: what a machine writes down about a unit after the server's CRC-64 of it equalled that of the bytes it read.
//!
//! Each attempt writes a file of its own, so no machine waits for another, and a line without its end does not count.

use std::io::{self, BufRead};

use serde::{Deserialize, Serialize};

use crate::cos::Etag;
use crate::cos::multipart::PartNumber;
use crate::upload::shards::unit::Shard;

/// The folder's name in the plan's directory.
pub const FOLDER: &str = "receipts";

/// No line is longer, so a file that is no receipt takes no memory.
const LONGEST_LINE: u64 = 16 << 10;

/// Where the id of the plan begins in a line, after `{"plan":"`, and how long it is.
const PLAN_AT: usize = 9;
const UUID: usize = 36;

/// What the machine saw of the file when it read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Its size in bytes.
    pub size: u64,
    /// When it was modified: seconds since 1970, with nanoseconds.
    pub mtime_ns: String,
}

/// A receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The id of the plan.
    pub plan: String,
    /// The number of the file.
    pub n: u64,
    /// The part, or `None` for a small file.
    pub part: Option<PartNumber>,
    /// How many bytes the unit has.
    pub size: u64,
    /// The ETag in the server's answer.
    pub etag: Etag,
    /// The CRC-64 of the bytes, by both sides.
    pub crc64: u64,
    /// What the machine saw of the file.
    pub seen: Seen,
    /// The machine's name, to be shown only.
    pub host: String,
    /// The shard that the machine had, to be shown only.
    pub shard: String,
    /// The machine's clock, as RFC 3339, to be shown only.
    pub time: String,
}

#[derive(Serialize, Deserialize)]
struct Line {
    plan: String,
    n: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    part: Option<u16>,
    size: u64,
    etag: String,
    /// A string, because many JSON readers lose digits above 2^53.
    crc64ecma: String,
    seen: Seen,
    host: String,
    #[serde(default)]
    shard: String,
    time: String,
}

impl Receipt {
    /// The line, with its end.
    pub fn line(&self) -> String {
        let line = Line {
            plan: self.plan.clone(),
            n: self.n,
            part: self.part.map(PartNumber::value),
            size: self.size,
            etag: self.etag.to_string(),
            crc64ecma: self.crc64.to_string(),
            seen: self.seen.clone(),
            host: self.host.clone(),
            shard: self.shard.clone(),
            time: self.time.clone(),
        };
        let mut line = serde_json::to_string(&line).expect("a receipt is plain data");
        line.push('\n');
        line
    }

    fn read(line: &[u8]) -> Option<Self> {
        let line: Line = serde_json::from_slice(line).ok()?;
        let part = match line.part {
            Some(number) => Some(PartNumber::new(number)?),
            None => None,
        };
        Some(Self {
            plan: line.plan,
            n: line.n,
            part,
            size: line.size,
            etag: line.etag.into(),
            crc64: line.crc64ecma.parse().ok()?,
            seen: line.seen,
            host: line.host,
            shard: line.shard,
            time: line.time,
        })
    }
}

/// The name of an attempt's file. `random` keeps two attempts of one process number apart.
pub fn file_name(shard: &str, host: &str, process: u32, random: u64) -> String {
    let plain = |text: &str| -> String {
        let kept = text.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' || c == '-' { c } else { '_' });
        kept.take(64).collect()
    };
    format!("{}-{}-{process}-{random:016x}.jsonl", plain(shard), plain(host))
}

/// The shard in the name of an attempt's file. `None` if the file was renamed, or comes from the bucket.
pub fn shard_of_file(name: &str) -> Option<Shard> {
    let (shard, _) = name.split_once('-')?;
    shard.replacen('_', "/", 1).parse().ok()
}

/// Reads the receipts of a file, as a stream: those of the files whose numbers are `wanted`. A line that is broken or not
/// whole is as if it had never been written.
pub fn read(mut lines: impl BufRead, wanted: impl Fn(u64) -> bool) -> impl Iterator<Item = io::Result<Receipt>> {
    let mut line = Vec::new();
    std::iter::from_fn(move || {
        loop {
            line.clear();
            match io::Read::take(&mut lines, LONGEST_LINE).read_until(b'\n', &mut line) {
                Err(error) => return Some(Err(error)),
                Ok(0) => return None,
                Ok(_) => {}
            }
            if line.last() == Some(&b'\n')
                && number(&line).is_none_or(&wanted)
                && let Some(receipt) = Receipt::read(&line).filter(|receipt| wanted(receipt.n))
            {
                return Some(Ok(receipt));
            }
        }
    })
}

/// Where each receipt of one plan begins, and the number of the file that it is about, as a stream. It costs a fraction of
/// reading them.
pub fn numbers(mut lines: impl BufRead, plan: &str) -> impl Iterator<Item = io::Result<(u64, u64)>> {
    let (mut line, mut next) = (Vec::new(), 0);
    std::iter::from_fn(move || {
        loop {
            line.clear();
            let at = next;
            match io::Read::take(&mut lines, LONGEST_LINE).read_until(b'\n', &mut line) {
                Err(error) => return Some(Err(error)),
                Ok(0) => return None,
                Ok(read) => next += read as u64,
            }
            let whole = line.last() == Some(&b'\n');
            let found = if line.get(PLAN_AT..PLAN_AT + plan.len()) == Some(plan.as_bytes()) {
                number(&line)
            } else {
                Receipt::read(&line).filter(|receipt| receipt.plan == plan).map(|receipt| receipt.n)
            };
            if let Some(number) = found.filter(|_| whole) {
                return Some(Ok((at, number)));
            }
        }
    })
}

/// The number of the file, found without reading the whole line. `None` if the line is not as cosput writes it.
fn number(line: &[u8]) -> Option<u64> {
    let rest = line.get(PLAN_AT + UUID..)?.strip_prefix(b"\",\"n\":")?;
    let end = rest.iter().position(|byte| !byte.is_ascii_digit())?;
    std::str::from_utf8(&rest[..end]).ok()?.parse().ok()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn receipt(n: u64, part: Option<u16>, crc64: u64, host: &str) -> Receipt {
        Receipt {
            plan: crate::upload::shards::plan::uuid([7; 16]),
            n,
            part: part.map(|number| PartNumber::new(number).unwrap()),
            size: 100,
            etag: format!("\"{crc64:032x}\"").into(),
            crc64,
            seen: Seen { size: 250, mtime_ns: "1700000000.000000001".into() },
            host: host.into(),
            shard: "1/4".into(),
            time: "2026-11-26T17:00:00Z".into(),
        }
    }

    fn parsed(bytes: &[u8]) -> Vec<Receipt> {
        read(bytes, |_| true).map(Result::unwrap).collect()
    }

    #[test]
    fn what_was_written_is_read() {
        let all = [receipt(0, Some(3), u64::MAX, "node-1"), receipt(7, None, 0, "节点")];
        let text: String = all.iter().map(Receipt::line).collect();
        assert_eq!(parsed(text.as_bytes()), all);
    }

    #[test]
    fn cut_off_at_every_byte_it_holds_the_lines_before_the_cut() {
        let (first, second) = (receipt(0, Some(1), 1, "a"), receipt(0, Some(2), 2, "b"));
        let (head, text) = (first.line().len(), first.line() + &second.line());
        for end in 0..=text.len() {
            let whole = usize::from(end >= head) + usize::from(end == text.len());
            assert_eq!(parsed(&text.as_bytes()[..end]).len(), whole, "{end}");
        }
    }

    #[test]
    fn receipts_of_other_files_are_passed_over_whatever_the_order_of_their_fields() {
        let (one, other) = (receipt(3, Some(1), 1, "a"), receipt(33, Some(1), 2, "b"));
        let turned = other.line().replace("{\"plan\"", "{\"x\":0,\"plan\"");
        assert_eq!(number(one.line().as_bytes()), Some(3));
        assert_eq!(number(turned.as_bytes()), None);
        let text = one.line() + &other.line() + &turned;
        let of = |plan: &str| -> Vec<u64> { numbers(text.as_bytes(), plan).map(|found| found.unwrap().1).collect() };
        assert_eq!(of(&one.plan), [3, 33, 33]);
        assert_eq!(of("00000000-0000-4000-8000-000000000000"), [0_u64; 0]);
        let found: Vec<Receipt> = read(text.as_bytes(), |n| n == 33).map(Result::unwrap).collect();
        assert_eq!(found, [other.clone(), other]);
    }

    #[test]
    fn lines_that_are_no_receipts_are_passed_over() {
        let good = receipt(0, Some(1), 1, "a").line();
        let zero = good.replace("\"part\":1", "\"part\":0");
        let long = "x".repeat(100_000);
        let text = format!("garbage\n{zero}{long}\n{{}}\n{good}");
        assert_eq!(parsed(text.as_bytes()), [receipt(0, Some(1), 1, "a")]);
    }

    #[test]
    fn names_of_files_hold_nothing_that_leads_elsewhere() {
        assert_eq!(file_name("3/64", "../a b", 12, 255), "3_64-.._a_b-12-00000000000000ff.jsonl");
    }

    #[test]
    fn names_of_files_say_which_shard_they_are_about() {
        assert_eq!(shard_of_file(&file_name("3/64", "a-b", 12, 255)), Shard::new(3, 64));
        for other in ["5-7-3_64-a-12-00.jsonl", "a.jsonl", "3_0-a.jsonl", "3/64-a.jsonl.gz", "x_64-a.jsonl", ""] {
            let shard = shard_of_file(other);
            assert!(shard.is_none() || other.contains('/'), "{other}: {shard:?}");
        }
    }
}
