//! The sources of an upload: files, directories, lists and streams.
//!
//! - `finding`: which files are uploaded, and to which keys
//! - `file`: one file while it is read, and the check that it has not changed
//! - `identity`: what would differ if a file were changed or replaced
//! - `stream`, `stream_buffer`: a pipe, its bytes, and the ranges that are still needed
//! - `either`: a file or a stream
//! - `test_tree`: files for tests

mod either;
pub mod file;
pub mod finding;
pub mod identity;
pub mod stream;
pub mod stream_buffer;
#[cfg(test)]
mod test_tree;

pub use self::either::Source;
pub use self::file::FileSource;
pub use self::finding::counts::{Counts, LeftOut};
pub use self::finding::filter::{Filter, InvalidGlob};
pub use self::finding::gather::{Gather, Item, NeedsRecursive, Sources};
pub use self::finding::list::{Delimiter, List};
pub use self::finding::naming::Prefix;
pub use self::finding::no_file::NoFile;
pub use self::finding::own::OwnPaths;
pub use self::finding::problem::{Problem, Skip};
pub use self::finding::rule::Rule;
pub use self::finding::unmatched::{Nearest, UnmatchedRule};
pub use self::finding::walk::{Found, Links, Walk};
pub use self::identity::Identity;
pub use self::stream::Stream;
