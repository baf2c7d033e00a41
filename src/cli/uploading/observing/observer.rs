//! Reports every object of a command while it is uploaded, so that each source gets exactly one result.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::news::SourceNews;
use super::receipt_book::{Closed, Counts, Gone, ReceiptBook};
use super::refusal;
use super::results::Results;
use super::timing_page::TimingPage;
use crate::cli::output::console::Console;
use crate::cli::output::failures::circumstances::{RESUMES, Rerun};
use crate::cli::output::failures::exit::SUCCESS;
use crate::cli::output::failures::failure::Failure;
use crate::cli::output::object_report::{Ending, ObjectReport};
use crate::cli::output::output_options::OutputOptions;
use crate::cli::output::report::{PROGRESS_INTERVAL, Report};
use crate::cli::output::subject::Subject;
use crate::cli::output::summary::Summary;
use crate::cli::process::world::World;
use crate::cli::progress::bar::ProgressDisplay;
use crate::cli::progress::totals::Totals;
use crate::cli::uploading::connection::Connection;
use crate::cli::uploading::held_back::{HeldFile, Publishing};
use crate::cos::{Bucket, Key};
use crate::upload::batch::objects::ObjectId;
use crate::upload::batch::together::Step;
use crate::upload::observer::Observer;
use crate::upload::session::{Ended, Session};
use crate::upload::source::Identity;
use crate::upload::timing::{Sample, Timing};
use crate::upload::{Event, Finished, Plan, session};

/// Reports uploads and keeps their results.
pub(crate) struct UploadObserver<'a> {
    connection: &'a Connection,
    bucket: Bucket,
    report: Report,
    totals: Totals,
    progress: ProgressDisplay,
    /// When the progress of many objects was last reported as JSON.
    last_progress: Option<Instant>,
    stopwatch: fn() -> Instant,
    running: BTreeMap<ObjectId, Box<Running>>,
    pub(crate) results: Results,
    /// Whether there may be several objects.
    many: bool,
    /// The number of sources that were processed or cannot be.
    begun: u64,
    /// Objects that become visible together, for a command that publishes them so.
    publishing: Option<Publishing>,
    /// The effect of the same command on the uploads that this one leaves.
    rerun: Rerun,
    /// Whether objects are only compared with their sources.
    dry_run: bool,
    /// The receipts of a shard of a plan, if this is one.
    receipts: Option<ReceiptBook>,
    /// The times of all requests, if they are asked for.
    timings: TimingPage,
}

struct Running {
    identity: Identity,
    plan: Plan,
    subject: Subject,
    report: ObjectReport,
    began: Instant,
}

impl<'a> UploadObserver<'a> {
    /// An observer of one upload to `bucket`.
    pub(crate) fn new(
        connection: &'a Connection,
        bucket: &Bucket,
        output: OutputOptions,
        world: &World,
        console: &Console,
    ) -> Self {
        Self {
            connection,
            bucket: bucket.clone(),
            report: Report::new(console, output),
            totals: Totals::new(false),
            progress: ProgressDisplay::new(output.progress, console, world),
            last_progress: None,
            stopwatch: world.stopwatch,
            running: BTreeMap::new(),
            results: Results::default(),
            many: false,
            begun: 0,
            publishing: None,
            rerun: RESUMES.clone(),
            dry_run: false,
            receipts: None,
            timings: TimingPage::default(),
        }
    }

    /// The same for several uploads. With `fail_fast`, the first failure stops the rest.
    pub(crate) fn for_many(self, fail_fast: bool) -> Self {
        Self { many: true, totals: Totals::new(true), results: Results::new(fail_fast), ..self }
    }

    /// The same; `rerun` is the effect of the same command on the uploads that this one leaves.
    pub(crate) fn rerun(self, rerun: Rerun) -> Self {
        Self { rerun, ..self }
    }

    /// The same for a dry run: objects are only compared with their sources.
    pub(crate) fn dry_run(mut self) -> Self {
        self.results.summary = Summary::of_dry_run();
        Self { dry_run: true, ..self }
    }

    /// The same for a shard of a plan, which writes receipts.
    pub(crate) fn with_receipts(self, receipts: ReceiptBook) -> Self {
        Self { receipts: Some(receipts), ..self }
    }

    /// The same; it records on this page.
    pub(crate) fn timed(self, page: TimingPage) -> Self {
        Self { timings: page.to(self.bucket.as_str()), ..self }
    }

    /// The page of timings.
    pub(crate) fn into_page(self) -> TimingPage {
        self.timings
    }

    /// Waits until all receipts are durable. Returns the counts, and the uploads that were gone.
    pub(crate) async fn close_receipts(&mut self) -> (Counts, Gone) {
        let Some(receipts) = self.receipts.take() else { return Default::default() };
        let Closed { counts, gone, failure } = receipts.close().await;
        if let Some(failure) = failure {
            self.trouble(&failure);
        }
        (counts, gone)
    }

