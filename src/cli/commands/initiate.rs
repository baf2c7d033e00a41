//! `cosput initiate`: makes the plan of an upload by many machines, and begins its uploads.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;
use tokio::time::{Duration, timeout};

use crate::cli::options::sources::Wanted;
use crate::cli::options::{InitiateOptions, UploadOptions};
use crate::cli::output::console::{Console, shown};
use crate::cli::output::failures::exit::{SUCCESS, of_many};
use crate::cli::output::failures::failure::Failure;
use crate::cli::output::failures::nothing_found::NothingFound;
use crate::cli::output::json::{FailedCommand, Line};
use crate::cli::output::report::Report;
use crate::cli::process::runtime;
use crate::cli::process::signals::Signals;
use crate::cli::process::world::World;
use crate::cli::shards::at_a_time::at_a_time;
use crate::cli::shards::beginning::{Beginning, Begun, InOrder};
use crate::cli::shards::draft_directory::DraftDirectory;
use crate::cli::shards::plan_report::PlanReport;
use crate::cli::shards::plan_sources::PlanSources;
use crate::cli::shards::{new_plan, source_root};
use crate::cli::uploading::bucket_requests::{BucketRequests, target};
use crate::cli::uploading::observing::news::SourceNews;
use crate::cli::uploading::setup::connect;
use crate::cli::uploading::supply::news_of;
use crate::cli::values::units;
use crate::cos::multipart::{UploadId, abort};
use crate::cos::{Address, Key};
use crate::language::{message, phrase};
use crate::upload::shards::directory::{PlanDirectory, PlanFiles};
use crate::upload::shards::draft::BegunUploads;
use crate::upload::shards::durable_lines::DurableLines;
use crate::upload::shards::plan;
use crate::upload::shards::plan::SharedPlan;
use crate::upload::source::{Counts, Item};
use crate::upload::{Operation, PlanOptions};

/// How many files are read at a time. A network file system takes some milliseconds for each.
const READ_AT_A_TIME: usize = 32;
/// How long requests in flight may take once the user wants to leave: an upload whose ID is lost stays on the server.
const GRACE: Duration = Duration::from_secs(2);

/// Makes the plan. Returns the exit code.
pub(crate) fn run(options: &InitiateOptions, world: &mut World, console: &Console) -> Result<u8, Failure> {
    let console = console.clone().quiet(options.upload.output.quiet);
    let root = source_root::of(&options.upload.wanted);
    let (sources, counts) = PlanSources::of(options, world)?;
    let new = new_directories(&options.directory);
    let draft = DraftDirectory::claim(&options.directory, new_plan::draft(options, &root, world)?)?;
    let signals = std::mem::replace(&mut world.signals, Signals::channel().1);
    let at_a_time = at_a_time(options.upload.requests.concurrency, world, &console);
    let making = Making { options, root, counts, at_a_time, console: &console };
    let made = runtime::run(making.make(draft, sources, signals, world))?;
    match made {
        Ok(SUCCESS) => {}
        // An upload that was being begun when the user left may still be noted.
        Err(Failure::Interrupted(_)) => making.report().unfinished(),
        _ if options.directory.withdraw_draft() => remove_empty(&options.directory, &new),
        _ => making.report().unfinished(),
    }
    made
}

/// The directories that do not exist yet, the deepest first.
fn new_directories(directory: &PlanDirectory) -> Vec<PathBuf> {
    let ancestors = directory.path().ancestors().filter(|path| !path.as_os_str().is_empty());
    ancestors.take_while(|path| !path.exists()).map(PathBuf::from).collect()
}

/// Leaves no directory behind that this run created, unless something else is in it.
fn remove_empty(directory: &PlanDirectory, new: &[PathBuf]) {
    let receipts = directory.receipts();
    let all = new.first().map(|_| &receipts).into_iter().chain(new);
    let _ = all.map(std::fs::remove_dir).find(Result::is_err);
}

