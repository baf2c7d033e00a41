//! `cosput upload-parts`: sends one shard of a plan.

use std::num::NonZeroU64;
use std::path::PathBuf;

use tokio::task::{JoinHandle, spawn_blocking};

use crate::cli::args::ShardChoice;
use crate::cli::options::{RequestOptions, UploadPartsOptions};
use crate::cli::output::console::{Console, shown};
use crate::cli::output::failures::exit::{NOT_FOUND, SUCCESS};
use crate::cli::output::failures::failure::Failure;
use crate::cli::output::json::{Line, ShardSent};
use crate::cli::process::world::World;
use crate::cli::process::{host, runtime};
use crate::cli::shards::loaded_plan::LoadedPlan;
use crate::cli::shards::shard_work::{Amount, ShardWork};
use crate::cli::uploading::connection::Connection;
use crate::cli::uploading::descriptors::Objects;
use crate::cli::uploading::observing::observer::UploadObserver;
use crate::cli::uploading::observing::receipt_book::{Attempt, Counts, Numbers, ReceiptBook};
use crate::cli::uploading::setup::within_limits;
use crate::cli::uploading::template::Template;
use crate::cli::uploading::transfer::transfer;
use crate::cli::uploading::work_sender::WorkSender;
use crate::cli::values::units;
use crate::upload::ObjectOptions;
use crate::upload::session::{Goal, JournalLocation};
use crate::upload::shards::directory::{PlanEnd, create_receipts};
use crate::upload::shards::durable_lines::DurableLines;
use crate::upload::shards::receipt_files::ReceiptFiles;
use crate::upload::shards::unit::Shard;
use crate::upload::shards::{engines, receipt};
use crate::upload::threads;
use std::time::Duration;

/// Sends the shard. Returns the exit code.
pub(crate) fn run(options: &UploadPartsOptions, world: &mut World, console: &Console) -> Result<u8, Failure> {
    let console = console.clone().quiet(options.shared.output.quiet);
    let loaded = LoadedPlan::read(&options.shared.directory)?;
    let shard = shard(options.shard, &loaded, world)?;
    let object = loaded.object(options.shared.sse_c_key.as_ref())?;
    match loaded.directory.end() {
        Some(PlanEnd::Completed) => {
            console.note("the plan is completed already");
            return Ok(SUCCESS);
        }
        Some(PlanEnd::Aborted) => return Err(aborted(&loaded)),
        None => {}
    }
    let started = (world.stopwatch)();
    let sending = Sending { options, loaded: &loaded, shard, host: host::name(&world.variables), console: &console };
    let (exit_code, sent) = runtime::run(sending.send(object, world))??;
    let elapsed = (world.stopwatch)().duration_since(started);
    let exit_code = match loaded.directory.end() {
        // Another machine had sent the rest, and `complete` was faster than this one.
        Some(PlanEnd::Completed) if exit_code == NOT_FOUND => {
            console.note("the plan was completed meanwhile");
            SUCCESS
        }
        _ => exit_code,
    };
    sending.report(sent, elapsed, exit_code);
    Ok(exit_code)
}

/// The shard that was typed, or that of the engine.
fn shard(choice: ShardChoice, loaded: &LoadedPlan, world: &World) -> Result<Shard, Failure> {
    let variable = |name: &str| world.variables.get(name).map(|value| value.to_string_lossy().into_owned());
    match choice {
        ShardChoice::Given(shard) => Ok(shard),
        ShardChoice::Auto => engines::shard_of_engine(variable, loaded.plan.shards).map_err(|why| Failure::Usage {
            message: format!("could not choose the shard: {why}"),
            hint: Some("or name it with --shard I/N".to_owned()),
        }),
    }
}

fn aborted(loaded: &LoadedPlan) -> Failure {
    Failure::NotFound(format!("could not send the shard: the plan {} was aborted", shown(loaded.directory.path())))
}

/// A shard that is being sent.
struct Sending<'a> {
    options: &'a UploadPartsOptions,
    loaded: &'a LoadedPlan,
    shard: Shard,
    host: String,
    console: &'a Console,
}

