//! What was typed: the one definition behind parsing, help, man pages and completions.
//!
//! Nothing here has a default; `options` says what was meant. Variables come in through `variables`.

#![expect(
    rustdoc::broken_intra_doc_links,
    rustdoc::bare_urls,
    reason = "these comments are help texts: defaults stand in brackets, and a terminal shows addresses as they are"
)]

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::destination::Destination;
use super::units::{parse_bit_rate, parse_duration, parse_size};
use super::upkeep::{AbortArguments, CredentialsArguments, ListPartsArguments, ListUploadsArguments, VerifyArguments};
use crate::cos::encryption::KmsContext;
use crate::cos::headers::{Field, InvalidHeader, Metadata, Tag, check_value};
use crate::cos::multipart::UploadId;
use crate::cos::{Bucket, Region, TrafficLimit};
use crate::upload::window::Concurrency;

const EXAMPLES: &str = "\
Examples:
  cosput upload dist.tar -b examplebucket-1250000000 --region ap-guangzhou
  cosput upload --emulator dist.tar cos://examplebucket-1250000000/builds/
  cosput resume

Each option can also come from a variable: COSPUT_REGION for --region.";

const UPLOAD_VARIABLES: &str = "Each option can also come from a variable: COSPUT_REGION for --region.";
const RESUME_VARIABLES: &str = "Each option can also come from a variable: COSPUT_CONCURRENCY for --concurrency.";
const EMULATOR_VARIABLES: &str = "Each option can also come from a variable: COSPUT_LISTEN for --listen.";

const UPLOAD_EXAMPLES: &str = "\
Examples:
  Upload a file under its own name, and go on where an interrupted upload stopped:
    cosput upload dist.tar --bucket examplebucket-1250000000 --region ap-guangzhou
  See what would be sent, as JSON:
    cosput upload --dry-run --json dist.tar cos://examplebucket-1250000000/builds/
  Try it without an account, against a server on this machine:
    cosput upload --emulator dist.tar cos://examplebucket-1250000000

Each option can also come from a variable: COSPUT_PART_SIZE for --part-size. What
is typed comes before a variable. For options without a value, 1, true, yes and
on mean yes, 0, false, no and off mean no.";

const RESUME_EXAMPLES: &str = "\
Examples:
  Finish everything that was interrupted:
    cosput resume
  Finish one upload, more gently:
    cosput resume --concurrency 2 upload.journal

Each option can also come from a variable: COSPUT_CONCURRENCY for --concurrency.";

const EMULATOR_EXAMPLES: &str = "\
Examples:
  Serve objects from a directory, and upload to it from another shell:
    cosput emulator --dir /tmp/objects
    COS_SECRET_ID=AKIDcosputemulator COS_SECRET_KEY=cosput-emulator-secret \\
      cosput upload --endpoint http://127.0.0.1:9460 a.txt cos://examplebucket-1250000000

Each option can also come from a variable: COSPUT_LISTEN for --listen.";

/// Upload files to Tencent Cloud COS: verified, resumable, in bounded memory
#[derive(Debug, Parser)]
#[command(name = "cosput", version, after_help = EXAMPLES, max_term_width = 80, arg_required_else_help = true)]
#[command(disable_help_subcommand = true)]
pub struct Arguments {
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// A command as typed.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Upload a file; go on where an earlier upload of it stopped
    Upload(Box<UploadArguments>),
    /// Finish interrupted uploads from their journals
    Resume(ResumeArguments),
    /// List the unfinished uploads in a bucket
    ListUploads(ListUploadsArguments),
    /// List the parts of an unfinished upload
    ListParts(ListPartsArguments),
    /// Abort unfinished uploads, with their parts
    Abort(AbortArguments),
    /// Compare a file with an object
    Verify(VerifyArguments),
    /// Show which credentials are used
    Credentials(CredentialsArguments),
    /// Run a COS server on this machine, with its objects in a directory
    Emulator(EmulatorArguments),
    /// Print completions for a shell
    Completions(CompletionsArguments),
    /// Write the man pages into a directory
    Man(ManArguments),
}

