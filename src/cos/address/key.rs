//! The key of an object, and how it is encoded in a path.

use crate::language::{Message, message};
use std::fmt;

use super::InvalidName;
use crate::cos::encoding::encode_path;

/// The longest key, in bytes of UTF-8 (document 436/13324).
pub const LONGEST_KEY: usize = 850;

/// An object's key: 1 to 850 bytes of UTF-8 that no HTTP library or proxy changes on the way.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(String);

impl Key {
    /// Refuses keys that COS refuses, and keys that would be changed on the way however they are encoded.
    pub fn new(key: &str) -> Result<Self, InvalidName> {
        let refuse = |why: Message| Err(InvalidName(why));
        if key.is_empty() {
            return refuse(message!("the key is empty"));
        }
        if key.len() > LONGEST_KEY {
            return refuse(message!(
                "the key is {size} bytes long in UTF-8; COS allows up to {longest}",
                size = key.len(),
                longest = LONGEST_KEY
            ));
        }
        if key.starts_with(['/', '\\']) {
            return refuse(message!("the key '{key}' begins with a slash; remove it", key));
        }
        if key.bytes().any(|byte| (0x18..=0x1b).contains(&byte)) {
            return refuse(message!(
                "the key contains a control character (CAN, EM, SUB or ESC) that COS does not allow"
            ));
        }
        if key.contains(['\r', '\n']) {
            return refuse(message!(
                "the key '{key}' contains a line break, which COS does not allow",
                key = key.escape_debug()
            ));
        }
        if key == "." || key == ".." {
            return refuse(message!(
                "the key '{key}' cannot be sent: HTTP libraries and proxies treat it as a directory",
                key
            ));
        }
        Ok(Self(key.to_owned()))
    }

    /// Accepts every key that a server may hold, including keys that [`Key::new`] refuses to send; `None` if the length is
    /// wrong.
    pub fn as_stored(key: &str) -> Option<Self> {
        (1..=LONGEST_KEY).contains(&key.len()).then(|| Self(key.to_owned()))
    }

    /// The key as given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key on the wire. If a segment is empty, `.` or `..`, every `/` becomes `%2F`, because HTTP libraries
    /// and proxies rewrite such paths.
    pub fn encoded(&self) -> String {
        let encoded = encode_path(&self.0);
        let rewritten_on_the_way = self.0.split('/').any(|segment| matches!(segment, "" | "." | ".."));
        if rewritten_on_the_way { encoded.replace('/', "%2F") } else { encoded }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_cannot_be_sent_safely_are_refused() {
        for bad in ["", ".", "..", "/a", "\\a", "a\u{18}", "a\u{1b}b", "a\nb", "a\r"] {
            assert!(Key::new(bad).is_err(), "{bad:?}");
        }
        assert!(Key::new(&"k".repeat(850)).is_ok());
        assert!(Key::new(&"k".repeat(851)).is_err());
        assert!(Key::new(&"中".repeat(284)).is_err());
    }
}
