//! HTTP.
//!
//! - `socket`: connections, which can be reset
//! - `serve`: from hyper's requests to data, and from answers to hyper's responses
//! - `request_head`, `body`: a request as it arrived
//! - `header_case`: header names as the service writes them

pub(crate) mod body;
pub(crate) mod header_case;
pub(crate) mod request_head;
pub(crate) mod serve;
pub(crate) mod socket;
