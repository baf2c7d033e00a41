//! Where the bytes come from.

pub mod file;

pub use file::{FileSource, Identity};
