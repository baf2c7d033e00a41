//! What a request means, decided without input or output.

pub(crate) mod access;
pub(crate) mod authorization;
pub(crate) mod conditions;
pub(crate) mod encryption;
pub(crate) mod kept;
pub(crate) mod operation;
pub(crate) mod range;
pub(crate) mod request_document;
pub(crate) mod tags;
