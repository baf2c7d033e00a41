//! Many objects at the same time.
//!
//! - `objects`: which object sends next
//! - `concurrency`: how many requests the user asked for
//! - `window`: how many may be in flight
//! - `search`: how many `auto` chooses
//! - `ahead`: how many connections to open before they are needed
//! - `refusals`: what a server that refuses requests takes
//! - `spacing`: the time between requests, if one at a time is too many
//! - `early`: when a throttled request is sent before its wait is over
//! - `spare_places`: which request is sent early when there is room for one and none is due
//! - `destination`: whether the destination accepts uploads: the first object is a probe
//! - `breaks`: whether broken requests mean that too many were in flight
//! - `together`: `--publish-together`: which objects are held back, and when they are completed

pub(super) mod ahead;
mod breaks;
pub mod concurrency;
mod destination;
mod early;
pub mod objects;
mod refusals;
mod search;
mod spacing;
mod spare_places;
pub mod together;
pub mod window;
