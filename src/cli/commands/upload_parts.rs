//! `cosput upload-parts`: sends one shard of a plan.

use std::num::NonZeroU64;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::cli::args::ShardChoice;
use crate::cli::options::{RequestOptions, UploadPartsOptions};
use crate::cli::output::console::{Console, shown};
use crate::cli::output::failures::exit::SUCCESS;
use crate::cli::output::failures::failure::Failure;
use crate::cli::output::json::{Line, ShardSent};
use crate::cli::process::world::World;
use crate::cli::process::{host, runtime};
use crate::cli::shards::at_a_time::up_to_most;
use crate::cli::shards::bucket_receipts::BucketReceipts;
use crate::cli::shards::gone;
use crate::cli::shards::judging::{Papers, warn_of};
use crate::cli::shards::loaded_plan::{LoadedPlan, unreadable};
use crate::cli::shards::object_requests::ObjectRequests;
use crate::cli::shards::receipt_places::ReceiptPlaces;
use crate::cli::shards::shard_work::{Amount, ShardWork, aborted};
use crate::cli::shards::unproved::Unproved;
use crate::cli::uploading::bucket_requests::requester_over;
use crate::cli::uploading::connection::Connection;
use crate::cli::uploading::descriptors::Objects;
use crate::cli::uploading::observing::observer::UploadObserver;
use crate::cli::uploading::observing::receipt_book::{Attempt, Counts, Gone, Numbers, ReceiptBook};
use crate::cli::uploading::observing::timing_page::TimingPage;
use crate::cli::uploading::setup::within_limits;
use crate::cli::uploading::template::Template;
use crate::cli::uploading::transfer::transfer;
use crate::cli::uploading::work_sender::WorkSender;
use crate::cli::values::units;
use crate::language::{Message, message, phrase};
use crate::upload::ObjectOptions;
use crate::upload::session::{Goal, JournalLocation};
use crate::upload::shards::engines;
use crate::upload::shards::plan_end::PlanEnd;
use crate::upload::shards::receipts::files::ReceiptFiles;
use crate::upload::shards::receipts::receipt;
use crate::upload::shards::unit::Shard;
use crate::upload::wire::http::Http;
use crate::upload::wire::one_request::Requester;

/// Sends the shard. Returns the exit code.
pub(crate) fn run(options: &UploadPartsOptions, world: &mut World, console: &Console) -> Result<u8, Failure> {
    let console = console.clone().quiet(options.shared.output.quiet);
    let loaded = LoadedPlan::read(&options.shared.directory)?;
    let shard = shard(options.shard, &loaded, world)?;
    let object = loaded.object(options.shared.sse_c_key.as_ref())?;
    let started = (world.stopwatch)();
    let sending = Sending { options, loaded: &loaded, shard, host: host::name(&world.variables), console: &console };
    let sent = if sending.is_ended(loaded.directory.end())? {
        Sent::Nothing
    } else {
        runtime::run(sending.send(object, world))??
    };
    let elapsed = (world.stopwatch)().duration_since(started);
    match sent {
        Sent::Nothing => sending.report_completed(elapsed),
        Sent::Shard(exit_code, sent) => {
            sending.report(sent, elapsed, exit_code);
            Ok(exit_code)
        }
    }
}

/// The shard that was typed, or that of the engine.
fn shard(choice: ShardChoice, loaded: &LoadedPlan, world: &World) -> Result<Shard, Failure> {
    let variable = |name: &str| world.variables.get(name).map(|value| value.to_string_lossy().into_owned());
    match choice {
        ShardChoice::Given(shard) => Ok(shard),
        ShardChoice::Auto => engines::shard_of_engine(variable, loaded.plan.shards).map_err(|why| Failure::Usage {
            message: message!("could not choose the shard: {why}", why),
            hint: Some(message!("or name it with --shard I/N")),
        }),
    }
}

/// A shard that is being sent.
struct Sending<'a> {
    options: &'a UploadPartsOptions,
    loaded: &'a LoadedPlan,
    shard: Shard,
    host: String,
    console: &'a Console,
}

/// The result of a shard.
enum Sent {
    /// The plan is completed.
    Nothing,
    /// The exit code, how much work it is, and what this run sent of it.
    Shard(u8, (Amount, Counts)),
}

