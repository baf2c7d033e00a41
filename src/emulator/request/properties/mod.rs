//! The properties of a new object.
//!
//! | file | content |
//! | --- | --- |
//! | `object_properties` | all of them, from the headers |
//! | `access` | who may read and write |
//! | `tags` | tags |
//! | `encryption` | encryption at rest |

pub(crate) mod access;
pub(crate) mod encryption;
pub(crate) mod object_properties;
pub(crate) mod tags;
