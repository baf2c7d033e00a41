//! Requests whose meaning is in the body.
//!
//! | file | content |
//! | --- | --- |
//! | `form` | the fields and the policy of a form upload |
//! | `part_list` | the body of Complete |
//! | `document` | the bodies of DELETE Multiple Objects, PUT tagging and PUT acl |

pub(crate) mod document;
pub(crate) mod form;
pub(crate) mod part_list;
