//! `cosput initiate` as typed.

use std::path::PathBuf;

use clap::Args;

use super::encryption::EncryptionArguments;
use super::many::ManyArguments;
use super::object::ObjectArguments;
use super::output::OutputArguments;
use super::requests::{RequestArguments, parse_limit_rate};
use super::server::AccessArguments;
use super::upload::{LocationArguments, TransferArguments};
use std::num::NonZeroU64;

const INITIATE_EXAMPLES: &str = "\
Examples:
  Plan the upload of a directory by 16 machines, which all see /data:
    cosput initiate -r /data/set/ \\
      cos://examplebucket-1250000000/set \\
      --plan /data/.plan --shards 16
  On each machine, send one shard; then prove and complete everything:
    cosput upload-parts --plan /data/.plan --shard 3/16
    cosput complete --plan /data/.plan

With --json, the result is an object: event (initiated), plan, id, shards, files, \
units, bytes, uploads_reused, exit_code.

Every option can also be set by a variable: COSPUT_PLAN for --plan.";

/// Plan an upload by many machines
#[derive(Debug, Args)]
#[command(after_help = super::PLAN_VARIABLES, after_long_help = INITIATE_EXAMPLES)]
#[command(mut_arg("skip_unchanged", |arg| arg.hide(true)), mut_arg("fail_fast", |arg| arg.hide(true)))]
pub struct InitiateArguments {
    /// Files or directories to upload; the last argument may be cos://BUCKET/KEY
    ///
    /// As for cosput upload. All machines must see them, at the same path or below the --source-root of cosput
    /// upload-parts.
    #[arg(value_name = "SOURCE", id = "sources")]
    pub sources: Vec<PathBuf>,
    /// New directory for the plan, which all machines see
    ///
    /// If cosput initiate was interrupted, the same command goes on with the directory that it left.
    #[arg(long, value_name = "DIR", help_heading = "Plan")]
    pub plan: Option<PathBuf>,
    /// How many shards to divide the upload into, 1 to 1000000
    ///
    /// Each shard is one run of cosput upload-parts. More shards than machines are fine: a fast machine then takes more
    /// of them.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000), help_heading = "Plan")]
    #[arg(allow_negative_numbers = true)]
    pub shards: Option<u32>,
    /// Speed limit of all shards together
    ///
    /// Bytes a second, with a unit like 8MiB or 1MB/s. Each shard gets an equal part of it, so there should be as many
    /// shards as machines. Default: no limit.
    #[arg(long, value_name = "BYTES", value_parser = parse_limit_rate, hide_short_help = true, help_heading = "Plan")]
    pub limit_rate_total: Option<NonZeroU64>,
    /// The options for several files.
    #[command(flatten, next_help_heading = "Sources")]
    pub many: ManyArguments,
    /// The destination.
    #[command(flatten, next_help_heading = "Destination")]
    pub location: LocationArguments,
    /// The credentials.
    #[command(flatten, next_help_heading = "Credentials")]
    pub access: AccessArguments,
    /// The transfer.
    #[command(flatten, next_help_heading = "Transfer")]
    pub transfer: TransferArguments,
    /// The requests.
    #[command(flatten, next_help_heading = "Transfer")]
    pub requests: RequestArguments,
    /// The headers and conditions.
    #[command(flatten, next_help_heading = "Object")]
    pub object: ObjectArguments,
    /// The encryption.
    #[command(flatten, next_help_heading = "Encryption")]
    pub encryption: EncryptionArguments,
    /// The output.
    #[command(flatten, next_help_heading = "Output")]
    pub output: OutputArguments,
}
