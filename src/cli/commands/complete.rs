//! `cosput complete`: proves what all shards sent, and completes the objects.

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
use crate::cli::shards::judging::{Papers, judge_all};
use crate::cli::shards::loaded_plan::LoadedPlan;
use crate::cli::shards::object_requests::{ObjectRequests, Pass};
use crate::cli::shards::rereading::Rereading;
use crate::cli::shards::unproved::Unproved;
use crate::cli::uploading::bucket_requests;
use crate::cli::uploading::bucket_requests::BucketRequests;
use crate::cli::uploading::observing::receipt_book::Attempt;
use crate::cli::values::units;
use crate::upload::ObjectOptions;
use crate::upload::batch::concurrency::Concurrency;
use crate::upload::shards::directory::{COMPLETED, PlanDirectory, PlanEnd, create_receipts};
use crate::upload::shards::durable_lines::DurableLines;
use crate::upload::shards::receipt;

/// How many objects are judged at a time, if the user gives no number of requests.
const AT_A_TIME: u16 = 64;
/// How long to wait before the receipts are read again: at first, and at most.
const SHORT_PAUSE: Duration = Duration::from_millis(500);
const LONG_PAUSE: Duration = Duration::from_secs(10);

/// Completes the plan. Returns the exit code.
pub(crate) fn run(options: &CompleteOptions, world: &mut World, console: &Console) -> Result<u8, Failure> {
    let console = console.clone().quiet(options.shared.output.quiet);
    let loaded = LoadedPlan::read(&options.shared.directory)?;
    let object = loaded.object(options.shared.sse_c_key.as_ref())?;
    refuse_aborted(&loaded.directory)?;
    let started = (world.stopwatch)();
    let completing = Completing { options, loaded: &loaded, console: &console };
    let uploads = bucket_requests::run(world, async |world| completing.complete(object, world).await)?;
    let elapsed = (world.stopwatch)().duration_since(started);
    completing.report(uploads, elapsed);
    Ok(SUCCESS)
}

fn refuse_aborted(directory: &PlanDirectory) -> Result<(), Failure> {
    match directory.end() {
        Some(PlanEnd::Aborted) => Err(Failure::NotFound(format!("the plan {} was aborted", shown(directory.path())))),
        _ => Ok(()),
    }
}

/// A plan that is being completed.
struct Completing<'a> {
    options: &'a CompleteOptions,
    loaded: &'a LoadedPlan,
    console: &'a Console,
}

