//! Percent-encoding as COS requires it, for paths, query strings and signatures.
//!
//! Every UTF-8 byte outside `A-Z a-z 0-9 - _ . ~` becomes `%XX` with upper-case hex (documents 436/7778, 436/13324).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
const RESERVED_IN_PATH: &AsciiSet = &RESERVED.remove(b'/');

/// Encodes a name or a value, including `/`.
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// Encodes a path, except `/`.
pub fn encode_path(path: &str) -> String {
    utf8_percent_encode(path, RESERVED_IN_PATH).to_string()
}

/// Decodes `%XX`; `None` if the bytes are not UTF-8.
pub fn decode(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_and_values_encode_everything_but_the_unreserved() {
        assert_eq!(encode("a b/c+d~e"), "a%20b%2Fc%2Bd~e");
        assert_eq!(encode_path("/a b/c!'()*"), "/a%20b/c%21%27%28%29%2A");
    }

    proptest! {
        #[test]
        fn decoding_gives_back_what_was_encoded(text in ".*") {
            prop_assert_eq!(decode(&encode(&text)), Some(text.clone()));
            prop_assert_eq!(decode(&encode_path(&text)), Some(text));
        }
    }
}
