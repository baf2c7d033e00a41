//! Where the bytes come from.
//!
//! - `gather`: all files that the user named, with their keys: by `walk` (a directory) or `list` (a list of paths), past `filter`
//!   (with `glob`), with keys by `naming`, none twice by `keys`; `problem` says why a file is left out
//! - `file`: one file while it is read, and whether it changed
//! - `stream`, `stream_buffer`: a pipe, its bytes, and which of them are still needed
//! - `own`: files of this very run, which are left out
//! - `either`: a file or a stream
//! - `test_tree`: files for tests

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
