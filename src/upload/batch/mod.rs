//! Many objects at a time.
//!
//! - `objects`: which object sends next
//! - `window`: how many requests may be in flight
//! - `destination`: whether the destination takes uploads at all: the first object is a probe
//! - `breaks`: what it means that requests broke
//! - `together`: `--publish-together`: which objects are held back, and when they are completed

mod breaks;
mod destination;
pub mod objects;
pub mod together;
pub mod window;
