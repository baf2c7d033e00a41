//! The output, as typed.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

/// The progress display.
#[derive(Debug, Args)]
pub struct ProgressArguments {
    /// When to show progress: auto, always, never [auto]
    ///
    /// auto draws a bar on a terminal, prints a line every 10 s elsewhere, and shows nothing with --quiet or --json.
    /// Default: auto.
    #[arg(long, value_name = "WHEN", hide_possible_values = true)]
    pub progress: Option<ProgressChoice>,
}

/// The output.
#[derive(Debug, Clone, Args)]
pub struct OutputArguments {
    /// Print errors only
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print results as JSON, one object per line
    #[arg(long)]
    pub json: bool,
    /// Show each part and each retry
    ///
    /// Also shows which credentials are used.
    #[arg(short, long)]
    pub verbose: bool,
    /// Append all messages to a file
    ///
    /// The file gets every line that -v shows, with its time, whatever --quiet and -v say about the terminal. A new
    /// file is readable by its owner only.
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub log_file: Option<PathBuf>,
    /// Output for a CI system: auto, never, github or gitlab [auto]
    ///
    /// github shows errors and warnings as annotations, and writes totals to GITHUB_STEP_SUMMARY and GITHUB_OUTPUT.
    /// Both collapse results after the first ten. Default: auto, the system that set GITHUB_ACTIONS or GITLAB_CI.
    #[arg(long, value_name = "SYSTEM", hide_short_help = true, hide_possible_values = true)]
    pub ci: Option<CiChoice>,
}

/// The page of timings.
#[derive(Debug, Clone, Args)]
pub struct TimingsArguments {
    /// Write a page that shows each request over time
    ///
    /// A browser shows when each request waited, sent its bytes and was answered, which ones failed or were throttled,
    /// the throughput and the window. The page names the keys of the objects, contains no secret and loads nothing. It is
    /// written at the end, also if the upload fails or is interrupted. Default file: cosput-timings.html in the working
    /// directory.
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, hide_short_help = true)]
    #[arg(default_missing_value = "cosput-timings.html", value_hint = ValueHint::FilePath)]
    pub timings: Option<PathBuf>,
}

/// The CI system, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CiChoice {
    /// The system that its variable names
    Auto,
    /// As outside of CI
    Never,
    /// GitHub Actions
    Github,
    /// GitLab CI
    Gitlab,
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
