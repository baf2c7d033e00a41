//! The headers of an object together.

use super::field::Field;
use super::invalid_header::{InvalidHeader, check_value};
use super::metadata;
use super::metadata::Metadata;
use super::names::{METADATA, TAGGING};
use super::tag::{Tag, tagging};
use crate::cos::objects::head_object::MODIFIED;
use crate::cos::request::Headers;

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

    /// Adds metadata.
    pub fn set_metadata(&mut self, metadata: &[Metadata]) -> Result<(), InvalidHeader> {
        metadata::check(metadata)?;
        metadata.iter().for_each(|one| self.0.set(one.name(), one.value()));
        Ok(())
    }

    /// Sets the tags.
    pub fn set_tags(&mut self, tags: &[Tag]) -> Result<(), InvalidHeader> {
        let value = tagging(tags)?;
        if !tags.is_empty() {
            self.0.set(TAGGING, value);
        }
        Ok(())
    }

    /// Keeps the source's time of modification, in seconds since 1970.
    pub fn record_modified(&mut self, time: &str) {
        self.0.set(MODIFIED, time);
    }

    /// Restores a header as it was sent. False if it is no header of an object.
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

    /// True if an answer to HEAD shows all of these headers. It shows no ACL, no grant and no tag.
    pub fn are_all_in_head(&self) -> bool {
        self.0.iter().all(|(name, _)| shown(name) || name == Field::StorageClass.name())
    }

    /// True if the object in an answer to HEAD has exactly these headers, of those that HEAD shows, and no other metadata.
    pub fn are_those_of(&self, described: &Headers) -> bool {
        let metadata = |headers: &Headers| {
            headers.iter().filter(|(name, _)| name.to_ascii_lowercase().starts_with(METADATA)).count()
        };
        let kept = |(name, value)| described.get(name).map(str::trim) == Some(value);
        self.0.iter().filter(|(name, _)| shown(name)).all(kept)
            && metadata(&self.0) == metadata(described)
            && self.has_class_of(described)
    }

    /// True if no storage class is set, or the object has it. HEAD does not show STANDARD, and a bucket over several zones
    /// names its classes `MAZ_…` (documents 436/7745 and 436/33417).
    fn has_class_of(&self, described: &Headers) -> bool {
        let class = |headers: &Headers| {
            let class = headers.get(Field::StorageClass.name()).map_or("STANDARD", str::trim);
            class.strip_prefix("MAZ_").unwrap_or(class).to_owned()
        };
        self.get(Field::StorageClass).is_none() || class(&self.0) == class(described)
    }

    /// The value of a field, if it is set.
    pub fn get(&self, field: Field) -> Option<&str> {
        self.0.get(field.name())
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter()
    }
}

/// True if HEAD shows the value of this header as it was sent.
fn shown(name: &str) -> bool {
    name.starts_with(METADATA) || ["Content-", "Cache-", "Expires"].iter().any(|start| name.starts_with(start))
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

    #[test]
    fn head_shows_no_acl_no_grant_and_no_tag() {
        for (field, value) in [
            (Field::ContentType, "text/plain"),
            (Field::CacheControl, "no-cache"),
            (Field::Expires, "Wed, 25 Mar 2020 10:07:14 GMT"),
            (Field::StorageClass, "STANDARD_IA"),
            (Field::Acl, "private"),
            (Field::GrantRead, "id=\"1\""),
            (Field::WebsiteRedirectLocation, "/a"),
        ] {
            let mut headers = ObjectHeaders::new();
            headers.set(field, value).unwrap();
            let hidden = matches!(field, Field::Acl | Field::GrantRead | Field::WebsiteRedirectLocation);
            assert_eq!(headers.are_all_in_head(), !hidden, "{field:?}");
        }
        let mut tagged = ObjectHeaders::new();
        tagged.set_metadata(&[Metadata::parse("a=1").unwrap()]).unwrap();
        assert!(tagged.are_all_in_head());
        tagged.set_tags(&[Tag::parse("a=1").unwrap()]).unwrap();
        assert!(!tagged.are_all_in_head());
    }

    #[test]
    fn an_object_of_another_storage_class_is_another() {
        let is = |asked: &str, shown: Option<&str>| {
            let mut headers = ObjectHeaders::new();
            headers.set(Field::StorageClass, asked).unwrap();
            headers.are_those_of(&shown.map(|class| ("x-cos-storage-class", class)).into_iter().collect())
        };
        assert!(is("STANDARD", None) && is("STANDARD", Some("MAZ_STANDARD")) && is("ARCHIVE", Some("ARCHIVE")));
        assert!(is("MAZ_STANDARD_IA", Some("STANDARD_IA")));
        assert!(!is("STANDARD_IA", None) && !is("STANDARD", Some("ARCHIVE")) && !is("ARCHIVE", Some("DEEP_ARCHIVE")));
        let headers = ObjectHeaders::new();
        assert!(
            headers.are_those_of(&[("x-cos-storage-class", "ARCHIVE")].into_iter().collect()),
            "none was asked for"
        );
    }
}
