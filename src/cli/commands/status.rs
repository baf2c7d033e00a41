//! `cosput status`: how far each shard of a plan is, by the receipts.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use unicode_width::UnicodeWidthStr;

use crate::cli::args::{CustomerKeyArguments, ProgressArguments, RateArguments, SharedPlanArguments, StatusArguments};
use crate::cli::options::SharedPlanOptions;
use crate::cli::output::console::{Console, shown};
use crate::cli::output::failures::exit::{NOT_FOUND, SUCCESS, UNAVAILABLE};
use crate::cli::output::failures::failure::Failure;
use crate::cli::output::json::{Line, PlanStatus, ShardStatus};
use crate::cli::output::table::{Cell, Column, Table};
use crate::cli::process::world::World;
use crate::cli::shards::bucket_receipts::BucketReceipts;
use crate::cli::shards::judging::Papers;
use crate::cli::shards::loaded_plan::LoadedPlan;
use crate::cli::shards::missing_units::MissingUnits;
use crate::cli::shards::receipt_places::{ReceiptPlaces, refuse_absent};
use crate::cli::uploading::bucket_requests;
use crate::cli::uploading::bucket_requests::requester_over;
use crate::cli::values::units;
use crate::language::{Message, message, phrase};
use crate::upload::shards::plan::SharedPlan;
use crate::upload::shards::plan_end::PlanEnd;
use crate::upload::shards::proof::waiting::Found;
use crate::upload::shards::receipts::place::ReceiptPlace;
use crate::upload::shards::receipts::receipt::Receipt;
use crate::upload::shards::unit::Scale;

/// How wide a bar is at most, and at least beside a percentage.
const LONGEST_BAR: usize = 20;
const SHORTEST_BAR: usize = 4;
/// How wide it is if there is no room for the percentage.
const LONE_BAR: usize = 6;
/// What a line needs besides its bar, with all columns and with the most important ones.
const ALL_COLUMNS: usize = 56;
const FEW_COLUMNS: usize = 38;
/// The width of a terminal that does not report one.
const USUAL_WIDTH: usize = 80;
/// How many hosts of a shard are named.
const MOST_HOSTS: usize = 8;

/// The options of `cosput status`.
pub(crate) struct StatusOptions {
    shared: SharedPlanOptions,
    receipts: Vec<ReceiptPlace>,
}

impl StatusOptions {
    /// Reads the arguments.
    pub(crate) fn new(arguments: StatusArguments, world: &World) -> Result<Self, Failure> {
        let StatusArguments { plan, receipts, access, requests, output } = arguments;
        let customer = CustomerKeyArguments { sse_c_key_file: None };
        let arguments = SharedPlanArguments { plan, access, requests, customer, output };
        let (rate, progress) = (RateArguments { limit_rate: None }, ProgressArguments { progress: None });
        let shared = SharedPlanOptions::new(arguments, rate, &progress, world)?;
        let receipts = receipts.iter().map(|place| ReceiptPlace::from(place.as_os_str())).collect();
        Ok(Self { shared, receipts })
    }
}

const COLUMNS: [Column; 6] = [
    Column::words(phrase!("SHARD")),
    Column::words(phrase!("DONE")),
    Column::numbers(phrase!("UNITS")),
    Column::numbers(phrase!("SIZE")),
    Column::names(phrase!("HOSTS")),
    Column::numbers(phrase!("AGE")),
];

/// The columns of a narrow terminal.
const FEW: [Column; 4] = [
    Column::words(phrase!("SHARD")),
    Column::words(phrase!("DONE")),
    Column::names(phrase!("HOSTS")),
    Column::numbers(phrase!("AGE")),
];

/// How far one shard is.
#[derive(Debug, Clone, Default)]
struct Progress {
    units: u64,
    units_done: u64,
    bytes: u64,
    bytes_done: u64,
    hosts: Vec<String>,
    last: Option<String>,
}

