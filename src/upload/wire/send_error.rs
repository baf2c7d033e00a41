//! The meaning of the network library's errors, and the parts of their text that are safe to show.

use crate::language::{Message, Phrase, message, phrase};
use std::error::Error;
use std::io;

use rustls::{AlertDescription, PeerIncompatible};

use crate::upload::error::{SendError, SendErrorKind};

/// What the network library says most often.
const OF_THE_LIBRARY: [Phrase; 13] = [
    phrase!("client error (Connect)"),
    phrase!("client error (SendRequest)"),
    phrase!("end of file before message length reached"),
    phrase!("unexpected EOF during chunk size line"),
    phrase!("tcp connect error"),
    phrase!("error resolving DNS"),
    phrase!("operation timed out"),
    phrase!("connection error"),
    phrase!("connection closed before message completed"),
    phrase!("error reading a body from connection"),
    phrase!("error writing a body to connection"),
    phrase!("unexpected end of file"),
    phrase!("error shutting down connection"),
];

/// The error of a request that got no answer.
pub(super) fn send_error(error: &reqwest::Error) -> SendError {
    let host = error.url().and_then(|url| url.host_str());
    let host = host.map_or_else(|| phrase!("the server").into(), Message::from);
    let tls = tls_error(error).and_then(|tls| refused_handshake(tls, &host)).filter(|_| error.is_connect());
    let (kind, message) = match tls {
        Some(refused) => refused,
        None if error.is_connect() => {
            let port = error.url().and_then(reqwest::Url::port_or_known_default);
            let port = port.map(|port| format!(":{port}")).unwrap_or_default();
            (SendErrorKind::Connect, message!("{host}{port}: {why}", host, port, why = innermost(error)))
        }
        None => (SendErrorKind::Broken, innermost(error)),
    };
    SendError { kind, message }
}

/// The error of a client that could not be built.
pub(super) fn build_error(error: &reqwest::Error) -> SendError {
    let kind = if tls_error(error).is_some() { SendErrorKind::Certificate } else { SendErrorKind::Connect };
    SendError { kind, message: innermost(error) }
}

/// The text of the error without the URL, which comes first: the last two causes in the chain.
fn innermost(error: &reqwest::Error) -> Message {
    let mut reasons: Vec<String> = Vec::new();
    let mut source = error.source();
    while let Some(reason) = source {
        let text = reason.to_string();
        if reasons.last().is_none_or(|last| !last.contains(&text)) {
            reasons.push(text);
        }
        source = reason.source();
    }
    let mut last = reasons.split_off(reasons.len().saturating_sub(2)).into_iter().map(in_words);
    match (last.next(), last.next()) {
        (Some(outer), Some(why)) => message!("{outer}: {why}", outer, why),
        (only, _) => only.unwrap_or_default(),
    }
}

/// What the network library says, in the chosen language if that is known here.
fn in_words(reason: String) -> Message {
    OF_THE_LIBRARY.into_iter().find(|known| *known == reason.as_str()).map_or_else(|| reason.into(), Message::from)
}

/// The reason, if a failed handshake would fail again; `None` if it may succeed later.
fn refused_handshake(error: &rustls::Error, host: &Message) -> Option<(SendErrorKind, Message)> {
    let refused = |why: Message| Some((SendErrorKind::Tls, why));
    match error {
        rustls::Error::InvalidCertificate(_) => Some((SendErrorKind::Certificate, error.to_string().into())),
        rustls::Error::InvalidMessage(_) => refused(message!("{host} does not answer with TLS at this port", host)),
        rustls::Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13 | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
        )
        | rustls::Error::AlertReceived(AlertDescription::ProtocolVersion) => {
            refused(message!("{host} offers neither TLS 1.2 nor TLS 1.3", host))
        }
        rustls::Error::PeerIncompatible(_)
        | rustls::Error::AlertReceived(AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity) => {
            refused(message!("{host} refuses the TLS handshake: {error}", host, error))
        }
        _ => None,
    }
}

/// The TLS error in the chain of causes. `source()` of an I/O error skips the error inside it, and the TLS
/// connector wraps one I/O error in another.
fn tls_error(error: &reqwest::Error) -> Option<&rustls::Error> {
    let mut source = error.source();
    while let Some(reason) = source {
        if let Some(tls) = tls_error_in(reason) {
            return Some(tls);
        }
        source = reason.source();
    }
    None
}

fn tls_error_in<'a>(reason: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    let inner = reason.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    reason.downcast_ref::<rustls::Error>().or_else(|| inner.and_then(|inner| tls_error_in(inner)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::{chinese, english};

    #[test]
    fn what_the_library_says_most_often_is_in_the_language_of_the_rest() {
        chinese(|| {
            for known in OF_THE_LIBRARY {
                let said = in_words(known.english().to_owned());
                assert_ne!(said.text(), known.english());
                assert_eq!(english(|| said.to_string()), known.english());
            }
            assert_eq!(in_words("something new".to_owned()).text(), "something new");
        });
    }
}
