//! Many objects that share one window of requests in flight.

pub mod objects;
pub mod window;
