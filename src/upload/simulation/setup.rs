//! The world that a seed decides, and how its one object is uploaded.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::time::Duration;

use super::content::{Content, whole};
use super::fault_rates::FaultRates;
use super::server::{Kind, Server};
use super::stream::StreamSource;
use super::world::World;
use super::{MEBIBYTE, epoch};
use crate::cos::Service;
use crate::upload::machine::Settings;
use crate::upload::patience::Patience;
use crate::upload::plan::object_plan::{Plan, PlanOptions};

/// A world, and how its one object is uploaded.
pub(super) fn setup(seed: u64, kind: Kind, streams: bool) -> (World, Plan, Settings) {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut faults = FaultRates::of(&mut random);
    let part_size = MEBIBYTE;
    // CDCS takes no empty objects.
    let size = random.u64(u64::from(kind.write_once)..12 * MEBIBYTE);
    let wish = PlanOptions::fixed(part_size, MEBIBYTE);
    let stream = streams.then(|| StreamSource::of(&mut random, !kind.write_once));
    if streams {
        faults.source_change = 0;
    }
    let plan = stream.as_ref().map_or_else(|| Plan::new(size, wish).unwrap(), |stream| stream.plan);
    let size = plan.size().unwrap();
    let settings = Settings {
        patience: Patience { max_attempts: random.u32(1..8), retry_time: Duration::from_secs(60) },
        abort_on_failure: random.bool(),
        etags_are_md5: true,
        service: if kind.write_once { Service::Cdcs } else { Service::Cos },
        no_overwrite: !kind.write_once && random.u32(0..4) == 0,
        content_md5: random.u32(0..4) == 0,
        is_limited: false,
    };
    let mut world = World {
        faults,
        server: Server::new(kind, settings.no_overwrite),
        size,
        expected: whole(plan),
        stream,
        delta: None,
        restarted: false,
        skips: !streams && random.bool(),
        now: epoch(),
        order: 0,
        agenda: BinaryHeap::new(),
        happenings: BTreeMap::new(),
        version: 0,
        journal: None,
        divisions: Vec::new(),
        given_up: 0,
        stored_parts: BTreeSet::new(),
        complete_sent: false,
        source_checked: false,
        durable: 0,
        // A part that its ETag does not prove is sent again if its journal line is lost.
        unsettled: !kind.etags_are_md5,
        outage: (random.u32(0..4) == 0).then(|| (random.u32(1..20), Duration::from_secs(random.u64(1..100)))),
        answers: 0,
        outage_until: None,
        foreign: None,
        differs: false,
        named: BTreeSet::new(),
        disowned: false,
        second_requests: 0,
        orphans_reported: 0,
        orphans_lost: 0,
        random,
    };
    let there_before = if kind.write_once { world.random.u32(0..10) == 0 } else { world.random.bool() };
    let size = if world.random.bool() { size } else { 3 };
    world.server.object = there_before.then_some(Content { size, crc64: 3 });
    if world.skips && world.random.u32(0..4) == 0 {
        world.server.object = Some(world.expected.clone());
    }
    world.foreign = world.server.object.clone();
    (world, plan, settings)
}
