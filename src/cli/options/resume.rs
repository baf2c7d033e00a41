//! The options of `cosput resume`.

use std::path::PathBuf;

use super::directories::Directories;
use super::object_headers;
use super::output::timings_file;
use super::requests::{AccessOptions, RequestOptions};
use super::server::ResumeServer;
use crate::cli::args::ResumeArguments;
use crate::cli::output::failures::failure::Failure;
use crate::cli::output::output_options::OutputOptions;
use crate::cli::process::world::World;
use crate::cos::{CustomerKey, TrafficLimit};

/// The options of `cosput resume`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResumeOptions {
    /// The journals that were named; empty for all in the state directory.
    pub journals: Vec<PathBuf>,
    /// The directory of the journals, if the platform has one.
    pub state_directory: Option<PathBuf>,
    /// The server.
    pub server: ResumeServer,
    /// The credentials.
    pub access: AccessOptions,
    /// The requests.
    pub requests: RequestOptions,
    /// The speed limit of one request.
    pub traffic_limit: Option<TrafficLimit>,
    /// The SSE-C key of uploads that have one.
    pub sse_c_key: Option<CustomerKey>,
    /// The page of timings, if one is asked for.
    pub timings: Option<PathBuf>,
    /// The output.
    pub output: OutputOptions,
}

impl ResumeOptions {
    /// The meaning of the arguments in this world.
    pub fn new(arguments: ResumeArguments, world: &World) -> Result<Self, Failure> {
        let directories = Directories::of(world);
        let server = ResumeServer::new(arguments.endpoint.as_deref(), arguments.emulator.as_ref(), &directories)?;
        Ok(Self {
            journals: arguments.journals,
            state_directory: arguments.state_dir.or(directories.uploads()),
            server,
            access: AccessOptions::new(arguments.access),
            requests: RequestOptions::new(arguments.requests).at_rate(arguments.rate),
            traffic_limit: arguments.traffic_limit,
            sse_c_key: object_headers::customer_key(arguments.customer.sse_c_key_file.as_deref(), world)?,
            timings: timings_file(arguments.timings)?,
            output: OutputOptions::new(&arguments.progress, &arguments.output, world)?,
        })
    }
}
