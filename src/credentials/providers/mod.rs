//! One file for each place where credentials can be found.

pub(crate) mod assume_role;
pub(crate) mod coscli;
pub(crate) mod coscmd;
pub(crate) mod environment;
pub(crate) mod metadata;
pub(crate) mod oidc;
pub(crate) mod process;
pub(crate) mod profile;
pub(crate) mod sdk_profile;
pub(crate) mod tccli;
pub(crate) mod web_identity;
