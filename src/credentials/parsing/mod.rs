//! Parsing of files and answers that may contain secrets.
//!
//! | file | content |
//! | --- | --- |
//! | `file`, `ini` | small files, and the format INI |
//! | `expiry` | times of expiry in every spelling |
//! | `excerpt` | text of others in a message: one line without secrets |

pub(crate) mod excerpt;
pub(crate) mod expiry;
pub(crate) mod file;
pub(crate) mod ini;
