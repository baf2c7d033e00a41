//! A CAM role to assume with other credentials.

use serde_json::{Value, json};

/// The session name, which the audit log shows.
pub(crate) const SESSION: &str = "cosput";
/// The service's default duration.
pub(crate) const DURATION_SECONDS: u64 = 7200;
/// The longest duration that the service allows.
pub(crate) const LONGEST_SECONDS: u64 = 43_200;

/// A role and the parameters with which it is assumed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Role {
    pub(crate) arn: String,
    pub(crate) session_name: String,
    pub(crate) external_id: Option<String>,
    pub(crate) seconds: u64,
}

impl Role {
    pub(crate) fn new(arn: &str) -> Self {
        Self { arn: arn.to_owned(), session_name: SESSION.to_owned(), external_id: None, seconds: DURATION_SECONDS }
    }

    /// The same role for `seconds`; `None` if the service does not allow that duration.
    pub(crate) fn lasting(self, seconds: u64) -> Option<Self> {
        (1..=LONGEST_SECONDS).contains(&seconds).then_some(Self { seconds, ..self })
    }

    /// The body of `AssumeRole`.
    pub(crate) fn request(&self) -> Value {
        let mut body =
            json!({ "RoleArn": self.arn, "RoleSessionName": self.session_name, "DurationSeconds": self.seconds });
        if let Some(id) = &self.external_id {
            body["ExternalId"] = json!(id);
        }
        body
    }
}
