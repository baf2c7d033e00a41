//! `cosput verify` as typed.

use std::path::PathBuf;

use clap::Args;

use super::bucket::BucketArguments;
use super::encryption::CustomerKeyArguments;
use crate::cli::values::destination::Destination;

const VERIFY_NOTES: &str = "\
Examples:
  Compare a file with an object:
    cosput verify dist.tar --region ap-guangzhou \\
      cos://examplebucket-1250000000/builds/

The exit code is 0 if file and object are the same, 7 if they differ, and 5 if there is no object. The object is not \
downloaded: cosput compares its size, its CRC-64, and its ETag if that is an MD5.

With --json, the result is an object: event (verified), source, bucket, key, location, same, compared, differences, file \
(size, crc64ecma, md5), object (size, crc64ecma, etag, version_id), request_id.

Every option can also be set by a variable: COSPUT_REGION for --region.";

/// Compare a file with an object on the server
#[derive(Debug, Args)]
#[command(after_long_help = VERIFY_NOTES, mut_arg("concurrency", |arg| arg.hide(true)))]
pub struct VerifyArguments {
    /// File to compare
    #[arg(value_name = "FILE")]
    pub source: PathBuf,
    /// Object to compare with: cos://BUCKET/KEY
    ///
    /// Replaces --bucket and --key.
    #[arg(value_name = "OBJECT", value_parser = Destination::parse, conflicts_with_all = ["bucket", "key"])]
    pub destination: Option<Destination>,
    /// Object key [file name]
    ///
    /// A key that ends in / gets the file's name appended. Default: the file's name.
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// The SSE-C key, without which the server does not describe such an object.
    #[command(flatten, next_help_heading = "Encryption")]
    pub customer: CustomerKeyArguments,
    /// The bucket and the requests to it.
    #[command(flatten)]
    pub bucket: BucketArguments,
}
