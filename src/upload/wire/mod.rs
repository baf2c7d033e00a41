//! From a call to a request on the network, and back to a reply.
//!
//! - `call`: the machine's calls, their requests and replies
//! - `transport`: the trait that sends requests; `http` implements it over HTTP
//! - `http_messages`: requests and answers in the types of the HTTP library
//! - `opened_ahead`: connections that are opened before a request needs them
//! - `round_trip`: how long a request takes to a server that is near
//! - `body`, `chunk`: a range of a source as the body of a request; `body_progress`: how much of it was sent
//! - `limits`: `--limit-rate`, and time limits for connections and answers
//! - `retry`: whether to send a failed request again, and when
//! - `send_error`, `server_clock`: the meaning of network errors; the server's time
//! - `proxy`, `no_proxy`: proxies from environment variables
//! - `backup_domain`: when requests go to COS's other domain
//! - `one_request`: requests outside uploads

pub mod backup_domain;
pub(crate) mod body;
pub(crate) mod body_progress;
pub mod call;
pub(crate) mod chunk;
pub mod http;
mod http_messages;
pub mod limits;
mod no_proxy;
pub mod one_request;
mod opened_ahead;
pub mod proxy;
pub(crate) mod retry;
pub(crate) mod round_trip;
mod send_error;
mod server_clock;
pub mod transport;
