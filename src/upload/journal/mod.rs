//! The journal of an upload, from which a later run resumes it.

pub mod file;
pub mod lines;
