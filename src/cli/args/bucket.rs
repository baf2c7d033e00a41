//! The options of commands that send requests to one bucket outside an upload, as typed.

use clap::Args;

use super::output::OutputArguments;
use super::requests::RequestArguments;
use super::server::{AccessArguments, ServerArguments};
use crate::cos::Bucket;

/// A bucket, its server, and the requests to it.
#[derive(Debug, Args)]
pub struct BucketArguments {
    /// Bucket name with APPID
    ///
    /// Example: examplebucket-1250000000.
    #[arg(short, long, value_name = "NAME-APPID", value_parser = Bucket::new, help_heading = "Destination")]
    pub bucket: Option<Bucket>,
    /// The server.
    #[command(flatten, next_help_heading = "Destination")]
    pub server: ServerArguments,
    /// The credentials.
    #[command(flatten, next_help_heading = "Credentials")]
    pub access: AccessArguments,
    /// The requests.
    #[command(flatten, next_help_heading = "Transfer")]
    pub requests: RequestArguments,
    /// The output.
    #[command(flatten, next_help_heading = "Output")]
    pub output: OutputArguments,
}
