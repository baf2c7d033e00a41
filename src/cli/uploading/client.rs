//! The HTTP client for an endpoint, with its trusted certificates and its proxy.

use std::path::Path;
use std::sync::Arc;

use reqwest::{Certificate, ClientBuilder};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::cli::options::{AccessOptions, RequestOptions};
use crate::cli::output::console::shown;
use crate::cli::output::failures::failure::Failure;
use crate::cli::process::world::{Variables, World};
use crate::cos::{Endpoint, Provider, Service};
use crate::language::{Message, message};
use crate::upload::SendErrorKind;
use crate::upload::wire::http;
use crate::upload::wire::http::{Http, Limits};
use crate::upload::wire::limits::pace::Pacer;
use crate::upload::wire::proxy::Proxy;

/// A client and its proxy.
pub(super) struct Client {
    builder: ClientBuilder,
    proxy: Option<Proxy>,
}

impl Client {
    /// The client for an endpoint.
    pub(super) fn new(
        endpoint: &Endpoint,
        requests: RequestOptions,
        access: &AccessOptions,
        world: &World,
    ) -> Result<Self, Failure> {
        let bundle = access.ca_bundle.as_deref().map(certificates).transpose()?;
        let proxy = proxy(endpoint, &world.variables)?;
        let builder = http::client(limits(requests)).no_proxy();
        let builder = match &proxy {
            Some(proxy) => builder.proxy(proxy.for_client()),
            None => builder,
        };
        let builder = match bundle {
            // Loading the system's certificates takes longer than a small upload.
            _ if !endpoint.is_https() => builder.tls_certs_only([]),
            Some(bundle) => builder.tls_certs_merge(bundle),
            None => builder,
        };
        Ok(Self { builder, proxy })
    }

    /// A transport over this client.
    pub(super) fn into_transport(
        self,
        service: Service,
        provider: Arc<dyn Provider>,
        requests: RequestOptions,
        world: &World,
    ) -> Result<Arc<Http>, Failure> {
        let http =
            Http::over(self.builder, service, provider, world.clock, limits(requests)).map_err(
                |error| match error.kind {
                    // Windows and macOS verify certificates themselves, and fail here for other reasons.
                    SendErrorKind::Certificate if !cfg!(any(windows, target_vendor = "apple")) => {
                        Failure::NoCertificates
                    }
                    _ => Failure::Other(message!("could not make a client: {message}", message = error.message)),
                },
            )?;
        let http = http.paced(requests.limit_rate.map(Pacer::new)).through(self.proxy);
        Ok(Arc::new(if requests.max_attempts == 1 { http.for_one_attempt() } else { http }))
    }
}

fn limits(requests: RequestOptions) -> Limits {
    Limits { connect: requests.connect_timeout, stall: requests.stall_timeout }
}

/// The proxy from the usual variables, in upper or lower case. An endpoint on this machine is reached directly.
fn proxy(endpoint: &Endpoint, variables: &Variables) -> Result<Option<Proxy>, Failure> {
    // A web server passes a request header to CGI programs as HTTP_PROXY.
    if endpoint.is_loopback() || variables.get("REQUEST_METHOD").is_some() {
        return Ok(None);
    }
    let names = if endpoint.is_https() { ["HTTPS_PROXY", "https_proxy"] } else { ["HTTP_PROXY", "http_proxy"] };
    let set = |name: &&str| variables.get(name).is_some_and(|value| !value.is_empty());
    let Some(name) = names.into_iter().chain(["ALL_PROXY", "all_proxy"]).find(set) else { return Ok(None) };
    let text = |name: &str| variables.get(name).map(|value| value.to_string_lossy().into_owned()).unwrap_or_default();
    let no_proxy = ["NO_PROXY", "no_proxy"].into_iter().find(set).map(text).unwrap_or_default();
    let proxy = Proxy::new(name, &text(name), &no_proxy);
    proxy.map(Some).map_err(|error| Failure::Usage {
        message: Message::of(&error),
        hint: Some(message!("correct {name} (http://USER:PASSWORD@HOST:PORT), or unset it", name)),
    })
}

fn certificates(file: &Path) -> Result<Vec<Certificate>, Failure> {
    let refuse =
        |why: Message| Failure::usage(message!("--ca-bundle {file} cannot be used: {why}", file = shown(file), why));
    let pem = std::fs::read(file).map_err(|error| refuse(error.to_string().into()))?;
    if pem.starts_with(&[0xff, 0xfe]) || pem.starts_with(&[0xfe, 0xff]) {
        return Err(refuse(message!("it is UTF-16; save it as UTF-8")));
    }
    let pem = pem.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&pem);
    let unreadable = || refuse(message!("it holds a certificate that cannot be read"));
    let certificates = Certificate::from_pem_bundle(pem).map_err(|_| unreadable())?;
    if certificates.is_empty() {
        return Err(refuse(message!("it holds no certificate")));
    }
    // The library parses the certificates only when it builds the client.
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|_| unreadable())?;
        RootCertStore::empty().add(certificate).map_err(|_| unreadable())?;
    }
    Ok(certificates)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(pem: &[u8]) -> String {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("ca.pem");
        std::fs::write(&file, pem).unwrap();
        let failure = certificates(&file).unwrap_err();
        failure.report().message.replace(&shown(&file), "FILE")
    }

    #[test]
    fn a_bundle_without_certificates_is_refused() {
        assert_eq!(refusal(b""), "--ca-bundle FILE cannot be used: it holds no certificate");
        assert_eq!(refusal(b"\x30\x82\x01"), "--ca-bundle FILE cannot be used: it holds no certificate");
        assert_eq!(refusal(b"\xff\xfe-\0"), "--ca-bundle FILE cannot be used: it is UTF-16; save it as UTF-8");
        assert_eq!(
            refusal("\u{feff}-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n".as_bytes()),
            "--ca-bundle FILE cannot be used: it holds a certificate that cannot be read",
            "the certificate after the mark was read"
        );
        assert_eq!(
            refusal(b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"),
            "--ca-bundle FILE cannot be used: it holds a certificate that cannot be read"
        );
        let missing = certificates(Path::new("/nowhere/ca.pem")).unwrap_err().report();
        assert_eq!(missing.exit_code, 2);
    }
}
