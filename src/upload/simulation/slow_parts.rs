//! Uploads with parts that take much longer than the others, so that they are sent a second time near the end: whichever
//! request is answered first, and whenever the other one arrives, the object is whole.

use std::sync::atomic::{AtomicU64, Ordering};

use super::content::{Content, whole};
use super::crash::run_to_the_end;
use super::rules::check;
use super::server::Kind;
use super::setup::setup;
use super::world::World;
use super::{Ending, MEBIBYTE, are_many, how_many, many_schedules_to};
use crate::upload::machine::Settings;
use crate::upload::plan::object_plan::{Plan, PlanOptions};

/// A world in which some parts are slow, and a source in parts.
fn slow(seed: u64, kind: Kind) -> (World, Plan, Settings) {
    let (mut world, _, settings) = setup(seed, kind, false);
    let plan =
        Plan::new(world.random.u64(6 * MEBIBYTE..16 * MEBIBYTE), PlanOptions::fixed(MEBIBYTE, MEBIBYTE)).unwrap();
    (world.size, world.expected, world.skips) = (plan.size().expect("it is a file"), whole(plan), false);
    world.server.object = world.server.object.is_some().then_some(Content { size: 3, crc64: 3 });
    world.foreign = world.server.object.clone();
    world.faults.slow_part = world.random.u32(5..30);
    let settings = Settings { content_md5: false, ..settings };
    (world, plan, settings)
}

/// Returns how the upload ended, and whether a part was sent twice.
fn schedule(seed: u64, kind: Kind) -> (Ending, bool) {
    let (mut world, plan, settings) = slow(seed, kind);
    let expected = world.expected.clone();
    let finished = run_to_the_end(&mut world, plan, settings);
    let ending = check(&mut world, &finished, &expected);
    if ending == Ending::Stored {
        world.finish_the_agenda();
        assert_eq!(world.server.object.as_ref(), Some(&expected), "a request that was given up does no harm later");
    }
    (ending, world.second_requests > 0)
}

/// Returns how many schedules sent a part twice.
fn schedules(kind: impl Fn(u64) -> Kind + std::panic::RefUnwindSafe) -> u64 {
    let twice = AtomicU64::new(0);
    many_schedules_to(&[Ending::Stored, Ending::Failed, Ending::Unknown], |seed| {
        let (ending, sent_twice) = schedule(seed, kind(seed));
        twice.fetch_add(u64::from(sent_twice), Ordering::Relaxed);
        ending
    });
    twice.into_inner()
}

#[test]
fn the_same_holds_if_slow_parts_are_sent_twice() {
    let twice = schedules(|_| Kind::COS);
    assert!(twice > how_many(20_000) / 20 || !are_many(how_many(20_000)), "{twice} send a part twice");
}

#[test]
fn nothing_is_sent_twice_to_a_coffer_or_without_a_crc64() {
    let kind = |seed| if seed % 2 == 0 { Kind::coffer(seed) } else { Kind::without_crc64(seed) };
    assert_eq!(schedules(kind), 0);
}
