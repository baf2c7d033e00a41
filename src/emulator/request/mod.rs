//! The meaning of a request, decided without input or output.
//!
//! | file | content |
//! | --- | --- |
//! | `operation` | the operations, and how a request selects one |
//! | `authorization` | signature, token and time |
//! | `object_properties` | headers, access, tags and encryption of a new object |
//! | `access`, `tags`, `encryption` | the parts of the properties |
//! | `overwrite`, `conditions`, `range` | headers that say whether and what |
//! | `listing` | parameters of lists, and pages |
//! | `request_document` | bodies of Complete and DELETE Multiple Objects |

pub(crate) mod access;
pub(crate) mod authorization;
pub(crate) mod conditions;
pub(crate) mod encryption;
pub(crate) mod listing;
pub(crate) mod object_properties;
pub(crate) mod operation;
pub(crate) mod overwrite;
pub(crate) mod range;
pub(crate) mod request_document;
pub(crate) mod tags;
