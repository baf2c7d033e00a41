//! What the commands that upload or ask about uploads share.

pub(crate) mod bucket_requests;
pub(crate) mod connection;
pub(crate) mod journals;
pub(crate) mod observer;
pub(crate) mod supply;
pub mod template;
pub(crate) mod transfer;
