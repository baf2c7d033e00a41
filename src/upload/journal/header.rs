//! The first line of a journal: which upload it is, and everything that must be the same for the upload to go on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::delta_line::DeltaLine;
use crate::cos::{Address, Addressing, Bucket, Edition, Endpoint, Key, Service, Target};
use crate::language::{Message, Phrase, message, phrase};
use crate::upload::object_headers::ObjectOptions;
use crate::upload::plan::delta_parts::DeltaParts;
use crate::upload::source::Identity;
use crate::upload::source::identity::nanoseconds;

/// The version of the lines that this cosput writes for an upload whose parts are all sent.
pub const SCHEMA: u32 = 1;
/// The version for a delta upload. Earlier programs would take its parts for parts of one size, so they must not read it.
pub const DELTA_SCHEMA: u32 = 2;
/// The version once parts were divided. Earlier programs would take a part for another one under the same number.
pub const DIVIDED_SCHEMA: u32 = 3;

/// The beginning of each first line.
pub const FIRST_WORDS: &[u8] = br#"{"schema":"#;

/// The first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The version of these lines.
    pub schema: u32,
    /// `cos` or `cdcs`.
    pub service: String,
    /// The format of documents for CDCS, if it is not the usual one: `xml`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<String>,
    /// Scheme, host and port; or `emulator:` and the directory.
    pub endpoint: String,
    /// `virtual`, `path` or `cname`.
    pub addressing: String,
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// The upload ID.
    pub upload_id: String,
    /// The source's absolute path.
    pub source: String,
    /// The source's size in bytes.
    pub size: u64,
    /// When the source was modified: seconds since 1970, with nanoseconds.
    pub modified: String,
    /// The source's device and inode, if the platform has them.
    pub inode: Option<(u64, u64)>,
    /// The part size in bytes.
    pub part_size: u64,
    /// A checksum that each part was sent with: `md5`, or none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checksum: Option<String>,
    /// Options that shape the object and so must not change: header names and values.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
    /// The MD5 of the SSE-C key, in Base64; the key itself is never written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sse_c_key_md5: Option<String>,
    /// Refuse an existing key. It shapes no part, so a later run may ask for the opposite, in a line of its own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_overwrite: bool,
    /// True if it is completed together with others (`--publish-together`), and so not by itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held_back: bool,
    /// Where a map of the object is kept when it is stored: `here` or `object`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delta_map: Option<String>,
    /// The parts of a delta upload. Their sizes take precedence over the part size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delta: Option<DeltaLine>,
}

impl Header {
    /// The first line of a new upload. `endpoint` is written as the user would name it again.
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
            delta_map: None,
            delta: None,
        }
    }

    /// The object that the line names, at `endpoint`; `None` if it names none.
    pub fn target(&self, endpoint: &Endpoint) -> Option<Target> {
        let service = match self.service.as_str() {
            "cos" => Service::Cos,
            "cdcs" => Service::Cdcs,
            _ => return None,
        };
        let addressing = match self.addressing.as_str() {
            "virtual" => Addressing::Virtual,
            "path" => Addressing::Path,
            "cname" => Addressing::Cname,
            _ => return None,
        };
        let bucket = Bucket::new(&self.bucket).ok()?;
        let edition = match self.edition.as_deref() {
            None | Some("json") => Edition::Json,
            Some("xml") => Edition::Xml,
            Some(_) => return None,
        };
        let address = Address { service, edition, endpoint: endpoint.clone(), addressing, bucket };
        Some(Target { address, key: Key::new(&self.key).ok()? })
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

    /// The same line for an upload that copies, or sends every part.
    #[must_use]
    pub fn with_delta(self, delta: Option<&DeltaParts>) -> Self {
        let schema = if delta.is_some() { DELTA_SCHEMA } else { SCHEMA };
        Self { schema, delta: delta.map(DeltaLine::new), ..self }
    }

    /// The parts of a delta upload.
    pub fn delta_parts(&self) -> Option<DeltaParts> {
        self.delta.as_ref().and_then(|delta| delta.parts(self.size))
    }

    /// Whether the parts of a delta upload, if it is one, are parts of the source.
    pub(super) fn has_possible_parts(&self) -> bool {
        self.delta.is_none() || self.delta_parts().is_some()
    }

    /// Whether this upload and `wanted` have different SSE-C keys.
    pub fn has_another_key(&self, wanted: &Self) -> bool {
        matches!((&self.sse_c_key_md5, &wanted.sse_c_key_md5), (Some(was), Some(is)) if was != is)
    }

    /// The line, with its end.
    pub fn line(&self) -> String {
        let mut line = serde_json::to_string(self).expect("a header is plain data");
        line.push('\n');
        line
    }

    /// The first difference that keeps this upload from going on as `wanted`; `None` if there is none.
    pub fn difference(&self, wanted: &Self) -> Option<Message> {
        let differs = |what: Phrase, was: &dyn std::fmt::Display, is: &dyn std::fmt::Display| {
            Some(message!("{what} was {was} and is {is}", what, was, is))
        };
        if (&self.service, &self.endpoint, &self.bucket, &self.key)
            != (&wanted.service, &wanted.endpoint, &wanted.bucket, &wanted.key)
        {
            let name = |Self { bucket, key, endpoint, .. }: &Self| {
                message!("{bucket}/{key} at {endpoint}", bucket, key, endpoint)
            };
            return differs(phrase!("the destination"), &name(self), &name(wanted));
        }
        if self.source != wanted.source {
            return differs(phrase!("the file"), &self.source, &wanted.source);
        }
        if self.size != wanted.size {
            return differs(phrase!("the file's size"), &self.size, &wanted.size);
        }
        if self.modified != wanted.modified {
            return differs(phrase!("the file's time of modification"), &self.modified, &wanted.modified);
        }
        if self.inode != wanted.inode {
            return Some(message!("another file took the file's place"));
        }
        if self.part_size != wanted.part_size {
            return differs(phrase!("the part size"), &self.part_size, &wanted.part_size);
        }
        self.differing_option(wanted)
    }

    fn differing_option(&self, wanted: &Self) -> Option<Message> {
        let names = self.options.keys().chain(wanted.options.keys());
        let name = names.into_iter().find(|name| self.options.get(*name) != wanted.options.get(*name))?;
        let value = |header: &Self| match header.options.get(name) {
            Some(value) => format!("'{value}'").into(),
            None => message!("not given"),
        };
        Some(message!("the object's {name} was {was} and is {is}", name, was = value(self), is = value(wanted)))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

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
            delta_map: None,
            delta: None,
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
    fn another_key_is_noticed_and_whether_to_overwrite_is_no_difference() {
        let with = |md5: &str| Header { sse_c_key_md5: Some(md5.into()), ..header() };
        assert!(with("a").has_another_key(&with("b")));
        assert!(!with("a").has_another_key(&with("a")) && !with("a").has_another_key(&header()));
        assert_eq!(header().difference(&Header { no_overwrite: true, ..header() }), None);
    }
}