/// A plan that is being made.
struct Making<'a> {
    options: &'a InitiateOptions,
    root: PathBuf,
    counts: Counts,
    at_a_time: usize,
    console: &'a Console,
}

/// What was found and begun.
struct Outcome {
    files: PlanFiles,
    codes: Vec<u8>,
    reused: u64,
}

impl Making<'_> {
    async fn make(
        &self,
        draft: DraftDirectory,
        sources: PlanSources,
        mut signals: Signals,
        world: &mut World,
    ) -> Result<u8, Failure> {
        let upload = &self.options.upload;
        let connection = connect(upload, world, self.console).await?;
        let (requests, verbose) = (upload.requests, upload.output.verbose);
        let mut bucket = BucketRequests::over(connection, &upload.bucket, requests, verbose, world, self.console);
        let DraftDirectory { directory, draft, lines, begun, goes_on, lock: _lock } = draft;
        if goes_on {
            self.console.note(&message!("going on with the plan in {directory}", directory = shown(directory.path())));
        }
        let beginning = Arc::new(self.beginning(&bucket, lines, begun));
        let outcome = self.begin_all(&beginning, sources, &directory, &mut bucket, &mut signals).await;
        let made = match outcome {
            Ok(outcome) => self.finish(outcome, &beginning, &directory, draft.plan, &mut bucket).await,
            Err(failure) => Err(failure),
        };
        bucket.close().await;
        made
    }

    fn beginning(&self, bucket: &BucketRequests<'_>, lines: DurableLines, begun: BegunUploads) -> Beginning {
        let UploadOptions { object, plan, publish_together, .. } = &self.options.upload;
        let threshold = if *publish_together { Some(0) } else { plan.multipart_threshold };
        Beginning {
            root: self.root.clone(),
            options: PlanOptions { multipart_threshold: threshold, ..*plan },
            object: object.clone(),
            requester: bucket.requester(),
            lines,
            reading: Semaphore::new(READ_AT_A_TIME),
            begun: Mutex::new(begun),
            failed: AtomicBool::new(false),
        }
    }

    /// Plans all files, and begins their uploads.
    async fn begin_all(
        &self,
        beginning: &Arc<Beginning>,
        sources: PlanSources,
        directory: &PlanDirectory,
        bucket: &mut BucketRequests<'_>,
        signals: &mut Signals,
    ) -> Result<Outcome, Failure> {
        let files = directory.write_files().map_err(|error| self.unwritable(&error))?;
        let mut outcome = Outcome { files, codes: Vec::new(), reused: 0 };
        let mut items = sources.found();
        let (mut in_order, mut open) = (InOrder::default(), true);
        while open || !in_order.is_empty() {
            let has_room = in_order.len() < self.at_a_time;
            tokio::select! {
                biased;
                signal = signals.next() => {
                    let _ = timeout(GRACE, in_order.finish()).await;
                    return Err(Failure::Interrupted(signal));
                }
                begun = in_order.next() => self.take(begun?, &mut outcome, bucket)?,
                item = items.recv(), if open && has_room => match item {
                    None => open = false,
                    Some(Item::File { path, key, .. }) => in_order.begin(beginning, path, key),
                    Some(other) => self.take_other(other, beginning, &mut outcome),
                },
            }
        }
        Ok(outcome)
    }

    fn take(&self, begun: Begun, outcome: &mut Outcome, bucket: &mut BucketRequests<'_>) -> Result<(), Failure> {
        begun.events.iter().for_each(|event| bucket.report(event));
        match begun.result {
            Ok(file) if outcome.codes.is_empty() => {
                outcome.reused += u64::from(begun.reused);
                outcome.files.add(file).map_err(|error| self.unwritable(&error))
            }
            Ok(_) => Ok(()),
            Err(failure) => {
                let upload = &self.options.upload;
                let report = Report::new(self.console, upload.output);
                outcome.codes.push(report.refused(&begun.path, &upload.bucket, Some(&begun.key), &failure));
                Ok(())
            }
        }
    }

    /// A source that is no file to upload.
    fn take_other(&self, item: Item, beginning: &Beginning, outcome: &mut Outcome) {
        let upload = &self.options.upload;
        let report = Report::new(self.console, upload.output);
        match news_of(item) {
            Some(SourceNews::Failed { source, key, failure }) => {
                beginning.failed.store(true, Ordering::Relaxed);
                outcome.codes.push(report.refused(&source, &upload.bucket, key.as_ref(), &failure));
            }
            Some(SourceNews::LeftOut { source, why }) => report.left_out(&source, &upload.bucket, why),
            Some(SourceNews::EmptyDirectory(path)) => report.passed_by(&path),
            Some(SourceNews::Unmatched(rule)) => report.unmatched(&rule),
            Some(SourceNews::Listed(_)) | None => {}
        }
    }

    /// Writes the plan, unless something failed.
    async fn finish(
        &self,
        outcome: Outcome,
        beginning: &Beginning,
        directory: &PlanDirectory,
        plan: SharedPlan,
        bucket: &mut BucketRequests<'_>,
    ) -> Result<u8, Failure> {
        let Outcome { files, codes, reused } = outcome;
        if !codes.is_empty() {
            return Ok(self.refused(codes));
        }
        let (count, units, bytes) = files.totals();
        if count == 0 {
            return Err(self.nothing_found());
        }
        let list_bytes = Some(directory.finish_files(files).map_err(|error| self.unwritable(&error))?);
        let rest = std::mem::take(&mut *beginning.begun.lock().unwrap_or_else(PoisonError::into_inner));
        self.abort_rest(rest, bucket).await?;
        let plan = SharedPlan { units, bytes, files: count, list_bytes, ..plan };
        directory.write_whole(plan::FILE_NAME, &plan.to_json()).map_err(|error| self.unwritable(&error))?;
        directory.forget_draft();
        self.report().finished(&plan, reused);
        Ok(SUCCESS)
    }

    /// Aborts the uploads that an earlier run began for files that have changed since, or are gone.
    async fn abort_rest(&self, rest: BegunUploads, bucket: &mut BucketRequests<'_>) -> Result<(), Failure> {
        for (key, id) in rest.rest() {
            let (Ok(key), Some(id)) = (Key::new(&key), UploadId::new(&id)) else { continue };
            let request = |address: &Address| abort::request(&target(address, &key), &id);
            bucket.send(Operation::Abort, key.as_str(), request, abort::read).await?;
        }
        Ok(())
    }

    /// Says for programs how the command ended; each failure was reported when it happened. Returns the exit code.
    fn refused(&self, codes: Vec<u8>) -> u8 {
        let (number, exit_code) = (codes.len() as u64, of_many(codes));
        if self.options.upload.output.json {
            let directory = shown(self.options.directory.path());
            let files = units::counted(number, phrase!("file"));
            let message = message!(
                "could not make a plan in {directory}: {error}",
                directory,
                error = message!("{files} failed", files)
            );
            let report = Failure::PlanFailed { exit_code, message }.report();
            self.console.event(&Line::FailedCommand(FailedCommand::new(&report, None)));
        }
        exit_code
    }

    fn report(&self) -> PlanReport<'_> {
        let InitiateOptions { directory, upload, .. } = self.options;
        PlanReport { console: self.console, directory, output: upload.output }
    }

    fn nothing_found(&self) -> Failure {
        let Wanted::Many(many) = &self.options.upload.wanted else {
            return Failure::usage(message!("nothing was found"));
        };
        let list = many.list.as_ref().map(|list| list.file.clone());
        let left_out = self.counts.left_out();
        Failure::NothingFound(NothingFound { named: many.named.clone(), list, left_out, may_be_allowed: false })
    }

    fn unwritable(&self, error: &std::io::Error) -> Failure {
        let directory = shown(self.options.directory.path());
        Failure::Other(message!("could not write the plan {directory}: {error}", directory, error))
    }
}
