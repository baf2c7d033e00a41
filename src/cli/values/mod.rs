//! Values as users write them, read and printed.
//!
//! - `destination`: `cos://NAME-APPID/KEY`
//! - `units`: sizes, rates and durations

pub mod destination;
pub mod units;
