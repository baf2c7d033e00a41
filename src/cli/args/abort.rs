//! `cosput abort` as typed.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueHint};

use super::bucket::BucketArguments;
use super::upload_id::upload_id;
use crate::cli::values::units::parse_duration;
use crate::cos::multipart::UploadId;

const ABORT_EXAMPLES: &str = "\
Examples:
  Abort one upload:
    cosput abort -b examplebucket-1250000000 \\
      --region ap-guangzhou --key k --upload-id ID
  Abort all uploads that are older than a week, without confirmation:
    cosput abort -b examplebucket-1250000000 \\
      --region ap-guangzhou --older-than 7d --yes

With --json, each upload is an object: event (aborted), bucket, key, upload_id, and journal if one was deleted. With --plan, each \
object that stays is one too: event (kept), bucket, key. The last line is then an object: event (plan_aborted), plan, id, \
uploads, kept, exit_code.

Every option except --all can also be set by a variable: COSPUT_REGION for --region.";

/// Abort unfinished uploads and delete their parts
#[derive(Debug, Args)]
#[command(after_long_help = ABORT_EXAMPLES, mut_arg("concurrency", |arg| arg.hide(true)))]
pub struct AbortArguments {
    /// Key of the upload to abort
    ///
    /// Requires --upload-id.
    #[arg(long, value_name = "KEY", conflicts_with_all = ["prefix", "older_than", "all"])]
    pub key: Option<String>,
    /// ID of the upload to abort
    ///
    /// Requires --key. cosput list-uploads shows the IDs.
    #[arg(long, value_name = "ID", value_parser = upload_id, conflicts_with_all = ["prefix", "older_than", "all"])]
    pub upload_id: Option<UploadId>,
    /// Abort the upload of this journal, and delete the journal
    ///
    /// Bucket, key and server are those of the journal. cosput resume --json shows the journals of uploads that it cannot
    /// finish.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["key", "upload_id", "prefix", "older_than", "all"])]
    pub journal: Option<PathBuf>,
    /// Abort all uploads of this plan
    ///
    /// Bucket and server are those of the plan, and no shard sends to it any more. A completed plan is refused. Small files that were sent stay, and are listed.
    #[arg(long, value_name = "DIR")]
    #[arg(conflicts_with_all = ["key", "upload_id", "journal", "prefix", "older_than", "all"])]
    pub plan: Option<PathBuf>,
    /// Abort all uploads whose keys have this prefix
    #[arg(long, value_name = "PREFIX")]
    pub prefix: Option<String>,
    /// Abort all uploads that are older than this
    ///
    /// Units: s, m, h and d. Example: 7d.
    #[arg(long, value_name = "TIME", value_parser = parse_duration, allow_negative_numbers = true)]
    pub older_than: Option<Duration>,
    /// Abort all uploads in the bucket
    #[arg(long, conflicts_with_all = ["prefix", "older_than"])]
    pub all: bool,
    /// Do not ask for confirmation
    #[arg(short, long)]
    pub yes: bool,
    /// Directory of the journals
    ///
    /// The journal of an aborted upload is deleted. Default: that of cosput upload.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub state_dir: Option<PathBuf>,
    /// The bucket and the requests to it.
    #[command(flatten)]
    pub bucket: BucketArguments,
}
