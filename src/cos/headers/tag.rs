//! The tags of an object.

use super::invalid_header::{InvalidHeader, refuse};
use crate::cos::encoding::encode;
use crate::language::{message, phrase};

/// The most tags of an object (document 436/35665).
pub const MOST_TAGS: usize = 10;
/// The longest key of a tag, in characters (document 436/35665).
pub const LONGEST_TAG_KEY: usize = 127;
/// The longest value of a tag, in characters (document 436/35665).
pub const LONGEST_TAG_VALUE: usize = 255;

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
            return refuse(message!("expected KEY=VALUE"));
        };
        let limits = [(phrase!("key"), key, LONGEST_TAG_KEY), (phrase!("value"), value, LONGEST_TAG_VALUE)];
        for (what, text, longest) in limits {
            let length = text.chars().count();
            if length == 0 {
                return refuse(message!("its {what} is empty", what));
            }
            if length > longest {
                return refuse(message!(
                    "its {what} has {length} characters; COS takes at most {longest}",
                    what,
                    length,
                    longest
                ));
            }
            if text.chars().any(char::is_control) {
                return refuse(message!("its {what} has a control character in it", what));
            }
        }
        Ok(Self { key: key.to_owned(), value: value.to_owned() })
    }
}

/// The value of the header that sets these tags.
pub(super) fn tagging(tags: &[Tag]) -> Result<String, InvalidHeader> {
    if tags.len() > MOST_TAGS {
        return refuse(message!(
            "{given} tags are given; an object has at most {most}",
            given = tags.len(),
            most = MOST_TAGS
        ));
    }
    for (index, tag) in tags.iter().enumerate() {
        if tags[..index].iter().any(|earlier| earlier.key == tag.key) {
            return refuse(message!("the tag '{key}' is given twice", key = tag.key));
        }
    }
    let pair = |tag: &Tag| format!("{}={}", encode(&tag.key), encode(&tag.value));
    Ok(tags.iter().map(pair).collect::<Vec<_>>().join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(texts: &[String]) -> Result<String, String> {
        let tags: Result<Vec<_>, _> = texts.iter().map(|text| Tag::parse(text)).collect();
        tags.and_then(|tags| tagging(&tags)).map_err(|error| error.to_string())
    }

    #[test]
    fn tags_are_encoded_and_limited() {
        let many = |count: usize| (0..count).map(|n| format!("k{n}=v")).collect::<Vec<_>>();
        assert_eq!(tags(&["a b=c&d".into(), "中=e=f".into()]).unwrap(), "a%20b=c%26d&%E4%B8%AD=e%3Df");
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
}
