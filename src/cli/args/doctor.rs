//! `cosput doctor` as typed.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::bucket::BucketArguments;

const DOCTOR_NOTES: &str = "\
Examples:
  Check everything that an upload to builds/ needs:
    cosput doctor -b examplebucket-1250000000 \\
      --region ap-guangzhou --prefix builds/

Prints a line for each check: ok, warning, failed or not checked, the name of the check, and what was found. If something is \
wrong, the next line says what to do. The output contains no secret, so it can be pasted into a ticket. If a check failed, the \
exit code is that of a command that fails for the same reason; of several, the first of 4, 5, 2, 1, 6.

No object is made. Requests for a permission name an upload that does not exist, or have a wrong MD5. For the speed, an \
upload of the key PREFIX.cosput-doctor-RANDOM is initiated, gets up to 9 MiB, and is aborted, also after Ctrl-C.

With --json, each check is an object: event (check), check, result (ok, warning, failed or not_checked), detail, and hint \
if there is something to do. The last line is an object: event (diagnosis), ok, warnings, failed, not_checked, exit_code.

Every option can also be set by a variable: COSPUT_REGION for --region.";

/// Check everything that an upload needs
#[derive(Debug, Args)]
#[command(after_long_help = DOCTOR_NOTES, mut_arg("concurrency", |arg| arg.hide(true)))]
pub struct DoctorArguments {
    /// Send no request that could write
    ///
    /// Leaves out cos:PutObject, cos:InitiateMultipartUpload and the speed.
    #[arg(long)]
    pub read_only: bool,
    /// Prefix of the keys to be uploaded
    ///
    /// A policy may allow uploads below one prefix only. Default: none.
    #[arg(long, value_name = "PREFIX")]
    pub prefix: Option<String>,
    /// Directory of the journals
    ///
    /// Default: that of cosput upload.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub state_dir: Option<PathBuf>,
    /// The bucket and the requests to it.
    #[command(flatten)]
    pub bucket: BucketArguments,
}
