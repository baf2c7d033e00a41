//! What is shown, as typed.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// What is shown.
#[derive(Debug, Args)]
pub struct OutputArguments {
    /// auto, always or never [auto]
    ///
    /// It says when progress is shown. Default: auto, which is a bar on a terminal, a line every 10 s elsewhere, and nothing with
    /// --quiet or --json.
    #[arg(long, value_name = "WHEN", hide_possible_values = true)]
    pub progress: Option<ProgressChoice>,
    /// Print errors only
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print results as JSON, one object a line
    #[arg(long)]
    pub json: bool,
    /// Show every part and every retry
    #[arg(short, long)]
    pub verbose: bool,
    /// Keep every message in this file too
    ///
    /// Each line that -v shows is appended with its time, every retry and every error, whatever --quiet and -v say on the
    /// terminal. A file that is made is readable by its owner alone.
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub log_file: Option<PathBuf>,
}

/// What is shown where there is no progress.
#[derive(Debug, Clone, Args)]
pub struct ShownArguments {
    /// Print errors only
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print results as JSON, one object a line
    #[arg(long)]
    pub json: bool,
    /// Show every retry, and whose credentials are used
    #[arg(short, long)]
    pub verbose: bool,
    /// Keep every message in this file too
    ///
    /// Each line that -v shows is appended with its time, every retry and every error, whatever --quiet and -v say on the
    /// terminal. A file that is made is readable by its owner alone.
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub log_file: Option<PathBuf>,
}

/// When to show progress, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProgressChoice {
    /// Where it helps
    Auto,
    /// Even with --json or --quiet
    Always,
    /// Not at all
    Never,
}
