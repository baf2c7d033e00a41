//! Many objects that share one window of requests in flight.

mod breaks;
pub mod objects;
pub mod together;
pub mod window;
