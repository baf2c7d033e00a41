//! A certificate for one run, and the TLS settings of both ends.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore, ServerConfig};

/// The name of the certificate's file, for `SSL_CERT_FILE`.
pub(crate) const CERTIFICATE: &str = "certificate.pem";
const KEY: &str = "key.pem";

/// Makes a certificate for 127.0.0.1.
pub(crate) fn make(directory: &Path) -> io::Result<()> {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).map_err(io::Error::other)?;
    fs::write(directory.join(CERTIFICATE), made.cert.pem())?;
    fs::write(directory.join(KEY), made.signing_key.serialize_pem())
}

/// The settings of the server.
pub(crate) fn server(directory: &Path) -> io::Result<Arc<ServerConfig>> {
    let key = PrivateKeyDer::from_pem_file(directory.join(KEY)).map_err(io::Error::other)?;
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(vec![certificate(directory)?], key))
        .map_err(io::Error::other)?;
    Ok(Arc::new(config))
}

/// The settings of the client.
pub(crate) fn client(directory: &Path) -> io::Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate(directory).map_err(io::Error::other)?).map_err(io::Error::other)?;
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

fn certificate(directory: &Path) -> Result<CertificateDer<'static>, rustls::Error> {
    CertificateDer::from_pem_file(directory.join(CERTIFICATE))
        .map_err(|error| rustls::Error::General(error.to_string()))
}
