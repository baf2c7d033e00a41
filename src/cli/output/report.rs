//! The report of a command: lines for people, or JSON events for programs. `object_report` is about one upload, `json`
//! has the events.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::console::{Console, shown, visible};
use super::failures::failure::Failure;
use super::failures::failure_report::FailureReport;
use super::json::{
    Failed, FailedCommand, Line, OverallProgress, Planned, ProgressOfMany, Skipped, SummaryLine, Unmatched, UploadName,
};
use super::output_options::OutputOptions;
use super::summary::Summary;
use super::{result_line, unmatched};
use crate::cli::process::signals::Signal;
use crate::cli::values::units::counted;
use crate::cos::multipart::UploadId;
use crate::cos::{Bucket, Key};
use crate::language::{message, phrase};
use crate::upload::Plan;
use crate::upload::event::PlannedDelta;
use crate::upload::source::{Skip, UnmatchedRule};

/// How many links that are left out are named without `-v`.
const NAMED_LINKS: u64 = 5;

/// The interval between progress events in JSON.
pub(crate) const PROGRESS_INTERVAL: Duration = Duration::from_secs(1);

/// Reports to stdout and stderr as the options require.
#[derive(Clone)]
pub struct Report {
    pub(crate) console: Console,
    pub(crate) json: bool,
    quiet: bool,
    pub(crate) verbose: bool,
    links: Arc<AtomicU64>,
}

impl Report {
    /// A report in the format of `output`.
    pub fn new(console: &Console, output: OutputOptions) -> Self {
        let OutputOptions { quiet, json, verbose, .. } = output;
        Self { console: console.clone(), json, quiet, verbose, links: Arc::default() }
    }

    /// Reports a source that a dry run does not send.
    pub fn planned(&self, source: &Path, bucket: &Bucket, key: &Key, plan: &Plan) {
        self.planned_delta((source, bucket, key), plan, None);
    }

    /// The same, if some of it may be copied.
    pub(crate) fn planned_delta(
        &self,
        (source, bucket, key): (&Path, &Bucket, &Key),
        plan: &Plan,
        delta: Option<PlannedDelta>,
    ) {
        if self.json {
            let planned = Planned::new(UploadName::new(source, bucket, Some(key)), plan).with_delta(delta);
            self.line(&Line::Planned(planned));
        }
        self.result(&result_line::planned((source, bucket, key), plan, delta));
    }

    /// Reports a skipped source and the reason.
    pub(crate) fn left_out(&self, source: &Path, bucket: &Bucket, why: Skip) {
        let reason = match why {
            Skip::Link => "symlink",
            Skip::Loop => "loop",
            Skip::Special(_) => "special",
            Skip::Own => "own",
        };
        if self.json {
            self.line(&Line::Skipped(Skipped::left_out(UploadName::new(source, bucket, None), reason)));
        }
        let line = message!("skipped {source}: it {why}", source = shown(source), why);
        // Links are always skipped; other files that are not regular may be unexpected.
        match why {
            Skip::Link => {
                let named = self.links.fetch_add(1, Ordering::Relaxed) < NAMED_LINKS;
                self.console.detail(named || self.verbose, &line);
            }
            Skip::Own => self.console.note(&line),
            Skip::Loop | Skip::Special(_) => self.console.warning(&line),
        }
    }

    /// Reports how many links were left out, if that is more than are named.
    pub(crate) fn links_left_out(&self, links: u64) {
        if links > NAMED_LINKS && !self.verbose {
            let more = counted(links - NAMED_LINKS, phrase!("more symbolic link"));
            self.console.note(&message!("skipped {more}; -v names them, and --follow-symlinks follows them", more));
        }
    }

    /// Reports a rule that matched nothing.
    pub(crate) fn unmatched(&self, rule: &UnmatchedRule) {
        if self.json {
            self.line(&Line::Unmatched(Unmatched::new(rule)));
        }
        self.console.warning(&unmatched::in_words(rule));
    }

    /// Reports an empty directory.
    pub(crate) fn passed_by(&self, directory: &Path) {
        self.console.detail(
            self.verbose,
            &message!("skipped {directory}: empty directories are not uploaded", directory = shown(directory)),
        );
    }

    /// Reports an upload that failed before it began. Returns the exit code.
    pub fn refused(&self, source: &Path, bucket: &Bucket, key: Option<&Key>, failure: &Failure) -> u8 {
        let report = failure.report();
        if self.json {
            self.line(&Line::Failed(Failed::new(UploadName::new(source, bucket, key), &report, None)));
        }
        report.print(&self.console);
        report.exit_code
    }

    /// Reports a failure that concerns no single source. Returns the exit code.
    pub(crate) fn failed(&self, failure: &Failure) -> u8 {
        let report = failure.report();
        if self.json {
            self.line(&Line::FailedCommand(FailedCommand::new(&report, None)));
        }
        report.print(&self.console);
        report.exit_code
    }

