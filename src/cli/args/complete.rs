//! `cosput complete` as typed.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::shared_plan::SharedPlanArguments;
use crate::cli::values::units::parse_duration;

const COMPLETE_EXAMPLES: &str = "\
Examples:
  Prove that all shards were sent, and complete the objects:
    cosput complete --plan /data/.plan
  Start along with the shards, and wait for them:
    cosput complete --plan /data/.plan --wait 24h

Nothing is completed before everything is proved. The exit code is 6 if something is \
missing yet, 3 if machines read different files, and 7 if an object differs.

With --json, each file that is not proved is an object: event (unproved), path, key, \
part, shard, hosts, why. The last line is an object: event (completed), plan, id, files, \
bytes, uploads, duration_ms, exit_code.

Every option can also be set by a variable: COSPUT_PLAN for --plan.";

/// Prove a planned upload and complete its objects
#[derive(Debug, Args)]
#[command(after_help = super::PLAN_VARIABLES, after_long_help = COMPLETE_EXAMPLES)]
pub struct CompleteArguments {
    /// Wait up to this long for shards that are missing
    ///
    /// Units: s, m, h and d. Default: do not wait; if parts or files are missing, the exit code is 6.
    #[arg(long, value_name = "TIME", value_parser = parse_duration, allow_negative_numbers = true, help_heading = "Plan")]
    pub wait: Option<Duration>,
    /// More receipts: cos or a directory; can be repeated
    ///
    /// For shards that were sent with --receipts. Directories below it are searched too. cos reads the receipts that are
    /// in the bucket, and removes them once everything is completed. The receipts in the plan are read in any case.
    #[arg(long, value_name = "WHERE", help_heading = "Plan")]
    pub receipts: Vec<PathBuf>,
    /// Read on this machine what has no receipt
    ///
    /// If receipts are lost, the bytes of their parts are read here once, and compared with the server's ETag and CRC-64.
    #[arg(long, help_heading = "Plan")]
    pub reread: bool,
    /// Where the sources are on this machine, for --reread
    ///
    /// Default: the same path as on the machine that made the plan.
    #[arg(long, value_name = "DIR", help_heading = "Plan", hide_short_help = true)]
    pub source_root: Option<PathBuf>,
    /// The plan, and the requests.
    #[command(flatten)]
    pub plan: SharedPlanArguments,
}
