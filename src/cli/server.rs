//! The server that a command talks to: one that is there, or the emulator, started for the command.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::console::shown;
use super::exit::Failure;
use super::options::{RequestOptions, Server};
use super::state::Places;
use super::world::World;
use crate::cos::{Addressing, Bucket, Credentials, Endpoint, Key, Provider, Service};
use crate::credentials::{Chain, Environment, Settings};
use crate::emulator::{self, DEFAULT_SECRET_ID, DEFAULT_SECRET_KEY, Emulator};
use crate::upload::http::{Http, Limits};

/// What stands before the directory of an emulator where a journal names its endpoint.
const EMULATOR_PREFIX: &str = "emulator:";

/// A server, ready to be asked.
pub(super) struct Connection {
    /// Where it answers.
    pub(super) endpoint: Endpoint,
    /// How bucket and host go together.
    pub(super) addressing: Addressing,
    /// The endpoint as a journal names it: the emulator's port changes, its directory does not.
    pub(super) name: String,
    /// What sends requests there.
    pub(super) transport: Arc<Http>,
    emulator: Option<Emulator>,
}

impl Connection {
    /// Starts the emulator where one is wanted, and makes sure of credentials.
    pub(super) async fn open(server: &Server, requests: RequestOptions, world: &World) -> Result<Self, Failure> {
        match server {
            Server::At { endpoint, addressing } => {
                let chain = credentials(world);
                chain
                    .credentials((world.clock)(), None)
                    .await
                    .map_err(|error| Failure::NoCredentials(error.to_string()))?;
                Ok(Self {
                    endpoint: endpoint.clone(),
                    addressing: *addressing,
                    name: endpoint.to_string(),
                    transport: transport(Arc::new(chain), requests, world),
                    emulator: None,
                })
            }
            Server::Emulator { directory } => Self::to_emulator(directory, requests, world).await,
        }
    }

    async fn to_emulator(directory: &Path, requests: RequestOptions, world: &World) -> Result<Self, Failure> {
        let credentials = emulator_credentials();
        let options = emulator::Options {
            dir: directory.to_owned(),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            credentials: credentials.clone(),
            buckets: None,
            faults: Vec::new(),
            clock: world.clock,
        };
        let emulator = emulator::start(options).await.map_err(|error| {
            Failure::Other(format!("could not start the emulator in {}: {error}", shown(directory)))
        })?;
        let endpoint = Endpoint::parse(&emulator.url()).map_err(anyhow::Error::from)?;
        let directory = std::path::absolute(directory).unwrap_or_else(|_| directory.to_owned());
        Ok(Self {
            endpoint,
            addressing: Addressing::Path,
            name: format!("{EMULATOR_PREFIX}{}", directory.display()),
            transport: transport(Arc::new(credentials), requests, world),
            emulator: Some(emulator),
        })
    }

    /// The file in which the emulator keeps an object.
    pub(super) fn object_path(&self, bucket: &Bucket, key: &Key) -> Option<PathBuf> {
        self.emulator.as_ref()?.object_path(bucket, key)
    }

    /// Stops the emulator, where one was started.
    pub(super) async fn close(self) {
        if let Some(emulator) = self.emulator {
            emulator.stop().await;
        }
    }
}

/// The server that a journal's endpoint names.
pub(super) fn journalled(endpoint: &str, addressing: Addressing) -> Result<Server, Failure> {
    if let Some(directory) = endpoint.strip_prefix(EMULATOR_PREFIX) {
        return Ok(Server::Emulator { directory: directory.into() });
    }
    let endpoint = Endpoint::parse(endpoint)
        .map_err(|error| Failure::Other(format!("could not use the endpoint of the journal: {error}")))?;
    Ok(Server::At { endpoint, addressing })
}

/// The one pair that the emulator takes where its environment names none.
pub(super) fn emulator_credentials() -> Credentials {
    Credentials::new(DEFAULT_SECRET_ID, DEFAULT_SECRET_KEY, None).expect("the emulator's own pair is well-formed")
}

fn credentials(world: &World) -> Chain {
    let places = Places::of(world);
    let environment =
        Environment { variables: world.variables.all(), home: places.home(), config_dir: places.configuration() };
    Chain::new(Settings { environment, ..Settings::default() })
}

fn transport(provider: Arc<dyn Provider>, requests: RequestOptions, world: &World) -> Arc<Http> {
    let limits = Limits { connect: requests.connect_timeout, stall: requests.stall_timeout };
    Arc::new(Http::new(Service::Cos, provider, world.clock, limits))
}