impl Command {
    /// The file that keeps what is told, where one is named.
    pub fn log_file(&self) -> Option<&Path> {
        let file = match self {
            Self::Upload(typed) => &typed.output.log_file,
            Self::Resume(typed) => &typed.output.log_file,
            Self::ListUploads(typed) => &typed.inquiry.output.log_file,
            Self::ListParts(typed) => &typed.inquiry.output.log_file,
            Self::Abort(typed) => &typed.inquiry.output.log_file,
            Self::Verify(typed) => &typed.inquiry.output.log_file,
            Self::Credentials(_) | Self::Emulator(_) | Self::Completions(_) | Self::Man(_) => &None,
        };
        file.as_deref()
    }
}

/// `cosput upload` as typed.
#[derive(Debug, Args)]
#[command(after_help = UPLOAD_VARIABLES, after_long_help = UPLOAD_EXAMPLES)]
pub struct UploadArguments {
    /// File to upload
    #[arg(value_name = "SOURCE")]
    pub source: PathBuf,
    /// Where to: cos://NAME-APPID/KEY
    ///
    /// It stands for --bucket and --key. A key that ends in / gets the file's name appended; without a key, it
    /// is the file's name.
    #[arg(value_name = "DESTINATION", value_parser = Destination::parse, conflicts_with_all = ["bucket", "key"])]
    pub destination: Option<Destination>,
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
    /// What the object is to be.
    #[command(flatten, next_help_heading = "Object")]
    pub object: ObjectArguments,
    /// How the server encrypts it.
    #[command(flatten, next_help_heading = "Encryption")]
    pub encryption: EncryptionArguments,
    /// What happens before and after an interruption.
    #[command(flatten, next_help_heading = "Resume")]
    pub resume: JournalArguments,
    /// Print what would be sent, send nothing
    ///
    /// It needs no credentials.
    #[arg(short = 'n', long, help_heading = "Output")]
    pub dry_run: bool,
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
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// Which server.
    #[command(flatten)]
    pub server: ServerArguments,
}

/// Which server answers.
#[derive(Debug, Args)]
pub struct ServerArguments {
    /// Region, like ap-guangzhou
    ///
    /// It is where the bucket is. Needed unless --endpoint, --accelerate or --emulator is given.
    #[arg(long, value_name = "REGION", value_parser = Region::new)]
    pub region: Option<Region>,
    /// Address of the service, if not the region's
    ///
    /// An example is https://cos.ap-guangzhou.myqcloud.com. Default: the public address of the service in the region.
    #[arg(long, value_name = "URL")]
    pub endpoint: Option<String>,
    /// cos, or cdcs for a data coffer [cos]
    ///
    /// With cdcs, 数据保险箱, --bucket names a coffer. Objects there are written once: an existing key is never replaced, and
    /// an unfinished upload keeps its key until it is resumed or aborted. There is no CRC-64 to compare, so the MD5 of
    /// each part is compared with its ETag; where ETags are not MD5s, --checksum md5 has the server compare. Default: cos.
    #[arg(long, value_name = "SERVICE", hide_possible_values = true)]
    pub service: Option<ServiceChoice>,
    /// Speak the older edition of CDCS, in XML
    ///
    /// Answers are understood in either edition. It goes with --service cdcs. Default: JSON, the newer edition.
    #[arg(long, hide_short_help = true)]
    pub cdcs_xml: bool,
    /// auto, virtual, path or cname [auto]
    ///
    /// It says how bucket and host go together. Default: auto, which is path for CDCS, IP addresses and localhost, else virtual.
    #[arg(long, value_name = "STYLE", hide_possible_values = true)]
    pub addressing: Option<AddressingChoice>,
    /// Use the global acceleration domain
    ///
    /// It is cos.accelerate.myqcloud.com. Acceleration must be on for the bucket, and is charged.
    #[arg(long, hide_short_help = true, conflicts_with_all = ["endpoint", "emulator"])]
    pub accelerate: bool,
    /// Use the domain inside Tencent Cloud
    ///
    /// It is cos-internal.REGION.tencentcos.cn, or cos-internal.accelerate.tencentcos.cn with --accelerate, and answers
    /// nobody outside Tencent Cloud.
    #[arg(long, hide_short_help = true, conflicts_with_all = ["endpoint", "emulator"])]
    pub internal: bool,
    /// Use a server of its own, here
    ///
    /// A COS server runs on this machine for the time of the command, with its objects in DIR. Default directory: emulator, beside the directory of the journals.
    #[arg(long, value_name = "DIR", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    #[arg(value_parser = OsStringValueParser::new().map(EmulatorDirectory::from), conflicts_with = "endpoint")]
    pub emulator: Option<EmulatorDirectory>,
}

