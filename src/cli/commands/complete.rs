//! `cosput complete`: proves what all shards sent, and completes the objects.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use tokio::time::sleep;

use crate::cli::options::CompleteOptions;
use crate::cli::output::console::{Console, shown};
use crate::cli::output::failures::exit::{SUCCESS, UNAVAILABLE};
use crate::cli::output::failures::failure::Failure;
use crate::cli::output::json::{CompletedPlan, Line};
use crate::cli::process::host;
use crate::cli::process::world::World;
use crate::cli::shards::asked_uploads::AskedUploads;
use crate::cli::shards::at_a_time::at_a_time;
use crate::cli::shards::bucket_receipts::BucketReceipts;
use crate::cli::shards::judging::{Papers, judge_all};
use crate::cli::shards::loaded_plan::LoadedPlan;
use crate::cli::shards::object_requests::{ObjectRequests, Pass};
use crate::cli::shards::receipt_places::{ReceiptPlaces, refuse_absent};
use crate::cli::shards::rereading::Rereading;
use crate::cli::shards::unproved::Unproved;
use crate::cli::uploading::bucket_requests;
use crate::cli::uploading::bucket_requests::BucketRequests;
use crate::cli::uploading::observing::receipt_book::Attempt;
use crate::cli::values::units;
use crate::language::{Message, message, phrase};
use crate::upload::ObjectOptions;
use crate::upload::shards::plan_end::{COMPLETED, PlanEnd};
use crate::upload::shards::proof::waiting::{Found, Next, Waiting};
use crate::upload::shards::receipts::place::ReceiptPlace;
use crate::upload::shards::receipts::receipt;

/// How long `cosput abort` may take to mark the plan after the server has aborted its first upload.
const A_MOMENT: Duration = Duration::from_millis(500);
/// The numbers of all files.
const ALL: RangeInclusive<u64> = 0..=u64::MAX;

/// Completes the plan. Returns the exit code.
pub(crate) fn run(options: &CompleteOptions, world: &mut World, console: &Console) -> Result<u8, Failure> {
    let console = console.clone().quiet(options.shared.output.quiet);
    let loaded = LoadedPlan::read(&options.shared.directory)?;
    let object = loaded.object(options.shared.sse_c_key.as_ref())?;
    // With --reread the directories are written to, and with --wait they may appear later.
    if !options.reread && options.wait.is_none() {
        refuse_absent(&options.receipts)?;
    }
    let started = (world.stopwatch)();
    let at_a_time = at_a_time(options.shared.requests.concurrency, world, &console);
    let completing = Completing { options, loaded: &loaded, at_a_time, console: &console };
    if loaded.directory.is_aborted() {
        return Err(completing.aborted());
    }
    let uploads = bucket_requests::run(world, async |world| completing.complete(object, world).await)?;
    let elapsed = (world.stopwatch)().duration_since(started);
    completing.report(uploads, elapsed);
    Ok(SUCCESS)
}

/// A plan that is being completed.
struct Completing<'a> {
    options: &'a CompleteOptions,
    loaded: &'a LoadedPlan,
    at_a_time: usize,
    console: &'a Console,
}

