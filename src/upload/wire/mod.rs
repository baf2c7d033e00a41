//! From a call to a request on the network, and back to a reply.

pub mod backup_domain;
pub(crate) mod body;
pub mod call;
pub(crate) mod chunk;
pub mod http;
mod no_proxy;
pub mod one_request;
pub mod pace;
pub mod proxy;
pub mod rate;
pub(crate) mod retry;
mod send_error;
mod server_clock;
mod stall;
pub mod transport;
mod unanswered;