    /// Stops if receipts can no longer be written: nothing that is sent then would count.
    fn check_receipts(&mut self) {
        if let Some(failure) = self.receipts.as_mut().and_then(ReceiptBook::failure) {
            self.trouble(&failure);
            self.results.stop();
        }
    }

    /// The same for objects that become visible together.
    pub(crate) fn publishing(self, publishing: &Publishing) -> Self {
        Self { publishing: Some(publishing.clone()), ..self }
    }

    /// The number of sources that were processed or cannot be.
    pub(crate) fn begun(&self) -> u64 {
        self.begun
    }

    /// Begins another pass over the objects that are held back, to complete or discard them.
    pub(crate) fn begin_pass(&mut self) {
        self.totals = Totals::new(true);
        if let Some(publishing) = &self.publishing {
            self.totals.total(publishing.listed());
        }
    }

    /// Reports an object whose source changed after it was sent.
    pub(crate) fn refuse(&mut self, source: &Path, key: &Key, failure: &Failure) {
        self.not_sent(Some(key));
        let exit_code = self.report.refused(source, &self.bucket, Some(key), failure);
        self.results.failed(exit_code);
    }

    /// Reports a failure that affects no single object.
    pub(crate) fn trouble(&mut self, failure: &Failure) {
        if let Some(publishing) = &self.publishing {
            publishing.fail();
        }
        self.results.count(self.report.failed(failure));
    }

    /// Reports every object that is still held back: it is on the server and not completed.
    pub(crate) fn report_held_back(&mut self) {
        let files = self.publishing.iter().flat_map(Publishing::files).collect::<Vec<_>>();
        for (key, HeldFile { source, journal, .. }) in files {
            self.withhold(&source, &key, journal.as_deref());
        }
    }

    /// Ends the progress display. Returns the exit code and the counts.
    pub(crate) fn close(&mut self) -> (u8, Summary) {
        self.progress.finish(&self.totals);
        self.timings.close((self.stopwatch)(), self.results.exit_code(), &self.report.console);
        (self.results.exit_code(), self.results.summary)
    }

    fn withhold(&mut self, source: &Path, key: &Key, journal: Option<&Path>) {
        let exit_code = self.report.withheld(source, &self.bucket, key, journal, self.results.signal());
        self.results.failed(exit_code);
    }

    fn not_sent(&self, key: Option<&Key>) {
        if let Some(publishing) = &self.publishing {
            publishing.refuse(key);
        }
    }

    /// Shows the progress of all uploads.
    fn show(&mut self) {
        let now = (self.stopwatch)();
        self.progress.show(now, &self.totals);
        if self.many && self.last_progress.is_none_or(|last| now.duration_since(last) >= PROGRESS_INTERVAL) {
            self.last_progress = Some(now);
            self.report.progress(&self.bucket, self.totals.so_far());
        }
    }

    fn is_at(&self, step: Step) -> bool {
        self.publishing.as_ref().is_some_and(|publishing| publishing.next() == step)
    }

    /// Reports the end of an object to the policy.
    fn record(&self, running: &Running, finished: &mut Finished, journal: Option<&PathBuf>) {
        let Some(publishing) = &self.publishing else { return };
        let Running { identity, subject, .. } = running;
        match finished {
            Finished::HeldBack(sent) => {
                let (source, journal) = (subject.source.clone(), journal.cloned());
                publishing
                    .hold_back(subject.key.clone(), HeldFile { source, identity: *identity, journal, sent: *sent });
            }
            finished => publishing.ended(&subject.key, finished),
        }
    }

    /// Reports an upload that has ended. Returns the exit code.
    fn ended(&mut self, mut running: Running, ended: Ended) -> u8 {
        let Ended { mut finished, journal } = ended;
        if self.dry_run && matches!(finished, Finished::HeldBack(_)) {
            return self.planned(&running);
        }
        self.record(&running, &mut finished, journal.as_ref());
        self.results.summary.record(&finished);
        let Running { subject, report, began, .. } = &mut running;
        if matches!(finished, Finished::Stored(_)) {
            subject.on_disk = self.connection.object_path(&subject.bucket, &subject.key);
        }
        report.replace_subject(subject.clone());
        let elapsed = (self.stopwatch)().duration_since(*began);
        let (journal, signal) = (journal.as_deref(), self.results.signal());
        report.finished(&finished, Ending { elapsed, journal, signal, rerun: &self.rerun })
    }

