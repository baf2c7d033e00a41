//! https with the user's own certificate: a server that terminates TLS in front of the emulator, and `--ca-bundle`.
//! Bytes pass unchanged, so the emulator sees the host that was signed.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;

use cosput::cos::{Bucket, Key};
use cosput::emulator::{DEFAULT_SECRET_ID, DEFAULT_SECRET_KEY, Emulator, start};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::support::emulator::options;
use crate::support::scene::windows;
use crate::support::{BUCKET, Outcome, pattern};

const CUSTOMER_KEY: &str = "MDEyMzQ1Njc4OUFCQ0RFRjAxMjM0NTY3ODlBQkNERUY=";
/// Larger than a single-request file with parts of 1 MiB.
const LARGE: usize = (5 << 20) / 2;

/// An emulator, TLS in front of it, and `ca.pem` with the authority that signed its certificate.
struct Setting {
    emulator: Emulator,
    directory: TempDir,
    port: u16,
}

impl Setting {
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("small.bin"), pattern(6349)).unwrap();
        fs::write(directory.path().join("large.bin"), pattern(LARGE)).unwrap();
        fs::write(directory.path().join("key"), CUSTOMER_KEY).unwrap();
        let emulator = start(options(&directory.path().join("emulator"), &[])).await.unwrap();
        let behind = emulator.url().strip_prefix("http://").unwrap().parse().unwrap();
        let (authority, acceptor) = certified();
        fs::write(directory.path().join("ca.pem"), authority).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(end_tls(listener, acceptor, behind));
        Self { emulator, directory, port }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    async fn run(&self, host: &str, arguments: &[&str]) -> Outcome {
        let output = Command::new(env!("CARGO_BIN_EXE_cosput"))
            .args(arguments)
            .args(["-b", BUCKET, "--max-attempts=2", &format!("--endpoint=https://{host}:{}", self.port)])
            .current_dir(self.directory.path())
            .env_clear()
            .envs(windows(&self.path("home")))
            .env("HOME", self.path("home"))
            .env("COSPUT_METADATA_URL", "off")
            .env("COS_SECRET_ID", DEFAULT_SECRET_ID)
            .env("COS_SECRET_KEY", DEFAULT_SECRET_KEY)
            .stdin(Stdio::null())
            .output()
            .await
            .unwrap();
        Outcome::of(output)
    }

    /// Uploads in parts of 1 MiB, or in one request if the file is smaller.
    async fn upload(&self, name: &str, arguments: &[&str]) -> Outcome {
        let usual = ["upload", name, "--part-size=1M", "--multipart-threshold=1M"];
        self.run("127.0.0.1", &[&usual, arguments].concat()).await
    }

    fn object(&self, key: &str) -> Option<Vec<u8>> {
        let path = self.emulator.object_path(&Bucket::new(BUCKET).unwrap(), &Key::new(key).unwrap())?;
        fs::read(path).ok()
    }

    /// The number of requests that passed.
    fn requests(&self) -> usize {
        self.emulator.requests().unwrap().len()
    }
}

/// A new authority as PEM, and a server with a certificate from it.
fn certified() -> (String, TlsAcceptor) {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let certificate = CertificateParams::new(names).unwrap().signed_by(&key, &authority).unwrap();
    let chain = vec![CertificateDer::from(certificate.der().to_vec())];
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    (authority.pem(), TlsAcceptor::from(Arc::new(config)))
}

async fn end_tls(listener: TcpListener, acceptor: TlsAcceptor, behind: SocketAddr) {
    while let Ok((stream, _)) = listener.accept().await {
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            let Ok(mut outside) = acceptor.accept(stream).await else { return };
            let Ok(mut inside) = TcpStream::connect(behind).await else { return };
            let _ = tokio::io::copy_bidirectional(&mut outside, &mut inside).await;
        });
    }
}

#[tokio::test]
async fn a_certificate_of_ones_own_is_not_trusted_by_itself() {
    let setting = Setting::new().await;
    for name in ["small.bin", "large.bin"] {
        let refused = setting.upload(name, &[]).await;
        assert_eq!((refused.code, refused.stdout.as_str()), (Some(1), ""), "{refused:?}");
        assert!(refused.stderr.contains("the server's certificate is not trusted"), "{refused:?}");
        assert!(!refused.stderr.contains("retrying"), "{refused:?}");
        assert_eq!(setting.object(name), None);
    }
    assert_eq!(setting.requests(), 0);
}

#[tokio::test]
async fn a_bundle_makes_it_trusted() {
    let setting = Setting::new().await;
    for (name, size) in [("small.bin", 6349), ("large.bin", LARGE)] {
        let uploaded = setting.upload(name, &["--ca-bundle=ca.pem", "-q"]).await;
        assert_eq!((uploaded.code, uploaded.stderr.as_str()), (Some(0), ""));
        assert!(setting.object(name) == Some(pattern(size)), "{name} is not whole");
    }
    let verified = setting.run("localhost", &["verify", "large.bin", "-q", "--ca-bundle=ca.pem"]).await;
    assert_eq!((verified.code, verified.stderr.as_str()), (Some(0), ""));
}

#[tokio::test]
async fn a_bundle_of_another_authority_does_not() {
    let setting = Setting::new().await;
    fs::write(setting.path("other.pem"), certified().0).unwrap();
    let refused = setting.upload("small.bin", &["--ca-bundle=other.pem"]).await;
    assert_eq!((refused.code, setting.requests()), (Some(1), 0), "{refused:?}");
    assert!(refused.stderr.contains("the server's certificate is not trusted"), "{refused:?}");
}

#[tokio::test]
async fn a_bundle_that_cannot_be_used_is_wrong_usage() {
    let setting = Setting::new().await;
    let whole = fs::read_to_string(setting.path("ca.pem")).unwrap();
    // Truncated inside the certificate: the rest of its Base64 is not a certificate.
    let (first, rest) = whole.split_once('\n').unwrap();
    let broken = format!("{first}\n{}\n-----END CERTIFICATE-----\n", &rest[..64]);
    for (content, why) in [
        (String::new(), "it holds no certificate"),
        ("no PEM\n".to_owned(), "it holds no certificate"),
        (broken, "it holds a certificate that cannot be read"),
    ] {
        fs::write(setting.path("broken.pem"), &content).unwrap();
        let refused = setting.upload("small.bin", &["--ca-bundle=broken.pem"]).await;
        assert_eq!(refused.code, Some(2), "{content:?}: {refused:?}");
        assert_eq!(refused.stderr, format!("error: --ca-bundle broken.pem cannot be used: {why}\n"));
    }
    assert_eq!(setting.requests(), 0);
}

#[tokio::test]
async fn keys_of_ones_own_travel_over_it() {
    let setting = Setting::new().await;
    for (name, size) in [("small.bin", 6349), ("large.bin", LARGE)] {
        let uploaded = setting.upload(name, &["--ca-bundle=ca.pem", "--sse-c-key-file=key", "-q"]).await;
        assert_eq!((uploaded.code, uploaded.stderr.as_str()), (Some(0), ""));
        assert!(setting.object(name) == Some(pattern(size)), "{name} is not whole");
        let verify = ["verify", name, "-q", "--ca-bundle=ca.pem", "--sse-c-key-file=key"];
        let verified = setting.run("127.0.0.1", &verify).await;
        assert_eq!((verified.code, verified.stderr.as_str()), (Some(0), ""));
    }
}
