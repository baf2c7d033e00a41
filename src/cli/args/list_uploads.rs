//! `cosput list-uploads` as typed.

use std::path::PathBuf;

use clap::Args;

use super::bucket::BucketArguments;

const LIST_UPLOADS_NOTES: &str = "\
A terminal gets a table. Elsewhere each upload is a line, with tabs between key,
upload id, time, age in seconds, size in bytes and journal, and - for what is not
known. With --json it is an object: event (upload), bucket, key, upload_id,
initiated, and where they are known age_s, size, parts, storage_class, journal.

Each option can also come from a variable: COSPUT_REGION for --region.";

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
    pub bucket: BucketArguments,
}
