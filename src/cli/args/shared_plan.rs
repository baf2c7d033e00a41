//! The options of commands that carry out a plan, as typed.

use std::path::PathBuf;

use clap::Args;

use super::encryption::CustomerKeyArguments;
use super::output::OutputArguments;
use super::requests::RequestArguments;
use super::server::AccessArguments;

/// The note of these commands about variables.
pub(super) const PLAN_VARIABLES: &str = "Every option can also be set by a variable: COSPUT_PLAN for --plan.";

/// A plan, and the requests to its bucket.
#[derive(Debug, Args)]
pub struct SharedPlanArguments {
    /// Directory of the plan
    ///
    /// cosput initiate makes it.
    #[arg(long, value_name = "DIR", help_heading = "Plan")]
    pub plan: Option<PathBuf>,
    /// The credentials.
    #[command(flatten, next_help_heading = "Credentials")]
    pub access: AccessArguments,
    /// The requests.
    #[command(flatten, next_help_heading = "Transfer")]
    pub requests: RequestArguments,
    /// The SSE-C key, which no plan keeps.
    #[command(flatten, next_help_heading = "Encryption")]
    pub customer: CustomerKeyArguments,
    /// The output.
    #[command(flatten, next_help_heading = "Output")]
    pub output: OutputArguments,
}
