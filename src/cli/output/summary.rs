//! All uploads of a command, counted, and the count in words.

use std::time::Duration;

use super::units;
use crate::upload::Finished;

/// All uploads of a command, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// How many objects were stored.
    pub uploaded: u64,
    /// How many sources were left out, or found unchanged.
    pub skipped: u64,
    /// How many of these were found unchanged.
    pub unchanged: u64,
    /// How many were not, or may not have been.
    pub failed: u64,
    /// Bytes sent, each once.
    pub bytes_sent: u64,
    /// Bytes that an earlier run had sent.
    pub bytes_resumed: u64,
}

impl Summary {
    /// Counts another one's uploads too.
    pub fn add(&mut self, other: Self) {
        self.uploaded += other.uploaded;
        self.skipped += other.skipped;
        self.unchanged += other.unchanged;
        self.failed += other.failed;
        self.bytes_sent += other.bytes_sent;
        self.bytes_resumed += other.bytes_resumed;
    }

    /// Counts one more.
    pub fn record(&mut self, finished: &Finished) {
        match finished {
            Finished::Stored(object) => {
                self.uploaded += 1;
                self.bytes_sent += object.bytes_sent;
                self.bytes_resumed += object.bytes_resumed;
            }
            Finished::Unchanged(_) => {
                self.skipped += 1;
                self.unchanged += 1;
            }
            Finished::Held(_) => {}
            Finished::Failed(_) | Finished::Unknown(_) => self.failed += 1,
        }
    }

    /// `uploaded 1,998 files, 31.2 MiB in 4.0 s; 1 skipped, 1 failed`.
    pub(crate) fn in_words(self, elapsed: Duration) -> String {
        let Self { uploaded, skipped, unchanged: _, failed, bytes_sent, bytes_resumed } = self;
        let files = if uploaded == 1 { "file" } else { "files" };
        let (count, sent, elapsed) = (units::count(uploaded), units::size(bytes_sent), units::duration(elapsed));
        let before = match bytes_resumed {
            0 => String::new(),
            bytes => format!(", besides {} sent before", units::size(bytes)),
        };
        let others = [(skipped, "skipped"), (failed, "failed")];
        let others = others.iter().filter(|(number, _)| *number > 0);
        let others: Vec<String> = others.map(|(number, word)| format!("{} {word}", units::count(*number))).collect();
        let separator = if others.is_empty() { "" } else { "; " };
        format!("uploaded {count} {files}, {sent} in {elapsed}{before}{separator}{}", others.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::output::console::Console;
    use crate::cli::output::object_report::tests::{JSON, object};
    use crate::cli::output::report::Report;
    use crate::cli::process::world::tests::world;

    #[test]
    fn the_summary_counts_for_programs() {
        let test = world(&[], &[]);
        let mut summary = Summary::default();
        summary.record(&Finished::Stored(object()));
        Report::new(&Console::new(&test.world), JSON).summary(summary, Duration::from_secs(2), 0);
        assert_eq!(
            test.stdout.text(),
            "{\"event\":\"summary\",\"uploaded\":1,\"skipped\":0,\"failed\":0,\"bytes_sent\":25165824,\"bytes_resumed\":16777216,\
             \"duration_ms\":2000,\"exit_code\":0}\n"
        );
    }
}
