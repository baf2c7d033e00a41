//! `cosput upload` as typed.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::many::ManyArguments;
use super::encryption::EncryptionArguments;
use super::object::ObjectArguments;
use super::output::{OutputArguments, ProgressArguments};
use super::requests::{RateArguments, RequestArguments, parse_traffic_limit};
use super::server::{AccessArguments, ServerArguments};
use super::stdin::StdinArguments;
use super::upload_id::upload_id;
use crate::cli::output::units::parse_size;
use crate::cos::multipart::UploadId;
use crate::cos::{Bucket, TrafficLimit};

const UPLOAD_VARIABLES: &str = "Each option can also come from a variable: COSPUT_REGION for --region.";

const UPLOAD_EXAMPLES: &str = "\
Examples:
  Upload a file under its own name, and go on where an interrupted upload stopped:
    cosput upload dist.tar --bucket examplebucket-1250000000 --region ap-guangzhou
  See what would be sent, as JSON:
    cosput upload --dry-run --json dist.tar cos://examplebucket-1250000000/builds/
  Upload what a directory holds, below a prefix:
    cosput upload dist/ -r --exclude '*.map' cos://examplebucket-1250000000/releases/1.2
  Upload what comes through a pipe:
    tar c dir | cosput upload - -b examplebucket-1250000000 --key backup.tar
  Try it without an account, against a server on this machine:
    cosput upload --emulator dist.tar cos://examplebucket-1250000000

Each option can also come from a variable: COSPUT_PART_SIZE for --part-size. What
is typed comes before a variable. For options without a value, 1, true, yes and
on mean yes, 0, false, no and off mean no.";

/// Upload files and directories; go on where an earlier upload stopped
#[derive(Debug, Args)]
#[command(after_help = UPLOAD_VARIABLES, after_long_help = UPLOAD_EXAMPLES)]
pub struct UploadArguments {
    /// What to upload, and at the end, where to
    ///
    /// Files, directories with -r, or - for stdin. The last one may be cos://NAME-APPID/KEY, which stands for --bucket and --key, or with
    /// several files for --bucket and --prefix. A key that ends in / gets the file's name appended; without a key, it is
    /// the file's name.
    #[arg(value_name = "SOURCE", id = "sources")]
    pub sources: Vec<PathBuf>,
    /// What is taken of many sources.
    #[command(flatten, next_help_heading = "What")]
    pub many: ManyArguments,
    /// Where the object goes.
    #[command(flatten, next_help_heading = "Where")]
    pub location: LocationArguments,
    /// Who asks.
    #[command(flatten, next_help_heading = "Who")]
    pub access: AccessArguments,
    /// How it is sent.
    #[command(flatten, next_help_heading = "Transfer")]
    pub transfer: TransferArguments,
    /// How requests are made.
    #[command(flatten, next_help_heading = "Transfer")]
    pub requests: RequestArguments,
    /// How fast all requests together are.
    #[command(flatten, next_help_heading = "Transfer")]
    pub rate: RateArguments,
    /// What the object is to be.
    #[command(flatten, next_help_heading = "Object")]
    pub object: ObjectArguments,
    /// How the server encrypts it.
    #[command(flatten, next_help_heading = "Encryption")]
    pub encryption: EncryptionArguments,
    /// How stdin is read.
    #[command(flatten, next_help_heading = "Stdin")]
    pub stdin: StdinArguments,
    /// What happens before and after an interruption.
    #[command(flatten, next_help_heading = "Resume")]
    pub resume: JournalArguments,
    /// Print what would be sent, send nothing
    ///
    /// It needs no credentials.
    #[arg(short = 'n', long, help_heading = "Output")]
    pub dry_run: bool,
    /// The progress that is shown.
    #[command(flatten, next_help_heading = "Output")]
    pub progress: ProgressArguments,
    /// What is shown.
    #[command(flatten, next_help_heading = "Output")]
    pub output: OutputArguments,
}