/// Who asks, and what is trusted on the way.
#[derive(Debug, Clone, Args)]
pub struct AccessArguments {
    /// Who asks.
    #[command(flatten)]
    pub identity: IdentityArguments,
    /// Certificates to trust in addition
    ///
    /// A file of PEM certificates, trusted besides those of the system.
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub ca_bundle: Option<PathBuf>,
    /// Never go to the backup domain
    ///
    /// Where a BUCKET.cos.REGION.myqcloud.com does not answer, or something else answers in its place, the last attempt
    /// and what follows it go to the same bucket at tencentcos.cn.
    #[arg(long, hide_short_help = true)]
    pub no_backup_domain: bool,
}

/// Who asks.
#[derive(Debug, Clone, Args)]
pub struct IdentityArguments {
    /// Profile of the configuration [default]
    ///
    /// It is a table of the configuration file. Its credentials are then asked for before all others. Default: default.
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Configuration file
    ///
    /// TOML, a table a profile: any option's long name with _ for -, such as part_size = "32MiB", and secret_id,
    /// secret_key, session_token, expires or credential_process. What is typed comes first, then variables, then the
    /// file. Default: $XDG_CONFIG_HOME/cosput/config.toml or ~/.config/cosput/config.toml; on Windows
    /// %APPDATA%\cosput\config.toml.
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub config: Option<PathBuf>,
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
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub multipart_threshold: Option<u64>,
    /// crc64, or md5 in addition [crc64]
    ///
    /// It says what proves the bytes. crc64 compares the server's checksum with that of the bytes read, always. md5 adds
    /// Content-MD5 to each request, which costs a second pass over the file. Default: crc64.
    #[arg(long, value_name = "KIND", hide_possible_values = true)]
    pub checksum: Option<ChecksumChoice>,
    /// The server's speed limit, per request
    ///
    /// So many bits a second, 819200 to 838860800, with a unit like 8Mbit or 1MB/s. It holds for each request: with 8 in
    /// flight, 8 times as much moves. Default: no limit.
    #[arg(long, value_name = "BITS", value_parser = parse_traffic_limit)]
    pub traffic_limit: Option<TrafficLimit>,
}

