//! A receipt: what a machine writes down about a unit after the server's CRC-64 of it equalled that of the bytes it read.
//!
//! Each attempt writes a file of its own, so no machine waits for another, and a line without its end does not count.

use serde::{Deserialize, Serialize};

use crate::cos::Etag;
use crate::cos::multipart::PartNumber;
use crate::upload::shards::unit::Shard;

/// The folder's name in the plan's directory.
pub const FOLDER: &str = "receipts";

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

    /// Reads a line. `None` if it is no receipt.
    pub(super) fn read(line: &[u8]) -> Option<Self> {
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
