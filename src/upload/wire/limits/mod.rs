//! Limits on the rate and on the time of requests.
//!
//! - `rate`, `pace`: `--limit-rate`: the limit, and the wait of one body for it
//! - `stall`, `unanswered`: time limits for connections without movement, and for answers

pub mod pace;
pub mod rate;
pub(crate) mod stall;
pub(crate) mod unanswered;
