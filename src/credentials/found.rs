//! The result of looking at one place: credentials, or a way to get them. Nothing is fetched here.

use super::role::Role;
use super::web_identity::WebIdentity;
use crate::cos::Credentials;
use crate::language::Message;

/// Credentials or a way to get them, and the name of the place for messages.
pub(crate) struct Found {
    pub(crate) source: Message,
    pub(crate) grant: Grant,
    /// The role to assume with these credentials.
    pub(crate) role: Option<Role>,
}

/// Credentials, or how to get them.
pub(crate) enum Grant {
    Keys(Credentials),
    /// The command line of a `credential_process`.
    Process(String),
    /// The CAM role of the instance, with its name if it was given.
    InstanceRole(Option<String>),
    WebIdentity(WebIdentity),
}

impl Found {
    pub(crate) fn new(source: impl Into<Message>, grant: Grant) -> Self {
        Self { source: source.into(), grant, role: None }
    }
}
