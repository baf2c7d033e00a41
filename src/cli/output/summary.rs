//! The totals of a command, as numbers and as text.

use std::time::Duration;

use crate::cli::values::units;
use crate::language::{Message, message, phrase};
use crate::upload::Finished;

/// The totals of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Objects that were uploaded.
    pub uploaded: u64,
    /// Sources that were skipped or unchanged.
    pub skipped: u64,
    /// The unchanged sources among them.
    pub unchanged: u64,
    /// Sources that were not uploaded, or may not have been.
    pub failed: u64,
    /// Bytes sent, without retries.
    pub bytes_sent: u64,
    /// Bytes that an earlier run had sent.
    pub bytes_resumed: u64,
    /// Bytes that the server copied; `None` if no upload is a delta.
    pub bytes_copied: Option<u64>,
    /// Sources that a dry run would upload.
    pub planned: Option<PlannedTotals>,
}

/// The totals of a dry run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PlannedTotals {
    /// Sources that would be uploaded.
    pub files: u64,
    /// The bytes of these sources, without a stream.
    pub bytes: u64,
    /// Whether a stream is among them, whose size is not known.
    pub stream: bool,
    /// The bytes of them that would be sent, and not copied.
    pub sent: u64,
}

impl Summary {
    /// Adds the totals of another command.
    pub fn add(&mut self, other: Self) {
        self.uploaded += other.uploaded;
        self.skipped += other.skipped;
        self.unchanged += other.unchanged;
        self.failed += other.failed;
        self.bytes_sent += other.bytes_sent;
        self.bytes_resumed += other.bytes_resumed;
        self.copy(other.bytes_copied);
    }

    fn copy(&mut self, bytes: Option<u64>) {
        if let Some(bytes) = bytes {
            *self.bytes_copied.get_or_insert_default() += bytes;
        }
    }

    /// The empty totals of a dry run.
    pub(crate) fn of_dry_run() -> Self {
        Self { planned: Some(PlannedTotals::default()), ..Self::default() }
    }

    /// The totals of a command whose only source failed.
    pub(crate) fn of_failure(dry_run: bool) -> Self {
        Self { failed: 1, ..if dry_run { Self::of_dry_run() } else { Self::default() } }
    }

    /// Counts one source that a dry run would upload.
    pub(crate) fn plan(&mut self, size: u64, sent: u64) {
        let planned = self.planned.get_or_insert_default();
        planned.files += 1;
        planned.bytes += size;
        planned.sent += sent;
    }

    /// Counts a stream that a dry run would upload.
    pub(crate) fn plan_stream(&mut self) {
        self.plan(0, 0);
        self.planned.get_or_insert_default().stream = true;
    }

    /// Counts one upload.
    pub fn record(&mut self, finished: &Finished) {
        match finished {
            Finished::Stored(object) => {
                self.uploaded += 1;
                self.bytes_sent += object.bytes_sent;
                self.bytes_resumed += object.bytes_resumed;
                self.copy(object.copied.map(|copied| copied.bytes));
            }
            Finished::Unchanged(_) => {
                self.skipped += 1;
                self.unchanged += 1;
            }
            Finished::HeldBack(_) => {}
            Finished::Failed(_) | Finished::Unknown(_) => self.failed += 1,
        }
    }

    /// `1,998 uploaded, 1 unchanged, 1 failed: 31.2 MiB in 4.0 s (7.8 MiB/s)`.
    pub(crate) fn in_words(self, elapsed: Duration) -> String {
        let Self { uploaded, skipped, unchanged, failed, bytes_sent, bytes_resumed, bytes_copied, planned } = self;
        let skipped = skipped - unchanged;
        let others = [
            (unchanged, message!("{number} unchanged", number = units::count(unchanged))),
            (skipped, message!("{number} skipped", number = units::count(skipped))),
            (failed, message!("{number} failed", number = units::count(failed))),
        ];
        let others = others.into_iter().filter(|(number, _)| *number > 0).map(|(_, text)| text);
        let first = match planned {
            Some(planned) => message!("{number} would be uploaded", number = units::count(planned.files)),
            None => message!("{number} uploaded", number = units::count(uploaded)),
        };
        let counts: Vec<String> = std::iter::once(first).chain(others).map(|text| text.to_string()).collect();
        let counts = counts.join(phrase!(", ").text());
        match planned {
            Some(PlannedTotals { stream: true, .. }) => return counts,
            Some(PlannedTotals { bytes, sent, .. }) => {
                let whole = units::size(bytes);
                return match units::size(sent) {
                    sent_size if sent < bytes => {
                        message!("{counts}: sending {sent} of {whole}", counts, sent = sent_size, whole).to_string()
                    }
                    _ => message!("{counts}: {whole}", counts, whole).to_string(),
                };
            }
            None => {}
        }
        let rate = units::rate(bytes_sent, elapsed).map(|rate| message!(" ({rate})", rate)).unwrap_or_default();
        let earlier = match bytes_resumed {
            0 => Message::default(),
            bytes => message!(", {bytes} sent earlier", bytes = units::size(bytes)),
        };
        let sent = match bytes_copied {
            None | Some(0) => units::size(bytes_sent).into(),
            Some(copied) => sent_of(bytes_sent, bytes_sent + bytes_resumed + copied),
        };
        let time = units::duration(elapsed);
        message!("{counts}: {sent} in {time}{rate}{earlier}", counts, sent, time, rate, earlier).to_string()
    }
}

/// `sent 1.2 GiB of 200.0 GiB`.
pub(super) fn sent_of(sent: u64, whole: u64) -> Message {
    message!("sent {sent} of {whole}", sent = units::size(sent), whole = units::size(whole))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::output::console::Console;
    use crate::cli::output::object_report::tests::{JSON, object, without_times};
    use crate::cli::output::report::Report;
    use crate::cli::process::world::tests::world;

    #[test]
    fn the_summary_of_deltas_says_how_much_of_the_whole_was_sent() {
        let mut summary = Summary::default();
        let copied = Some(crate::upload::finished::Copied { parts: 3, bytes: 3 << 30 });
        summary.record(&Finished::Stored(crate::upload::Object {
            bytes_sent: 1 << 30,
            bytes_resumed: 0,
            copied,
            ..object()
        }));
        assert_eq!(
            summary.in_words(Duration::from_secs(64)),
            "1 uploaded: sent 1.0 GiB of 4.0 GiB in 64 s (16.0 MiB/s)"
        );
    }

    #[test]
    fn the_summary_counts_for_programs() {
        let test = world(&[], &[]);
        let mut summary = Summary::default();
        summary.record(&Finished::Stored(object()));
        Report::new(&Console::new(&test.world), JSON).summary(summary, Duration::from_secs(2), 0);
        assert_eq!(
            without_times(&test),
            "{\"event\":\"summary\",\"uploaded\":1,\"skipped\":0,\"failed\":0,\"bytes_sent\":25165824,\"bytes_resumed\":16777216,\
             \"duration_ms\":2000,\"exit_code\":0}\n"
        );
    }
}
