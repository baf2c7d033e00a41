//! The sources of an upload: files, directories, lists and streams.
//!
//! - `gather`: all files that the user named, with their keys. `walk` reads a directory, `list` reads a list of paths,
//!   `filter` (with `glob`) selects files, `naming` makes their keys, `keys` refuses duplicate keys, and `problem`
//!   gives the reason why a file is left out
//! - `file`: one file while it is read, and the check that it has not changed
//! - `stream`, `stream_buffer`: a pipe, its bytes, and the ranges that are still needed
//! - `counts`: how many entries of each kind were found
//! - `own`: the files that this run writes, which are left out
//! - `either`: a file or a stream
//! - `test_tree`: files for tests

pub mod counts;
mod either;
pub mod file;
pub mod filter;
pub mod gather;
mod glob;
mod keys;
pub mod list;
pub mod naming;
pub mod own;
pub mod problem;
pub mod stream;
pub mod stream_buffer;
#[cfg(test)]
mod test_tree;
pub mod walk;

pub use self::counts::{Counts, LeftOut};
pub use self::either::Source;
pub use self::file::{FileSource, Identity};
pub use self::filter::{Filter, InvalidGlob, Rule};
pub use self::gather::{Gather, Item, NeedsRecursive, Sources};
pub use self::list::{Delimiter, List};
pub use self::naming::Prefix;
pub use self::own::OwnPaths;
pub use self::problem::{Problem, Skip};
pub use self::stream::Stream;
pub use self::walk::{Found, Links, Walk};