/// Shows the state of the plan. Returns the exit code.
pub(crate) fn run(options: &StatusOptions, world: &mut World, console: &Console) -> Result<u8, Failure> {
    let output = options.shared.output;
    let console = &console.clone().quiet(output.quiet);
    let loaded = LoadedPlan::read(&options.shared.directory)?;
    let LoadedPlan { directory, plan, .. } = &loaded;
    refuse_absent(&options.receipts)?;
    let places = if options.receipts.contains(&ReceiptPlace::Bucket) {
        bucket_requests::run(world, async |world| fetched(options, &loaded, world, console).await)?
    } else {
        let never = || unreachable!("no receipts are in the bucket");
        ReceiptPlaces::new(directory, &options.receipts, never, world)?
    };
    let papers = Papers::find(directory, plan, &places.directories());
    let (shards, found) = progress(plan, &papers)?;
    papers.warn(console);
    let now = (world.clock)();
    if output.json {
        for (number, shard) in (1..).zip(&shards) {
            console.event(&Line::ShardStatus(event(number, shard, plan, now)));
        }
    } else if !output.quiet {
        print(&shards, plan, now, world, console);
    }
    let (state, exit_code) = match places.end() {
        Some(PlanEnd::Completed) => (phrase!("completed"), SUCCESS),
        Some(PlanEnd::Aborted) => (phrase!("aborted"), NOT_FOUND),
        None => (phrase!("open"), UNAVAILABLE),
    };
    let sum = |of: fn(&Progress) -> u64| shards.iter().map(of).sum::<u64>();
    let (units_done, bytes_done) = (sum(|shard| shard.units_done), sum(|shard| shard.bytes_done));
    if output.json {
        console.event(&Line::Status(PlanStatus {
            plan: shown(directory.path()),
            id: &plan.id,
            state: state.english(),
            shards: plan.shards,
            units: plan.units,
            units_done,
            bytes: plan.bytes,
            bytes_done,
            attempts: papers.receipts.count() as u64,
            exit_code,
        }));
    }
    // A plan is completed only with all receipts, so the missing ones were removed afterwards.
    let removed = exit_code == SUCCESS && (places.has_bucket() || units_done < plan.units);
    let receipts = if removed { message!(" (those in the bucket were removed)") } else { Message::default() };
    let done = [
        message!(
            "{state}: {done} of {units}",
            state,
            done = units::count(units_done),
            units = units::counted(plan.units, phrase!("unit"))
        ),
        message!(
            "and {done} of {bytes} have receipts{receipts}",
            done = units::size(bytes_done),
            bytes = units::size(plan.bytes),
            receipts
        ),
    ];
    let columns = if world.stderr_is_terminal { (world.stderr_columns)() } else { None };
    let line = message!("{one} {other}", one = done[0], other = done[1]);
    if columns.is_some_and(|columns| columns < line.width()) {
        done.iter().for_each(|line| console.note(line));
    } else {
        console.note(&line);
    }
    if exit_code == UNAVAILABLE {
        next_step(options, plan, &shards, found).iter().for_each(|line| console.note(line));
    }
    Ok(exit_code)
}

/// What to do about a plan that has not ended.
fn next_step(options: &StatusOptions, plan: &SharedPlan, shards: &[Progress], found: Found) -> Vec<Message> {
    let directory = shown(options.shared.directory.path());
    let mut missing = MissingUnits::of(plan.shards);
    for (number, shard) in (1..).zip(shards) {
        missing.add(number, shard.units - shard.units_done);
    }
    let contradicts = found == Found::Contradiction;
    if contradicts || missing.is_empty() {
        let receipts = options.receipts.iter().filter_map(|place| match place {
            ReceiptPlace::Plan => None,
            ReceiptPlace::Directory(path) => Some(format!(" --receipts {}", shown(path))),
            ReceiptPlace::Bucket => Some(" --receipts cos".to_owned()),
        });
        let receipts: String = receipts.collect();
        let complete = format!("cosput complete --plan {directory}{receipts}");
        return if contradicts {
            let what = message!("machines read different bytes, or a source changed; sending again does not help");
            vec![what, message!("run {complete} to see where, then make a new plan", complete)]
        } else {
            vec![message!("now run {complete}", complete)]
        };
    }
    let send = message!("send them with cosput upload-parts --plan {directory} --shard I/N", directory);
    vec![missing.in_words(), send]
}

/// The places of receipts, with those of the bucket fetched.
async fn fetched(
    options: &StatusOptions,
    loaded: &LoadedPlan,
    world: &World,
    console: &Console,
) -> Result<ReceiptPlaces, Failure> {
    let requests = options.shared.requests;
    let connection = loaded.connect(&options.shared, requests, world, console).await?;
    let requester = requester_over(&connection, &loaded.bucket, requests, world);
    let bucket = || BucketReceipts::new(requester, &loaded.plan.id, console, options.shared.output.verbose);
    let mut places = ReceiptPlaces::new(&loaded.directory, &options.receipts, bucket, world)?;
    places.update(&(0..=u64::MAX)).await?;
    connection.close().await;
    Ok(places)
}