impl Completing<'_> {
    /// Returns how many objects were completed.
    async fn complete(&self, object: ObjectOptions, world: &World) -> Result<u64, Failure> {
        let requests = self.options.shared.requests;
        let connection = self.loaded.connect(&self.options.shared, requests, world, self.console).await?;
        let verbose = self.options.shared.output.verbose;
        let bucket = &self.loaded.bucket;
        let mut bucket = BucketRequests::over(connection, bucket, requests, verbose, world, self.console);
        let publish_together = self.loaded.plan.publish_together;
        let requests = ObjectRequests { requester: bucket.requester(), object, publish_together };
        let mut places = self.places(&bucket, world)?;
        if self.options.reread {
            self.reread(&mut places, &requests, &mut bucket, world).await?;
        }
        let mut waiting = Waiting::new((world.stopwatch)(), self.options.wait);
        let completed = loop {
            let Some(papers) = self.all_receipts(&mut places, &requests, &mut waiting, world).await? else {
                self.console.note(&message!("the plan is completed already"));
                break 0;
            };
            if let Some(pause) = self.lacks_later_receipts(&papers, &requests, &mut waiting, &mut bucket, world).await?
            {
                sleep(pause).await;
                continue;
            }
            let completed = self.pass(&papers, &requests, Pass::Complete, &mut bucket).await?;
            self.mark(&mut places, world).await;
            break completed;
        };
        bucket.close().await;
        Ok(completed)
    }

    fn places(&self, bucket: &BucketRequests<'_>, world: &World) -> Result<ReceiptPlaces, Failure> {
        let LoadedPlan { directory, plan, .. } = self.loaded;
        let verbose = self.options.shared.output.verbose;
        let bucket = || BucketReceipts::new(bucket.requester(), &plan.id, self.console, verbose);
        ReceiptPlaces::new(directory, &self.options.receipts, bucket, world)
    }

    /// Reads what has no receipt.
    async fn reread(
        &self,
        places: &mut ReceiptPlaces,
        requests: &ObjectRequests,
        bucket: &mut BucketRequests<'_>,
        world: &World,
    ) -> Result<(), Failure> {
        let plan = &self.loaded.plan;
        let place = self.options.receipts.first().unwrap_or(&ReceiptPlace::Plan);
        let host = host::name(&world.variables);
        let name = receipt::file_name("reread", &host, std::process::id(), world.seed);
        let (lines, _) = places.begin(place, &name)?;
        let rereading = Rereading {
            root: self.options.source_root.clone().unwrap_or_else(|| PathBuf::from(&plan.source_root)),
            requests: requests.clone(),
            attempt: Attempt { plan: plan.id.clone(), shard: "reread".to_owned(), host, clock: world.clock },
            lines,
        };
        places.update(&ALL).await?;
        let papers = Papers::find(&self.loaded.directory, plan, &places.directories());
        let mut unproved = self.unproved();
        let read = rereading.run(&papers, bucket, &mut unproved).await?;
        let units = units::counted(read, phrase!("unit"));
        self.console.note(&message!("{units} without a receipt read here", units));
        if unproved.exit_code() == SUCCESS { Ok(()) } else { Err(unproved.report(&self.nothing())) }
    }

    /// Reads the receipts until none is missing, the time is up, or uploads are gone. `None` if the plan is completed, and
    /// its receipts were removed from the bucket.
    async fn all_receipts(
        &self,
        places: &mut ReceiptPlaces,
        requests: &ObjectRequests,
        waiting: &mut Waiting,
        world: &World,
    ) -> Result<Option<Papers>, Failure> {
        loop {
            let began = (world.stopwatch)();
            places.update(&ALL).await?;
            match places.end() {
                Some(PlanEnd::Aborted) => return Err(self.aborted()),
                Some(PlanEnd::Completed) if places.has_bucket() => return Ok(None),
                _ => {}
            }
            let papers = Papers::find(&self.loaded.directory, &self.loaded.plan, &places.directories());
            let is_last = waiting.is_last(began);
            let mut unproved = if is_last { self.unproved() } else { self.unproved().silent() };
            let lacking = papers.check(self.loaded.plan.publish_together, &mut unproved)?;
            papers.warn(self.console);
            let found = unproved.found();
            let asks = found == Found::NotAll && waiting.asks(began);
            let asked = if asks {
                AskedUploads::ask(&lacking, &papers, requests, self.console).await?
            } else {
                AskedUploads::default()
            };
            let are_gone = asked.end_the_wait();
            self.warn_of_uncomparable(&asked, waiting, world);
            match waiting.next(began, found) {
                Next::Prove => return Ok(Some(papers)),
                Next::LookAgain(pause) if !are_gone => {
                    sleep(pause).await;
                    continue;
                }
                Next::LookAgain(_) | Next::Report => {}
            }
            if are_gone {
                sleep(A_MOMENT).await;
            }
            match places.end_now().await? {
                // Another `complete` may have removed receipts while they were fetched.
                Some(PlanEnd::Completed) if places.has_bucket() => return Ok(None),
                Some(PlanEnd::Aborted) => return Err(self.aborted()),
                _ => {}
            }
            if !is_last {
                unproved = self.unproved();
                papers.check(self.loaded.plan.publish_together, &mut unproved)?;
            }
            asked.add_to(&mut unproved);
            return Err(self.with_advice(unproved.report(&self.nothing()), asked.are_uncomparable()));
        }
    }

    /// Adds a hint that depends on the options that were given.
    fn with_advice(&self, failure: Failure, are_uncomparable: bool) -> Failure {
        let Failure::NotYet { message, hint } = failure else { return failure };
        let hint = match (self.options.reread, self.options.wait) {
            _ if are_uncomparable => message!(
                "no shard can send to an upload that is gone: name more receipts with --receipts, or make a new plan in \
                 another directory"
            ),
            (true, _) => message!("start the shards that are named again: cosput upload-parts --shard I/N"),
            (false, Some(_)) => message!(
                "start the shards that are named again: cosput upload-parts --shard I/N; if only their receipts are lost, use \
                 --reread"
            ),
            (false, None) => hint,
        };
        Failure::NotYet { message, hint }
    }

    /// Reports at once that only receipts that exist already can help, and shortens the wait for them.
    fn warn_of_uncomparable(&self, asked: &AskedUploads, waiting: &mut Waiting, world: &World) {
        let now = (world.stopwatch)();
        if waiting.is_last(now) || !asked.are_uncomparable() {
            return;
        }
        waiting.shorten(now);
        self.console.warning_once(&message!(
            "uploads are gone, so no shard can send to them: waiting up to 10 minutes for receipts that are not visible yet"
        ));
    }

    /// Proves all objects. A part that was sent twice has a receipt for each ETag, and the later one may be visible later:
    /// then this returns how long to wait for it.
    async fn lacks_later_receipts(
        &self,
        papers: &Papers,
        requests: &ObjectRequests,
        waiting: &mut Waiting,
        bucket: &mut BucketRequests<'_>,
        world: &World,
    ) -> Result<Option<Duration>, Failure> {
        let began = (world.stopwatch)();
        if !waiting.is_last(began) {
            let mut unproved = self.unproved().silent();
            judge_all(papers, requests, Pass::Prove, self.at_a_time, bucket, &mut unproved).await?;
            match waiting.next(began, unproved.found()) {
                _ if unproved.exit_code() == SUCCESS => return Ok(None),
                Next::LookAgain(pause) if unproved.exit_code() == UNAVAILABLE => return Ok(Some(pause)),
                // Once more, with messages.
                _ => {}
            }
        }
        self.pass(papers, requests, Pass::Prove, bucket).await?;
        Ok(None)
    }

    async fn pass(
        &self,
        papers: &Papers,
        requests: &ObjectRequests,
        pass: Pass,
        bucket: &mut BucketRequests<'_>,
    ) -> Result<u64, Failure> {
        let mut unproved = self.unproved();
        let completed = judge_all(papers, requests, pass, self.at_a_time, bucket, &mut unproved).await?;
        if unproved.exit_code() == SUCCESS { Ok(completed) } else { Err(unproved.report(&self.nothing())) }
    }

    fn unproved(&self) -> Unproved<'_> {
        Unproved::new(&self.loaded.plan, self.console, self.options.shared.output.json)
    }

    fn nothing(&self) -> Message {
        message!("could not complete the plan {directory}", directory = self.name())
    }

    fn aborted(&self) -> Failure {
        Failure::NotFound(message!("the plan {directory} was aborted", directory = self.name()))
    }

    fn name(&self) -> String {
        shown(self.loaded.directory.path())
    }

    /// Marks the plan as completed, so that shards that are started again have nothing to do.
    async fn mark(&self, places: &mut ReceiptPlaces, world: &World) {
        let plan = &self.loaded.plan;
        let content = serde_json::json!({
            "plan": plan.id,
            "files": plan.files,
            "bytes": plan.bytes,
            "host": host::name(&world.variables),
            "time": humantime::format_rfc3339_seconds((world.clock)()).to_string(),
        });
        let content = format!("{content}\n");
        let plan_directory = &self.loaded.directory;
        let written = plan_directory.write_unfinished(COMPLETED, &content);
        if let Err(error) = written.and_then(|()| plan_directory.finish_end(PlanEnd::Completed)) {
            let directory = self.name();
            let unmarked = message!("could not mark the plan {directory} as completed: {error}", directory, error);
            self.console.warning(&unmarked);
        }
        if let Err(failure) = places.clear(PlanEnd::Completed, &content).await {
            let (directory, why) = (self.name(), failure.report().message);
            let kept = message!("could not remove the receipts of the plan {directory}: {why}", directory, why);
            self.console.warning(&kept);
        }
    }

    fn report(&self, uploads: u64, elapsed: Duration) {
        let output = self.options.shared.output;
        let plan = &self.loaded.plan;
        if output.json {
            self.console.event(&Line::Completed(CompletedPlan {
                plan: self.name(),
                id: &plan.id,
                files: plan.files,
                bytes: plan.bytes,
                uploads,
                duration_ms: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
                exit_code: SUCCESS,
            }));
        }
        let line = message!(
            "completed {directory}  {objects}, {size}: all proved by CRC-64",
            directory = self.name(),
            objects = units::counted(plan.files, phrase!("object")),
            size = units::size(plan.bytes)
        );
        self.console.outcome(!output.json && !output.quiet, &line);
    }
}
