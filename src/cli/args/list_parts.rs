//! `cosput list-parts` as typed.

use clap::Args;

use super::bucket::BucketArguments;
use super::upload_id::upload_id;
use crate::cos::multipart::UploadId;

const LIST_PARTS_NOTES: &str = "\
A terminal gets a table. Elsewhere each part is a line, with tabs between number,
size in bytes and ETag. With --json it is an object: event (part), bucket, key,
upload_id, part_number, size, etag.

Each option can also come from a variable: COSPUT_REGION for --region.";

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
    pub bucket: BucketArguments,
}
