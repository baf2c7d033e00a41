//! The server that a command talks to: one that is there, or the emulator, started for the command.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use reqwest::{Certificate, ClientBuilder};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::cli::options::directories::Directories;
use crate::cli::options::{AccessOptions, RequestOptions, Server};
use crate::cli::output::console::{Console, shown};
use crate::cli::output::failure::Failure;
use crate::cli::process::paths::absolute;
use crate::cli::process::world::World;
use crate::cos::{Address, Addressing, Bucket, Credentials, Edition, Endpoint, Key, Provider, Service};
use crate::credentials::{Chain, Environment, Settings};
use crate::emulator;
use crate::emulator::{DEFAULT_SECRET_ID, DEFAULT_SECRET_KEY, Emulator};
use crate::upload::wire::http;
use crate::upload::wire::http::{Http, Limits};
use crate::upload::wire::pace::Pacer;

/// What stands before the directory of an emulator where a journal names its endpoint.
const EMULATOR_PREFIX: &str = "emulator:";

/// Where a server is, and how it is spoken to.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    /// Where it answers.
    pub(crate) endpoint: Endpoint,
    /// The service that answers there.
    pub(crate) service: Service,
    /// How documents for CDCS are written.
    pub(crate) edition: Edition,
    /// How bucket and host go together.
    pub(crate) addressing: Addressing,
    /// The endpoint as a journal names it: the emulator's port changes, its directory does not.
    pub(crate) name: String,
}

/// A server, ready to be asked.
pub(crate) struct Connection {
    /// Where it is.
    pub(crate) site: Site,
    /// What sends requests there.
    pub(crate) transport: Arc<Http>,
    emulator: Option<Emulator>,
}

impl Connection {
    /// Starts the emulator where one is wanted, and makes sure of credentials. `verbose` says whose they are.
    pub(crate) async fn open(
        server: &Server,
        requests: RequestOptions,
        access: &AccessOptions,
        verbose: bool,
        world: &World,
        console: &Console,
    ) -> Result<Self, Failure> {
        match server {
            Server::At { service, edition, endpoint, addressing } => {
                let client = client(endpoint, requests, access)?;
                let chain = credentials(access, world);
                chain
                    .credentials((world.clock)(), None)
                    .await
                    .map_err(|error| Failure::NoCredentials(error.to_string()))?;
                if let Some(source) = chain.source() {
                    console.detail_once(verbose, &format!("credentials from {source}"));
                }
                let usable = endpoint.clone();
                Ok(Self {
                    site: Site {
                        endpoint: if access.no_backup_domain { usable.pinned() } else { usable },
                        service: *service,
                        edition: *edition,
                        addressing: *addressing,
                        name: endpoint.to_string(),
                    },
                    transport: transport(*service, client, Arc::new(chain), requests, world)?,
                    emulator: None,
                })
            }
            Server::Emulator { service, edition, directory } => {
                Self::to_emulator((*service, *edition), directory, requests, access, world).await
            }
        }
    }

    async fn to_emulator(
        (service, edition): (Service, Edition),
        directory: &Path,
        requests: RequestOptions,
        access: &AccessOptions,
        world: &World,
    ) -> Result<Self, Failure> {
        let credentials = emulator_credentials();
        let options = emulator::Options {
            dir: directory.to_owned(),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            service,
            cdcs_xml: edition == Edition::Xml,
            credentials: vec![credentials.clone()],
            region: None,
            buckets: None,
            faults: Vec::new(),
            clock: world.clock,
        };
        let emulator = emulator::start(options).await.map_err(|error| {
            Failure::Other(format!("could not start the emulator in {}: {error}", shown(directory)))
        })?;
        let endpoint = Endpoint::parse(&emulator.url()).map_err(anyhow::Error::from)?;
        let directory = absolute(directory);
        let client = client(&endpoint, requests, access)?;
        let name = format!("{EMULATOR_PREFIX}{}", directory.display());
        Ok(Self {
            site: Site { endpoint, service, edition, addressing: Addressing::Path, name },
            transport: transport(service, client, Arc::new(credentials), requests, world)?,
            emulator: Some(emulator),
        })
    }

