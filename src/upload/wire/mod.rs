//! From a call to a request on the network, and back to a reply.
//!
//! - `call`: what the machine asks for, its request, its reply
//! - `transport`: the one seam; `http` is the transport over HTTP
//! - `body`, `chunk`: a range of a source as the body of a request
//! - `rate`, `pace`: `--limit-rate`: the rule, and the wait of one body for its turn
//! - `stall`, `unanswered`: time limits for connections without movement, and for answers
//! - `retry`: whether a failure is worth another attempt, and when
//! - `send_error`, `server_clock`: what a failure of the network means; the server's time
//! - `proxy`, `no_proxy`: proxies by variables
//! - `backup_domain`: the way to COS's other domain
//! - `one_request`: requests outside uploads

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