impl Sending<'_> {
    /// True if the plan is completed, so that nothing is to be sent any more.
    fn is_ended(&self, end: Option<PlanEnd>) -> Result<bool, Failure> {
        match end {
            Some(PlanEnd::Completed) => Ok(true),
            Some(PlanEnd::Aborted) => Err(aborted(self.loaded.directory.path())),
            None => Ok(false),
        }
    }

    async fn send(&self, object: ObjectOptions, world: &mut World) -> Result<Sent, Failure> {
        let requests = self.requests();
        let connection = self.loaded.connect(&self.options.shared, requests, world, self.console).await?;
        let sent = self.send_over(&connection, requests, object, world).await;
        connection.close().await;
        sent
    }

    async fn send_over(
        &self,
        connection: &Connection,
        requests: RequestOptions,
        object: ObjectOptions,
        world: &mut World,
    ) -> Result<Sent, Failure> {
        let requester = requester_over(connection, &self.loaded.bucket, requests, world);
        let mut places = self.places(&requester, world)?;
        if places.has_bucket() {
            let LoadedPlan { directory, plan, .. } = self.loaded;
            let files = directory.numbers_of(self.shard, plan);
            let files = files.map_err(|error| unreadable(directory.path(), &error))?;
            places.update(&files).await?;
            if self.is_ended(places.end())? {
                return Ok(Sent::Nothing);
            }
        }
        let numbers = Numbers::default();
        let book = self.book(&places, numbers.clone(), world)?;
        let wanted = up_to_most(requests.concurrency);
        let concurrency = within_limits(wanted, false, Objects::Many, world, self.console);
        let template = self.template(connection, RequestOptions { concurrency, ..requests }, object.clone(), world);
        let receipts = ReceiptFiles::find_of_shard(&self.loaded.plan.id, &places.directories(), self.shard);
        let receipts = Arc::new(receipts);
        warn_of(&receipts, self.console);
        let work = ShardWork {
            directory: self.loaded.directory.clone(),
            plan: self.loaded.plan.clone(),
            shard: self.shard,
            root: self.root(),
            template,
            numbers,
            receipts: receipts.clone(),
        };
        let output = self.options.shared.output;
        let observer = UploadObserver::new(connection, &self.loaded.bucket, output, world, self.console);
        let mut observer =
            observer.for_many(false).with_receipts(book).timed(TimingPage::new(self.options.timings.as_deref(), world));
        let (sender, queue) = WorkSender::new(concurrency);
        let supplied = work.supply(sender);
        let transferred = transfer(queue, concurrency, &mut observer, connection, world, self.console).await;
        let amount = if let Some(signal) = transferred.signal {
            if !supplied.is_finished() {
                observer.results.count(signal.exit_code());
            }
            Amount::default()
        } else {
            supplied.await.unwrap_or_default()
        };
        warn_of(&receipts, self.console);
        let (counts, gone) = observer.close_receipts().await;
        if !gone.is_empty() {
            let publish_together = self.loaded.plan.publish_together;
            let requests = ObjectRequests { requester, object, publish_together };
            if let Err(failure) = self.settle(&gone, &mut places, &requests).await {
                observer.trouble(&failure);
            }
        }
        let (exit_code, _) = observer.close();
        Ok(Sent::Shard(exit_code, (amount, counts)))
    }

    /// Decides about files whose uploads were gone. `complete` may have been faster than this machine.
    async fn settle(&self, gone: &Gone, places: &mut ReceiptPlaces, requests: &ObjectRequests) -> Result<(), Failure> {
        match places.end_now().await? {
            Some(PlanEnd::Completed) => {
                self.console.note(&message!("the plan was completed meanwhile"));
                return Ok(());
            }
            Some(PlanEnd::Aborted) => return Err(aborted(self.loaded.directory.path())),
            None => {}
        }
        let (first, last) = (gone.keys().next(), gone.keys().next_back());
        let files = first.copied().unwrap_or_default()..=last.copied().unwrap_or_default();
        places.update(&files).await?;
        let LoadedPlan { directory, plan, .. } = self.loaded;
        let papers = Papers::find(directory, plan, &places.directories());
        let mut unproved = Unproved::new(plan, self.console, self.options.shared.output.json);
        let proved = gone::settle(gone, &papers, requests, self.console, &mut unproved).await?;
        if proved > 0 {
            let objects = units::counted(proved, phrase!("object"));
            self.console.note(&message!("{objects} completed already", objects));
        }
        if unproved.exit_code() == SUCCESS {
            return Ok(());
        }
        let plan = shown(directory.path());
        Err(unproved.report(&message!("could not send shard {shard} of the plan {plan}", shard = self.shard, plan)))
    }

    /// The places of receipts: those of the plan, and where this machine keeps its own.
    fn places(&self, requester: &Requester<Arc<Http>>, world: &World) -> Result<ReceiptPlaces, Failure> {
        let LoadedPlan { directory, plan, .. } = self.loaded;
        let verbose = self.options.shared.output.verbose;
        let bucket = || BucketReceipts::new(requester.clone(), &plan.id, self.console, verbose);
        ReceiptPlaces::new(directory, std::slice::from_ref(&self.options.receipts), bucket, world)
    }

    /// The requests, within this shard's part of the speed limit of all.
    fn requests(&self) -> RequestOptions {
        let requests = self.options.shared.requests;
        let plan = &self.loaded.plan;
        let part = plan.limit_rate_total.and_then(|total| NonZeroU64::new((total / u64::from(plan.shards)).max(1)));
        let limit_rate = [requests.limit_rate, part].into_iter().flatten().min();
        let concurrency = limit_rate.map_or(requests.concurrency, |rate| requests.concurrency.at_rate(rate.get()));
        RequestOptions { limit_rate, concurrency, ..requests }
    }

    fn root(&self) -> PathBuf {
        self.options.source_root.clone().unwrap_or_else(|| PathBuf::from(&self.loaded.plan.source_root))
    }

    /// The receipts of this attempt.
    fn book(&self, places: &ReceiptPlaces, numbers: Numbers, world: &World) -> Result<ReceiptBook, Failure> {
        let shard = self.shard.to_string();
        let name = receipt::file_name(&shard, &self.host, std::process::id(), world.seed);
        let lines = places.begin(&self.options.receipts, &name)?;
        let (plan, host, clock) = (self.loaded.plan.id.clone(), self.host.clone(), world.clock);
        Ok(ReceiptBook::new(Attempt { plan, shard, host, clock }, lines, numbers))
    }

    fn template(
        &self,
        connection: &Connection,
        requests: RequestOptions,
        object: ObjectOptions,
        world: &World,
    ) -> Template {
        Template {
            site: connection.site.clone(),
            bucket: self.loaded.bucket.clone(),
            location: JournalLocation::NotNeeded,
            resume: false,
            upload_id: None,
            abort_on_failure: false,
            content_md5: self.loaded.plan.put.content_md5,
            requests,
            object,
            skip: None,
            delta: None,
            goal: Goal::Complete,
            seed: world.seed,
        }
    }

    fn report_completed(&self, elapsed: Duration) -> Result<u8, Failure> {
        let LoadedPlan { directory, plan, .. } = self.loaded;
        let amount = Amount::of_completed(directory, plan, self.shard);
        let amount = amount.map_err(|error| unreadable(directory.path(), &error))?;
        self.event((amount, Counts::default()), elapsed, SUCCESS);
        self.console.note(&message!("the plan is completed already"));
        Ok(SUCCESS)
    }

    fn event(&self, (amount, counts): (Amount, Counts), elapsed: Duration, exit_code: u8) {
        if self.options.shared.output.json {
            self.console.event(&Line::Shard(ShardSent {
                plan: shown(self.loaded.directory.path()),
                id: &self.loaded.plan.id,
                shard: self.shard.to_string(),
                host: &self.host,
                units: amount.units,
                bytes: amount.bytes,
                units_sent: counts.units_sent,
                bytes_sent: counts.bytes_sent,
                units_kept: amount.units_kept + counts.units_kept,
                duration_ms: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
                exit_code,
            }));
        }
    }

    fn report(&self, (amount, counts): (Amount, Counts), elapsed: Duration, exit_code: u8) {
        let output = self.options.shared.output;
        let units_kept = amount.units_kept + counts.units_kept;
        self.event((amount, counts), elapsed, exit_code);
        if exit_code == SUCCESS && amount.units == 0 {
            let line = message!("shard {shard}  nothing to send: it has none of the plan's units", shard = self.shard);
            return self.console.outcome(!output.json && !output.quiet, &line);
        }
        let rate = units::rate(counts.bytes_sent, elapsed).map(|rate| message!(" ({rate})", rate)).unwrap_or_default();
        let kept = match units_kept {
            0 => Message::default(),
            kept => message!(", {number} sent before", number = units::count(kept)),
        };
        let line = message!(
            "shard {shard}  {units} sent{kept}: {size} in {time}{rate}",
            shard = self.shard,
            units = units::counted(counts.units_sent, phrase!("unit")),
            kept,
            size = units::size(counts.bytes_sent),
            time = units::duration(elapsed),
            rate
        );
        self.console.outcome(!output.json && !output.quiet && exit_code == SUCCESS, &line);
    }
}
