//! What was typed for the commands that look after uploads and objects.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::object::CustomerKeyArguments;
use super::output::ShownArguments;
use super::requests::RequestArguments;
use super::server::{AccessArguments, IdentityArguments, ServerArguments};
use super::upload::upload_id;
use crate::cli::options::destination::Destination;
use crate::cli::output::units::parse_duration;
use crate::cos::Bucket;
use crate::cos::multipart::UploadId;

const LIST_UPLOADS_NOTES: &str = "\
A terminal gets a table. Elsewhere each upload is a line, with tabs between key,
upload id, time, age in seconds, size in bytes and journal, and - for what is not
known. With --json it is an object: event (upload), bucket, key, upload_id,
initiated, and where they are known age_s, size, parts, storage_class, journal.

Each option can also come from a variable: COSPUT_REGION for --region.";

const LIST_PARTS_NOTES: &str = "\
A terminal gets a table. Elsewhere each part is a line, with tabs between number,
size in bytes and ETag. With --json it is an object: event (part), bucket, key,
upload_id, part_number, size, etag.

Each option can also come from a variable: COSPUT_REGION for --region.";

const VERIFY_NOTES: &str = "\
The exit code is 0 where file and object are the same, 7 where they differ, and 5
where there is no object. The object is not read: its size is compared, its CRC-64,
and its ETag where that is an MD5. With --json the result is an object: event
(verified), source, bucket, key, location, same, compared, differences, file (size,
crc64ecma, md5), object (size, crc64ecma, etag, version_id), request_id.

Each option can also come from a variable: COSPUT_REGION for --region.";

const CREDENTIALS_NOTES: &str = "\
With --json the result is an object: event (credentials), source, secret_id (its
beginning and its end), temporary, and where they end, expires.

Each option can also come from a variable: COSPUT_PROFILE for --profile.";

const ABORT_EXAMPLES: &str = "\
Examples:
  Abort one upload:
    cosput abort -b examplebucket-1250000000 --region ap-guangzhou --key k --upload-id ID
  Abort what was left for a week, without being asked:
    cosput abort -b examplebucket-1250000000 --region ap-guangzhou --older-than 7d --yes

With --json each upload is an object: event (aborted), bucket, key, upload_id, and
journal where one was removed.

Each option but --all can also come from a variable: COSPUT_REGION for --region.";

/// Which bucket is asked, and how.
#[derive(Debug, Args)]
pub struct InquiryArguments {
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
    pub output: ShownArguments,
}

/// List the unfinished uploads in a bucket
#[derive(Debug, Args)]
#[command(after_long_help = LIST_UPLOADS_NOTES)]
pub struct ListUploadsArguments {
    /// Only keys that begin like this
    #[arg(long, value_name = "PREFIX")]
    pub prefix: Option<String>,
    /// Directory of the journals
    ///
    /// Default: that of cosput upload.
    #[arg(long, value_name = "DIR")]
    pub state_dir: Option<PathBuf>,
    /// The bucket.
    #[command(flatten)]
    pub inquiry: InquiryArguments,
}

/// List the parts of an unfinished upload
#[derive(Debug, Args)]
#[command(after_long_help = LIST_PARTS_NOTES, mut_arg("concurrency", |arg| arg.hide(true)))]
pub struct ListPartsArguments {
    /// Key of the upload
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// Id of the upload
    #[arg(long, value_name = "ID", value_parser = upload_id)]
    pub upload_id: Option<UploadId>,
    /// The bucket.
    #[command(flatten)]
    pub inquiry: InquiryArguments,
}

/// Abort unfinished uploads, with their parts
#[derive(Debug, Args)]
#[command(after_long_help = ABORT_EXAMPLES, mut_arg("concurrency", |arg| arg.hide(true)))]
pub struct AbortArguments {
    /// Key of the upload
    #[arg(long, value_name = "KEY", conflicts_with_all = ["prefix", "older_than", "all"])]
    pub key: Option<String>,
    /// Id of the upload
    #[arg(long, value_name = "ID", value_parser = upload_id, conflicts_with_all = ["prefix", "older_than", "all"])]
    pub upload_id: Option<UploadId>,
    /// All whose keys begin like this
    #[arg(long, value_name = "PREFIX")]
    pub prefix: Option<String>,
    /// All that began longer ago
    ///
    /// Units are s, m, h and d.
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub older_than: Option<Duration>,
    /// All in the bucket
    #[arg(long, conflicts_with_all = ["prefix", "older_than"])]
    pub all: bool,
    /// Do not ask first
    #[arg(short, long)]
    pub yes: bool,
    /// Directory of the journals
    ///
    /// The journal of an aborted upload is removed. Default: that of cosput upload.
    #[arg(long, value_name = "DIR")]
    pub state_dir: Option<PathBuf>,
    /// The bucket.
    #[command(flatten)]
    pub inquiry: InquiryArguments,
}

/// Compare a file with an object
#[derive(Debug, Args)]
#[command(after_long_help = VERIFY_NOTES, mut_arg("concurrency", |arg| arg.hide(true)))]
pub struct VerifyArguments {
    /// File to compare
    #[arg(value_name = "FILE")]
    pub source: PathBuf,
    /// With what: cos://NAME-APPID/KEY
    ///
    /// It stands for --bucket and --key.
    #[arg(value_name = "OBJECT", value_parser = Destination::parse, conflicts_with_all = ["bucket", "key"])]
    pub destination: Option<Destination>,
    /// Key of the object [the file's name]
    ///
    /// One that ends in / gets the file's name appended. Default: the file's name.
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// The key of SSE-C, without which such an object is not described.
    #[command(flatten, next_help_heading = "Encryption")]
    pub customer: CustomerKeyArguments,
    /// The bucket.
    #[command(flatten)]
    pub inquiry: InquiryArguments,
}

/// Show which credentials are used
#[derive(Debug, Args)]
#[command(after_long_help = CREDENTIALS_NOTES)]
pub struct CredentialsArguments {
    /// Who asks.
    #[command(flatten)]
    pub identity: IdentityArguments,
    /// Print results as JSON, one object a line
    #[arg(long)]
    pub json: bool,
}
