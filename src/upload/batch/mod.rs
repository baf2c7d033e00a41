//! Many objects at the same time.
//!
//! - `objects`: which object sends next
//! - `window`: how many requests may be in flight
//! - `destination`: whether the destination accepts uploads: the first object is a probe
//! - `breaks`: whether broken requests mean that too many were in flight
//! - `together`: `--publish-together`: which objects are held back, and when they are completed

mod breaks;
mod destination;
pub mod objects;
pub mod together;
pub mod window;
