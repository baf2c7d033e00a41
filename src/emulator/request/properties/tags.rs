//! The tags of an object, in `x-cos-tagging`.

use std::collections::BTreeSet;

use crate::cos::encoding::decode;
use crate::cos::headers::{LONGEST_TAG_KEY, LONGEST_TAG_VALUE, MOST_TAGS};

use crate::emulator::refusal;
use crate::emulator::refusal::Refusal;

/// Reads `k1=v1&k2=v2`, keys and values percent-encoded.
pub(crate) fn read(text: &str) -> Result<Vec<(String, String)>, Refusal> {
    let tag = |tag: &str| {
        let (key, value) = tag.split_once('=').unwrap_or((tag, ""));
        Some((decode(key)?, decode(value)?))
    };
    let tags: Option<Vec<_>> = text.split('&').filter(|tag| !tag.is_empty()).map(tag).collect();
    let tags = tags.ok_or(refusal::INVALID_TAG)?;
    check(&tags)?;
    Ok(tags)
}

/// Refuses tags that the service refuses (document 436/35665).
pub(crate) fn check(tags: &[(String, String)]) -> Result<(), Refusal> {
    let keys: BTreeSet<&String> = tags.iter().map(|(key, _)| key).collect();
    if tags.len() > MOST_TAGS || keys.len() < tags.len() {
        return Err(refusal::INVALID_TAG.saying("An object has up to 10 tags with different keys."));
    }
    for (key, value) in tags {
        let fits = |text: &str, longest| (1..=longest).contains(&text.chars().count()) && text.chars().all(is_allowed);
        if !fits(key, LONGEST_TAG_KEY) || !fits(value, LONGEST_TAG_VALUE) {
            return Err(
                refusal::INVALID_TAG.saying(format!("The tag '{key}' is too long, empty or has wrong characters."))
            );
        }
    }
    Ok(())
}

fn is_allowed(c: char) -> bool {
    c.is_alphanumeric() || " +-=._:/@".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_decoded_and_counted() {
        let tag = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(read("a=1&b%20c=%E4%B8%AD%40"), Ok(vec![tag("a", "1"), tag("b c", "中@")]));
        let tags = |count: u8| (0..count).map(|n| format!("k{n}=v")).collect::<Vec<_>>().join("&");
        assert_eq!(read(&tags(10)).unwrap().len(), 10);
        let long = format!("a={}", "v".repeat(LONGEST_TAG_VALUE + 1));
        for bad in [&tags(11), &long, "=v", "a=%ff", "a=1&a=2", "a", "a=%26", "a%0A=b"] {
            assert_eq!(read(bad).unwrap_err().code, "InvalidTag", "{bad}");
        }
    }
}
