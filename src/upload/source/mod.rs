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
#[cfg(test)]
mod tree;
pub mod walk;

pub use either::Source;
pub use file::{FileSource, Identity};
pub use filter::{Filter, InvalidGlob, Rule};
pub use gather::{Gather, Item, NeedsRecursive, Sources};
pub use list::{Delimiter, List};
pub use naming::Prefix;
pub use problem::{Problem, Skip};
pub use stream::Stream;
pub use walk::{Found, Links, Walk};
