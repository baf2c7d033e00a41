//! `cosput credentials` as typed.

use clap::Args;

use super::server::IdentityArguments;

const CREDENTIALS_NOTES: &str = "\
Examples:
  Show the credentials of a profile:
    cosput credentials --profile ci

With --json, the result is an object: event (credentials), source, secret_id (its beginning and its end), temporary, and \
expires if they expire.

Every option can also be set by a variable: COSPUT_PROFILE for --profile.";

/// Show which credentials cosput uses
#[derive(Debug, Args)]
#[command(after_long_help = CREDENTIALS_NOTES)]
pub struct CredentialsArguments {
    /// The credentials.
    #[command(flatten)]
    pub identity: IdentityArguments,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}
