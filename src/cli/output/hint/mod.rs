//! The hint line below an error: what the user can do about it.

pub(crate) mod cdcs;
pub(crate) mod service;
