//! What the outcomes of calls mean for an upload.
//!
//! Three answers exist: stored, failed, unknown. If it is not clear whether PUT or Complete worked, HEAD decides before
//! any of them is given. `record` takes an outcome apart, `retry` decides on failures, and each request has a file for
//! what its outcomes mean.

mod check_key;
mod complete;
mod copy_part;
mod list_parts;
mod look;
mod no_such_upload;
mod put_object;
mod read_stream;
mod record;
mod refusal;
mod retry;
mod unchanged;
mod upload_part;