    /// Reports a source that would be uploaded. Returns the exit code.
    fn planned(&mut self, Running { identity, subject, plan, report, .. }: &Running) -> u8 {
        let delta = report.delta();
        self.report.planned_delta((&subject.source, &subject.bucket, &subject.key), plan, delta);
        self.results.summary.plan(identity.size, delta.map_or(identity.size, |delta| delta.sent));
        SUCCESS
    }

    /// Reports an upload that was to be aborted. An upload that is not completed then is no failure.
    fn discarded(&mut self, running: &Running, finished: &Finished) {
        let Subject { source, key, .. } = &running.subject;
        self.not_sent(Some(key));
        self.withhold(source, key, None);
        if let Finished::Failed(error) = finished
            && let Some(id) = &error.leftover
        {
            self.report.left_behind(source, id);
        }
    }
}

impl Observer<SourceNews> for UploadObserver<'_> {
    fn news(&mut self, news: SourceNews) {
        match news {
            SourceNews::Failed { source, key, failure } => {
                self.begun += 1;
                self.not_sent(key.as_ref());
                // A source without a key was not listed as a file.
                if key.is_some() {
                    self.totals.drops_out();
                }
                let exit_code = self.report.refused(&source, &self.bucket, key.as_ref(), &failure);
                self.results.failed(exit_code);
            }
            SourceNews::LeftOut { source, why } => {
                self.results.summary.skipped += 1;
                self.report.left_out(&source, &self.bucket, why);
            }
            SourceNews::EmptyDirectory(path) => self.report.passed_by(&path),
            SourceNews::Unmatched(rule) => self.report.unmatched(&rule),
            SourceNews::Listed(listed) => self.totals.total(listed),
        }
    }

    fn begins(&mut self, object: ObjectId, session: &Session) {
        self.begun += 1;
        let subject = Subject::of(&session.job);
        if let Some(receipts) = &mut self.receipts {
            receipts.begins(object, session);
        }
        self.timings.begins(object, subject.key.as_str());
        self.totals.begins(object, &subject.source, session.size(), session.settings.patience.max_attempts);
        let report = ObjectReport::new(self.report.clone(), subject.clone())
            .among_many(self.many)
            .of_shard(self.receipts.is_some())
            .compared_first(session.unless.is_some())
            .in_dry_run(self.dry_run);
        let identity = session.job.source.identity();
        self.running.insert(
            object,
            Box::new(Running { identity, plan: session.plan, subject, report, began: (self.stopwatch)() }),
        );
    }

    fn event(&mut self, object: ObjectId, event: Event) {
        let now = (self.stopwatch)();
        self.totals.event(now, object, &event);
        if let Some(receipts) = &mut self.receipts {
            receipts.event(object, &event);
            self.check_receipts();
        }
        match &event {
            Event::Started(_) => {
                self.progress.begin(now);
                if !self.many {
                    self.show();
                }
            }
            Event::Progress(_) | Event::Reading(..) | Event::Retrying { .. } | Event::Completing => self.show(),
            _ => {}
        }
        // Each shard goes on with an upload that the plan began.
        if self.receipts.is_some() && matches!(event, Event::Resumed { .. }) {
            return;
        }
        let starts = matches!(event, Event::Started(_) | Event::Resumed { .. });
        if starts && self.dry_run {
            return;
        }
        if starts && self.publishing.as_ref().is_some_and(Publishing::were_started) {
            return;
        }
        if let Some(running) = self.running.get_mut(&object) {
            running.report.event(now, &event);
        }
    }

    fn timed(&mut self, object: ObjectId, timing: &Timing) {
        self.timings.request(object, timing);
    }

    fn sampled(&mut self, sample: Sample) {
        self.timings.sample(sample);
    }

    fn has_no_destination(&mut self) {
        self.results.end_early();
    }

    fn ends(&mut self, object: ObjectId, ended: Result<Ended, session::Refused>) {
        self.timings.ends(object);
        let Some(running) = self.running.remove(&object) else { return };
        let stored = matches!(&ended, Ok(Ended { finished: Finished::Stored(_) | Finished::HeldBack(_), .. }));
        self.totals.ends((self.stopwatch)(), object, stored);
        if let (Some(receipts), Ok(ended)) = (&mut self.receipts, &ended) {
            if receipts.is_set_aside(object, &ended.finished) {
                return self.show();
            }
            receipts.ends(object, &ended.finished);
        }
        if self.many {
            self.show();
        } else {
            self.progress.finish(&self.totals);
        }
        match ended {
            Ok(Ended { finished, .. }) if self.is_at(Step::Discard) => self.discarded(&running, &finished),
            Ok(ended) => {
                let exit_code = self.ended(*running, ended);
                if exit_code != SUCCESS {
                    self.results.count(exit_code);
                }
            }
            Err(refused) => {
                let Subject { service, source, key, .. } = running.subject;
                self.refuse(&source, &key, &refusal::failure(refused, service));
            }
        }
    }
}
