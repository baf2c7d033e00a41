//! `cosput list-parts` as typed.

use clap::Args;

use super::bucket::BucketArguments;
use super::upload_id::upload_id;
use crate::cos::multipart::UploadId;

const LIST_PARTS_NOTES: &str = "\
Examples:
  List the parts that the server holds:
    cosput list-parts -b examplebucket-1250000000 \\
      --region ap-guangzhou --key k --upload-id ID

On a terminal, the output is a table. Elsewhere it has one line per part, with tabs between number, size in bytes and \
ETag. With --json, each part is an object: event (part), bucket, key, upload_id, part_number, size, etag.

Every option can also be set by a variable: COSPUT_REGION for --region.";

/// List the parts of an unfinished upload
#[derive(Debug, Args)]
#[command(after_long_help = LIST_PARTS_NOTES, mut_arg("concurrency", |arg| arg.hide(true)))]
pub struct ListPartsArguments {
    /// Key of the upload
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// ID of the upload
    ///
    /// cosput list-uploads shows the IDs.
    #[arg(long, value_name = "ID", value_parser = upload_id)]
    pub upload_id: Option<UploadId>,
    /// The bucket and the requests to it.
    #[command(flatten)]
    pub bucket: BucketArguments,
}
