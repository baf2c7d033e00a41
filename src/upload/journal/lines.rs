//! The journal: JSON lines about one upload, and their reading.
//!
//! The first line is the upload; each further one is a part that the server took. It is a cache of what the server says:
//! a torn or broken line is as if it had never been written. `file` keeps it on disk.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::publishing::Publishing;
use crate::cos::multipart::{PartNumber, UploadId};
use crate::cos::{Edition, Target};
use crate::upload::event::PartRecord;
use crate::upload::object_headers::ObjectOptions;
use crate::upload::source::Identity;
use crate::upload::source::file::nanoseconds;

/// The version of the lines that this cosput writes.
pub const SCHEMA: u32 = 1;

/// What each first line begins with.
pub const FIRST_WORDS: &[u8] = br#"{"schema":"#;

/// The first line: which upload this is, and all that must be the same for it to go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The version of these lines.
    pub schema: u32,
    /// `cos` or `cdcs`.
    pub service: String,
    /// How documents for CDCS are written, where that is not the usual way: `xml`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<String>,
    /// Scheme, host and port; or `emulator:` and its directory.
    pub endpoint: String,
    /// `virtual`, `path` or `cname`.
    pub addressing: String,
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// The upload's id.
    pub upload_id: String,
    /// The source's absolute path.
    pub source: String,
    /// The source's size in bytes.
    pub size: u64,
    /// When the source was modified: seconds since 1970, with nanoseconds.
    pub modified: String,
    /// The source's device and inode, where the platform has them.
    pub inode: Option<(u64, u64)>,
    /// The part size in bytes.
    pub part_size: u64,
    /// What was sent with each part besides, where anything was: `md5`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checksum: Option<String>,
    /// Options that shape the object and so must not change: header names and values.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
    /// The MD5 of the SSE-C key, in Base64; the key itself is nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sse_c_key_md5: Option<String>,
    /// Refuse a key that is taken. It shapes no part, so a later run may ask for the contrary: see [`no_overwrite_line`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_overwrite: bool,
    /// True where it is completed together with others, and so not by itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held_back: bool,
}

/// What a journal says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journal {
    /// The upload.
    pub header: Header,
    /// The parts that the server took, in the order they were written.
    pub parts: Vec<PartRecord>,
    /// How many bytes of the file are whole lines.
    pub whole: u64,
}

/// What a journal file may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Nothing, or a first line that was never finished: a run ended before it knew its upload's id.
    Nothing,
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

#[derive(Serialize, Deserialize)]
struct PartLine {
    part: u16,
    size: u64,
    etag: String,
    /// A string, since many readers of JSON lose digits above 2^53.
    crc64: String,
}

impl Header {
    /// The first line of a new upload. `endpoint` is how the user would name it again.
    pub fn new(target: &Target, endpoint: &str, source: &str, identity: Identity, part_size: u64) -> Self {
        let edition = target.address.edition;
        Self {
            schema: SCHEMA,
            service: target.address.service.as_str().to_owned(),
            edition: (edition != Edition::default()).then(|| edition.as_str().to_owned()),
            endpoint: endpoint.to_owned(),
            addressing: target.address.addressing.as_str().to_owned(),
            bucket: target.address.bucket.as_str().to_owned(),
            key: target.key.as_str().to_owned(),
            upload_id: String::new(),
            source: source.to_owned(),
            size: identity.size,
            modified: nanoseconds(identity.modified),
            inode: identity.inode,
            part_size,
            checksum: None,
            options: BTreeMap::new(),
            sse_c_key_md5: None,
            no_overwrite: false,
            held_back: false,
        }
    }

    /// The same line for an upload with these options.
    #[must_use]
    pub fn with_options(self, object: &ObjectOptions) -> Self {
        Self {
            options: object.for_journal(),
            sse_c_key_md5: object.sse_c_key_md5(),
            no_overwrite: object.forbid_overwrite,
            ..self
        }
    }

    /// True where the same upload is wanted with another SSE-C key.
    pub fn has_another_key(&self, wanted: &Self) -> bool {
        matches!((&self.sse_c_key_md5, &wanted.sse_c_key_md5), (Some(was), Some(is)) if was != is)
    }

    /// The line, with its end.
    pub fn line(&self) -> String {
        let mut line = serde_json::to_string(self).expect("a header is plain data");
        line.push('\n');
        line
    }

    /// What of `wanted` differs, so that this upload cannot go on as that one; `None` where nothing does.
    pub fn difference(&self, wanted: &Self) -> Option<String> {
        let differs = |what: &str, was: &dyn std::fmt::Display, is: &dyn std::fmt::Display| {
            Some(format!("{what} was {was} and is {is}"))
        };
        if (&self.service, &self.endpoint, &self.bucket, &self.key)
            != (&wanted.service, &wanted.endpoint, &wanted.bucket, &wanted.key)
        {
            let name = |header: &Self| format!("{}/{} at {}", header.bucket, header.key, header.endpoint);
            return differs("the destination", &name(self), &name(wanted));
        }
        if self.source != wanted.source {
            return differs("the file", &self.source, &wanted.source);
        }
        if self.size != wanted.size {
            return differs("the file's size", &self.size, &wanted.size);
        }
        if self.modified != wanted.modified {
            return differs("the file's time of modification", &self.modified, &wanted.modified);
        }
        if self.inode != wanted.inode {
            return Some("another file took the file's place".to_owned());
        }
        if self.part_size != wanted.part_size {
            return differs("the part size", &self.part_size, &wanted.part_size);
        }
        self.differing_option(wanted)
    }

