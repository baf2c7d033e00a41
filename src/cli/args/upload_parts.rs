//! `cosput upload-parts` as typed.

use std::path::PathBuf;

use clap::Args;

use super::output::{ProgressArguments, TimingsArguments};
use super::requests::RateArguments;
use super::shared_plan::SharedPlanArguments;
use crate::language::{Message, message};
use crate::upload::shards::unit::Shard;

const UPLOAD_PARTS_EXAMPLES: &str = "\
Examples:
  Send the third of 16 shards:
    cosput upload-parts --plan /data/.plan --shard 3/16
  Send the shard that Slurm, Kubernetes or another engine gave to this process:
    cosput upload-parts --plan /data/.plan --shard auto

The exit code is 0 if the whole shard is on the server and proved, and 6 if another \
try may help. With --json, the last line is an object: event (shard), plan, id, shard, \
host, units, bytes, units_sent, bytes_sent, units_kept, duration_ms, exit_code.

Every option can also be set by a variable: COSPUT_PLAN for --plan.";

/// Send one shard of a planned upload
#[derive(Debug, Args)]
#[command(after_help = super::PLAN_VARIABLES, after_long_help = UPLOAD_PARTS_EXAMPLES)]
pub struct UploadPartsArguments {
    /// Shard to send: I/N, or auto [auto]
    ///
    /// Shards are counted from 1. auto takes the number that the engine gave to this process: COSPUT_SHARD=I/N, a Slurm
    /// array or step, a Kubernetes Indexed Job, Tencent BatchCompute, AWS Batch, PBS, Torque, LSF, SGE, Open MPI, MPICH,
    /// GitLab, Buildkite or CircleCI. If none is found, or two disagree, nothing is sent (exit code 2). N may differ
    /// from the plan's number of shards: then the same plan is divided otherwise. Default: auto.
    #[arg(long, value_name = "SHARD", value_parser = parse_shard, help_heading = "Plan", allow_hyphen_values = true)]
    pub shard: Option<ShardChoice>,
    /// Where the sources are on this machine
    ///
    /// Replaces the directory that the plan names. Default: the same path as on the machine that made the plan.
    #[arg(long, value_name = "DIR", help_heading = "Plan")]
    pub source_root: Option<PathBuf>,
    /// Where to keep this machine's receipts: plan, cos or a directory [plan]
    ///
    /// For a plan that this machine can only read, or has a copy of. cosput complete needs the same receipts. cos keeps
    /// them in the bucket, below .cosput/; the credentials must then also allow GetBucket, GetObject and PutObject.
    /// Default: plan, which is the directory of the plan.
    #[arg(long, value_name = "WHERE", help_heading = "Plan")]
    pub receipts: Option<PathBuf>,
    /// The plan, and the requests.
    #[command(flatten)]
    pub plan: SharedPlanArguments,
    /// The speed limit of all requests together.
    #[command(flatten, next_help_heading = "Transfer")]
    pub rate: RateArguments,
    /// The progress display.
    #[command(flatten, next_help_heading = "Output")]
    pub progress: ProgressArguments,
    /// The page of timings.
    #[command(flatten, next_help_heading = "Output")]
    pub timings: TimingsArguments,
}

/// The shard, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShardChoice {
    /// The one that the engine gave to this process.
    Auto,
    /// This one.
    Given(Shard),
}

fn parse_shard(text: &str) -> Result<ShardChoice, Message> {
    if text == "auto" {
        return Ok(ShardChoice::Auto);
    }
    let shard = text.parse().map_err(|_| message!("expected auto, or I/N with I from 1 to N"));
    shard.map(ShardChoice::Given)
}