/// Where an object goes.
#[derive(Debug, Args)]
pub struct LocationArguments {
    /// Bucket, with its APPID
    ///
    /// An example is examplebucket-1250000000.
    #[arg(short, long, value_name = "NAME-APPID", value_parser = Bucket::new)]
    pub bucket: Option<Bucket>,
    /// Key of the object [the file's name]
    ///
    /// One that ends in / gets the file's name appended. Default: the file's name.
    #[arg(long, value_name = "KEY", conflicts_with = "prefix")]
    pub key: Option<String>,
    /// What the keys of several files begin with
    ///
    /// One slash joins it with their names. Default: nothing.
    #[arg(long, value_name = "PREFIX")]
    pub prefix: Option<String>,
    /// Which server.
    #[command(flatten)]
    pub server: ServerArguments,
}

/// How an object is sent.
#[derive(Debug, Args)]
pub struct TransferArguments {
    /// Size of a part, 1MiB to 5GiB [by file]
    ///
    /// K, M, G and KiB, MiB, GiB are binary; KB, MB, GB are decimal. Default: 16MiB, more
    /// where the file would need more than 10,000 parts.
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub part_size: Option<u64>,
    /// Largest file sent in one piece [16MiB]
    ///
    /// Anything larger is sent in parts. At most 5GiB. Default: 16MiB.
    #[arg(long, hide_short_help = true, value_name = "SIZE", value_parser = parse_size)]
    pub multipart_threshold: Option<u64>,
    /// crc64, or md5 in addition [crc64]
    ///
    /// It says what proves the bytes. crc64 compares the server's checksum with that of the bytes read, always. md5 adds
    /// Content-MD5 to each request, which costs a second pass over the file. Default: crc64.
    #[arg(long, hide_short_help = true, value_name = "KIND", hide_possible_values = true)]
    pub checksum: Option<ChecksumChoice>,
    /// The server's speed limit, per request
    ///
    /// So many bits a second, 819200 to 838860800, with a unit like 8Mbit or 1MB/s. It holds for each request: with 8 in
    /// flight, 8 times as much moves; --limit-rate holds for all together. Default: no limit.
    #[arg(long, value_name = "BITS", value_parser = parse_traffic_limit, hide_short_help = true)]
    pub traffic_limit: Option<TrafficLimit>,
}

/// What happens before and after an interruption.
#[derive(Debug, Args)]
pub struct JournalArguments {
    /// Journal of this upload
    ///
    /// From it an interrupted upload goes on. An upload of stdin has none. Default: a file in the state directory.
    #[arg(long, hide_short_help = true, value_name = "FILE")]
    pub journal: Option<PathBuf>,
    /// Directory of the journals
    ///
    /// Default: $XDG_STATE_HOME/cosput/uploads or ~/.local/state/cosput/uploads; on macOS
    /// ~/Library/Application Support/cosput/uploads, on Windows %LOCALAPPDATA%\cosput\uploads.
    #[arg(long, value_name = "DIR")]
    pub state_dir: Option<PathBuf>,
    /// Start anew, whatever a journal says
    #[arg(long)]
    pub no_resume: bool,
    /// Go on with this unfinished upload
    ///
    /// It needs no journal: a part on the server counts where its ETag is the MD5 of the file's bytes. cosput list-uploads
    /// shows the ids.
    #[arg(long, value_name = "ID", hide_short_help = true, conflicts_with = "no_resume")]
    #[arg(value_parser = upload_id)]
    pub resume_upload_id: Option<UploadId>,
    /// Leave no parts on the server
    ///
    /// A failed upload is aborted on the server, and its parts are not kept for a resume.
    #[arg(long)]
    pub abort_on_failure: bool,
}

/// What proves the bytes, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ChecksumChoice {
    /// The server's CRC-64
    Crc64,
    /// Content-MD5 in addition
    Md5,
}
