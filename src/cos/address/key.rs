//! The name of an object in its bucket, and how it is written in a path.

use std::fmt;

use super::InvalidName;
use crate::cos::encoding::encode_path;

/// The longest key, in bytes of UTF-8 (document 436/13324).
pub const LONGEST_KEY: usize = 850;

/// An object's key: 1 to 850 bytes of UTF-8 that can be sent without another meaning.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(String);

impl Key {
    /// Refuses keys that COS refuses, and those that no encoding protects on their way.
    pub fn new(key: &str) -> Result<Self, InvalidName> {
        let refuse = |why: String| Err(InvalidName(why));
        if key.is_empty() {
            return refuse("the key is empty".to_owned());
        }
        if key.len() > LONGEST_KEY {
            return refuse(format!("the key has {} bytes of UTF-8; COS takes at most {LONGEST_KEY}", key.len()));
        }
        if key.starts_with(['/', '\\']) {
            return refuse(format!("the key '{key}' begins with a slash; leave it out"));
        }
        if key.bytes().any(|byte| (0x18..=0x1b).contains(&byte)) {
            return refuse("the key has a control character (CAN, EM, SUB or ESC) that COS does not take".to_owned());
        }
        if key == "." || key == ".." {
            return refuse(format!("the key '{key}' would be taken for a directory on its way"));
        }
        Ok(Self(key.to_owned()))
    }

    /// The key as given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key on the wire. Where a segment is empty, `.` or `..`, every `/` becomes `%2F`, because HTTP libraries
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
        for bad in ["", ".", "..", "/a", "\\a", "a\u{18}", "a\u{1b}b"] {
            assert!(Key::new(bad).is_err(), "{bad:?}");
        }
        assert!(Key::new(&"k".repeat(850)).is_ok());
        assert!(Key::new(&"k".repeat(851)).is_err());
        assert!(Key::new(&"中".repeat(284)).is_err());
    }
}
