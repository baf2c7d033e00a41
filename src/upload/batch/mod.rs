//! Many objects at the same time.
//!
//! - `objects`: which object sends next
//! - `concurrency`: how many requests the user asked for
//! - `window`: how many may be in flight
//! - `search`: how many `auto` chooses
//! - `ahead`: how many connections to open before they are needed
//! - `refusals`: what a server that refuses requests takes
//! - `spacing`: the time between requests, if one at a time is too many
//! - `destination`: whether the destination accepts uploads: the first object is a probe
//! - `breaks`: whether broken requests mean that too many were in flight
//! - `together`: `--publish-together`: which objects are held back, and when they are completed

pub(super) mod ahead;
mod breaks;
pub mod concurrency;
mod destination;
pub mod objects;
mod refusals;
mod search;
mod spacing;
pub mod together;
pub mod window;
