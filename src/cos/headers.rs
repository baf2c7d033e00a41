//! The headers that an object keeps or that govern its storing: content type and its like, metadata, ACL and grants,
//! storage class, tags, and the traffic limit (documents 436/7746 and 436/7749).
//!
//! What the service is known to refuse is refused here, before anything is sent.

use super::head_object::MODIFIED;
use std::fmt;
use std::time::{Duration, SystemTime};

use super::encoding::encode;
use super::request::Headers;

/// All metadata of an object, names and values, in bytes (document 436/14518).
pub const LARGEST_METADATA: usize = 2 << 10;
/// The most tags of an object (document 436/35665).
pub const MOST_TAGS: usize = 10;
/// The longest key of a tag, in characters (document 436/35665).
pub const LONGEST_TAG_KEY: usize = 127;
/// The longest value of a tag, in characters (document 436/35665).
pub const LONGEST_TAG_VALUE: usize = 255;
/// Tells the server to refuse a key that is taken.
pub const FORBID_OVERWRITE: &str = "x-cos-forbid-overwrite";
/// The most bits a second that one request may take.
pub const TRAFFIC_LIMIT: &str = "x-cos-traffic-limit";

const METADATA: &str = "x-cos-meta-";
const TAGGING: &str = "x-cos-tagging";
const ACLS: [&str; 6] =
    ["default", "private", "public-read", "authenticated-read", "bucket-owner-read", "bucket-owner-full-control"];
/// The storage classes that the documentation names, in the spelling that is sent.
pub const STORAGE_CLASSES: [&str; 10] = [
    "STANDARD",
    "STANDARD_IA",
    "INTELLIGENT_TIERING",
    "ARCHIVE",
    "DEEP_ARCHIVE",
    "MAZ_STANDARD",
    "MAZ_STANDARD_IA",
    "MAZ_INTELLIGENT_TIERING",
    "MAZ_ARCHIVE",
    "MAZ_DEEP_ARCHIVE",
];

/// Why a value cannot be sent: what is wrong and what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidHeader(String);

impl fmt::Display for InvalidHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidHeader {}

fn refuse<T>(why: impl Into<String>) -> Result<T, InvalidHeader> {
    Err(InvalidHeader(why.into()))
}

/// Fields with one value each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// `Content-Type`.
    ContentType,
    /// `Cache-Control`.
    CacheControl,
    /// `Content-Disposition`.
    ContentDisposition,
    /// `Content-Encoding`.
    ContentEncoding,
    /// `Content-Language`.
    ContentLanguage,
    /// `Expires`.
    Expires,
    /// `x-cos-acl`.
    Acl,
    /// `x-cos-grant-read`.
    GrantRead,
    /// `x-cos-grant-write`.
    GrantWrite,
    /// `x-cos-grant-full-control`.
    GrantFullControl,
    /// `x-cos-grant-read-acp`.
    GrantReadAcp,
    /// `x-cos-grant-write-acp`.
    GrantWriteAcp,
    /// `x-cos-storage-class`.
    StorageClass,
}

