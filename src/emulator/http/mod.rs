//! HTTP as the emulator speaks it: sockets, request heads, bodies.

pub(crate) mod body;
pub(crate) mod header_case;
pub(crate) mod request_head;
pub(crate) mod serve;
pub(crate) mod socket;
