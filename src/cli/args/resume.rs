//! `cosput resume` as typed.

use std::path::PathBuf;

use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Args, ValueHint};

use super::encryption::CustomerKeyArguments;
use super::output::{OutputArguments, ProgressArguments, TimingsArguments};
use super::requests::{RateArguments, RequestArguments, parse_traffic_limit};
use super::server::{AccessArguments, EmulatorDirectory};
use crate::cos::TrafficLimit;

const RESUME_VARIABLES: &str = "Every option can also be set by a variable: COSPUT_CONCURRENCY for --concurrency.";

const RESUME_EXAMPLES: &str = "\
Examples:
  Finish all interrupted uploads:
    cosput resume
  Finish one upload with two requests at a time:
    cosput resume --concurrency 2 upload.journal

Every option can also be set by a variable: COSPUT_CONCURRENCY for --concurrency.";

/// Finish interrupted uploads from their journals
#[derive(Debug, Args)]
#[command(after_help = RESUME_VARIABLES, after_long_help = RESUME_EXAMPLES)]
pub struct ResumeArguments {
    /// Journals of the uploads to finish [all]
    ///
    /// Default: all journals in the state directory.
    #[arg(value_name = "JOURNAL")]
    pub journals: Vec<PathBuf>,
    /// URL of the server, if not the journal's
    ///
    /// Default: the server in the journal. Example: https://cos.ap-guangzhou.myqcloud.com.
    #[arg(long, value_name = "URL", help_heading = "Destination")]
    pub endpoint: Option<String>,
    /// Upload to a built-in emulator on this machine
    ///
    /// The emulator runs as long as the command, and keeps the objects in DIR. Default directory: emulator, beside the
    /// directory of the journals. Example: --emulator=/tmp/objects.
    #[arg(long, value_name = "DIR", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    #[arg(value_hint = ValueHint::DirPath)]
    #[arg(value_parser = OsStringValueParser::new().map(EmulatorDirectory::from), conflicts_with = "endpoint")]
    #[arg(help_heading = "Destination")]
    pub emulator: Option<EmulatorDirectory>,
    /// Directory of the journals
    ///
    /// Default: $XDG_STATE_HOME/cosput/uploads or ~/.local/state/cosput/uploads; on macOS ~/Library/Application
    /// Support/cosput/uploads, on Windows %LOCALAPPDATA%\cosput\uploads.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, help_heading = "Destination")]
    pub state_dir: Option<PathBuf>,
    /// The credentials.
    #[command(flatten, next_help_heading = "Credentials")]
    pub access: AccessArguments,
    /// The requests.
    #[command(flatten, next_help_heading = "Transfer")]
    pub requests: RequestArguments,
    /// The speed limit of all requests together.
    #[command(flatten, next_help_heading = "Transfer")]
    pub rate: RateArguments,
    /// Speed limit per request, kept by the server
    ///
    /// From 819200 to 838860800 bits a second, with a unit like 8Mbit or 1MB/s. The limit holds for each request: 8
    /// requests in flight may use 8 times as much. --limit-rate limits all requests together. Default: no limit.
    #[arg(long, value_name = "BITS", value_parser = parse_traffic_limit, help_heading = "Transfer")]
    pub traffic_limit: Option<TrafficLimit>,
    /// The SSE-C key, which no journal keeps.
    #[command(flatten, next_help_heading = "Encryption")]
    pub customer: CustomerKeyArguments,
    /// The progress display.
    #[command(flatten, next_help_heading = "Output")]
    pub progress: ProgressArguments,
    /// The page of timings.
    #[command(flatten, next_help_heading = "Output")]
    pub timings: TimingsArguments,
    /// The output.
    #[command(flatten, next_help_heading = "Output")]
    pub output: OutputArguments,
}
