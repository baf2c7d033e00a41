//! What is kept on disk about unfinished uploads, so that the next run goes on with them.

pub mod file;
pub mod lines;
pub mod publishing;