    /// The file in which the emulator keeps an object.
    pub(crate) fn object_path(&self, bucket: &Bucket, key: &Key) -> Option<PathBuf> {
        self.emulator.as_ref()?.object_path(bucket, key)
    }

    /// Stops the emulator, where one was started.
    pub(crate) async fn close(self) {
        if let Some(emulator) = self.emulator {
            emulator.stop().await;
        }
    }
}

/// The server that a journal names; `address` is the journal's but for its endpoint.
pub(crate) fn journalled(endpoint: &str, address: &Address) -> Result<Server, Failure> {
    if let Some(directory) = endpoint.strip_prefix(EMULATOR_PREFIX) {
        let &Address { service, edition, .. } = address;
        return Ok(Server::Emulator { service, edition, directory: directory.into() });
    }
    let endpoint = Endpoint::parse(endpoint)
        .map_err(|error| Failure::Other(format!("could not use the endpoint of the journal: {error}")))?;
    Ok(Server::new(endpoint, address))
}

/// The one pair that the emulator takes where its environment names none.
pub(crate) fn emulator_credentials() -> Credentials {
    Credentials::new(DEFAULT_SECRET_ID, DEFAULT_SECRET_KEY, None).expect("the emulator's own pair is well-formed")
}

/// Where credentials are looked for.
pub(crate) fn credentials(access: &AccessOptions, world: &World) -> Chain {
    let directories = Directories::of(world);
    let environment = Environment {
        variables: world.variables.all(),
        home: directories.home(),
        config_dir: directories.configuration(),
    };
    let (config, profile) = (access.config.clone(), access.profile.clone());
    Chain::new(Settings { environment, config, profile, ..Settings::default() })
}

fn transport(
    service: Service,
    client: ClientBuilder,
    provider: Arc<dyn Provider>,
    requests: RequestOptions,
    world: &World,
) -> Result<Arc<Http>, Failure> {
    let http = Http::over(client, service, provider, world.clock, limits(requests))
        .map_err(|error| Failure::Other(format!("could not make a client: {error}")))?;
    let http = http.paced(requests.limit_rate.map(Pacer::new));
    Ok(Arc::new(if requests.max_attempts == 1 { http.for_one_attempt() } else { http }))
}

fn limits(requests: RequestOptions) -> Limits {
    Limits { connect: requests.connect_timeout, stall: requests.stall_timeout }
}

/// A client for an endpoint. The library reads the usual variables for proxies, in either case; a proxy elsewhere cannot
/// reach what answers on this machine.
fn client(endpoint: &Endpoint, requests: RequestOptions, access: &AccessOptions) -> Result<ClientBuilder, Failure> {
    let client = http::client(limits(requests));
    let client = if endpoint.is_loopback() { client.no_proxy() } else { client };
    let bundle = access.ca_bundle.as_deref().map(certificates).transpose()?;
    Ok(match bundle {
        // To learn whom to trust costs more than a small upload; one that trusts nobody reads no certificates.
        _ if !endpoint.is_https() => client.tls_certs_only([]),
        Some(bundle) => client.tls_certs_merge(bundle),
        None => client,
    })
}

fn certificates(file: &Path) -> Result<Vec<Certificate>, Failure> {
    let refuse = |why: String| Failure::usage(format!("--ca-bundle {} cannot be used: {why}", shown(file)));
    let pem = std::fs::read(file).map_err(|error| refuse(error.to_string()))?;
    let unreadable = || refuse("it holds a certificate that cannot be read".to_owned());
    let certificates = Certificate::from_pem_bundle(&pem).map_err(|_| unreadable())?;
    if certificates.is_empty() {
        return Err(refuse("it holds no certificate".to_owned()));
    }
    // The library looks into them only when the client is made.
    for certificate in CertificateDer::pem_slice_iter(&pem) {
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
        assert_eq!(
            refusal(b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"),
            "--ca-bundle FILE cannot be used: it holds a certificate that cannot be read"
        );
        let missing = certificates(Path::new("/nowhere/ca.pem")).unwrap_err().report();
        assert_eq!(missing.exit_code, 2);
    }
}
