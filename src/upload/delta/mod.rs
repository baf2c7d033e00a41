//! Delta uploads: what the object has already is copied on the server, the rest is sent.
//!
//! After an upload, a map of the object is kept: its ETag, and the checksums of its blocks. The next upload reads the file,
//! compares it with the map block by block, and plans which parts are copied. Nothing here decides whether the result is
//! right: that is the CRC-64 of the whole object, as for every upload.
//!
//! - `block`: the checksums of a block, and how large blocks are (pure)
//! - `object_map`: the map, as it is written and read (pure)
//! - `known_blocks`: the blocks of a file that are known so far, and how they are taken while parts are sent
//! - `effort`: whether a map saves time (pure); `effort_watch`: measures that
//! - `planning`: from two lists of blocks to parts (pure)
//! - `hashing`: reads a file for the checksums of its blocks
//! - `map_file`: the map in a directory
//! - `map_object`: the map beside the object
//! - `comparison`: HEAD, map and file, before an upload begins
//! - `keeping`: the map, after an upload ended
//! - `settings`: what the user asked for

pub(crate) mod block;
pub(crate) mod comparison;
pub(crate) mod effort;
mod effort_watch;
mod hashing;
pub(crate) mod keeping;
pub(crate) mod known_blocks;
mod map_file;
mod map_object;
mod object_map;
mod planning;
pub mod settings;
