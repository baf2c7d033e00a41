//! The options of commands that send requests to one bucket outside an upload, as typed.

use clap::Args;

use super::output::OutputArguments;
use super::requests::RequestArguments;
use super::server::{AccessArguments, ServerArguments};
use crate::cos::Bucket;

/// Which bucket is asked, and how.
#[derive(Debug, Args)]
pub struct BucketArguments {
    /// Bucket, with its APPID
    ///
    /// An example is examplebucket-1250000000.
    #[arg(short, long, value_name = "NAME-APPID", value_parser = Bucket::new, help_heading = "Where")]
    pub bucket: Option<Bucket>,
    /// Which server.
    #[command(flatten, next_help_heading = "Where")]
    pub server: ServerArguments,
    /// Who asks.
    #[command(flatten, next_help_heading = "Who")]
    pub access: AccessArguments,
    /// How requests are made.
    #[command(flatten, next_help_heading = "Transfer")]
    pub requests: RequestArguments,
    /// What is shown.
    #[command(flatten, next_help_heading = "Output")]
    pub output: OutputArguments,
}
