//! Where the bytes come from: what was named, the files that makes, and one of them, or a stream, while it is read.
//!
//! `gather` → `walk` (a directory) or `list` (a list of paths), past `filter`, with keys by
//! `naming` that differ by `keys`; then `file`, for each.

mod either;
pub mod file;
pub mod filter;
pub mod gather;
mod glob;
mod keys;
pub mod list;
pub mod naming;
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
pub use self::problem::{Problem, Skip};
pub use self::stream::Stream;
pub use self::walk::{Found, Links, Walk};
