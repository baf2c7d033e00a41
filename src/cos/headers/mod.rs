//! The headers that an object keeps or that govern its storing: content type and its like, metadata, ACL and grants,
//! storage class, tags, and the traffic limit (documents 436/7746 and 436/7749).
//!
//! What the service is known to refuse is refused here, before anything is sent.

mod field;
mod metadata;
mod tag;
mod traffic_limit;

use std::fmt;

pub use self::field::{Field, STORAGE_CLASSES};
pub use self::metadata::{LARGEST_METADATA, Metadata};
pub use self::tag::{LONGEST_TAG_KEY, LONGEST_TAG_VALUE, MOST_TAGS, Tag};
pub use self::traffic_limit::{TRAFFIC_LIMIT, TrafficLimit};

use self::metadata::METADATA;
use self::tag::TAGGING;
use super::head_object::MODIFIED;
use super::request::Headers;

/// Tells the server to refuse a key that is taken.
pub const FORBID_OVERWRITE: &str = "x-cos-forbid-overwrite";

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

    /// Keeps the source's time of modification, in seconds since 1970.
    pub fn record_modified(&mut self, time: &str) {
        self.0.set(MODIFIED, time);
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
