//! The server that a command sends requests to: a service, or an emulator started for the command.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::task::spawn_blocking;

use super::client::Client;
use crate::cli::options::directories::Directories;
use crate::cli::options::{AccessOptions, RequestOptions, Server};
use crate::cli::output::console::{Console, shown};
use crate::cli::output::failures::failure::Failure;
use crate::cli::process::limits;
use crate::cli::process::paths::absolute;
use crate::cli::process::world::World;
use crate::cos::{Address, Addressing, Bucket, Credentials, Edition, Endpoint, Key, Provider, Service};
use crate::credentials::{Chain, Environment, Settings};
use crate::emulator;
use crate::emulator::{DEFAULT_SECRET_ID, DEFAULT_SECRET_KEY, Emulator};
use crate::language::{Message, message};
use crate::upload::threads;
use crate::upload::wire::http::Http;

/// How a journal writes the endpoint of an emulator: this prefix, and its directory.
const EMULATOR_PREFIX: &str = "emulator:";

/// The fewest files that must be free if this process is client and server: those of the upload, of the emulator, and both
/// ends of each connection.
const FILES_OF_BOTH_SIDES: u64 = 14;

/// The address of a server and the service that it runs.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    /// The endpoint.
    pub(crate) endpoint: Endpoint,
    /// The service.
    pub(crate) service: Service,
    /// The edition of CDCS, which decides how documents are written.
    pub(crate) edition: Edition,
    /// How the bucket becomes part of the URL.
    pub(crate) addressing: Addressing,
    /// The endpoint as a journal records it: an emulator's port changes, its directory does not.
    pub(crate) name: String,
}

/// An open connection to a server.
pub(crate) struct Connection {
    /// The server's address.
    pub(crate) site: Site,
    /// Sends requests to the server.
    pub(crate) transport: Arc<Http>,
    emulator: Option<Emulator>,
}

impl Connection {
    /// Starts the emulator if requested, and finds credentials. With `verbose`, reports where they were found.
    pub(crate) async fn open(
        server: &Server,
        requests: RequestOptions,
        access: &AccessOptions,
        verbose: bool,
        world: &World,
        console: &Console,
    ) -> Result<Self, Failure> {
        let (connection, chain) = Self::before_credentials(server, requests, access, world).await?;
        if let Some(chain) = chain {
            if console.has_use_for_details(verbose) {
                let ignored = settings(access, world).ignored_files();
                ignored.iter().for_each(|file| console.detail_once(verbose, &message!("ignoring {file}", file)));
            }
            chain.credentials((world.clock)(), None).await.map_err(Failure::NoCredentials)?;
            if let Some(source) = chain.source() {
                console.detail_once(verbose, &message!("credentials from {source}", source));
            }
        }
        Ok(connection)
    }

    /// The same, but credentials are searched when the first request is signed. An emulator has its own.
    pub(crate) async fn before_credentials(
        server: &Server,
        requests: RequestOptions,
        access: &AccessOptions,
        world: &World,
    ) -> Result<(Self, Option<Arc<Chain>>), Failure> {
        match server {
            Server::At { service, edition, endpoint, addressing } => {
                let client = Client::new(endpoint, requests, access, world)?;
                let chain = Arc::new(credentials(access, world));
                let usable = endpoint.clone();
                let connection = Self {
                    site: Site {
                        endpoint: if access.no_backup_domain { usable.pinned() } else { usable },
                        service: *service,
                        edition: *edition,
                        addressing: *addressing,
                        name: endpoint.to_string(),
                    },
                    transport: client.into_transport(*service, chain.clone(), requests, world)?,
                    emulator: None,
                };
                Ok((connection, Some(chain)))
            }
            Server::Emulator { service, edition, directory } => {
                let emulator = Self::to_emulator((*service, *edition), directory, requests, access, world).await?;
                Ok((emulator, None))
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
        let failed = |why: Message| {
            Failure::Other(message!(
                "could not start the emulator in {directory}: {why}",
                directory = shown(directory),
                why
            ))
        };
        if let Some(missing) = limits::shortage((world.open_files)(), FILES_OF_BOTH_SIDES) {
            return Err(failed(missing));
        }
        reserve_thread().await.map_err(failed)?;
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
        let emulator = emulator::start(options).await.map_err(|error| failed(error.to_string().into()))?;
        let endpoint = Endpoint::parse(&emulator.url()).map_err(anyhow::Error::from)?;
        let client = Client::new(&endpoint, requests, access, world)?;
        let name = format!("{EMULATOR_PREFIX}{}", absolute(directory).display());
        Ok(Self {
            site: Site { endpoint, service, edition, addressing: Addressing::Path, name },
            transport: client.into_transport(service, Arc::new(credentials), requests, world)?,
            emulator: Some(emulator),
        })
    }

    /// The name of a server in journals and plans.
    pub(crate) fn name_of(server: &Server) -> String {
        match server {
            Server::At { endpoint, .. } => endpoint.to_string(),
            Server::Emulator { directory, .. } => format!("{EMULATOR_PREFIX}{}", absolute(directory).display()),
        }
    }

    /// The file in which the emulator keeps an object.
    pub(crate) fn object_path(&self, bucket: &Bucket, key: &Key) -> Option<PathBuf> {
        self.emulator.as_ref()?.object_path(bucket, key)
    }

    /// Stops the emulator, if one was started.
    pub(crate) async fn close(self) {
        if let Some(emulator) = self.emulator {
            emulator.stop().await;
        }
    }
}

/// The server that a journal names. The endpoint of `address` is ignored.
pub(crate) fn journalled(endpoint: &str, address: &Address) -> Result<Server, Failure> {
    if let Some(directory) = endpoint.strip_prefix(EMULATOR_PREFIX) {
        let &Address { service, edition, .. } = address;
        return Ok(Server::Emulator { service, edition, directory: directory.into() });
    }
    let endpoint = Endpoint::parse(endpoint)
        .map_err(|error| Failure::Other(message!("could not use the endpoint of the journal: {error}", error)))?;
    Ok(Server::new(endpoint, address))
}

/// Refuses to run the emulator without a second thread: it writes files on one. If threads are scarce, the thread is started
/// now, before a journal takes the last one.
pub(crate) async fn reserve_thread() -> Result<(), Message> {
    if !threads::are_scarce() {
        return Ok(());
    }
    if threads::available(1) == 0 {
        return Err(message!("no more threads can be started (ulimit -u, or a limit of the container)"));
    }
    spawn_blocking(|| ()).await.map_err(|error| error.to_string().into())
}

/// The emulator's default keys; its environment can set others.
pub(crate) fn emulator_credentials() -> Credentials {
    Credentials::new(DEFAULT_SECRET_ID, DEFAULT_SECRET_KEY, None).expect("the emulator's own pair is well-formed")
}

/// The places to look for credentials.
pub(crate) fn credentials(access: &AccessOptions, world: &World) -> Chain {
    Chain::new(settings(access, world))
}

fn settings(access: &AccessOptions, world: &World) -> Settings {
    let directories = Directories::of(world);
    let environment = Environment {
        variables: world.variables.all(),
        home: directories.home(),
        config_dir: directories.configuration(),
    };
    let (config, profile) = (access.config.clone(), access.profile.clone());
    Settings { environment, config, profile, ..Settings::default() }
}
