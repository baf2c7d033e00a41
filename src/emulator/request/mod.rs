//! The meaning of a request, decided without input or output.
//!
//! | file | content |
//! | --- | --- |
//! | `request_head` | method, host, path, parameters and headers, decoded |
//! | `place` | the bucket and the key, in the host or in the path |
//! | `operation`, `selection` | the operations, and how a request selects one |
//! | `authorization` | signature, token and time |
//! | `properties/` | headers, access, tags and encryption of a new object |
//! | `overwrite`, `conditions`, `range` | headers that say whether and what |
//! | `browsing` | whether a person looks at the emulator with a browser or curl |
//! | `copy_source` | the source of a copy |
//! | `listing` | parameters of lists, and pages |
//! | `bodies/` | the bodies of form uploads, Complete, DELETE Multiple Objects, PUT tagging and PUT acl |

pub(crate) mod authorization;
pub(crate) mod bodies;
pub(crate) mod browsing;
pub(crate) mod conditions;
pub(crate) mod copy_source;
pub(crate) mod listing;
pub(crate) mod operation;
pub(crate) mod overwrite;
pub(crate) mod place;
pub(crate) mod properties;
pub(crate) mod range;
pub(crate) mod request_head;
pub(crate) mod selection;
