//! `cosput credentials` as typed.

use clap::Args;

use super::server::IdentityArguments;

const CREDENTIALS_NOTES: &str = "\
With --json the result is an object: event (credentials), source, secret_id (its
beginning and its end), temporary, and where they end, expires.

Each option can also come from a variable: COSPUT_PROFILE for --profile.";

/// Show which credentials are used
#[derive(Debug, Args)]
#[command(after_long_help = CREDENTIALS_NOTES)]
pub struct CredentialsArguments {
    /// Who asks.
    #[command(flatten)]
    pub identity: IdentityArguments,
    /// Print results as JSON, one object a line
    #[arg(long)]
    pub json: bool,
}