impl Field {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::ContentType,
        Self::CacheControl,
        Self::ContentDisposition,
        Self::ContentEncoding,
        Self::ContentLanguage,
        Self::Expires,
        Self::Acl,
        Self::GrantRead,
        Self::GrantWrite,
        Self::GrantFullControl,
        Self::GrantReadAcp,
        Self::GrantWriteAcp,
        Self::StorageClass,
    ];

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::ContentType => "Content-Type",
            Self::CacheControl => "Cache-Control",
            Self::ContentDisposition => "Content-Disposition",
            Self::ContentEncoding => "Content-Encoding",
            Self::ContentLanguage => "Content-Language",
            Self::Expires => "Expires",
            Self::Acl => "x-cos-acl",
            Self::GrantRead => "x-cos-grant-read",
            Self::GrantWrite => "x-cos-grant-write",
            Self::GrantFullControl => "x-cos-grant-full-control",
            Self::GrantReadAcp => "x-cos-grant-read-acp",
            Self::GrantWriteAcp => "x-cos-grant-write-acp",
            Self::StorageClass => "x-cos-storage-class",
        }
    }

    /// Reads a value as people write it, into what is sent.
    pub fn value(self, text: &str) -> Result<String, InvalidHeader> {
        check_value(text)?;
        match self {
            Self::ContentType => content_type(text),
            Self::Expires => expires(text),
            Self::Acl => one_of(&ACLS, &text.to_ascii_lowercase()),
            Self::StorageClass => one_of(&STORAGE_CLASSES, &text.to_ascii_uppercase()),
            Self::GrantRead | Self::GrantWrite | Self::GrantFullControl | Self::GrantReadAcp | Self::GrantWriteAcp => {
                grant(text)
            }
            Self::CacheControl | Self::ContentDisposition | Self::ContentEncoding | Self::ContentLanguage => {
                Ok(text.to_owned())
            }
        }
    }
}

/// Checks that a value is one line with something in it. White space around it would be lost on the way, and its signature
/// with it.
pub fn check_value(text: &str) -> Result<(), InvalidHeader> {
    if text.trim().is_empty() {
        return refuse("it is empty");
    }
    if text.chars().any(char::is_control) {
        return refuse("it has a line's end or another control character in it");
    }
    if text.trim() != text {
        return refuse("it has white space around it");
    }
    Ok(())
}

fn one_of(known: &[&str], text: &str) -> Result<String, InvalidHeader> {
    if known.contains(&text) {
        return Ok(text.to_owned());
    }
    refuse(format!("expected {}", known.join(", ")))
}

fn content_type(text: &str) -> Result<String, InvalidHeader> {
    let essence = text.split(';').next().unwrap_or_default().trim();
    let token = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'/');
    match essence.split_once('/') {
        Some((kind, subtype)) if token(kind) && token(subtype) => Ok(text.to_owned()),
        _ => refuse("expected a type like text/html; charset=utf-8"),
    }
}

/// An HTTP date, made of one or of RFC 3339.
fn expires(text: &str) -> Result<String, InvalidHeader> {
    let time = httpdate::parse_http_date(text).ok().or_else(|| rfc3339(text));
    // Years beyond four digits cannot be written as an HTTP date.
    let last = SystemTime::UNIX_EPOCH + Duration::from_secs(253_402_300_799);
    match time.filter(|time| *time <= last) {
        Some(time) => Ok(httpdate::fmt_http_date(time)),
        None => refuse("expected a date like 2030-01-31T12:00:00Z or Thu, 31 Jan 2030 12:00:00 GMT"),
    }
}

fn rfc3339(text: &str) -> Option<SystemTime> {
    let utc = |text: &str| humantime::parse_rfc3339(&format!("{}Z", text.replace(['t', ' '], "T"))).ok();
    if let Some(local) = text.strip_suffix(['Z', 'z']) {
        return utc(local);
    }
    let (local, offset) = text.split_at_checked(text.len().checked_sub(6)?)?;
    let (sign, offset) = offset.split_at_checked(1)?;
    let (hours, minutes) = offset.split_once(':')?;
    let (hours, minutes): (u64, u64) = (hours.parse().ok()?, minutes.parse().ok()?);
    let offset = Duration::from_secs(hours * 3600 + minutes * 60);
    match sign {
        "+" => utc(local)?.checked_sub(offset).filter(|time| *time >= SystemTime::UNIX_EPOCH),
        "-" => utc(local)?.checked_add(offset),
        _ => None,
    }
}

/// `id="100000000001"`, with commas between several.
fn grant(text: &str) -> Result<String, InvalidHeader> {
    let named = |grantee: &str| {
        let id = grantee.trim().strip_prefix("id=\"").and_then(|rest| rest.strip_suffix('"'));
        id.is_some_and(|id| !id.is_empty() && id.is_ascii() && !id.contains('"'))
    };
    if text.split(',').all(named) {
        return Ok(text.to_owned());
    }
    refuse("expected id=\"100000000001\", with commas between several")
}

