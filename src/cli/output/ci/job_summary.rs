//! The totals of a command, as a table for the page of a job and as outputs of its step.

use std::time::Duration;

use crate::cli::output::summary::Summary;
use crate::cli::values::units;

/// A table in Markdown.
pub(super) fn table(summary: Summary, elapsed: Duration, exit_code: u8) -> String {
    let Summary { uploaded, skipped, unchanged, failed, bytes_sent, .. } = summary;
    let (sent, time) = (units::size(bytes_sent), units::duration(elapsed));
    format!(
        "### cosput\n\n\
         | uploaded | unchanged | skipped | failed | sent | time | exit code |\n\
         | --- | --- | --- | --- | --- | --- | --- |\n\
         | {uploaded} | {unchanged} | {} | {failed} | {sent} | {time} | {exit_code} |\n\n",
        skipped.saturating_sub(unchanged)
    )
}

/// Outputs of a step, one a line.
pub(super) fn outputs(summary: Summary, exit_code: u8) -> String {
    let Summary { uploaded, skipped, unchanged, failed, bytes_sent, .. } = summary;
    format!(
        "uploaded={uploaded}\nskipped={skipped}\nunchanged={unchanged}\nfailed={failed}\nbytes-sent={bytes_sent}\n\
         exit-code={exit_code}\n"
    )
}