/// What an object is to be.
#[derive(Debug, Args)]
pub struct ObjectArguments {
    /// Type of the content [by its name]
    ///
    /// Default: what the extension of the key tells, or that of the file; else application/octet-stream.
    #[arg(long, value_name = "TYPE", value_parser = |text: &str| Field::ContentType.value(text))]
    pub content_type: Option<String>,
    /// How caches may keep it, like max-age=60
    #[arg(long, value_name = "VALUE", value_parser = |text: &str| Field::CacheControl.value(text))]
    pub cache_control: Option<String>,
    /// How browsers show it, like attachment
    #[arg(long, hide_short_help = true, value_name = "VALUE", value_parser = |text: &str| Field::ContentDisposition.value(text))]
    pub content_disposition: Option<String>,
    /// How the file is encoded, like gzip
    ///
    /// It says what the file is; nothing is encoded for it.
    #[arg(long, hide_short_help = true, value_name = "VALUE", value_parser = |text: &str| Field::ContentEncoding.value(text))]
    pub content_encoding: Option<String>,
    /// Language of the content, like zh-CN
    #[arg(long, hide_short_help = true, value_name = "VALUE", value_parser = |text: &str| Field::ContentLanguage.value(text))]
    pub content_language: Option<String>,
    /// Until when caches may keep it
    ///
    /// It is an HTTP date, or one like 2030-01-31T12:00:00Z.
    #[arg(long, hide_short_help = true, value_name = "DATE", value_parser = |text: &str| Field::Expires.value(text))]
    pub expires: Option<String>,
    /// Metadata, can be repeated
    ///
    /// A name has letters, digits and hyphens. What is not ASCII in a value is percent-encoded. All of it has at most
    /// 2KiB, names with x-cos-meta- included. In the variable, spaces separate.
    #[arg(long, value_name = "K=V", value_parser = Metadata::parse)]
    pub meta: Vec<Metadata>,
    /// Who may do what, like public-read
    ///
    /// One of default, private, public-read, authenticated-read, bucket-owner-read and bucket-owner-full-control.
    /// Default: as the bucket says.
    #[arg(long, value_name = "ACL", value_parser = |text: &str| Field::Acl.value(text))]
    pub acl: Option<String>,
    /// Who may read it, like id="100000000001"
    ///
    /// Commas separate several.
    #[arg(long, hide_short_help = true, value_name = "IDS", value_parser = |text: &str| Field::GrantRead.value(text))]
    pub grant_read: Option<String>,
    /// Who may write it
    #[arg(long, hide_short_help = true, value_name = "IDS", value_parser = |text: &str| Field::GrantWrite.value(text))]
    pub grant_write: Option<String>,
    /// Who may do everything with it
    #[arg(long, hide_short_help = true, value_name = "IDS", value_parser = |text: &str| Field::GrantFullControl.value(text))]
    pub grant_full_control: Option<String>,
    /// Who may read who may do what
    #[arg(long, hide_short_help = true, value_name = "IDS", value_parser = |text: &str| Field::GrantReadAcp.value(text))]
    pub grant_read_acp: Option<String>,
    /// Who may change who may do what
    #[arg(long, hide_short_help = true, value_name = "IDS", value_parser = |text: &str| Field::GrantWriteAcp.value(text))]
    pub grant_write_acp: Option<String>,
    /// STANDARD_IA, ARCHIVE and others
    ///
    /// One of STANDARD, STANDARD_IA, INTELLIGENT_TIERING, ARCHIVE, DEEP_ARCHIVE, and for buckets in several zones
    /// MAZ_STANDARD, MAZ_STANDARD_IA, MAZ_INTELLIGENT_TIERING, MAZ_ARCHIVE and MAZ_DEEP_ARCHIVE. Default: STANDARD.
    #[arg(long, value_name = "CLASS", value_parser = |text: &str| Field::StorageClass.value(text))]
    pub storage_class: Option<String>,
    /// Tag, can be repeated
    ///
    /// At most 10, with keys of at most 127 and values of at most 255 characters. In the variable, spaces separate.
    #[arg(long, value_name = "K=V", value_parser = Tag::parse)]
    pub tag: Vec<Tag>,
    /// Refuse a key that is taken
    ///
    /// The server decides it, so nothing can come in between. It does not where the bucket keeps or ever kept versions.
    #[arg(long)]
    pub no_overwrite: bool,
}

/// How the server encrypts an object.
#[derive(Debug, Args)]
pub struct EncryptionArguments {
    /// AES256 or cos/kms [as the bucket says]
    ///
    /// AES256 takes keys of COS, cos/kms a key in KMS and https. Default: as the bucket says.
    #[arg(long, value_name = "MODE", hide_possible_values = true, conflicts_with = "sse_c_key_file")]
    pub sse: Option<SseMode>,
    /// Key in KMS [the one that COS makes]
    ///
    /// It goes with --sse cos/kms. Default: the one that COS makes.
    #[arg(long, hide_short_help = true, value_name = "ID", value_parser = parse_key_id)]
    pub sse_kms_key_id: Option<String>,
    /// What KMS is told besides, JSON
    ///
    /// It is a JSON object of strings and goes with --sse cos/kms.
    #[arg(long, hide_short_help = true, value_name = "JSON", value_parser = KmsContext::from_json)]
    pub sse_kms_context: Option<KmsContext>,
    /// The key of SSE-C.
    #[command(flatten)]
    pub customer: CustomerKeyArguments,
}

/// Where a key of one's own is.
#[derive(Debug, Args)]
pub struct CustomerKeyArguments {
    /// Key of your own, for SSE-C
    ///
    /// The file has 32 bytes, or their Base64. COSPUT_SSE_C_KEY can hold either instead. The server uses the key
    /// and forgets it: whoever loses it loses the object.
    #[arg(long, value_name = "FILE")]
    pub sse_c_key_file: Option<PathBuf>,
}

