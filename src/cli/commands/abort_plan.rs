//! `cosput abort --plan`: gives a plan up.
//!
//! The plan is marked as soon as the server has aborted the first upload: before, it is not known whether the credentials are
//! right, or whether the plan was completed by a command that was killed before it could say so.

use std::collections::BTreeSet;

use tokio::task::JoinSet;

use crate::cli::args::{
    AbortArguments, BucketArguments, CustomerKeyArguments, ProgressArguments, RateArguments, SharedPlanArguments,
};
use crate::cli::options::SharedPlanOptions;
use crate::cli::output::console::{Console, shown, visible};
use crate::cli::output::failures::exit::{self, SUCCESS};
use crate::cli::output::failures::failure::Failure;
use crate::cli::output::json::{Aborted, KeptObject, Line, PlanAborted};
use crate::cli::process::world::World;
use crate::cli::shards::aborted_upload::{AbortedUpload, abort};
use crate::cli::shards::at_a_time::at_a_time;
use crate::cli::shards::bucket_receipts::{BucketReceipts, Found};
use crate::cli::shards::gone;
use crate::cli::shards::judging::Papers;
use crate::cli::shards::loaded_plan::LoadedPlan;
use crate::cli::shards::object_requests::ObjectRequests;
use crate::cli::shards::plan_uploads::{PlanUploads, plan_or_draft, plan_uploads};
use crate::cli::shards::receipt_places::ReceiptPlaces;
use crate::cli::uploading::bucket_requests;
use crate::cli::uploading::bucket_requests::{BucketRequests, failed, report_failed};
use crate::cli::values::units;
use crate::cos::Service;
use crate::language::{message, phrase};
use crate::upload::shards::directory::PlanDirectory;
use crate::upload::shards::files::Placed;
use crate::upload::shards::plan_end::{ABORTED, PlanEnd};
use crate::upload::shards::proof::completion::Finish;
use crate::upload::shards::proof::evidence::Evidence;
use crate::upload::shards::receipts::place::ReceiptPlace;

/// How many of the small files that stay are printed. With --json, all are.
const MOST_SHOWN: u64 = 20;

/// The options of `cosput abort --plan`.
pub(crate) struct AbortPlanOptions {
    shared: SharedPlanOptions,
}

impl AbortPlanOptions {
    /// Reads the arguments.
    pub(crate) fn new(arguments: AbortArguments, world: &World) -> Result<Self, Failure> {
        let AbortArguments { plan, yes, bucket, .. } = arguments;
        let BucketArguments { access, requests, output, .. } = bucket;
        if !yes {
            return Err(Failure::usage(message!("aborting a plan is final, so it needs --yes")));
        }
        let customer = CustomerKeyArguments { sse_c_key_file: None };
        let arguments = SharedPlanArguments { plan, access, requests, customer, output };
        let (rate, progress) = (RateArguments { limit_rate: None }, ProgressArguments { progress: None });
        Ok(Self { shared: SharedPlanOptions::new(arguments, rate, &progress, world)? })
    }
}

/// Aborts the plan. Returns the exit code.
pub(crate) fn run(options: &AbortPlanOptions, world: &mut World, console: &Console) -> Result<u8, Failure> {
    let console = console.clone().quiet(options.shared.output.quiet);
    let directory = &options.shared.directory;
    if directory.end() == Some(PlanEnd::Completed) {
        return Err(completed(directory));
    }
    let loaded = plan_or_draft(directory)?;
    let uploads = plan_uploads(directory, &loaded)?;
    let time = humantime::format_rfc3339_seconds((world.clock)()).to_string();
    let mark = format!("{}\n", serde_json::json!({ "plan": loaded.plan.id, "time": time }));
    if !directory.is_aborted() {
        directory.write_unfinished(ABORTED, &mark).map_err(|error| unmarkable(directory, &error))?;
    }
    let mut aborting = Aborting::new(options, &loaded, &console, mark);
    let ended = bucket_requests::run(world, async |world| aborting.abort(uploads, world).await);
    if !aborting.marked {
        directory.withdraw(ABORTED);
    }
    let exit_code = ended?;
    if aborting.marked {
        aborting.report();
    }
    aborting.event(exit_code);
    Ok(exit_code)
}

fn completed(directory: &PlanDirectory) -> Failure {
    let directory = shown(directory.path());
    let message = message!("could not abort the plan {directory}: it is completed", directory);
    Failure::PlanRefused { message, hint: None }
}

