//! `cosput resume` as typed.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser};

use super::encryption::CustomerKeyArguments;
use super::output::{OutputArguments, ProgressArguments};
use super::requests::{RateArguments, RequestArguments, parse_traffic_limit};
use super::server::{AccessArguments, EmulatorDirectory};
use crate::cos::TrafficLimit;

const RESUME_VARIABLES: &str = "Each option can also come from a variable: COSPUT_CONCURRENCY for --concurrency.";

const RESUME_EXAMPLES: &str = "\
Examples:
  Finish everything that was interrupted:
    cosput resume
  Finish one upload, more gently:
    cosput resume --concurrency 2 upload.journal

Each option can also come from a variable: COSPUT_CONCURRENCY for --concurrency.";

/// Finish interrupted uploads from their journals
#[derive(Debug, Args)]
#[command(after_help = RESUME_VARIABLES, after_long_help = RESUME_EXAMPLES)]
pub struct ResumeArguments {
    /// Journals of the uploads to finish [all]
    ///
    /// Default: all in the state directory.
    #[arg(value_name = "JOURNAL")]
    pub journals: Vec<PathBuf>,
    /// Address of the service, if not the journal's
    ///
    /// An example is https://cos.ap-guangzhou.myqcloud.com. Default: what the journal says.
    #[arg(long, value_name = "URL", help_heading = "Where")]
    pub endpoint: Option<String>,
    /// Use a server of its own, here
    ///
    /// A COS server runs on this machine for the time of the command, with its objects in DIR. Default directory: emulator, beside the directory of the journals.
    #[arg(long, value_name = "DIR", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    #[arg(value_parser = OsStringValueParser::new().map(EmulatorDirectory::from), conflicts_with = "endpoint")]
    #[arg(help_heading = "Where")]
    pub emulator: Option<EmulatorDirectory>,
    /// Directory of the journals
    ///
    /// Default: $XDG_STATE_HOME/cosput/uploads or ~/.local/state/cosput/uploads; on macOS
    /// ~/Library/Application Support/cosput/uploads, on Windows %LOCALAPPDATA%\cosput\uploads.
    #[arg(long, value_name = "DIR", help_heading = "Where")]
    pub state_dir: Option<PathBuf>,
    /// Who asks.
    #[command(flatten, next_help_heading = "Who")]
    pub access: AccessArguments,
    /// How requests are made.
    #[command(flatten, next_help_heading = "Transfer")]
    pub requests: RequestArguments,
    /// How fast all requests together are.
    #[command(flatten, next_help_heading = "Transfer")]
    pub rate: RateArguments,
    /// The server's speed limit, per request
    ///
    /// So many bits a second, 819200 to 838860800, with a unit like 8Mbit or 1MB/s. It holds for each request: with 8 in
    /// flight, 8 times as much moves; --limit-rate holds for all together. Default: no limit.
    #[arg(long, value_name = "BITS", value_parser = parse_traffic_limit, help_heading = "Transfer")]
    pub traffic_limit: Option<TrafficLimit>,
    /// The key of SSE-C, which no journal keeps.
    #[command(flatten, next_help_heading = "Encryption")]
    pub customer: CustomerKeyArguments,
    /// The progress that is shown.
    #[command(flatten, next_help_heading = "Output")]
    pub progress: ProgressArguments,
    /// What is shown.
    #[command(flatten, next_help_heading = "Output")]
    pub output: OutputArguments,
}
