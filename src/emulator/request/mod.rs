//! The meaning of a request, decided without input or output.
//!
//! | file | content |
//! | --- | --- |
//! | `place` | the bucket and the key, in the host or in the path |
//! | `operation`, `selection` | the operations, and how a request selects one |
//! | `authorization` | signature, token and time |
//! | `object_properties` | headers, access, tags and encryption of a new object |
//! | `access`, `tags`, `encryption` | the parts of the properties |
//! | `overwrite`, `conditions`, `range` | headers that say whether and what |
//! | `browsing` | whether a person looks at the emulator with a browser or curl |
//! | `copy_source` | the source of a copy |
//! | `form` | the fields and the policy of a form upload |
//! | `listing` | parameters of lists, and pages |
//! | `part_list` | the body of Complete |
//! | `document` | the bodies of DELETE Multiple Objects, PUT tagging and PUT acl |

pub(crate) mod access;
pub(crate) mod authorization;
pub(crate) mod browsing;
pub(crate) mod conditions;
pub(crate) mod copy_source;
pub(crate) mod document;
pub(crate) mod encryption;
pub(crate) mod form;
pub(crate) mod listing;
pub(crate) mod object_properties;
pub(crate) mod operation;
pub(crate) mod overwrite;
pub(crate) mod part_list;
pub(crate) mod place;
pub(crate) mod range;
pub(crate) mod selection;
pub(crate) mod tags;
