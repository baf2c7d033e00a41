//! What a command did, told: lines for people, or JSON lines for programs. The JSON itself is in `json`, one upload is
//! told by `object_report`.

use std::path::Path;
use std::time::Duration;

use super::console::{Console, shown, visible};
use super::failure::Failure;
use super::failure_report::FailureReport;
use super::json::{Failed, Line, OverallProgress, Planned, ProgressOfMany, Skipped, SummaryLine, UploadName};
use super::summary::Summary;
use super::{notice, units};
use crate::cli::options::OutputOptions;
use crate::cli::process::signals::Signal;
use crate::cos::multipart::UploadId;
use crate::cos::{Bucket, Key};
use crate::upload::Plan;
use crate::upload::source::Skip;

/// How often a program hears of progress.
pub(crate) const PROGRESS_INTERVAL: Duration = Duration::from_secs(1);

/// Tells what happens, in the way that was asked for.
#[derive(Clone)]
pub struct Report {
    pub(crate) console: Console,
    pub(crate) json: bool,
    quiet: bool,
    pub(crate) verbose: bool,
}

impl Report {
    /// A report in the way that `output` asks for.
    pub fn new(console: &Console, output: OutputOptions) -> Self {
        let OutputOptions { quiet, json, verbose, .. } = output;
        Self { console: console.clone(), json, quiet, verbose }
    }

    /// Tells what would be sent.
    pub fn planned(&self, source: &Path, bucket: &Bucket, key: &Key, plan: &Plan) {
        if self.json {
            self.line(&Line::Planned(Planned::new(UploadName::new(source, bucket, Some(key)), plan)));
        }
        let how = match plan {
            Plan::Put { size } => format!("{} in one request", units::size(*size)),
            Plan::Multipart(parts) => {
                let count = parts.count();
                let plural = if count == 1 { "part" } else { "parts" };
                format!("{} in {count} {plural} of {}", units::size(parts.size()), units::size(parts.part_size()))
            }
            Plan::Stream(cut) => format!("in parts of {}", notice::part_sizes(*cut)),
        };
        let target = visible(key.as_str());
        self.result(&format!("would upload {} -> cos://{bucket}/{target}  {how}", shown(source)));
    }

    /// Tells of a source that is left out, and why.
    pub(crate) fn left_out(&self, source: &Path, bucket: &Bucket, why: Skip) {
        let reason = match why {
            Skip::Link => "symlink",
            Skip::Loop => "loop",
            Skip::Special(_) => "special",
        };
        if self.json {
            self.line(&Line::Skipped(Skipped::left_out(UploadName::new(source, bucket, None), reason)));
        }
        let line = format!("{} is left out: it {why}", shown(source));
        // Links are left out by rule, and counted; what else is no file may surprise.
        match why {
            Skip::Link => self.console.detail(self.verbose, &line),
            Skip::Loop | Skip::Special(_) => self.console.warning(&line),
        }
    }

    /// Tells of a directory with nothing in it.
    pub(crate) fn passed_by(&self, directory: &Path) {
        self.console.detail(self.verbose, &format!("{} is empty and leaves no trace", shown(directory)));
    }

    /// Tells of an upload that failed before it began. Returns the exit code.
    pub fn refused(&self, source: &Path, bucket: &Bucket, key: Option<&Key>, failure: &Failure) -> u8 {
        let report = failure.report();
        if self.json {
            self.line(&Line::Failed(Failed::new(UploadName::new(source, bucket, key), &report, None)));
        }
        report.print(&self.console);
        report.exit_code
    }

    /// Tells of an object that was sent and is not completed, since others were not sent. People hear of all of these at
    /// once; one line each would hide the failure that is the reason. Returns the exit code.
    pub(crate) fn withheld(
        &self,
        source: &Path,
        bucket: &Bucket,
        key: &Key,
        journal: Option<&Path>,
        signal: Option<Signal>,
    ) -> u8 {
        let mut report =
            FailureReport { resumable: journal.is_some(), ..Failure::Withheld(source.to_owned()).report() };
        report.exit_code = signal.map_or(report.exit_code, Signal::exit_code);
        if self.json {
            self.line(&Line::Failed(Failed::new(UploadName::new(source, bucket, Some(key)), &report, journal)));
        }
        self.console.detail(self.verbose, &report.message);
        report.exit_code
    }

