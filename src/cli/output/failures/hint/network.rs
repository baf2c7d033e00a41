//! Hints about the network and TLS.

use crate::language::{Phrase, phrase};
use crate::upload::{SendError, SendErrorKind};

/// The hint if no certificates for https were found.
pub(in crate::cli::output) const NO_CERTIFICATES: Phrase =
    phrase!("install the package ca-certificates, or name a file of certificates with --ca-bundle or COSPUT_CA_BUNDLE");

/// Returns the hint about a request that got no response.
pub(super) fn for_send_error(error: &SendError) -> Option<Phrase> {
    match error.kind {
        SendErrorKind::Connect => Some(phrase!("check the region or endpoint, the network and the proxy settings")),
        SendErrorKind::Certificate => Some(phrase!(
            "check the endpoint; if a proxy inspects TLS connections, name its CA certificate with --ca-bundle or \
             COSPUT_CA_BUNDLE"
        )),
        SendErrorKind::Tls => {
            Some(phrase!("check the port and the scheme of the endpoint: a server without TLS needs http://"))
        }
        SendErrorKind::ProxyRefused => Some(phrase!(
            "check the proxy's variable, in which a user name and password are written http://USER:PASSWORD@HOST:PORT; \
             NO_PROXY lists the hosts that need no proxy"
        )),
        SendErrorKind::Broken | SendErrorKind::Stalled { .. } | SendErrorKind::NoCredentials => None,
    }
}
