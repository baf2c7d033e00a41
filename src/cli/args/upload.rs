//! `cosput upload` as typed.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::delta::DeltaArguments;
use super::encryption::EncryptionArguments;
use super::many::ManyArguments;
use super::object::ObjectArguments;
use super::output::{OutputArguments, ProgressArguments, TimingsArguments};
use super::requests::{RateArguments, RequestArguments, parse_traffic_limit};
use super::server::{AccessArguments, ServerArguments};
use super::stdin::StdinArguments;
use super::upload_id::upload_id;
use crate::cli::values::units::parse_size;
use crate::cos::multipart::UploadId;
use crate::cos::{Bucket, TrafficLimit};

const UPLOAD_VARIABLES: &str = "Every option can also be set by a variable: COSPUT_REGION for --region.";

const UPLOAD_EXAMPLES: &str = "\
Examples:
  Upload a file under its own name, or resume its upload:
    cosput upload dist.tar --region ap-guangzhou \\
      --bucket examplebucket-1250000000
  Show what would be uploaded, as JSON:
    cosput upload --dry-run --json dist.tar \\
      cos://examplebucket-1250000000/builds/
  Upload the content of a directory below a prefix:
    cosput upload dist/ -r --exclude '*.map' \\
      cos://examplebucket-1250000000/releases/1.2
  Upload the output of a command:
    tar c dir | cosput upload - \\
      -b examplebucket-1250000000 --key backup.tar
  Try cosput with a server on this machine:
    cosput upload --emulator dist.tar \\
      cos://examplebucket-1250000000

Every option can also be set by a variable: COSPUT_PART_SIZE for --part-size. The command line comes before variables. \
For options without a value, 1, true, yes and on turn the option on, 0, false, no and off turn it off.";

