//! `cosput resume` as meant.

use std::path::PathBuf;

use super::directories::Places;
use super::object_headers;
use super::output::OutputOptions;
use super::requests::{AccessOptions, RequestOptions};
use super::server::ResumeServer;
use crate::cli::args::ResumeArguments;
use crate::cli::output::failure::Failure;
use crate::cli::process::world::World;
use crate::cos::{CustomerKey, TrafficLimit};

/// `cosput resume` as meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResumeOptions {
    /// The journals that were named; empty for all in the state directory.
    pub journals: Vec<PathBuf>,
    /// Where journals are; `None` where the platform gives no place for them.
    pub state_directory: Option<PathBuf>,
    /// Which server.
    pub server: ResumeServer,
    /// Who asks.
    pub access: AccessOptions,
    /// How requests are made.
    pub requests: RequestOptions,
    /// How fast the server takes one request.
    pub traffic_limit: Option<TrafficLimit>,
    /// The SSE-C key, for uploads that were begun with one.
    pub sse_c_key: Option<CustomerKey>,
    /// What is shown.
    pub output: OutputOptions,
}

impl ResumeOptions {
    /// What `arguments` mean in this world.
    pub fn new(arguments: ResumeArguments, world: &World) -> Result<Self, Failure> {
        let places = Places::of(world);
        let server = ResumeServer::new(arguments.endpoint.as_deref(), arguments.emulator.as_ref(), &places)?;
        Ok(Self {
            journals: arguments.journals,
            state_directory: arguments.state_dir.or(places.uploads()),
            server,
            access: AccessOptions::new(arguments.access),
            requests: RequestOptions::new(arguments.requests).at_rate(arguments.rate),
            traffic_limit: arguments.traffic_limit,
            sse_c_key: object_headers::customer_key(arguments.customer.sse_c_key_file.as_deref(), world)?,
            output: OutputOptions::new(&arguments.progress, &arguments.output, world)?,
        })
    }
}
