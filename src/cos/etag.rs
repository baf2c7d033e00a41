//! ETags of parts, stored compactly: an upload has up to 10,000 of them.

use std::fmt;

use serde::{Serialize, Serializer};

/// An ETag, exactly as the server sent it. An ETag that is an MD5 in the usual spelling takes only 16 bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Etag(Form);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Form {
    /// 32 digits of lower-case hex in quotes.
    Md5([u8; 16]),
    Other(Box<str>),
}

impl From<&str> for Etag {
    fn from(text: &str) -> Self {
        Self(md5(text).map_or_else(|| Form::Other(text.into()), Form::Md5))
    }
}

impl From<String> for Etag {
    fn from(text: String) -> Self {
        Self(md5(&text).map_or_else(|| Form::Other(text.into()), Form::Md5))
    }
}

/// The bytes of an MD5 in the usual spelling.
fn md5(text: &str) -> Option<[u8; 16]> {
    let digits = text.strip_prefix('"')?.strip_suffix('"')?;
    let is_usual = digits.len() == 32 && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    is_usual.then(|| u128::from_str_radix(digits, 16).ok().map(u128::to_be_bytes)).flatten()
}

fn spelled(md5: [u8; 16]) -> String {
    format!("\"{:032x}\"", u128::from_be_bytes(md5))
}

/// True if an ETag, quoted or not, has the form of an MD5.
pub fn looks_like_md5(etag: &str) -> bool {
    let etag = etag.trim_matches('"');
    etag.len() == 32 && etag.bytes().all(|byte| byte.is_ascii_hexdigit())
}

impl fmt::Display for Etag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Form::Md5(bytes) => f.write_str(&spelled(*bytes)),
            Form::Other(text) => f.write_str(text),
        }
    }
}

impl Serialize for Etag {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_etag_is_returned_exactly_as_it_was_given(text in "\"?[0-9a-f]{32}\"?|\"[0-9A-Fa-f]{31,33}\"|\\PC*") {
            prop_assert_eq!(Etag::from(text.as_str()).to_string(), text.clone());
            prop_assert_eq!(Etag::from(text.clone()), Etag::from(text.as_str()));
        }
    }

    #[test]
    fn an_md5_takes_no_other_memory() {
        assert!(matches!(Etag::from("\"108f528eb63b65e734f27ae331f5ffaa\"").0, Form::Md5(_)));
        assert!(matches!(Etag::from("\"00000000000000000000000000000000\"").0, Form::Md5(_)));
        for other in ["108f528eb63b65e734f27ae331f5ffaa", "\"108F528EB63B65E734F27AE331F5FFAA\"", "\"e-3\"", "\"", ""] {
            assert!(matches!(Etag::from(other).0, Form::Other(_)), "{other}");
        }
    }
}
