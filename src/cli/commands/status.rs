//! `cosput status`: how far each shard of a plan is, by the receipts.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use crate::cli::args::StatusArguments;
use crate::cli::options::shared_plan::plan_directory;
use crate::cli::output::console::{Console, shown};
use crate::cli::output::failures::exit::{NOT_FOUND, SUCCESS, UNAVAILABLE};
use crate::cli::output::failures::failure::Failure;
use crate::cli::output::json::{Line, PlanStatus, ShardStatus};
use crate::cli::output::table::{Cell, Column, Table};
use crate::cli::process::world::World;
use crate::cli::shards::judging::Papers;
use crate::cli::shards::loaded_plan::no_plan;
use crate::cli::values::units;
use crate::upload::shards::directory::{PlanDirectory, PlanEnd};
use crate::upload::shards::plan::SharedPlan;
use crate::upload::shards::receipt::Receipt;
use crate::upload::shards::unit::{Scale, Shard};

/// How wide a bar is.
const BAR: u64 = 20;
/// How many hosts of a shard are named.
const MOST_HOSTS: usize = 8;

/// The options of `cosput status`.
pub(crate) struct StatusOptions {
    directory: PlanDirectory,
    receipts: Vec<PathBuf>,
    json: bool,
    quiet: bool,
}

impl StatusOptions {
    /// Reads the arguments.
    pub(crate) fn new(arguments: StatusArguments) -> Result<Self, Failure> {
        let StatusArguments { plan, receipts, output } = arguments;
        Ok(Self { directory: plan_directory(plan)?, receipts, json: output.json, quiet: output.quiet })
    }
}

const COLUMNS: [Column; 6] = [
    Column::words("SHARD"),
    Column::words("DONE"),
    Column::numbers("UNITS"),
    Column::numbers("SIZE"),
    Column::names("HOSTS"),
    Column::numbers("AGE"),
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
pub(crate) fn run(options: &StatusOptions, world: &World, console: &Console) -> Result<u8, Failure> {
    let directory = &options.directory;
    let plan = directory.plan().map_err(|why| no_plan(directory.path(), why))?;
    let mut places = vec![directory.receipts()];
    places.extend(options.receipts.clone());
    let papers = Papers::find(directory, &plan, &places)?;
    let shards = progress(&plan, &papers)?;
    let now = (world.clock)();
    if options.json {
        for (number, shard) in (1..).zip(&shards) {
            console.event(&Line::ShardStatus(event(number, shard, &plan, now)));
        }
    } else if !options.quiet {
        print(&shards, &plan, now, world, console);
    }
    let (state, exit_code) = match directory.end() {
        Some(PlanEnd::Completed) => ("completed", SUCCESS),
        Some(PlanEnd::Aborted) => ("aborted", NOT_FOUND),
        None => ("open", UNAVAILABLE),
    };
    let sum = |of: fn(&Progress) -> u64| shards.iter().map(of).sum::<u64>();
    let (units_done, bytes_done) = (sum(|shard| shard.units_done), sum(|shard| shard.bytes_done));
    if options.json {
        console.event(&Line::Status(PlanStatus {
            plan: shown(directory.path()),
            id: &plan.id,
            state,
            shards: plan.shards,
            units: plan.units,
            units_done,
            bytes: plan.bytes,
            bytes_done,
            attempts: papers.receipts.count() as u64,
        }));
    }
    console.note(&format!(
        "{state}: {} of {} and {} of {} have receipts",
        units::count(units_done),
        units::counted(plan.units, "unit"),
        units::size(bytes_done),
        units::size(plan.bytes),
    ));
    Ok(exit_code)
}

fn progress(plan: &SharedPlan, papers: &Papers) -> Result<Vec<Progress>, Failure> {
    let scale = Scale::new(plan.units, plan.bytes);
    let mut shards = vec![Progress::default(); usize::try_from(plan.shards).unwrap_or_default()];
    papers.each(|stretch| {
        for (placed, evidence) in &stretch {
            for unit in placed.units() {
                let Some(shard) = shards.get_mut(scale.shard_of(&unit, plan.shards) as usize - 1) else { continue };
                let done = evidence.record(unit.part).is_some();
                shard.units += 1;
                shard.bytes += unit.range.length;
                shard.units_done += u64::from(done);
                shard.bytes_done += if done { unit.range.length } else { 0 };
            }
        }
        true
    })?;
    papers.each_receipt(|receipt| {
        let shard = receipt.shard.parse::<Shard>().ok().filter(|shard| shard.count() == plan.shards);
        if let Some(progress) = shard.and_then(|shard| shards.get_mut(shard.index() as usize - 1)) {
            progress.note(receipt);
        }
    })?;
    Ok(shards)
}

impl Progress {
    fn note(&mut self, Receipt { host, time, .. }: Receipt) {
        if self.hosts.len() < MOST_HOSTS && !self.hosts.contains(&host) {
            self.hosts.push(host);
        }
        // As text, times of one format have the order of the times.
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
    fn bar(&self) -> String {
        let full = usize::try_from(self.percent() * BAR / 100).unwrap_or_default();
        let width = usize::try_from(BAR).unwrap_or_default();
        format!("[{:-<width$}] {:3} %", "#".repeat(full), self.percent())
    }
}

fn print(shards: &[Progress], plan: &SharedPlan, now: SystemTime, world: &World, console: &Console) {
    let mut table = Table::new(&COLUMNS);
    for (number, shard) in (1_u32..).zip(shards) {
        let age = shard.age(now);
        table.add(vec![
            Cell::same(&format!("{number}/{}", plan.shards)),
            Cell::new(shard.bar(), shard.percent()),
            Cell::same(&format!("{}/{}", shard.units_done, shard.units)),
            Cell::new(units::size(shard.bytes), shard.bytes),
            if shard.hosts.is_empty() { Cell::unknown() } else { Cell::same(&shard.hosts.join(",")) },
            age.map_or_else(Cell::unknown, |age| Cell::new(units::duration(age), age.as_secs())),
        ]);
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
