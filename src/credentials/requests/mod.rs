//! Requests to the services that issue credentials.
//!
//! | file | content |
//! | --- | --- |
//! | `sts`, `tc3` | calls to STS, and their signature |
//! | `http` | a small request |
//! | `endpoint` | the addresses, which variables can change |
//! | `limits` | time limits |

pub(crate) mod endpoint;
pub(crate) mod http;
pub(crate) mod limits;
pub(crate) mod sts;
mod tc3;
