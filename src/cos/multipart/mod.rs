//! Multipart uploads: a file for each operation, with the request it sends and how its answer is read.
//!
//! `initiate`, `upload_part`, `upload_part_copy`, `list_parts`, `complete`, `abort` and `list_uploads` are operations;
//! `part_number` and `upload_id` are the names that they share; `etag_document` is how two of their answers are read.

pub mod abort;
pub mod complete;
mod etag_document;
pub mod initiate;
pub mod list_parts;
pub mod list_uploads;
mod part_number;
mod upload_id;
pub mod upload_part;
pub mod upload_part_copy;

pub use self::part_number::{LARGEST_OBJECT, LARGEST_PART, MOST_PARTS, PartNumber, SMALLEST_PART};
pub use self::upload_id::UploadId;
