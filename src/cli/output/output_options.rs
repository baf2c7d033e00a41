//! What is printed, and how.

/// The options of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutputOptions {
    /// The form of the progress display.
    pub progress: ProgressMode,
    /// Whether to print errors only on stderr.
    pub quiet: bool,
    /// Whether to print results as JSON.
    pub json: bool,
    /// Whether to show every part and every retry.
    pub verbose: bool,
}

/// The form of the progress display.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProgressMode {
    /// A bar.
    Bar,
    /// A line every ten seconds.
    Lines,
    /// The same, and the last state in any case.
    LinesAndLast,
    /// No progress.
    Hidden,
}
