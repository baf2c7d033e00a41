//! Requests to the services that issue credentials.
//!
//! | file | content |
//! | --- | --- |
//! | `sts`, `tc3` | calls to STS, and their signature |
//! | `id_token` | the current token of an OIDC provider |
//! | `attempts` | another attempt after a failure that passes |
//! | `http` | a small request |
//! | `endpoint` | the addresses, which variables can change |
//! | `limits` | time limits |

mod attempts;
pub(crate) mod endpoint;
pub(crate) mod http;
mod id_token;
pub(crate) mod limits;
pub(crate) mod sts;
mod tc3;