fn unmarkable(directory: &PlanDirectory, error: &std::io::Error) -> Failure {
    let directory = shown(directory.path());
    Failure::Other(message!("could not mark the plan {directory} as aborted: {error}", directory, error))
}

/// A plan that is being aborted.
struct Aborting<'a> {
    options: &'a AbortPlanOptions,
    loaded: &'a LoadedPlan,
    console: &'a Console,
    mark: String,
    /// Whether the plan says that it was aborted.
    marked: bool,
    codes: Vec<u8>,
    aborted: u64,
    kept: u64,
    /// The files whose uploads the server did not know.
    gone: BTreeSet<u64>,
}

impl<'a> Aborting<'a> {
    fn new(options: &'a AbortPlanOptions, loaded: &'a LoadedPlan, console: &'a Console, mark: String) -> Self {
        let marked = loaded.directory.is_aborted();
        let (codes, gone) = (Vec::new(), BTreeSet::new());
        Self { options, loaded, console, mark, marked, codes, aborted: 0, kept: 0, gone }
    }

    async fn abort(&mut self, uploads: PlanUploads, world: &World) -> Result<u8, Failure> {
        let (requests, verbose) = (self.options.shared.requests, self.options.shared.output.verbose);
        let connection = self.loaded.connect(&self.options.shared, requests, world, self.console).await?;
        let bucket = &self.loaded.bucket;
        let mut bucket = BucketRequests::over(connection, bucket, requests, verbose, world, self.console);
        let mut aborting: JoinSet<AbortedUpload> = JoinSet::new();
        let at_a_time = at_a_time(requests.concurrency, world, self.console);
        for upload in uploads {
            // One after the other until the server has aborted one.
            let most = if self.marked { at_a_time } else { 1 };
            while aborting.len() >= most {
                self.take(aborting.join_next().await, &mut bucket)?;
            }
            if !self.marked && !self.codes.is_empty() {
                break;
            }
            aborting.spawn(abort(bucket.requester(), upload?));
        }
        while !aborting.is_empty() {
            self.take(aborting.join_next().await, &mut bucket)?;
        }
        if self.codes.is_empty() {
            self.finish(&mut bucket, world).await?;
        }
        bucket.close().await;
        Ok(if self.codes.is_empty() { SUCCESS } else { exit::of_many(self.codes.iter().copied()) })
    }

    fn take(
        &mut self,
        done: Option<Result<AbortedUpload, tokio::task::JoinError>>,
        bucket: &mut BucketRequests<'_>,
    ) -> Result<(), Failure> {
        let Some(done) = done else { return Ok(()) };
        let AbortedUpload { upload, aborted, error, events } =
            done.map_err(|died| Failure::Other(message!("a task died: {died}", died)))?;
        events.iter().for_each(|event| bucket.report(event));
        let (json, bucket) = (self.options.shared.output.json, self.loaded.bucket.as_str());
        if aborted {
            self.aborted += 1;
            self.mark()?;
        }
        match error {
            Some(error) => {
                let failure = failed(Service::Cos, &upload.key, error);
                self.codes.push(report_failed(&failure, [bucket, &upload.key, &upload.id], json, self.console));
            }
            None if aborted && json => {
                let (key, upload_id) = (upload.key.as_str(), upload.id.as_str());
                self.console.event(&Line::Aborted(Aborted { bucket, key, upload_id, journal: None }));
            }
            None if aborted => {}
            None => self.gone.extend(upload.number),
        }
        Ok(())
    }

    /// Says in the plan that it was aborted.
    fn mark(&mut self) -> Result<(), Failure> {
        if !self.marked {
            let directory = &self.loaded.directory;
            directory.finish_end(PlanEnd::Aborted).map_err(|error| unmarkable(directory, &error))?;
            self.marked = true;
        }
        Ok(())
    }

