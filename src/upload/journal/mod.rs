//! What is kept on disk about unfinished uploads, so that the next run goes on with them.
//!
//! - `header`: the first line of a journal, and whether an upload may go on with it
//! - `delta_line`: the parts of a delta upload, as the first line has them
//! - `lines`: the other lines, and how a file is read
//! - `publishing`: the record of objects that are completed together
//! - `file`: the file, locked while it is used
//! - `recorder`: writes and flushes on a thread of its own
//! - `log`: which events of an upload are written

pub mod delta_line;
pub mod file;
pub mod header;
pub mod lines;
pub mod log;
pub mod publishing;
pub mod recorder;
