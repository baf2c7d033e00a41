//! `cosput status` as typed.

use std::path::PathBuf;

use clap::Args;

use super::output::OutputArguments;

const STATUS_EXAMPLES: &str = "\
Examples:
  Show how far each shard is:
    cosput status --plan /data/.plan

It reads plan and receipts, and sends nothing. The exit code is 0 once everything is \
completed, 6 before, and 5 if the plan was aborted. With --json, each shard is an \
object: event (shard_status), shard, units, units_done, bytes, bytes_done, hosts, \
last_receipt, age_s. The last line is an object: event (status), plan, id, state, \
shards, units, units_done, bytes, bytes_done, attempts.

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
    /// Directory with more receipts; can be repeated
    ///
    /// For shards that were sent with --receipts.
    #[arg(long, value_name = "DIR", help_heading = "Plan")]
    pub receipts: Vec<PathBuf>,
    /// The output.
    #[command(flatten, next_help_heading = "Output")]
    pub output: OutputArguments,
}