/// `NAME=VALUE` of a user's own metadata, as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    name: String,
    value: String,
}

impl Metadata {
    /// Reads `NAME=VALUE`. A value beyond ASCII is percent-encoded, since headers are ASCII.
    pub fn parse(text: &str) -> Result<Self, InvalidHeader> {
        let Some((name, value)) = text.split_once('=') else {
            return refuse("expected NAME=VALUE");
        };
        if name.contains('_') {
            return refuse(format!("COS takes no underscore in the name '{name}'; a hyphen would do"));
        }
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return refuse("a name has letters a-z, digits and hyphens only");
        }
        check_value(value)?;
        Ok(Self { name: format!("{METADATA}{}", name.to_ascii_lowercase()), value: ascii(value) })
    }

    fn size(&self) -> usize {
        self.name.len() + self.value.len()
    }
}

/// The value itself where it is ASCII; else with `%` and all that is not ASCII percent-encoded, so that decoding gives
/// back what was meant.
fn ascii(value: &str) -> String {
    if value.is_ascii() {
        return value.to_owned();
    }
    let mut buffer = [0; 4];
    let encoded = |character: char| match character {
        '%' => "%25".to_owned(),
        _ if character.is_ascii() => character.to_string(),
        _ => encode(character.encode_utf8(&mut buffer)),
    };
    value.chars().map(encoded).collect()
}

/// `KEY=VALUE` of a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    key: String,
    value: String,
}

impl Tag {
    /// Reads `KEY=VALUE`.
    pub fn parse(text: &str) -> Result<Self, InvalidHeader> {
        let Some((key, value)) = text.split_once('=') else {
            return refuse("expected KEY=VALUE");
        };
        for (what, text, longest) in [("key", key, LONGEST_TAG_KEY), ("value", value, LONGEST_TAG_VALUE)] {
            let length = text.chars().count();
            if length == 0 {
                return refuse(format!("its {what} is empty"));
            }
            if length > longest {
                return refuse(format!("its {what} has {length} characters; COS takes at most {longest}"));
            }
            if text.chars().any(char::is_control) {
                return refuse(format!("its {what} has a control character in it"));
            }
        }
        Ok(Self { key: key.to_owned(), value: value.to_owned() })
    }
}

/// The headers that an object keeps, all checked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ObjectHeaders(Headers);

impl ObjectHeaders {
    /// No headers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a field to a value as people write it.
    pub fn set(&mut self, field: Field, text: &str) -> Result<(), InvalidHeader> {
        self.0.set(field.name(), field.value(text)?);
        Ok(())
    }

    /// Adds a user's own metadata.
    pub fn set_metadata(&mut self, metadata: &[Metadata]) -> Result<(), InvalidHeader> {
        for one in metadata {
            if self.0.get(&one.name).is_some() {
                return refuse(format!("the metadata '{}' is given twice", one.name.trim_start_matches(METADATA)));
            }
            self.0.set(&one.name, &one.value);
        }
        let size: usize = metadata.iter().map(Metadata::size).sum();
        if size > LARGEST_METADATA {
            return refuse(format!(
                "the metadata has {size} bytes, names with {METADATA} included; COS takes at most {LARGEST_METADATA}"
            ));
        }
        Ok(())
    }

    /// Keeps the source's time of modification, in seconds since 1970.
    pub fn record_modified(&mut self, time: &str) {
        self.0.set(MODIFIED, time);
    }

    /// Sets the tags.
    pub fn set_tags(&mut self, tags: &[Tag]) -> Result<(), InvalidHeader> {
        if tags.is_empty() {
            return Ok(());
        }
        if tags.len() > MOST_TAGS {
            return refuse(format!("{} tags are given; an object has at most {MOST_TAGS}", tags.len()));
        }
        for (index, tag) in tags.iter().enumerate() {
            if tags[..index].iter().any(|earlier| earlier.key == tag.key) {
                return refuse(format!("the tag '{}' is given twice", tag.key));
            }
        }
        let pair = |tag: &Tag| format!("{}={}", encode(&tag.key), encode(&tag.value));
        self.0.set(TAGGING, tags.iter().map(pair).collect::<Vec<_>>().join("&"));
        Ok(())
    }

