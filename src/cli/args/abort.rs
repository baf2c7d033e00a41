//! `cosput abort` as typed.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::bucket::BucketArguments;
use super::upload_id::upload_id;
use crate::cli::output::units::parse_duration;
use crate::cos::multipart::UploadId;

const ABORT_EXAMPLES: &str = "\
Examples:
  Abort one upload:
    cosput abort -b examplebucket-1250000000 --region ap-guangzhou --key k --upload-id ID
  Abort what was left for a week, without being asked:
    cosput abort -b examplebucket-1250000000 --region ap-guangzhou --older-than 7d --yes

With --json each upload is an object: event (aborted), bucket, key, upload_id, and
journal where one was removed.

Each option but --all can also come from a variable: COSPUT_REGION for --region.";

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
    pub bucket: BucketArguments,
}
