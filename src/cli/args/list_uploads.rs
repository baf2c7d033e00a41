//! `cosput list-uploads` as typed.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::bucket::BucketArguments;

const LIST_UPLOADS_NOTES: &str = "\
Examples:
  List the uploads below a prefix:
    cosput list-uploads -b examplebucket-1250000000 \\
      --region ap-guangzhou --prefix builds/

On a terminal, the output is a table. Elsewhere it has one line per upload, with tabs between key, upload ID, time, age \
in seconds, size in bytes and journal, and - for unknown values. With --json, each upload is an object: event (upload), \
bucket, key, upload_id, initiated, and if known age_s, size, parts, storage_class, journal.

Every option can also be set by a variable: COSPUT_REGION for --region.";

/// List unfinished uploads in a bucket
#[derive(Debug, Args)]
#[command(after_long_help = LIST_UPLOADS_NOTES)]
pub struct ListUploadsArguments {
    /// List only keys with this prefix
    ///
    /// Default: all keys.
    #[arg(long, value_name = "PREFIX")]
    pub prefix: Option<String>,
    /// Directory of the journals
    ///
    /// Uploads with a journal there are listed with it. Default: that of cosput upload.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub state_dir: Option<PathBuf>,
    /// The bucket and the requests to it.
    #[command(flatten)]
    pub bucket: BucketArguments,
}
