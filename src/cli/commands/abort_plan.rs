//! `cosput abort --plan`: gives a plan up. It is marked first, so that no shard begins any more.

use std::sync::Arc;

use tokio::task::JoinSet;

use crate::cli::args::{
    AbortArguments, BucketArguments, CustomerKeyArguments, ProgressArguments, RateArguments, SharedPlanArguments,
};
use crate::cli::options::SharedPlanOptions;
use crate::cli::output::console::{Console, shown, visible};
use crate::cli::output::failures::exit::{self, SUCCESS};
use crate::cli::output::failures::failure::Failure;
use crate::cli::output::json::{Aborted, KeptObject, Line};
use crate::cli::process::world::World;
use crate::cli::shards::judging::Papers;
use crate::cli::shards::loaded_plan::{LoadedPlan, no_plan, unreadable};
use crate::cli::uploading::bucket_requests;
use crate::cli::uploading::bucket_requests::{BucketRequests, failed, report_failed, target};
use crate::cli::values::units;
use crate::cos::multipart::{UploadId, abort};
use crate::cos::{Address, AnswerError, Fault, Key, Response, Service};
use crate::upload::shards::directory::{ABORTED, NoPlan, PlanDirectory, PlanEnd};
use crate::upload::shards::draft::{Draft, begun_in};
use crate::upload::wire::http::Http;
use crate::upload::wire::one_request::Requester;
use crate::upload::{Event, Operation, UploadError};

/// How many uploads are aborted at a time.
const AT_A_TIME: usize = 64;
/// How often an upload is aborted until the server no longer knows it: a part that arrives meanwhile would stay.
const MOST_TRIES: u32 = 5;
/// How many small files that stay are printed; programs get all.
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
            return Err(Failure::usage("aborting a plan is final, so it needs --yes"));
        }
        let customer = CustomerKeyArguments { sse_c_key_file: None };
        let arguments = SharedPlanArguments { plan, access, requests, customer, output };
        let (rate, progress) = (RateArguments { limit_rate: None }, ProgressArguments { progress: None });
        Ok(Self { shared: SharedPlanOptions::new(arguments, rate, &progress, world)? })
    }
}

/// The uploads of a plan, each as its key and its ID.
type Uploads = Box<dyn Iterator<Item = Result<(String, String), Failure>>>;

/// Aborts the plan. Returns the exit code.
pub(crate) fn run(options: &AbortPlanOptions, world: &mut World, console: &Console) -> Result<u8, Failure> {
    let console = console.clone().quiet(options.shared.output.quiet);
    let directory = &options.shared.directory;
    if directory.end() == Some(PlanEnd::Completed) {
        let plan = shown(directory.path());
        return Err(Failure::PlanRefused(format!("could not abort the plan {plan}: it is completed")));
    }
    let loaded = loaded(directory)?;
    let (uploads, papers) = uploads(directory, &loaded)?;
    let time = humantime::format_rfc3339_seconds((world.clock)()).to_string();
    let mark = serde_json::json!({ "plan": loaded.plan.id, "time": time });
    directory.write_whole(ABORTED, &format!("{mark}\n")).map_err(|error| {
        Failure::Other(format!("could not mark the plan {} as aborted: {error}", shown(directory.path())))
    })?;
    let aborting = Aborting { options, loaded: &loaded, console: &console };
    let (exit_code, aborted) = bucket_requests::run(world, async |world| aborting.abort(uploads, world).await)?;
    let kept = papers.map_or(Ok(0), |papers| aborting.list_kept(&papers))?;
    let line = format!("aborted {}  {}", shown(directory.path()), units::counted(aborted, "upload"));
    console.outcome(!options.shared.output.json && !options.shared.output.quiet, &line);
    if kept > 0 {
        console.note(&format!("{} that were sent as a whole stay in the bucket", units::counted(kept, "object")));
    }
    Ok(exit_code)
}

/// The plan, or what there is of it.
fn loaded(directory: &PlanDirectory) -> Result<LoadedPlan, Failure> {
    match directory.plan() {
        Ok(plan) => LoadedPlan::of(directory, plan),
        Err(NoPlan::Unfinished) => {
            let draft = Draft::read(directory).map_err(|error| no_plan(directory.path(), NoPlan::Unreadable(error)))?;
            LoadedPlan::of(directory, draft.ok_or_else(|| no_plan(directory.path(), NoPlan::Missing))?.plan)
        }
        Err(why) => Err(no_plan(directory.path(), why)),
    }
}

