//! Which files are uploaded, and to which keys.
//!
//! - `gather`: all files that the user named, with their keys
//! - `walk`, `list`: read a directory tree, and a list of paths
//! - `listing`: the entries of one directory
//! - `filter`, `rule`, `glob`: select files
//! - `unmatched`: the rules that match nothing, and what may be meant
//! - `naming`, `keys`: make keys, and refuse duplicate keys
//! - `no_file`, `problem`: what is found and not uploaded, and the reason
//! - `counts`: how many entries of each kind were found
//! - `own`: the files that this run writes, which are left out

pub mod counts;
pub mod filter;
pub mod gather;
mod glob;
mod keys;
pub mod list;
mod listing;
pub mod naming;
pub mod no_file;
pub mod own;
pub mod problem;
pub mod rule;
pub mod unmatched;
pub mod walk;
