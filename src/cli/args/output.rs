//! What is shown, as typed.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// The progress that is shown.
#[derive(Debug, Args)]
pub struct ProgressArguments {
    /// Show progress: auto, always or never [auto]
    ///
    /// auto draws a bar on a terminal, prints a line every 10 s elsewhere, and nothing with --quiet or --json. Default:
    /// auto.
    #[arg(long, value_name = "WHEN", hide_possible_values = true)]
    pub progress: Option<ProgressChoice>,
}

/// What is shown.
#[derive(Debug, Clone, Args)]
pub struct OutputArguments {
    /// Print errors only
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print results as JSON, one object a line
    #[arg(long)]
    pub json: bool,
    /// Show each part, each retry and the source of the credentials
    #[arg(short, long)]
    pub verbose: bool,
    /// Append all messages to a file as well
    ///
    /// The file gets every line that -v shows, each with its time, including retries and errors, whatever --quiet and
    /// -v say about the terminal. A new file is readable by its owner only.
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub log_file: Option<PathBuf>,
}

/// When to show progress, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProgressChoice {
    /// A bar on a terminal, lines elsewhere
    Auto,
    /// Even with --json or --quiet
    Always,
    /// No progress
    Never,
}
