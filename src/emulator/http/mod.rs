//! HTTP: sockets, request heads, bodies, and header names in the service's case.

pub(crate) mod body;
pub(crate) mod header_case;
pub(crate) mod request_head;
pub(crate) mod serve;
pub(crate) mod socket;