impl Sending<'_> {
    async fn send(&self, object: ObjectOptions, world: &mut World) -> Result<(u8, (Amount, Counts)), Failure> {
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
    ) -> Result<(u8, (Amount, Counts)), Failure> {
        let numbers = Numbers::default();
        let book = self.book(numbers.clone(), world)?;
        let concurrency = within_limits(requests.concurrency, false, Objects::Many, world, self.console);
        let template = self.template(connection, RequestOptions { concurrency, ..requests }, object, world);
        let work = ShardWork {
            directory: self.loaded.directory.clone(),
            plan: self.loaded.plan.clone(),
            shard: self.shard,
            root: self.root(),
            template,
            numbers,
            receipts: self.receipts()?,
        };
        let output = self.options.shared.output;
        let observer = UploadObserver::new(connection, &self.loaded.bucket, output, world, self.console);
        let mut observer = observer.for_many(false).with_receipts(book);
        let (sender, queue) = WorkSender::new(concurrency);
        let supplied = supply(work, sender);
        let transferred = transfer(queue, concurrency, &mut observer, connection, world, self.console).await;
        let amount = if let Some(signal) = transferred.signal {
            if !supplied.is_finished() {
                observer.results.count(signal.exit_code());
            }
            Amount::default()
        } else {
            supplied.await.unwrap_or_default()
        };
        let counts = observer.close_receipts();
        let (exit_code, _) = observer.close();
        Ok((exit_code, (amount, counts)))
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

    /// The directory of this machine's receipts.
    fn place(&self) -> PathBuf {
        self.options.receipts.clone().unwrap_or_else(|| self.loaded.directory.receipts())
    }

    /// What was sent before, by this machine or another.
    fn receipts(&self) -> Result<ReceiptFiles, Failure> {
        let mut places = vec![self.loaded.directory.receipts()];
        places.extend(self.options.receipts.clone());
        let found = ReceiptFiles::find(&self.loaded.plan.id, &places);
        found.map_err(|error| Failure::Other(format!("could not read the receipts: {error}")))
    }

    /// The file of this attempt's receipts.
    fn book(&self, numbers: Numbers, world: &World) -> Result<ReceiptBook, Failure> {
        let (place, shard) = (self.place(), self.shard.to_string());
        let name = receipt::file_name(&shard, &self.host, std::process::id(), world.seed);
        let file = create_receipts(&place, &name).map_err(|error| Failure::Usage {
            message: format!("could not write receipts in {}: {error}", shown(&place)),
            hint: Some(
                "name a directory that can be written with --receipts, and give it to cosput complete".to_owned(),
            ),
        })?;
        let (plan, host, clock) = (self.loaded.plan.id.clone(), self.host.clone(), world.clock);
        Ok(ReceiptBook::new(Attempt { plan, shard, host, clock }, DurableLines::new(file), numbers))
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

    fn report(&self, (amount, counts): (Amount, Counts), elapsed: Duration, exit_code: u8) {
        let output = self.options.shared.output;
        let units_kept = amount.units_kept + counts.units_kept;
        if output.json {
            self.console.event(&Line::Shard(ShardSent {
                plan: shown(self.loaded.directory.path()),
                id: &self.loaded.plan.id,
                shard: self.shard.to_string(),
                host: &self.host,
                units: amount.units,
                bytes: amount.bytes,
                units_sent: counts.units_sent,
                bytes_sent: counts.bytes_sent,
                units_kept,
                duration_ms: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
                exit_code,
            }));
        }
        let rate = units::rate(counts.bytes_sent, elapsed).map_or_else(String::new, |rate| format!(" ({rate})"));
        let kept = match units_kept {
            0 => String::new(),
            kept => format!(", {} sent before", units::count(kept)),
        };
        let line = format!(
            "shard {}  {} sent{kept}: {} in {}{rate}",
            self.shard,
            units::counted(counts.units_sent, "unit"),
            units::size(counts.bytes_sent),
            units::duration(elapsed),
        );
        self.console.outcome(!output.json && !output.quiet && exit_code == SUCCESS, &line);
    }
}

/// Hands the work to the engine, on another thread if there is one.
fn supply(work: ShardWork, mut sender: WorkSender) -> JoinHandle<Amount> {
    if threads::are_scarce() {
        return tokio::spawn(async move {
            // The stretch of a shard is read as a whole, because it cannot wait for the engine here.
            let mut all = Vec::new();
            let amount = work.each(|item| {
                all.push(item);
                true
            });
            for item in all {
                if !sender.send_here(item).await {
                    break;
                }
            }
            amount
        });
    }
    spawn_blocking(move || {
        let amount = work.each(|item| sender.send(item));
        sender.flush();
        amount
    })
}