/// A receipt counts for the shard that has its unit, whichever number of shards the machine was given. Also returns what the
/// receipts amount to.
fn progress(plan: &SharedPlan, papers: &Papers) -> Result<(Vec<Progress>, Found), Failure> {
    let scale = Scale::new(plan.units, plan.bytes);
    let mut shards = vec![Progress::default(); usize::try_from(plan.shards).unwrap_or_default()];
    let mut found = Found::All;
    papers.each(|stretch| {
        let mut owners: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        for (placed, evidence) in &stretch {
            let mut of_file = Vec::new();
            found = found.and(Found::of(&evidence.lacks(&placed.file)));
            for unit in placed.units() {
                let owner = scale.shard_of(&unit, plan.shards) as usize - 1;
                let shard = &mut shards[owner];
                // Without a receipt, because `complete` sends it.
                let is_late = plan.publish_together && placed.file.upload_id.is_none();
                let done = is_late || evidence.record(unit.part).is_some();
                shard.units += 1;
                shard.bytes += unit.range.length;
                shard.units_done += u64::from(done);
                shard.bytes_done += if done { unit.range.length } else { 0 };
                of_file.push(owner);
            }
            owners.insert(placed.file.n, of_file);
        }
        let (Some(first), Some(last)) = (owners.keys().next(), owners.keys().next_back()) else { return true };
        papers.receipts.of_files(&(*first..=*last), |receipt| {
            let unit = receipt.part.map_or(0, |part| usize::from(part.value()) - 1);
            if let Some(owner) = owners.get(&receipt.n).and_then(|owners| owners.get(unit)) {
                shards[*owner].note(receipt);
            }
        });
        true
    })?;
    Ok((shards, found))
}

impl Progress {
    fn note(&mut self, Receipt { host, time, .. }: Receipt) {
        if self.hosts.len() < MOST_HOSTS && !self.hosts.contains(&host) {
            self.hosts.push(host);
        }
        // Times in one format sort as text.
        if self.last.as_ref().is_none_or(|last| *last < time) {
            self.last = Some(time);
        }
    }

    /// How long ago the last receipt was written, by that machine's clock and this one's.
    fn age(&self, now: SystemTime) -> Option<Duration> {
        let last = humantime::parse_rfc3339(self.last.as_deref()?).ok()?;
        Some(now.duration_since(last).unwrap_or_default())
    }

    fn percent(&self) -> u64 {
        (self.units_done * 100).checked_div(self.units).unwrap_or(100)
    }

    /// `[#####---------------]  25 %`.
    fn bar(&self, width: usize) -> String {
        let bar = |width: usize| {
            let full = usize::try_from(self.percent()).unwrap_or_default() * width / 100;
            format!("[{:-<width$}]", "#".repeat(full))
        };
        if width < SHORTEST_BAR { bar(LONE_BAR) } else { format!("{} {:3} %", bar(width), self.percent()) }
    }
}

/// How the lines fit into the width: whether all columns do, and how wide the bars are.
fn layout(width: usize) -> (bool, usize) {
    let all = width >= ALL_COLUMNS + SHORTEST_BAR;
    let others = if all { ALL_COLUMNS } else { FEW_COLUMNS };
    (all, width.saturating_sub(others).min(LONGEST_BAR))
}

fn print(shards: &[Progress], plan: &SharedPlan, now: SystemTime, world: &World, console: &Console) {
    let width = if world.stdout_is_terminal { (world.stdout_columns)() } else { None };
    let (all, bar) = layout(width.unwrap_or(USUAL_WIDTH));
    let columns = if all { &COLUMNS[..] } else { &FEW[..] };
    let mut table = Table::new(columns);
    for (number, shard) in (1_u32..).zip(shards) {
        let age = shard.age(now);
        let mut row = vec![
            Cell::same(&format!("{number}/{}", plan.shards)),
            Cell::new(shard.bar(bar), shard.percent()),
            if shard.hosts.is_empty() { Cell::unknown() } else { Cell::same(&shard.hosts.join(",")) },
            age.map_or_else(Cell::unknown, |age| Cell::new(units::duration(age), age.as_secs())),
        ];
        if all {
            row.insert(2, Cell::same(&format!("{}/{}", shard.units_done, shard.units)));
            row.insert(3, Cell::new(units::size(shard.bytes), shard.bytes));
        }
        table.add(row);
    }
    table.print(world, console);
}

fn event(number: u32, shard: &Progress, plan: &SharedPlan, now: SystemTime) -> ShardStatus {
    ShardStatus {
        shard: format!("{number}/{}", plan.shards),
        units: shard.units,
        units_done: shard.units_done,
        bytes: shard.bytes,
        bytes_done: shard.bytes_done,
        hosts: shard.hosts.clone(),
        last_receipt: shard.last.clone(),
        age_s: shard.age(now).map(|age| age.as_secs()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_takes_the_room_that_is_left() {
        let quarter = Progress { units: 4, units_done: 1, ..Progress::default() };
        assert_eq!(quarter.bar(20), "[#####---------------]  25 %");
        assert_eq!(quarter.bar(4), "[#---]  25 %");
        assert_eq!(quarter.bar(0), "[#-----]");
        assert_eq!(Progress::default().bar(4), "[####] 100 %", "an empty shard has nothing left to do");
        assert_eq!(
            [120, 76, 60, 59, 42, 40].map(layout),
            [(true, 20), (true, 20), (true, 4), (false, 20), (false, 4), (false, 2)]
        );
    }
}