    /// Takes back a header as it was sent; false for what is no header of an object.
    pub fn restore(&mut self, name: &str, value: &str) -> bool {
        let metadata =
            name.strip_prefix(METADATA).is_some_and(|rest| Metadata::parse(&format!("{rest}={value}")).is_ok());
        let field = Field::ALL.into_iter().find(|field| field.name() == name);
        let known = metadata || name == TAGGING || field.is_some_and(|field| field.value(value).is_ok());
        let fits = known && check_value(value).is_ok();
        if fits {
            self.0.set(name, value);
        }
        fits
    }

    /// True where an object that HEAD describes keeps exactly these: those that HEAD tells, and no metadata besides.
    pub fn are_those_of(&self, described: &Headers) -> bool {
        let told = |name: &str| {
            name.starts_with(METADATA) || ["Content-", "Cache-", "Expires"].iter().any(|start| name.starts_with(start))
        };
        let metadata = |headers: &Headers| {
            headers.iter().filter(|(name, _)| name.to_ascii_lowercase().starts_with(METADATA)).count()
        };
        let kept = |(name, value)| described.get(name).map(str::trim) == Some(value);
        self.0.iter().filter(|(name, _)| told(name)).all(kept) && metadata(&self.0) == metadata(described)
    }

    /// The value of a field, where it is set.
    pub fn get(&self, field: Field) -> Option<&str> {
        self.0.get(field.name())
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter()
    }
}

/// The most bits a second that the server takes from one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrafficLimit(u64);

impl TrafficLimit {
    /// The least, in bits per second: 100 KiB/s.
    pub const LEAST: u64 = 819_200;
    /// The most, in bits per second: 100 MiB/s.
    pub const MOST: u64 = 838_860_800;

    /// Takes what the service takes.
    pub fn new(bits_per_second: u64) -> Result<Self, InvalidHeader> {
        if (Self::LEAST..=Self::MOST).contains(&bits_per_second) {
            return Ok(Self(bits_per_second));
        }
        let (least, most) = (Self::LEAST, Self::MOST);
        refuse(format!(
            "{bits_per_second} bit/s is out of range; COS takes {least} to {most} bit/s, which is 100KiB/s to 100MiB/s"
        ))
    }

