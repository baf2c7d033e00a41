//! The tags of an object, in `x-cos-tagging`.

use std::collections::BTreeSet;

use crate::cos::encoding::decode;

use crate::emulator::answer::refusal;
use crate::emulator::answer::refusal::Refusal;

/// The most tags of an object.
const MOST_TAGS: usize = 10;

/// Reads `k1=v1&k2=v2`, keys and values percent-encoded.
pub(crate) fn read(text: &str) -> Result<Vec<(String, String)>, Refusal> {
    let tag = |tag: &str| {
        let (key, value) = tag.split_once('=').unwrap_or((tag, ""));
        Some((decode(key).filter(|key| !key.is_empty())?, decode(value)?))
    };
    let tags: Option<Vec<_>> = text.split('&').filter(|tag| !tag.is_empty()).map(tag).collect();
    let tags = tags.ok_or(refusal::INVALID_TAG)?;
    let keys: BTreeSet<&String> = tags.iter().map(|(key, _)| key).collect();
    if tags.len() > MOST_TAGS || keys.len() < tags.len() {
        return Err(refusal::INVALID_TAG.saying("An object has up to 10 tags with different keys."));
    }
    Ok(tags)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_decoded_and_counted() {
        let tag = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(read("a=1&b%20c=%E4%B8%AD%26&d"), Ok(vec![tag("a", "1"), tag("b c", "中&"), tag("d", "")]));
        let tags = |count: u8| (0..count).map(|n| format!("k{n}=v")).collect::<Vec<_>>().join("&");
        assert_eq!(read(&tags(10)).unwrap().len(), 10);
        for bad in [&tags(11), "=v", "a=%ff", "a=1&a=2"] {
            assert_eq!(read(bad).unwrap_err().code, "InvalidTag", "{bad}");
        }
    }
}