    /// Lists the objects that stay, and removes the receipts from the bucket.
    async fn finish(&mut self, bucket: &mut BucketRequests<'_>, world: &World) -> Result<(), Failure> {
        if self.loaded.plan.files == 0 {
            return self.mark();
        }
        let verbose = self.options.shared.output.verbose;
        let mut receipts = BucketReceipts::new(bucket.requester(), &self.loaded.plan.id, self.console, verbose);
        let found = match receipts.look().await {
            Ok(found) => found,
            // The credentials need not allow this: usually no receipts are in the bucket.
            Err(failure) => {
                let why = failure.report().message;
                let left_out = message!("did not look for receipts in the bucket: {why}", why);
                self.console.detail(verbose, &left_out);
                Found::default()
            }
        };
        if found.end == Some(PlanEnd::Completed) {
            return Err(completed(&self.loaded.directory));
        }
        let places: &[ReceiptPlace] = if found.objects > 0 { &[ReceiptPlace::Bucket] } else { &[] };
        let mut places = ReceiptPlaces::new(&self.loaded.directory, places, || receipts, world)?;
        places.update(&(0..=u64::MAX)).await?;
        let papers = Papers::find(&self.loaded.directory, &self.loaded.plan, &places.directories());
        self.look_at_gone(&papers, bucket).await?;
        self.mark()?;
        self.list_kept(&papers)?;
        if let Err(failure) = places.clear(PlanEnd::Aborted, &self.mark).await {
            let why = failure.report().message;
            self.console.warning(&message!("could not remove the receipts in the bucket: {why}", why));
        }
        Ok(())
    }

    /// Objects may have been completed by a command that was killed before it could say so.
    async fn look_at_gone(&mut self, papers: &Papers, bucket: &BucketRequests<'_>) -> Result<(), Failure> {
        // HEAD needs the SSE-C key; aborting does not.
        let Ok(object) = self.loaded.object(self.options.shared.sse_c_key.as_ref()) else { return Ok(()) };
        if self.gone.is_empty() || self.marked && self.aborted == 0 {
            return Ok(());
        }
        let publish_together = self.loaded.plan.publish_together;
        let requests = ObjectRequests { requester: bucket.requester(), object, publish_together };
        let judged = gone::judge(&self.gone, papers, &requests, self.console).await?;
        let mut proved: Vec<&Placed> = Vec::new();
        for (placed, finish) in &judged {
            if matches!(finish, Some(Finish::Proved(_))) {
                proved.push(placed);
            }
        }
        if !self.marked && proved.len() == judged.len() && self.has_all_small(papers)? {
            return Err(completed(&self.loaded.directory));
        }
        let keys: Vec<String> = proved.into_iter().map(|placed| placed.file.key.clone()).collect();
        keys.iter().for_each(|key| self.stays(key));
        Ok(())
    }

    /// True if each small file has a receipt.
    fn has_all_small(&self, papers: &Papers) -> Result<bool, Failure> {
        let mut all = true;
        papers.each(|stretch| {
            let lacks = |(placed, evidence): &(Placed, Evidence)| {
                placed.file.upload_id.is_none() && evidence.record(None).is_none()
            };
            all &= self.loaded.plan.publish_together || !stretch.iter().any(lacks);
            all
        })?;
        Ok(all)
    }

    /// Lists the small files that were sent, which stay.
    fn list_kept(&mut self, papers: &Papers) -> Result<(), Failure> {
        papers.each(|stretch| {
            for (placed, evidence) in &stretch {
                if placed.file.upload_id.is_none() && evidence.record(None).is_some() {
                    self.stays(&placed.file.key);
                }
            }
            true
        })
    }

    fn stays(&mut self, key: &str) {
        self.kept += 1;
        if self.options.shared.output.json {
            let bucket = self.loaded.bucket.as_str();
            self.console.event(&Line::Kept(KeptObject { bucket, key }));
        } else if self.kept <= MOST_SHOWN {
            self.console.note(&message!("stays: {key}", key = visible(key)));
        }
    }

    fn event(&self, exit_code: u8) {
        if self.options.shared.output.json {
            self.console.event(&Line::PlanAborted(PlanAborted {
                plan: shown(self.loaded.directory.path()),
                id: &self.loaded.plan.id,
                uploads: self.aborted,
                kept: self.kept,
                exit_code,
            }));
        }
    }

    fn report(&self) {
        let output = self.options.shared.output;
        let directory = shown(self.loaded.directory.path());
        if !output.json && self.kept > MOST_SHOWN {
            self.console.note(&message!("and {number} more", number = units::count(self.kept - MOST_SHOWN)));
        }
        let uploads = units::counted(self.aborted, phrase!("upload"));
        let line = message!("aborted {directory}  {uploads}", directory, uploads);
        self.console.outcome(!output.json && !output.quiet, &line);
        if self.kept > 0 {
            let objects = units::counted(self.kept, phrase!("completed object"));
            self.console.note(&message!("still in the bucket: {objects}", objects));
        }
    }
}