    /// Tells of an upload that was to be thrown away and could not be.
    pub(crate) fn left_behind(&self, source: &Path, id: &UploadId) {
        let id = visible(id.as_str());
        self.console.warning(&format!("{}: upload {id} could not be aborted; it is left on the server", shown(source)));
    }

    /// Tells programs how far many uploads together are.
    pub(crate) fn progress(&self, bucket: &Bucket, progress: OverallProgress) {
        if self.json {
            self.line(&Line::ProgressOfMany(ProgressOfMany::new(bucket.as_str(), progress)));
        }
    }

    /// Tells how all of it ended: people where there were several, since the line of a single one says it all.
    pub fn summary(&self, summary: Summary, elapsed: Duration, exit_code: u8) {
        if self.json {
            self.line(&Line::Summary(SummaryLine::new(summary, elapsed, exit_code)));
        }
        if summary.uploaded + summary.skipped + summary.failed > 1 {
            self.console.note(&summary.in_words(elapsed));
        }
    }

    pub(crate) fn line(&self, line: &Line<'_>) {
        self.console.event(line);
    }

    pub(crate) fn result(&self, line: &str) {
        self.console.outcome(!self.quiet && !self.json, line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::output::object_report::ObjectReport;
    use crate::cli::output::object_report::tests::{JSON, OUTPUT, subject};
    use crate::cli::process::world::tests::world;
    use crate::upload::{Event, Progress};

    #[test]
    fn people_get_a_summary_of_several_and_of_no_single_one() {
        let test = world(&[], &[]);
        let console = Console::new(&test.world);
        let tell = |summary, output: OutputOptions| {
            let console = console.clone().quiet(output.quiet);
            Report::new(&console, output).summary(summary, Duration::from_secs(40), 0);
        };
        let all = Summary { uploaded: 1998, skipped: 1, failed: 1, bytes_sent: 31 << 20, ..Summary::default() };
        tell(all, OUTPUT);
        tell(all, OutputOptions { quiet: true, ..OUTPUT });
        tell(Summary { uploaded: 1, ..Summary::default() }, OUTPUT);
        tell(Summary { uploaded: 1, skipped: 2, bytes_resumed: 1 << 20, ..Summary::default() }, OUTPUT);
        assert_eq!(test.stdout.text(), "");
        assert_eq!(
            test.stderr.text(),
            "uploaded 1,998 files, 31.0 MiB in 40 s; 1 skipped, 1 failed\n\
             uploaded 1 file, 0 B in 40 s, besides 1.0 MiB sent before; 2 skipped\n"
        );
    }

    #[test]
    fn programs_hear_of_the_progress_of_many_in_one_line() {
        let test = world(&[], &[]);
        let report = Report::new(&Console::new(&test.world), JSON);
        ObjectReport::new(report.clone(), subject())
            .among_many(true)
            .event((test.world.stopwatch)(), &Event::Progress(Progress::default()));
        let bucket = subject().bucket;
        report.progress(&bucket, OverallProgress { bytes: 1, total: None, files: 0, files_total: None });
        report.progress(&bucket, OverallProgress { bytes: 2, total: Some(9), files: 1, files_total: Some(3) });
        assert_eq!(
            test.stdout.text(),
            "{\"event\":\"progress\",\"bucket\":\"examplebucket-1250000000\",\"bytes\":1,\"files\":0}\n\
             {\"event\":\"progress\",\"bucket\":\"examplebucket-1250000000\",\"bytes\":2,\"total\":9,\"files\":1,\
             \"files_total\":3}\n"
        );
    }
}
