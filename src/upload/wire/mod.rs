//! From a call to a request on the network, and back to a reply.

pub mod backup_domain;
pub(crate) mod body;
pub mod call;
pub(crate) mod chunk;
pub mod http;
pub mod one_request;
pub mod pace;
pub mod rate;
pub(crate) mod retry;
pub mod transport;