    /// Reports a journal whose upload could not begin; `upload` is the upload that it names. Returns the exit code.
    pub(crate) fn not_resumed(&self, upload: Option<(&Path, &Bucket, &Key)>, journal: &Path, failure: &Failure) -> u8 {
        let report = failure.report();
        if self.json {
            self.line(&match upload {
                Some((source, bucket, key)) => {
                    let name = UploadName::new(source, bucket, Some(key));
                    Line::Failed(Failed::of_journal(name, &report, journal))
                }
                None => Line::FailedCommand(FailedCommand::of_journal(&report, journal)),
            });
        }
        report.print(&self.console);
        report.exit_code
    }

    /// Reports an upload that another process is running.
    pub(crate) fn is_running(&self, (source, bucket, key): (&Path, &Bucket, &Key)) {
        if self.json {
            let name = UploadName::new(source, bucket, Some(key));
            self.line(&Line::Skipped(Skipped::left_out(name, "running")));
        }
        self.console.note(&message!("skipped {source}: another process is uploading it", source = shown(source)));
    }

    /// Reports an object that was sent but not completed, because others failed. Only `-v` shows these lines: there may
    /// be many, and they would hide the failure. Returns the exit code.
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

    /// Reports an upload that could not be aborted.
    pub(crate) fn left_behind(&self, source: &Path, id: &UploadId) {
        let id = visible(id.as_str());
        self.console.warning(&message!(
            "{source}: could not abort upload {id}; it remains on the server",
            source = shown(source),
            id
        ));
    }

    /// Reports the progress of all uploads, as JSON only.
    pub(crate) fn progress(&self, bucket: &Bucket, progress: OverallProgress) {
        if self.json {
            self.line(&Line::ProgressOfMany(ProgressOfMany::new(bucket.as_str(), progress)));
        }
    }

    /// Reports the totals. A single upload has its own line, so text output has totals for several only, and for a dry
    /// run, which ends with them.
    pub fn summary(&self, summary: Summary, elapsed: Duration, exit_code: u8) {
        if self.json {
            self.line(&Line::Summary(SummaryLine::new(summary, elapsed, exit_code)));
        }
        if summary.planned.is_none() {
            self.console.job_summary(summary, elapsed, exit_code);
        }
        let planned = summary.planned.map_or(0, |planned| planned.files);
        let several = planned + summary.uploaded + summary.skipped + summary.failed > 1;
        if several || summary.planned.is_some() && !self.quiet && !self.json {
            self.console.message(&summary.in_words(elapsed));
        }
    }

    pub(super) fn line(&self, line: &Line<'_>) {
        if !self.quiet || line.matters_if_quiet() {
            self.console.event(line);
        }
    }

    pub(super) fn result(&self, line: &str) {
        self.console.outcome(!self.quiet && !self.json, line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::output::object_report::ObjectReport;
    use crate::cli::output::object_report::tests::{JSON, OUTPUT, subject, without_times};
    use crate::cli::process::world::tests::world;
    use crate::upload::{Event, Progress};

    #[test]
    fn people_get_the_totals_of_several_uploads_even_with_quiet() {
        let test = world(&[], &[]);
        let console = Console::new(&test.world);
        let report = |summary, output: OutputOptions| {
            let console = console.clone().quiet(output.quiet);
            Report::new(&console, output).summary(summary, Duration::from_secs(40), 0);
        };
        let all = Summary {
            uploaded: 1998,
            skipped: 3000,
            unchanged: 2999,
            failed: 1,
            bytes_sent: 31 << 20,
            ..Summary::default()
        };
        report(all, OUTPUT);
        report(all, OutputOptions { quiet: true, ..OUTPUT });
        report(Summary { uploaded: 1, ..Summary::default() }, OUTPUT);
        report(Summary { uploaded: 1, skipped: 2, bytes_resumed: 1 << 20, ..Summary::default() }, OUTPUT);
        assert_eq!(test.stdout.text(), "");
        assert_eq!(
            test.stderr.text(),
            "1,998 uploaded, 2,999 unchanged, 1 skipped, 1 failed: 31.0 MiB in 40 s (793.6 KiB/s)\n\
             1,998 uploaded, 2,999 unchanged, 1 skipped, 1 failed: 31.0 MiB in 40 s (793.6 KiB/s)\n\
             1 uploaded, 2 skipped: 0 B in 40 s, 1.0 MiB sent earlier\n"
        );
    }

    #[test]
    fn the_progress_of_many_uploads_is_one_event() {
        let test = world(&[], &[]);
        let report = Report::new(&Console::new(&test.world), JSON);
        ObjectReport::new(report.clone(), subject())
            .among_many(true)
            .event((test.world.stopwatch)(), &Event::Progress(Progress::default()));
        let bucket = subject().bucket;
        report.progress(&bucket, OverallProgress { bytes: 1, total: None, files: 0, files_total: None });
        report.progress(&bucket, OverallProgress { bytes: 2, total: Some(9), files: 1, files_total: Some(3) });
        assert_eq!(
            without_times(&test),
            "{\"event\":\"progress\",\"bucket\":\"examplebucket-1250000000\",\"bytes\":1,\"files\":0}\n\
             {\"event\":\"progress\",\"bucket\":\"examplebucket-1250000000\",\"bytes\":2,\"total\":9,\"files\":1,\
             \"files_total\":3}\n"
        );
    }
}