/// The uploads of the plan; with a finished plan, also its files and receipts.
fn uploads(directory: &PlanDirectory, loaded: &LoadedPlan) -> Result<(Uploads, Option<Papers>), Failure> {
    let path = directory.path().to_owned();
    let unreadable = move |error: std::io::Error| unreadable(&path, &error);
    if loaded.plan.files == 0 {
        let begun = begun_in(directory).map_err(&unreadable)?;
        let begun = begun.into_iter().flatten().map(|upload| Ok((upload.key, upload.upload_id)));
        return Ok((Box::new(begun), None));
    }
    let papers = Papers::find(directory, &loaded.plan, &[directory.receipts()])?;
    let files = directory.files(loaded.plan.end()).map_err(&unreadable)?;
    let ids = files.filter_map(move |placed| match placed {
        Ok(placed) => placed.file.upload_id.map(|id| Ok((placed.file.key, id))),
        Err(error) => Some(Err(unreadable(error))),
    });
    Ok((Box::new(ids), Some(papers)))
}

/// A plan that is being aborted.
struct Aborting<'a> {
    options: &'a AbortPlanOptions,
    loaded: &'a LoadedPlan,
    console: &'a Console,
}

/// A key, an upload ID, what came of it, and what happened on the way.
type Done = (Key, UploadId, Result<(), UploadError>, Vec<Event>);

impl Aborting<'_> {
    async fn abort(&self, uploads: Uploads, world: &World) -> Result<(u8, u64), Failure> {
        let (requests, verbose) = (self.options.shared.requests, self.options.shared.output.verbose);
        let connection = self.loaded.connect(&self.options.shared, requests, world, self.console).await?;
        let bucket = &self.loaded.bucket;
        let mut bucket = BucketRequests::over(connection, bucket, requests, verbose, world, self.console);
        let mut aborting: JoinSet<Done> = JoinSet::new();
        let (mut codes, mut aborted) = (Vec::new(), 0);
        for upload in uploads {
            let (key, id) = upload?;
            let (Ok(key), Some(id)) = (Key::new(&key), UploadId::new(&id)) else { continue };
            if aborting.len() >= AT_A_TIME {
                self.take(aborting.join_next().await, &mut bucket, &mut codes, &mut aborted)?;
            }
            aborting.spawn(abort_one(bucket.requester(), key, id));
        }
        while !aborting.is_empty() {
            self.take(aborting.join_next().await, &mut bucket, &mut codes, &mut aborted)?;
        }
        bucket.close().await;
        Ok((if codes.is_empty() { SUCCESS } else { exit::of_many(codes) }, aborted))
    }

    fn take(
        &self,
        done: Option<Result<Done, tokio::task::JoinError>>,
        bucket: &mut BucketRequests<'_>,
        codes: &mut Vec<u8>,
        aborted: &mut u64,
    ) -> Result<(), Failure> {
        let Some(done) = done else { return Ok(()) };
        let (key, id, result, events) = done.map_err(|died| Failure::Other(format!("a task died: {died}")))?;
        events.iter().for_each(|event| bucket.report(event));
        let (json, bucket) = (self.options.shared.output.json, self.loaded.bucket.as_str());
        match result {
            Ok(()) => {
                *aborted += 1;
                if json {
                    let (key, upload_id) = (key.as_str(), id.as_str());
                    self.console.event(&Line::Aborted(Aborted { bucket, key, upload_id, journal: None }));
                }
            }
            Err(error) => {
                let failure = failed(Service::Cos, key.as_str(), error);
                codes.push(report_failed(&failure, [bucket, key.as_str(), id.as_str()], json, self.console));
            }
        }
        Ok(())
    }

    /// Lists the small files that were sent, which stay. Returns how many they are.
    fn list_kept(&self, papers: &Papers) -> Result<u64, Failure> {
        let json = self.options.shared.output.json;
        let mut kept = 0;
        papers.each(|stretch| {
            for (placed, evidence) in &stretch {
                if placed.file.upload_id.is_some() || evidence.record(None).is_none() {
                    continue;
                }
                kept += 1;
                let (bucket, key) = (self.loaded.bucket.as_str(), placed.file.key.as_str());
                if json {
                    self.console.event(&Line::Kept(KeptObject { bucket, key }));
                } else if kept <= MOST_SHOWN {
                    self.console.note(&format!("stays: {}", visible(key)));
                }
            }
            true
        })?;
        Ok(kept)
    }
}

/// Aborts an upload until the server no longer knows it.
async fn abort_one(mut requester: Requester<Arc<Http>>, key: Key, id: UploadId) -> Done {
    let mut events = Vec::new();
    let mut result = Ok(());
    for _ in 0..MOST_TRIES {
        let request = |address: &Address| abort::request(&target(address, &key), &id);
        let sent = requester.send(Operation::Abort, request, is_gone, &mut |event| events.push(event)).await;
        match sent {
            Ok(true) => break,
            Ok(false) => {}
            Err(error) => {
                result = Err(error);
                break;
            }
        }
    }
    (key, id, result, events)
}

/// True if the server does not know the upload; false if it just aborted it.
fn is_gone(response: &Response) -> Result<bool, AnswerError> {
    match AnswerError::check(response) {
        Ok(()) => Ok(false),
        Err(AnswerError::Service(error)) if error.fault() == Fault::NoSuchUpload => Ok(true),
        Err(error) => Err(error),
    }
}
