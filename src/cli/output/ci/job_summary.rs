//! The totals of a command, as a table for the page of a job and as outputs of its step.

use std::time::Duration;

use crate::cli::output::summary::Summary;
use crate::cli::values::units;
use crate::language::phrase;

/// A table in Markdown.
pub(super) fn table(summary: Summary, elapsed: Duration, exit_code: u8) -> String {
    let Summary { uploaded, skipped, unchanged, failed, bytes_sent, .. } = summary;
    let (sent, time) = (units::size(bytes_sent), units::duration(elapsed));
    format!(
        "### cosput\n\n\
{}\n\
| --- | --- | --- | --- | --- | --- | --- |\n\
         | {uploaded} | {unchanged} | {} | {failed} | {sent} | {time} | {exit_code} |\n\n",
        phrase!("| uploaded | unchanged | skipped | failed | sent | time | exit code |"),
        skipped.saturating_sub(unchanged)
    )
}

/// Outputs of a step, one a line.
pub(super) fn outputs(summary: Summary, exit_code: u8) -> String {
    let Summary { uploaded, skipped, unchanged, failed, bytes_sent, .. } = summary;
    let outputs = [
        ("uploaded", uploaded),
        ("skipped", skipped),
        ("unchanged", unchanged),
        ("failed", failed),
        ("bytes-sent", bytes_sent),
        ("exit-code", exit_code.into()),
    ];
    outputs.map(|(name, value)| format!("{name}={value}\n")).concat()
}