/// How requests are made.
#[derive(Debug, Args)]
pub struct RequestArguments {
    /// Requests in flight, 1 to 1000 [auto]
    ///
    /// Each sends a part of its own. Default: auto, which begins with 4, goes up to 64 while more of them bring more, and
    /// makes do with fewer where the network is slow.
    #[arg(long, value_name = "N", value_parser = parse_concurrency)]
    pub concurrency: Option<Concurrency>,
    /// Attempts for each request [8]
    ///
    /// The first one counts, 1 to 1000. Default: 8.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub max_attempts: Option<u32>,
    /// Longest wait for a connection [10s]
    ///
    /// Units are ms, s, m, h and d. Default: 10s.
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub connect_timeout: Option<Duration>,
    /// Longest time without a byte moving [60s]
    ///
    /// After it a request is given up and sent again. Units are ms, s, m, h and d. Default: 60s.
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub stall_timeout: Option<Duration>,
}

/// What happens before and after an interruption.
#[derive(Debug, Args)]
pub struct JournalArguments {
    /// Journal of this upload
    ///
    /// From it an interrupted upload goes on. Default: a file in the state directory.
    #[arg(long, value_name = "FILE")]
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

/// What is shown.
#[derive(Debug, Args)]
pub struct OutputArguments {
    /// auto, always or never [auto]
    ///
    /// It says when progress is shown. Default: auto, which is a bar on a terminal, a line every 10 s elsewhere, and nothing with
    /// --quiet or --json.
    #[arg(long, value_name = "WHEN", hide_possible_values = true)]
    pub progress: Option<ProgressChoice>,
    /// Print errors only
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print results as JSON, one object a line
    #[arg(long)]
    pub json: bool,
    /// Show every part and every retry
    #[arg(short, long)]
    pub verbose: bool,
    /// Keep every message in this file too
    ///
    /// Each line that -v shows is appended with its time, every retry and every error, whatever --quiet and -v say on the
    /// terminal. A file that is made is readable by its owner alone.
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub log_file: Option<PathBuf>,
}

/// `cosput resume` as typed.
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
    /// The server's speed limit, per request
    ///
    /// So many bits a second, 819200 to 838860800, with a unit like 8Mbit or 1MB/s. It holds for each request: with 8 in
    /// flight, 8 times as much moves. Default: no limit.
    #[arg(long, value_name = "BITS", value_parser = parse_traffic_limit, help_heading = "Transfer")]
    pub traffic_limit: Option<TrafficLimit>,
    /// The key of SSE-C, which no journal keeps.
    #[command(flatten, next_help_heading = "Encryption")]
    pub customer: CustomerKeyArguments,
    /// What is shown.
    #[command(flatten, next_help_heading = "Output")]
    pub output: OutputArguments,
}

/// `cosput emulator` as typed.
#[derive(Debug, Args)]
#[command(after_help = EMULATOR_VARIABLES, after_long_help = EMULATOR_EXAMPLES)]
pub struct EmulatorArguments {
    /// Directory of the objects
    ///
    /// Default: emulator, beside the default directory of the journals.
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Address to listen on [127.0.0.1:9460]
    ///
    /// Port 0 takes any free one. Default: 127.0.0.1:9460, which nobody else can reach.
    #[arg(long, value_name = "ADDR", value_parser = parse_listen)]
    pub listen: Option<SocketAddr>,
    /// cos, or cdcs for data coffers [cos]
    ///
    /// Default: cos.
    #[arg(long, value_name = "SERVICE", hide_possible_values = true)]
    pub service: Option<ServiceChoice>,
    /// Speak the older edition of CDCS, in XML
    ///
    /// It goes with --service cdcs. Default: JSON, the newer edition.
    #[arg(long)]
    pub cdcs_xml: bool,
    /// Fault to suffer, can be repeated
    ///
    /// In the variable, spaces separate faults.
    #[arg(long, value_name = "FAULT")]
    pub fault: Vec<String>,
    /// Buckets that exist [any]
    ///
    /// Commas separate them. Default: a bucket exists once it is used.
    #[arg(long, value_name = "A,B", value_delimiter = ',', value_parser = Bucket::new)]
    pub buckets: Vec<Bucket>,
    /// Print results as JSON, one object a line
    #[arg(long)]
    pub json: bool,
}

