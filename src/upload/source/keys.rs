//! The keys that a run gives to its files: none twice, so that no source replaces another in silence.
//!
//! Of every key 64 bits of its hash are kept, some 10 to 20 bytes a file. A hash that fell on another key's would fail a
//! file that could have been uploaded: one chance in 10⁹ for 200,000 files, and other hashes on the next run.

use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use super::naming::Prefix;
use super::problem::Problem;
use crate::cos::Key;

/// Gives keys, and remembers them where that is needed.
#[derive(Debug)]
pub(super) struct Keys {
    hasher: RandomState,
    given: Option<HashSet<u64>>,
}

impl Keys {
    /// For files of which it is known that their keys differ. Remembers nothing.
    pub(super) fn all_differ() -> Self {
        Self { hasher: RandomState::new(), given: None }
    }

    /// For files whose keys may be the same.
    pub(super) fn told_apart() -> Self {
        Self { hasher: RandomState::new(), given: Some(HashSet::new()) }
    }

    /// Gives the key of a file below a prefix, unless it is given already.
    pub(super) fn give(&mut self, prefix: &Prefix, relative: &str) -> Result<Key, Problem> {
        let key = prefix.key(relative).map_err(Problem::Key)?;
        match &mut self.given {
            Some(given) => match given.insert(self.hasher.hash_one(&key)) {
                true => Ok(key),
                false => Err(Problem::SameKey(key)),
            },
            None => Ok(key),
        }
    }

    #[cfg(test)]
    pub(super) fn remembered(&self) -> usize {
        self.given.as_ref().map_or(0, HashSet::len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_given_once() {
        let mut keys = Keys::told_apart();
        let (none, prefix) = (Prefix::default(), Prefix::new("a").unwrap());
        let key = keys.give(&none, "a/b").unwrap();
        assert_eq!(keys.give(&prefix, "b"), Err(Problem::SameKey(key)));
        assert!(keys.give(&prefix, "c").is_ok());
    }

    #[test]
    fn a_key_that_is_refused_is_not_given() {
        let mut keys = Keys::told_apart();
        for _ in 0..2 {
            assert!(matches!(keys.give(&Prefix::default(), "/a"), Err(Problem::Key(_))));
        }
    }
}
