//! The options of `cosput emulator`.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use super::directories::Directories;
use super::server::{no_directory, service};
use crate::cli::args::EmulatorArguments;
use crate::cli::output::failures::failure::Failure;
use crate::cli::process::world::World;
use crate::cos::{Bucket, Edition, Region, Service};

/// The port of `cosput emulator`.
const EMULATOR_PORT: u16 = 9460;

/// The options of `cosput emulator`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmulatorOptions {
    /// The directory of the objects.
    pub directory: PathBuf,
    /// The address to listen on.
    pub listen: SocketAddr,
    /// The service that it emulates.
    pub service: Service,
    /// The region of the buckets; `None` to accept every region.
    pub region: Option<Region>,
    /// The format of CDCS documents.
    pub edition: Edition,
    /// Faults to inject, as typed.
    pub faults: Vec<String>,
    /// Buckets that exist; empty if every bucket exists.
    pub buckets: Vec<Bucket>,
    /// Whether to print results as JSON.
    pub json: bool,
}

impl EmulatorOptions {
    /// The meaning of the arguments in this world.
    pub fn new(arguments: EmulatorArguments, world: &World) -> Result<Self, Failure> {
        let EmulatorArguments { dir, listen, service: typed, region, cdcs_xml, fault, buckets, json } = arguments;
        let (service, edition) = service(typed, cdcs_xml)?;
        let directory = match dir {
            Some(directory) => directory,
            None => Directories::of(world).emulator().ok_or_else(|| no_directory("--dir"))?,
        };
        let listen = listen.unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, EMULATOR_PORT)));
        Ok(Self { directory, listen, service, region, edition, faults: fault, buckets, json })
    }
}