    fn differing_option(&self, wanted: &Self) -> Option<String> {
        let names = self.options.keys().chain(wanted.options.keys());
        let name = names.into_iter().find(|name| self.options.get(*name) != wanted.options.get(*name))?;
        let told =
            |header: &Self| header.options.get(name).map_or("not given".to_owned(), |value| format!("'{value}'"));
        Some(format!("the object's {name} was {} and is {}", told(self), told(wanted)))
    }
}

/// The line that says whether a key that is taken is refused from now on, with its end. It overrules the lines before it.
pub fn no_overwrite_line(no_overwrite: bool) -> String {
    let mut line = serde_json::to_string(&NoOverwriteLine { no_overwrite }).expect("a flag is plain data");
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
    if first.is_empty() && bytes.iter().all(|byte| *byte != b'\n') && is_start_of_a_header(bytes) {
        return Content::Nothing;
    }
    #[derive(Deserialize)]
    struct Version {
        schema: u32,
    }
    match serde_json::from_slice::<Version>(first) {
        Ok(Version { schema }) if schema > SCHEMA => return Content::LaterVersion,
        Ok(_) => {}
        Err(_) => return Content::Garbage,
    }
    if let Some(record) = Publishing::read(first) {
        return Content::Publishing(record);
    }
    let Ok(mut header) = serde_json::from_slice::<Header>(first) else {
        return Content::Garbage;
    };
    if UploadId::new(&header.upload_id).is_none() {
        return Content::Garbage;
    }
    let mut parts = Vec::new();
    for line in lines {
        if let Some(part) = part(line) {
            parts.push(part);
        } else if let Ok(line) = serde_json::from_slice::<NoOverwriteLine>(line) {
            header.no_overwrite = line.no_overwrite;
        }
    }
    Content::Journal(Box::new(Journal { header, parts, whole: whole as u64 }))
}

/// True where bytes without a line's end are what a torn first line leaves.
fn is_start_of_a_header(bytes: &[u8]) -> bool {
    let length = bytes.len().min(FIRST_WORDS.len());
    bytes[..length] == FIRST_WORDS[..length]
}

fn part(line: &[u8]) -> Option<PartRecord> {
    let line: PartLine = serde_json::from_slice(line).ok()?;
    let (number, crc64) = (PartNumber::new(line.part)?, line.crc64.parse().ok()?);
    Some(PartRecord { number, size: line.size, etag: line.etag.into(), crc64 })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(crate) fn header() -> Header {
        Header {
            schema: SCHEMA,
            service: "cos".into(),
            edition: None,
            endpoint: "https://cos.ap-guangzhou.myqcloud.com".into(),
            addressing: "virtual".into(),
            bucket: "examplebucket-1250000000".into(),
            key: "a \"quoted\" 中文 key\n".into(),
            upload_id: "1585130821cbb7".into(),
            source: "/data/file".into(),
            size: 40 << 20,
            modified: "1700000000.000000001".into(),
            inode: Some((1, 2)),
            part_size: 16 << 20,
            checksum: None,
            options: BTreeMap::new(),
            sse_c_key_md5: None,
            no_overwrite: false,
            held_back: false,
        }
    }

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
        let journal = Journal { header: header(), parts: records(), whole: text.len() as u64 };
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
    fn a_later_version_and_other_files_are_told_apart() {
        let later = header().line().replace("\"schema\":1", "\"schema\":2");
        assert_eq!(read(later.as_bytes()), Content::LaterVersion);
        assert_eq!(read(b"{\"schema\":99,\"unheard\":\"of\"}\n"), Content::LaterVersion);
        for other in [&b"#!/bin/sh\n"[..], b"no line's end", b"{}\n", b"\n", b"{\"schema\":1}\n", b"\xff\xfe\n"] {
            assert_eq!(read(other), Content::Garbage, "{other:?}");
        }
    }

    #[test]
    fn each_difference_is_named() {
        let was = header();
        assert_eq!(was.difference(&Header { upload_id: "another".into(), ..header() }), None);
        let differs = |wanted: Header| was.difference(&wanted).unwrap();
        assert_eq!(differs(Header { size: 1, ..header() }), "the file's size was 41943040 and is 1");
        assert_eq!(differs(Header { part_size: 1, ..header() }), "the part size was 16777216 and is 1");
        assert_eq!(differs(Header { inode: None, ..header() }), "another file took the file's place");
        assert_eq!(differs(Header { source: "/b".into(), ..header() }), "the file was /data/file and is /b");
        assert!(
            differs(Header { key: "k".into(), ..header() })
                .starts_with("the destination was examplebucket-1250000000/")
        );
        assert!(
            differs(Header { modified: "1".into(), ..header() }).starts_with("the file's time of modification was")
        );
        let options = [("x-cos-acl".to_owned(), "private".to_owned())].into();
        assert_eq!(differs(Header { options, ..header() }), "the object's x-cos-acl was not given and is 'private'");
    }

    #[test]
    fn a_key_is_told_apart_and_whether_to_overwrite_is_no_difference() {
        let with = |md5: &str| Header { sse_c_key_md5: Some(md5.into()), ..header() };
        assert!(with("a").has_another_key(&with("b")));
        assert!(!with("a").has_another_key(&with("a")) && !with("a").has_another_key(&header()));
        assert_eq!(header().difference(&Header { no_overwrite: true, ..header() }), None);
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
