//! Many objects at the same time.
//!
//! - `objects`: which object sends next
//! - `concurrency`: how many requests the user asked for
//! - `window`: how many may be in flight
//! - `search`: how many `auto` chooses
//! - `destination`: whether the destination accepts uploads: the first object is a probe
//! - `breaks`: whether broken requests mean that too many were in flight
//! - `together`: `--publish-together`: which objects are held back, and when they are completed

mod breaks;
pub mod concurrency;
mod destination;
pub mod objects;
mod search;
pub mod together;
pub mod window;
