//! A user's own metadata.

use super::invalid_header::{InvalidHeader, check_value, refuse};
use super::names::METADATA;
use crate::cos::encoding::encode;
use crate::language::message;

/// One piece of metadata, name and value, in bytes (documents 436/7746 and 436/7749).
pub const LARGEST_METADATA: usize = 2 << 10;

/// All metadata of an object, names and values, in bytes (documents 436/7746 and 436/7749).
pub const LARGEST_METADATA_OF_ALL: usize = 4 << 10;

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
            return refuse(message!("expected NAME=VALUE"));
        };
        if name.contains('_') {
            return refuse(message!("COS takes no underscore in the name '{name}'; a hyphen would do", name));
        }
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return refuse(message!("a name has letters a-z, digits and hyphens only"));
        }
        check_value(value)?;
        Ok(Self { name: format!("{METADATA}{}", name.to_ascii_lowercase()), value: ascii(value) })
    }

    /// The name of the header.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The value as it is sent.
    pub(super) fn value(&self) -> &str {
        &self.value
    }

    fn size(&self) -> usize {
        self.name.len() + self.value.len()
    }
}

/// Refuses metadata that one object cannot have together.
pub(super) fn check(metadata: &[Metadata]) -> Result<(), InvalidHeader> {
    for (index, one) in metadata.iter().enumerate() {
        let name = one.name.trim_start_matches(METADATA);
        if metadata[..index].iter().any(|earlier| earlier.name == one.name) {
            return refuse(message!("the metadata '{name}' is given twice", name));
        }
        let size = one.size();
        if size > LARGEST_METADATA {
            return refuse(message!(
                "the metadata '{name}' has {size} bytes, {prefix} included; COS takes at most {most} each",
                name,
                size,
                prefix = METADATA,
                most = LARGEST_METADATA
            ));
        }
    }
    let size: usize = metadata.iter().map(Metadata::size).sum();
    if size > LARGEST_METADATA_OF_ALL {
        return refuse(message!(
            "the metadata has {size} bytes, names with {prefix} included; COS takes at most {most} together",
            size,
            prefix = METADATA,
            most = LARGEST_METADATA_OF_ALL
        ));
    }
    Ok(())
}

/// The value itself if it is ASCII. Otherwise `%` and all characters beyond ASCII are percent-encoded, so that decoding
/// restores the value.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(texts: &[&str]) -> Result<Vec<(String, String)>, String> {
        let metadata: Result<Vec<_>, _> = texts.iter().map(|text| Metadata::parse(text)).collect();
        let metadata = metadata.map_err(|error| error.to_string())?;
        check(&metadata).map_err(|error| error.to_string())?;
        Ok(metadata.into_iter().map(|one| (one.name, one.value)).collect())
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
    fn metadata_may_have_2_kib_each_and_4_kib_together_with_its_names() {
        let of_size = |name: char, size: usize| format!("{name}={}", "v".repeat(size - "x-cos-meta-a".len()));
        assert!(metadata(&[&of_size('a', 2048), &of_size('b', 2048)]).is_ok());
        assert_eq!(
            metadata(&[&of_size('a', 2049)]).unwrap_err(),
            "the metadata 'a' has 2049 bytes, x-cos-meta- included; COS takes at most 2048 each"
        );
        assert_eq!(
            metadata(&[&of_size('a', 2048), &of_size('b', 2036), &of_size('c', 13)]).unwrap_err(),
            "the metadata has 4097 bytes, names with x-cos-meta- included; COS takes at most 4096 together"
        );
        let encoded = format!("a={}", "中".repeat(300));
        assert!(metadata(&[&encoded]).unwrap_err().starts_with("the metadata 'a' has 2712 bytes"));
    }
}
