//! `cosput emulator` as meant.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use super::directories::Places;
use super::server::{no_directory, service};
use crate::cli::args::EmulatorArguments;
use crate::cli::output::failure::Failure;
use crate::cli::process::world::World;
use crate::cos::{Bucket, Edition, Service};

/// The port of `cosput emulator`.
const EMULATOR_PORT: u16 = 9460;

/// `cosput emulator` as meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmulatorOptions {
    /// Where the objects are.
    pub directory: PathBuf,
    /// What it listens on.
    pub listen: SocketAddr,
    /// The service that it is.
    pub service: Service,
    /// How CDCS writes documents.
    pub edition: Edition,
    /// Faults to suffer, as typed.
    pub faults: Vec<String>,
    /// Buckets that exist; empty where each exists once it is used.
    pub buckets: Vec<Bucket>,
    /// Whether results are JSON.
    pub json: bool,
}

impl EmulatorOptions {
    /// What `arguments` mean in this world.
    pub fn new(arguments: EmulatorArguments, world: &World) -> Result<Self, Failure> {
        let EmulatorArguments { dir, listen, service: typed, cdcs_xml, fault, buckets, json } = arguments;
        let (service, edition) = service(typed, cdcs_xml)?;
        let directory = match dir {
            Some(directory) => directory,
            None => Places::of(world).emulator().ok_or_else(|| no_directory("--dir"))?,
        };
        let listen = listen.unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, EMULATOR_PORT)));
        Ok(Self { directory, listen, service, edition, faults: fault, buckets, json })
    }
}
