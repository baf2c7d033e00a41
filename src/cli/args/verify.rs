//! `cosput verify` as typed.

use std::path::PathBuf;

use clap::Args;

use super::bucket::BucketArguments;
use super::encryption::CustomerKeyArguments;
use crate::cli::options::destination::Destination;

const VERIFY_NOTES: &str = "\
The exit code is 0 where file and object are the same, 7 where they differ, and 5
where there is no object. The object is not read: its size is compared, its CRC-64,
and its ETag where that is an MD5. With --json the result is an object: event
(verified), source, bucket, key, location, same, compared, differences, file (size,
crc64ecma, md5), object (size, crc64ecma, etag, version_id), request_id.

Each option can also come from a variable: COSPUT_REGION for --region.";

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
    pub bucket: BucketArguments,
}
