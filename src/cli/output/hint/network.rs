//! Hints about the network and TLS.

use crate::upload::{SendError, SendErrorKind};

/// Returns the hint about a request that got no response.
pub(super) fn for_send_error(error: &SendError) -> Option<&'static str> {
    match error.kind {
        SendErrorKind::Connect => Some("check the region or endpoint, the network and the proxy settings"),
        SendErrorKind::Certificate => Some(
            "check the endpoint; if a proxy inspects TLS connections, name its CA certificate with --ca-bundle or \
             COSPUT_CA_BUNDLE",
        ),
        SendErrorKind::Broken | SendErrorKind::Stalled { .. } | SendErrorKind::NoCredentials => None,
    }
}