    /// As it is sent.
    pub fn bits_per_second(self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(texts: &[&str]) -> Result<Vec<(String, String)>, String> {
        let metadata: Result<Vec<_>, _> = texts.iter().map(|text| Metadata::parse(text)).collect();
        let mut headers = ObjectHeaders::new();
        metadata.and_then(|metadata| headers.set_metadata(&metadata)).map_err(|error| error.to_string())?;
        Ok(headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    fn tags(texts: &[String]) -> Result<String, String> {
        let tags: Result<Vec<_>, _> = texts.iter().map(|text| Tag::parse(text)).collect();
        let mut headers = ObjectHeaders::new();
        tags.and_then(|tags| headers.set_tags(&tags)).map_err(|error| error.to_string())?;
        Ok(headers.iter().map(|(name, value)| format!("{name}: {value}")).collect())
    }

    #[test]
    fn metadata_is_sent_in_ascii_under_lower_case_names() {
        let sent = metadata(&["Build-ID=a_b c%", "author=小 明 100%", "eq=a=b"]).unwrap();
        let expected = [
            ("x-cos-meta-build-id", "a_b c%"),
            ("x-cos-meta-author", "%E5%B0%8F %E6%98%8E 100%25"),
            ("x-cos-meta-eq", "a=b"),
        ];
        assert_eq!(sent, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn metadata_that_cos_refuses_is_refused() {
        let refused = |text: &str| metadata(&[text]).unwrap_err();
        assert_eq!(refused("build_id=1"), "COS takes no underscore in the name 'build_id'; a hyphen would do");
        assert_eq!(refused("a b=1"), "a name has letters a-z, digits and hyphens only");
        assert_eq!(refused("=1"), "a name has letters a-z, digits and hyphens only");
        assert_eq!(refused("中=1"), "a name has letters a-z, digits and hyphens only");
        assert_eq!(refused("a"), "expected NAME=VALUE");
        assert_eq!(refused("a="), "it is empty");
        assert_eq!(refused("a= x"), "it has white space around it");
        assert_eq!(refused("a=x\r\nHost: h"), "it has a line's end or another control character in it");
        assert_eq!(metadata(&["A=1", "a=2"]).unwrap_err(), "the metadata 'a' is given twice");
    }

    #[test]
    fn metadata_may_have_2_kib_with_its_names() {
        let of_size = |size: usize| format!("a={}", "v".repeat(size - "x-cos-meta-a".len()));
        assert!(metadata(&[&of_size(2048)]).is_ok());
        assert_eq!(
            metadata(&[&of_size(2049)]).unwrap_err(),
            "the metadata has 2049 bytes, names with x-cos-meta- included; COS takes at most 2048"
        );
        let encoded = format!("a={}", "中".repeat(300));
        assert!(metadata(&[&encoded]).unwrap_err().starts_with("the metadata has 2712 bytes"));
    }

    #[test]
    fn tags_are_encoded_and_limited() {
        let many = |count: usize| (0..count).map(|n| format!("k{n}=v")).collect::<Vec<_>>();
        assert_eq!(tags(&["a b=c&d".into(), "中=e=f".into()]).unwrap(), "x-cos-tagging: a%20b=c%26d&%E4%B8%AD=e%3Df");
        assert!(tags(&many(10)).is_ok());
        assert_eq!(tags(&[]).unwrap(), "");
        assert_eq!(tags(&many(11)).unwrap_err(), "11 tags are given; an object has at most 10");
        assert_eq!(tags(&["a=1".into(), "a=2".into()]).unwrap_err(), "the tag 'a' is given twice");
        assert_eq!(tags(&["a".into()]).unwrap_err(), "expected KEY=VALUE");
        assert_eq!(tags(&["=b".into()]).unwrap_err(), "its key is empty");
        assert_eq!(tags(&["a=".into()]).unwrap_err(), "its value is empty");
        assert_eq!(tags(&["a=\n".into()]).unwrap_err(), "its value has a control character in it");
        assert!(tags(&[format!("{}={}", "中".repeat(127), "值".repeat(255))]).is_ok());
        let long_key = tags(&[format!("{}=v", "k".repeat(128))]).unwrap_err();
        assert_eq!(long_key, "its key has 128 characters; COS takes at most 127");
        let long_value = tags(&[format!("k={}", "v".repeat(256))]).unwrap_err();
        assert_eq!(long_value, "its value has 256 characters; COS takes at most 255");
    }

    #[test]
    fn values_are_read_as_people_write_them() {
        let table = [
            (Field::ContentType, "text/html; charset=utf-8", "text/html; charset=utf-8"),
            (Field::CacheControl, "max-age=60", "max-age=60"),
            (Field::ContentDisposition, "attachment; filename=\"报告.pdf\"", "attachment; filename=\"报告.pdf\""),
            (Field::Expires, "Wed, 25 Mar 2020 10:07:14 GMT", "Wed, 25 Mar 2020 10:07:14 GMT"),
            (Field::Expires, "2020-03-25T10:07:14Z", "Wed, 25 Mar 2020 10:07:14 GMT"),
            (Field::Expires, "2020-03-25 18:07:14+08:00", "Wed, 25 Mar 2020 10:07:14 GMT"),
            (Field::Expires, "2020-03-25T05:37:14.5-04:30", "Wed, 25 Mar 2020 10:07:14 GMT"),
            (Field::Acl, "Public-Read", "public-read"),
            (Field::StorageClass, "Standard_IA", "STANDARD_IA"),
            (Field::GrantRead, "id=\"1\", id=\"qcs::cam::uin/1:uin/2\"", "id=\"1\", id=\"qcs::cam::uin/1:uin/2\""),
        ];
        for (field, text, sent) in table {
            assert_eq!(field.value(text).as_deref(), Ok(sent), "{field:?}");
        }
    }

    #[test]
    fn values_that_cannot_be_are_refused() {
        for field in Field::ALL {
            for bad in ["", "  ", "a\r\nb", "a\u{0}", " a", "a\t"] {
                assert!(field.value(bad).is_err(), "{field:?} {bad:?}");
            }
        }
        let table = [
            (Field::ContentType, "html"),
            (Field::ContentType, "text/"),
            (Field::ContentType, "a b/c"),
            (Field::Expires, "0"),
            (Field::Expires, "tomorrow"),
            (Field::Expires, "2020-13-01T00:00:00Z"),
            (Field::Expires, "2020-03-25T10:07:14"),
            (Field::Acl, "public-read-write"),
            (Field::StorageClass, "CHEAP"),
            (Field::GrantRead, "100000000001"),
            (Field::GrantRead, "id=\"1\","),
        ];
        for (field, bad) in table {
            assert!(field.value(bad).unwrap_err().to_string().starts_with("expected "), "{field:?} {bad:?}");
        }
    }

    #[test]
    fn what_was_sent_is_taken_back_and_nothing_else() {
        let mut headers = ObjectHeaders::new();
        headers.set(Field::Acl, "private").unwrap();
        headers.set(Field::Expires, "2020-03-25T10:07:14Z").unwrap();
        headers.set_metadata(&[Metadata::parse("a=小").unwrap()]).unwrap();
        headers.set_tags(&[Tag::parse("a=b").unwrap()]).unwrap();
        let mut restored = ObjectHeaders::new();
        for (name, value) in headers.iter() {
            assert!(restored.restore(name, value), "{name}");
        }
        assert_eq!(restored, headers);
        for (name, value) in [("Host", "h"), ("x-cos-acl", "odd"), ("x-cos-meta-a_b", "c"), ("x-cos-meta-a", "c\n")] {
            assert!(!ObjectHeaders::new().restore(name, value), "{name}");
        }
    }

    #[test]
    fn an_object_that_keeps_other_headers_is_another() {
        let mut headers = ObjectHeaders::new();
        headers.set(Field::ContentType, "text/plain").unwrap();
        headers.set(Field::Acl, "private").unwrap();
        headers.set_metadata(&[Metadata::parse("a=1").unwrap()]).unwrap();
        let described = |fields: &[(&str, &str)]| headers.are_those_of(&fields.iter().copied().collect());
        assert!(described(&[("content-type", "text/plain"), ("x-cos-meta-a", "1"), ("content-length", "7")]));
        assert!(!described(&[("content-type", "text/html"), ("x-cos-meta-a", "1")]));
        assert!(!described(&[("content-type", "text/plain"), ("x-cos-meta-a", "2")]));
        assert!(!described(&[("content-type", "text/plain")]));
        assert!(!described(&[("content-type", "text/plain"), ("x-cos-meta-a", "1"), ("X-Cos-Meta-B", "1")]));
    }

    #[test]
    fn a_traffic_limit_is_what_cos_takes() {
        assert_eq!(
            [819_200, 838_860_800].map(|bits| TrafficLimit::new(bits).unwrap().bits_per_second()),
            [819_200, 838_860_800]
        );
        assert_eq!(
            TrafficLimit::new(819_199).unwrap_err().to_string(),
            "819199 bit/s is out of range; COS takes 819200 to 838860800 bit/s, which is 100KiB/s to 100MiB/s"
        );
        assert!(TrafficLimit::new(838_860_801).is_err() && TrafficLimit::new(0).is_err());
    }
}