impl Completing<'_> {
    /// Returns how many objects were completed.
    async fn complete(&self, object: ObjectOptions, world: &World) -> Result<u64, Failure> {
        let papers = if self.options.reread { None } else { Some(self.all_receipts(world).await?) };
        let requests = self.options.shared.requests;
        let connection = self.loaded.connect(&self.options.shared, requests, world, self.console).await?;
        let verbose = self.options.shared.output.verbose;
        let bucket = &self.loaded.bucket;
        let mut bucket = BucketRequests::over(connection, bucket, requests, verbose, world, self.console);
        let publish_together = self.loaded.plan.publish_together;
        let requests = ObjectRequests { requester: bucket.requester(), object, publish_together };
        let papers = match papers {
            Some(papers) => papers,
            None => self.reread(&requests, &mut bucket, world).await?,
        };
        self.pass(&papers, &requests, Pass::Prove, &mut bucket).await?;
        let completed = self.pass(&papers, &requests, Pass::Complete, &mut bucket).await?;
        bucket.close().await;
        self.mark(world);
        Ok(completed)
    }

    /// Reads what has no receipt.
    async fn reread(
        &self,
        requests: &ObjectRequests,
        bucket: &mut BucketRequests<'_>,
        world: &World,
    ) -> Result<Papers, Failure> {
        let plan = &self.loaded.plan;
        let place = self.options.receipts.first().cloned().unwrap_or_else(|| self.loaded.directory.receipts());
        let host = host::name(&world.variables);
        let name = receipt::file_name("reread", &host, std::process::id(), world.seed);
        let file = create_receipts(&place, &name)
            .map_err(|error| Failure::Other(format!("could not write receipts in {}: {error}", shown(&place))))?;
        let rereading = Rereading {
            root: self.options.source_root.clone().unwrap_or_else(|| PathBuf::from(&plan.source_root)),
            requests: requests.clone(),
            attempt: Attempt { plan: plan.id.clone(), shard: "reread".to_owned(), host, clock: world.clock },
            lines: DurableLines::new(file),
        };
        let papers = Papers::find(&self.loaded.directory, plan, &self.places())?;
        let read = rereading.run(&papers, bucket).await?;
        self.console.note(&format!("{} without a receipt read here", units::counted(read, "unit")));
        self.all_receipts(world).await
    }

    /// Reads the receipts until none is missing, or the time is over.
    async fn all_receipts(&self, world: &World) -> Result<Papers, Failure> {
        let started = (world.stopwatch)();
        let mut pause = SHORT_PAUSE;
        loop {
            refuse_aborted(&self.loaded.directory)?;
            let papers = Papers::find(&self.loaded.directory, &self.loaded.plan, &self.places())?;
            for (path, why) in papers.receipts.unreadable() {
                self.console.warning_once(&format!("could not read the receipts {}: {why}", shown(path)));
            }
            let quiet = self.console.clone().quiet(true);
            let waited = (world.stopwatch)().duration_since(started);
            let left = self.options.wait.and_then(|wait| wait.checked_sub(waited)).filter(|left| !left.is_zero());
            let console = if left.is_some() { &quiet } else { self.console };
            let mut unproved = self.unproved(console, left.is_none());
            papers.check(self.loaded.plan.publish_together, &mut unproved)?;
            match (unproved.exit_code(), left) {
                (SUCCESS, _) => return Ok(papers),
                (UNAVAILABLE, Some(left)) => sleep(pause.min(left)).await,
                (UNAVAILABLE, None) => return Err(unproved.report(&self.name())),
                (_, Some(_)) => {
                    let mut unproved = self.unproved(self.console, true);
                    papers.check(self.loaded.plan.publish_together, &mut unproved)?;
                    return Err(unproved.report(&self.name()));
                }
                (_, None) => return Err(unproved.report(&self.name())),
            }
            pause = (pause * 2).min(LONG_PAUSE);
        }
    }

    async fn pass(
        &self,
        papers: &Papers,
        requests: &ObjectRequests,
        pass: Pass,
        bucket: &mut BucketRequests<'_>,
    ) -> Result<u64, Failure> {
        let mut unproved = self.unproved(self.console, true);
        let completed = judge_all(papers, requests, pass, self.at_a_time(), bucket, &mut unproved).await?;
        if unproved.exit_code() == SUCCESS { Ok(completed) } else { Err(unproved.report(&self.name())) }
    }

    fn unproved<'c>(&self, console: &'c Console, shows: bool) -> Unproved<'c> {
        Unproved::new(&self.loaded.plan, console, self.options.shared.output.json && shows)
    }

    fn places(&self) -> Vec<PathBuf> {
        let more = self.options.receipts.iter().cloned();
        std::iter::once(self.loaded.directory.receipts()).chain(more).collect()
    }

    fn at_a_time(&self) -> usize {
        match self.options.shared.requests.concurrency {
            Concurrency::Fixed(number) => number.into(),
            concurrency => concurrency.most().min(AT_A_TIME).into(),
        }
    }

    fn name(&self) -> String {
        shown(self.loaded.directory.path())
    }

    /// Says in the plan that it is completed, so that shards that are started again have nothing to do.
    fn mark(&self, world: &World) {
        let plan = &self.loaded.plan;
        let content = serde_json::json!({
            "plan": plan.id,
            "files": plan.files,
            "bytes": plan.bytes,
            "host": host::name(&world.variables),
            "time": humantime::format_rfc3339_seconds((world.clock)()).to_string(),
        });
        if let Err(error) = self.loaded.directory.write_whole(COMPLETED, &format!("{content}\n")) {
            self.console.warning(&format!("could not mark the plan {} as completed: {error}", self.name()));
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
        let line = format!(
            "completed {}  {}, {}: all proved by CRC-64",
            self.name(),
            units::counted(plan.files, "object"),
            units::size(plan.bytes),
        );
        self.console.outcome(!output.json && !output.quiet, &line);
    }
}
