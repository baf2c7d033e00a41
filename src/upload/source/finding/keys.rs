//! The keys of a run. Two files never get the same key, so that no source silently replaces another. A file that is
//! named twice under the same key counts as one source.
//!
//! Each key needs 64 bits of its hash and 64 bits of its file's hash, about 20 to 40 bytes in the table. If the hashes
//! of two keys collide, the second file fails although it could be uploaded. For 200,000 files the chance is about one
//! in 10⁹. The next run uses other hashes.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::path::Path;

use super::naming::Prefix;
use super::problem::Problem;
use crate::cos::Key;
use crate::upload::source::identity::Identity;

/// Assigns keys, and remembers them if two files could get the same one.
#[derive(Debug)]
pub(crate) struct Keys {
    hasher: RandomState,
    given: Option<HashMap<u64, u64>>,
}

impl Keys {
    /// For files whose keys are known to differ. Remembers nothing.
    pub(crate) fn all_differ() -> Self {
        Self { hasher: RandomState::new(), given: None }
    }

    /// For files whose keys may be the same.
    pub(crate) fn compared() -> Self {
        Self { hasher: RandomState::new(), given: Some(HashMap::new()) }
    }

    /// Assigns the key of a file below a prefix; `None` if the same file already has it.
    pub(crate) fn give(
        &mut self,
        prefix: &Prefix,
        relative: &str,
        (path, identity): (&Path, Identity),
    ) -> Result<Option<Key>, Problem> {
        let key = prefix.key(relative).map_err(Problem::Key)?;
        let Some(given) = &mut self.given else { return Ok(Some(key)) };
        let file = match identity.inode {
            Some(inode) => self.hasher.hash_one(inode),
            None => self.hasher.hash_one(path.canonicalize().unwrap_or_else(|_| path.to_owned())),
        };
        match given.entry(self.hasher.hash_one(&key)) {
            Entry::Vacant(entry) => {
                entry.insert(file);
                Ok(Some(key))
            }
            Entry::Occupied(entry) if *entry.get() == file => Ok(None),
            Entry::Occupied(_) => Err(Problem::SameKey(key)),
        }
    }

    #[cfg(test)]
    pub(crate) fn remembered(&self) -> usize {
        self.given.as_ref().map_or(0, HashMap::len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(inode: u64) -> (&'static Path, Identity) {
        let metadata = std::fs::metadata(".").unwrap();
        (Path::new("."), Identity { inode: Some((1, inode)), ..Identity::of(&metadata) })
    }

    #[test]
    fn a_key_is_given_to_one_file() {
        let mut keys = Keys::compared();
        let (none, prefix) = (Prefix::default(), Prefix::new("a").unwrap());
        let key = keys.give(&none, "a/b", file(1)).unwrap().unwrap();
        assert_eq!(keys.give(&prefix, "b", file(2)), Err(Problem::SameKey(key)));
        assert_eq!(keys.give(&prefix, "b", file(1)), Ok(None), "it is the same source");
        assert!(keys.give(&prefix, "c", file(1)).is_ok_and(|key| key.is_some()));
    }

    #[test]
    fn a_key_that_is_refused_is_not_given() {
        let mut keys = Keys::compared();
        for _ in 0..2 {
            assert!(matches!(keys.give(&Prefix::default(), "/a", file(1)), Err(Problem::Key(_))));
        }
    }
}
