//! HTTP.
//!
//! - `socket`: connections, which can be reset
//! - `serve`: from hyper's requests to data, and from answers to hyper's responses
//! - `body`: the body of a request
//! - `header_case`: header names as the service writes them

pub(crate) mod body;
pub(crate) mod header_case;
pub(crate) mod serve;
pub(crate) mod socket;
