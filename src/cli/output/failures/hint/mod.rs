//! Hints: how the user can fix a failure, one line each below the error.
//!
//! `upload` collects the hints of a failed request; every other file has the hints of one subject: `source`,
//! `network`, `credentials`, `service` (COS's error codes), `cdcs`, and `next_step` (resume, start again, abort). Exit
//! codes are in `exit`, the text of failures is in `message`.

mod cdcs;
mod credentials;
mod network;
mod next_step;
mod service;
mod source;
mod upload;

pub(super) use self::network::NO_CERTIFICATES;
pub(super) use self::source::for_named_source;
pub(in crate::cli) use self::upload::about_cause;
pub(super) use self::upload::for_upload;