/// `cosput completions` as typed.
#[derive(Debug, Args)]
pub struct CompletionsArguments {
    /// Shell to complete for
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
}

/// `cosput man` as typed.
#[derive(Debug, Args)]
pub struct ManArguments {
    /// Directory to write into
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,
}

/// Which service, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ServiceChoice {
    /// Cloud Object Storage
    Cos,
    /// Cloud Data Coffer Service
    Cdcs,
}

/// How bucket and host go together, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AddressingChoice {
    /// What fits the endpoint
    Auto,
    /// Bucket in front of the host
    Virtual,
    /// Bucket in front of the key
    Path,
    /// Domain bound to the bucket
    Cname,
}

/// What proves the bytes, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ChecksumChoice {
    /// The server's CRC-64
    Crc64,
    /// Content-MD5 in addition
    Md5,
}

/// Whose keys encrypt an object, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SseMode {
    /// Keys of COS
    #[value(name = "AES256")]
    Cos,
    /// A key in KMS
    #[value(name = "cos/kms")]
    Kms,
}

/// When to show progress, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProgressChoice {
    /// Where it helps
    Auto,
    /// Even with --json or --quiet
    Always,
    /// Not at all
    Never,
}

/// `--emulator`, with or without a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EmulatorDirectory {
    /// `--emulator` alone.
    Usual,
    /// `--emulator=DIR`.
    Named(PathBuf),
}

impl From<OsString> for EmulatorDirectory {
    fn from(typed: OsString) -> Self {
        if typed.is_empty() { Self::Usual } else { Self::Named(typed.into()) }
    }
}

/// Takes what may be the id of an upload.
pub(super) fn upload_id(text: &str) -> Result<UploadId, &'static str> {
    UploadId::new(text).ok_or("it is empty")
}

fn parse_concurrency(text: &str) -> Result<Concurrency, String> {
    if text == "auto" {
        return Ok(Concurrency::Auto);
    }
    let number = text.parse().ok().filter(|number| (1..=1000).contains(number));
    number.map(Concurrency::Fixed).ok_or_else(|| "expected a number from 1 to 1000, or auto".to_owned())
}

fn parse_listen(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "expected an IP address and a port, like 127.0.0.1:9460 or [::1]:0".to_owned())
}

fn parse_traffic_limit(text: &str) -> Result<TrafficLimit, String> {
    let bits = parse_bit_rate(text).map_err(|error| error.to_string())?;
    TrafficLimit::new(bits).map_err(|error| error.to_string())
}

fn parse_key_id(text: &str) -> Result<String, InvalidHeader> {
    check_value(text).map(|()| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn help(command: &str, flag: &str) -> String {
        Arguments::command().try_get_matches_from(["cosput", command, flag]).unwrap_err().to_string()
    }

    #[test]
    fn the_definition_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn short_help_fits_a_screen() {
        let commands = Arguments::command();
        for command in commands.get_subcommands().map(clap::Command::get_name).chain(["-h"]) {
            let text = help(command, "-h");
            assert!(text.lines().count() <= 60, "{} lines:\n{text}", text.lines().count());
            for line in text.lines() {
                assert!(line.chars().count() <= 80, "{line}");
            }
        }
    }

    #[test]
    fn help_lines_are_no_sentences() {
        for command in Arguments::command().get_subcommands() {
            for argument in command.get_arguments() {
                let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
                assert!(!help.is_empty() && !help.ends_with('.'), "{}: {help:?}", argument.get_id());
            }
        }
    }

    #[test]
    fn long_help_says_defaults_units_and_examples() {
        let text = help("upload", "--help");
        for part in ["KB, MB, GB are decimal", "Default: 8.", "COSPUT_PART_SIZE", "cosput upload --emulator dist.tar"] {
            assert!(text.contains(part), "{part}");
        }
    }
}
