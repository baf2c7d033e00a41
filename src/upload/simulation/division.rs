//! Uploads whose parts are divided: requests are lost so often that parts seem too large for the network.

use std::sync::atomic::{AtomicU64, Ordering};

use super::content::{Content, whole};
use super::crash::run_to_the_end;
use super::rules::check;
use super::server::Kind;
use super::setup::setup;
use super::world::World;
use super::{Ending, MEBIBYTE, are_many, how_many, many_schedules_to};
use crate::upload::machine::Settings;
use crate::upload::plan::object_plan::Plan;
use crate::upload::plan::part_sizes::{PartSizes, Parts};

/// A world with a source in parts whose size cosput chose, and a network that loses many requests.
fn breaking(seed: u64, kind: Kind) -> (World, Plan, Settings) {
    let (mut world, _, settings) = setup(seed, kind, false);
    let part_size = world.random.u64(1..6) * MEBIBYTE;
    let size = part_size * world.random.u64(1..7) + world.random.u64(1..part_size);
    let plan = Plan::Multipart(Parts::new(size, PartSizes::uniform(part_size).chosen()));
    let settings = Settings { patience: super::Patience { max_attempts: 8, ..settings.patience }, ..settings };
    (world.size, world.expected, world.skips) = (size, whole(plan), false);
    world.server.object = world.server.object.is_some().then_some(Content { size: 3, crc64: 3 });
    world.foreign = world.server.object.clone();
    world.faults.lost_request = world.random.u32(30..70);
    (world, plan, settings)
}

/// Returns how the upload ended, how often parts were divided, and how many bytes were given up for it.
fn schedule(seed: u64, kind: Kind) -> (Ending, usize, u64) {
    let (mut world, plan, settings) = breaking(seed, kind);
    let expected = world.expected.clone();
    let finished = run_to_the_end(&mut world, plan, settings);
    (check(&mut world, &finished, &expected), world.divisions.len(), world.given_up)
}

fn schedules(kind: impl Fn(u64) -> Kind + std::panic::RefUnwindSafe) {
    let [divided, gave_up] = [const { AtomicU64::new(0) }; 2];
    many_schedules_to(&[Ending::Stored, Ending::Failed, Ending::Unknown], |seed| {
        let (ending, divisions, given_up) = schedule(seed, kind(seed));
        divided.fetch_add(u64::from(divisions > 0), Ordering::Relaxed);
        gave_up.fetch_add(u64::from(given_up > 0), Ordering::Relaxed);
        ending
    });
    let (schedules, [divided, gave_up]) = (how_many(20_000), [divided, gave_up].map(AtomicU64::into_inner));
    let enough = divided > schedules / 20 && gave_up > schedules / 100;
    assert!(enough || !are_many(schedules), "{divided} divide parts, {gave_up} give some up");
}

#[test]
fn the_same_holds_if_parts_are_divided() {
    schedules(|seed| match seed / 4 % 4 {
        0 => Kind::coffer(seed),
        1 => Kind::without_crc64(seed),
        _ => Kind::COS,
    });
}