/// Upload files and directories, or resume their upload
#[derive(Debug, Args)]
#[command(after_help = UPLOAD_VARIABLES, after_long_help = UPLOAD_EXAMPLES)]
pub struct UploadArguments {
    /// Files or directories to upload; the last argument may be cos://BUCKET/KEY
    ///
    /// Directories need -r. The source - is stdin. A destination cos://NAME-APPID/KEY replaces --bucket and --key; with
    /// several files it replaces --bucket and --prefix. A key that ends in / gets the file's name appended. Without a
    /// key, the key is the file's name.
    #[arg(value_name = "SOURCE", id = "sources")]
    pub sources: Vec<PathBuf>,
    /// The options for several files.
    #[command(flatten, next_help_heading = "Sources")]
    pub many: ManyArguments,
    /// The destination.
    #[command(flatten, next_help_heading = "Destination")]
    pub location: LocationArguments,
    /// The credentials.
    #[command(flatten, next_help_heading = "Credentials")]
    pub access: AccessArguments,
    /// The transfer.
    #[command(flatten, next_help_heading = "Transfer")]
    pub transfer: TransferArguments,
    /// The requests.
    #[command(flatten, next_help_heading = "Transfer")]
    pub requests: RequestArguments,
    /// The speed limit of all requests together.
    #[command(flatten, next_help_heading = "Transfer")]
    pub rate: RateArguments,
    /// Delta uploads.
    #[command(flatten, next_help_heading = "Transfer")]
    pub delta: DeltaArguments,
    /// The headers and conditions.
    #[command(flatten, next_help_heading = "Object")]
    pub object: ObjectArguments,
    /// The encryption.
    #[command(flatten, next_help_heading = "Encryption")]
    pub encryption: EncryptionArguments,
    /// The options for stdin.
    #[command(flatten, next_help_heading = "Stdin")]
    pub stdin: StdinArguments,
    /// Journals and resuming.
    #[command(flatten, next_help_heading = "Resume")]
    pub resume: JournalArguments,
    /// Show what would be uploaded, send nothing
    ///
    /// Needs no credentials.
    #[arg(short = 'n', long, help_heading = "Output")]
    pub dry_run: bool,
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

/// The destination.
#[derive(Debug, Args)]
pub struct LocationArguments {
    /// Bucket name with APPID
    ///
    /// Example: examplebucket-1250000000.
    #[arg(short, long, value_name = "NAME-APPID", value_parser = Bucket::new)]
    pub bucket: Option<Bucket>,
    /// Object key [file name]
    ///
    /// A key that ends in / gets the file's name appended. Default: the file's name. Example: builds/17/app.zip.
    #[arg(long, value_name = "KEY", conflicts_with = "prefix")]
    pub key: Option<String>,
    /// Key prefix for several files
    ///
    /// One slash joins it with the name of each file. Default: no prefix. Example: builds/17.
    #[arg(long, value_name = "PREFIX")]
    pub prefix: Option<String>,
    /// The server.
    #[command(flatten)]
    pub server: ServerArguments,
}

/// The transfer of an object.
#[derive(Debug, Args)]
pub struct TransferArguments {
    /// Part size, 1MiB to 5GiB [by file size]
    ///
    /// K, M, G and KiB, MiB, GiB are binary; KB, MB, GB are decimal. Default: a 45th of the file, from 1MiB to
    /// 64MiB; larger parts for one file among many and for a file that would need more than 10,000. Example: 64MiB.
    #[arg(long, value_name = "SIZE", value_parser = parse_size, allow_negative_numbers = true)]
    pub part_size: Option<u64>,
    /// Largest file sent in one request [by file size]
    ///
    /// Larger files are sent in parts. At most 5GiB. Default: two parts, from 2MiB for a file that is alone to 16MiB for
    /// one file among many. Example: 16MiB.
    #[arg(long, hide_short_help = true, value_name = "SIZE", value_parser = parse_size, allow_negative_numbers = true)]
    pub multipart_threshold: Option<u64>,
    /// Proof of the bytes: crc64, or md5 in addition [crc64]
    ///
    /// crc64 compares the server's CRC-64 with that of the bytes read; cosput always does this. md5 adds a Content-MD5
    /// header to each request, so that the server checks each request itself; this costs a second pass over the file.
    /// Default: crc64.
    #[arg(long, hide_short_help = true, value_name = "KIND", hide_possible_values = true)]
    pub checksum: Option<ChecksumChoice>,
    /// Speed limit per request, kept by the server
    ///
    /// From 819200 to 838860800 bits a second, with a unit like 8Mbit or 1MB/s. The limit holds for each request: 8
    /// requests in flight may use 8 times as much. --limit-rate limits all requests together. Default: no limit.
    #[arg(long, value_name = "BITS", value_parser = parse_traffic_limit, hide_short_help = true)]
    pub traffic_limit: Option<TrafficLimit>,
}

/// Journals and resuming.
#[derive(Debug, Args)]
pub struct JournalArguments {
    /// Journal file of this upload
    ///
    /// cosput resumes an interrupted upload from its journal. An upload from stdin has no journal. Default: a file in
    /// the state directory.
    #[arg(long, hide_short_help = true, value_name = "FILE")]
    pub journal: Option<PathBuf>,
    /// Directory of the journals
    ///
    /// Default: $XDG_STATE_HOME/cosput/uploads or ~/.local/state/cosput/uploads; on macOS ~/Library/Application
    /// Support/cosput/uploads, on Windows %LOCALAPPDATA%\cosput\uploads.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub state_dir: Option<PathBuf>,
    /// Start over instead of resuming
    ///
    /// An unfinished upload of the same file and key is aborted on the server. Default: cosput resumes it.
    #[arg(long)]
    pub no_resume: bool,
    /// Resume the unfinished upload with this ID
    ///
    /// No journal is needed: a part on the server is used if its ETag is the MD5 of the bytes in the file. cosput
    /// list-uploads shows the IDs.
    #[arg(long, value_name = "ID", hide_short_help = true, conflicts_with = "no_resume")]
    #[arg(value_parser = upload_id)]
    pub resume_upload_id: Option<UploadId>,
    /// Abort a failed upload and delete its parts
    ///
    /// Default: the parts stay on the server, where COS bills them, and the same command resumes the upload.
    #[arg(long)]
    pub abort_on_failure: bool,
}

/// The checksum, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ChecksumChoice {
    /// The server's CRC-64
    Crc64,
    /// Content-MD5 in addition
    Md5,
}
