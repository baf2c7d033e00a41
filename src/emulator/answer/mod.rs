//! What the emulator answers: dialects, documents, refusals.

pub(crate) mod cdcs_document;
pub(crate) mod complete_body;
pub(crate) mod dialect;
pub(crate) mod document;
pub(crate) mod listing;
pub(crate) mod refusal;
pub(crate) mod response;
