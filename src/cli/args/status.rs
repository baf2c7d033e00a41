//! `cosput status` as typed.

use std::path::PathBuf;

use clap::Args;

use super::output::OutputArguments;
use super::requests::RequestArguments;
use super::server::AccessArguments;

const STATUS_EXAMPLES: &str = "\
Examples:
  Show how far each shard is:
    cosput status --plan /data/.plan

It reads plan and receipts, and sends nothing unless receipts are in the bucket. The exit code is 0 once everything is \
completed, 6 before, and 5 if the plan was aborted.

With --json, each shard is an \
object: event (shard_status), shard, units, units_done, bytes, bytes_done, hosts, \
last_receipt, age_s. The last line is an object: event (status), plan, id, state, \
shards, units, units_done, bytes, bytes_done, attempts, exit_code.

Every option can also be set by a variable: COSPUT_PLAN for --plan.";

/// Show how far a planned upload is
#[derive(Debug, Args)]
#[command(after_help = super::PLAN_VARIABLES, after_long_help = STATUS_EXAMPLES)]
pub struct StatusArguments {
    /// Directory of the plan
    ///
    /// cosput initiate makes it.
    #[arg(long, value_name = "DIR", help_heading = "Plan")]
    pub plan: Option<PathBuf>,
    /// More receipts: cos or a directory; can be repeated
    ///
    /// For shards that were sent with --receipts. cos reads the receipts that are in the bucket.
    #[arg(long, value_name = "WHERE", help_heading = "Plan")]
    pub receipts: Vec<PathBuf>,
    /// The credentials, for receipts in the bucket.
    #[command(flatten, next_help_heading = "Credentials")]
    pub access: AccessArguments,
    /// The requests.
    #[command(flatten, next_help_heading = "Transfer")]
    pub requests: RequestArguments,
    /// The output.
    #[command(flatten, next_help_heading = "Output")]
    pub output: OutputArguments,
}
