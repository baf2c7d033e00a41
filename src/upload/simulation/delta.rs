//! Delta uploads: copies are lost, late, throttled or wrong, and the object that they read is replaced.

use super::content::{Content, read};
use super::crash::run_to_the_end;
use super::rules::check;
use super::run::{Run, run};
use super::server::Kind;
use super::setup::setup;
use super::world::World;
use super::{Ending, MEBIBYTE, many_schedules_to};
use crate::cos::multipart::LARGEST_PART;
use crate::upload::finished::Finished;
use crate::upload::plan::delta_parts::DeltaParts;
use crate::upload::plan::object_plan::Plan;
use crate::upload::plan::part_range::Range;

/// The ETag of the object that is copied from.
pub(super) const BASE: &str = "\"base-1\"";

/// Random parts of a source of this size, some of them copied.
fn parts(random: &mut fastrand::Rng, size: u64) -> DeltaParts {
    let (mut parts, mut offset) = (Vec::new(), 0);
    while offset < size {
        let length = (random.u64(1..4) * MEBIBYTE).min(size - offset).min(LARGEST_PART);
        let copied = length >= MEBIBYTE && random.u32(0..3) > 0;
        let crc64 = read(Range { offset, length }, 0).crc64;
        parts.push((length, copied.then_some(crc64)));
        offset += length;
    }
    DeltaParts::new(BASE, parts).expect("the parts are within the limits")
}

/// A world with an object of which parts are copied, and the source in parts.
fn copying(seed: u64, kind: Kind) -> Option<(World, Plan, crate::upload::machine::Settings)> {
    let (mut world, plan, settings) = setup(seed, kind, false);
    if plan.is_put() || settings.no_overwrite {
        return None;
    }
    let faults = world.faults.with_copies(&mut world.random);
    world.faults = faults;
    world.delta = Some(parts(&mut world.random, world.size));
    world.server.object = Some(Content { size: world.size.min(4 * MEBIBYTE), crc64: 4 });
    world.server.identity = Some(BASE);
    world.foreign = world.server.object.clone();
    Some((world, plan, settings))
}

fn schedule(seed: u64, kind: Kind) -> Option<(Ending, Finished)> {
    let (mut world, plan, settings) = copying(seed, kind)?;
    let expected = world.expected.clone();
    let finished = run_to_the_end(&mut world, plan, settings);
    Some((check(&mut world, &finished, &expected), finished))
}

/// The endings that are common; a source that goes in one request has no copies, and counts as stored.
const ENDINGS: [Ending; 3] = [Ending::Stored, Ending::Failed, Ending::Unknown];

#[test]
fn the_same_holds_if_parts_are_copied() {
    many_schedules_to(&ENDINGS, |seed| schedule(seed, Kind::COS).map_or(Ending::Stored, |(ending, _)| ending));
}

#[test]
fn without_a_crc64_copies_prove_nothing_and_every_part_is_sent() {
    many_schedules_to(&ENDINGS, |seed| {
        let Some((ending, finished)) = schedule(seed, Kind::without_crc64(seed)) else { return Ending::Stored };
        if let Finished::Stored(object) = finished {
            assert_eq!(object.copied.unwrap_or_default().parts, 0, "nothing proves what was copied");
        }
        ending
    });
}

#[test]
fn without_faults_every_copy_counts_and_nothing_else_is_sent() {
    for seed in 0..500 {
        let Some((mut world, plan, settings)) = copying(seed, Kind::COS) else { continue };
        world.faults = Default::default();
        world.skips = false;
        world.outage = None;
        let delta = world.delta.clone().expect("parts are copied");
        let Run::Finished(Finished::Stored(object)) = run(&mut world, plan, settings, 4) else { panic!("seed {seed}") };
        assert_eq!(object.copied.map(|copied| copied.bytes), Some(delta.copied()), "seed {seed}");
        assert_eq!(object.bytes_sent, world.size - delta.copied(), "seed {seed}");
        assert_eq!(world.server.object.as_ref(), Some(&world.expected));
    }
}

#[test]
fn copies_that_are_all_wrong_or_always_refused_end_with_a_whole_object() {
    for seed in 0..500 {
        for wrong in [true, false] {
            let Some((mut world, plan, settings)) = copying(seed, Kind::COS) else { continue };
            world.faults = Default::default();
            world.skips = false;
            world.outage = None;
            if wrong {
                world.faults.lying_copy = 100;
            } else {
                world.faults.replaced_source = 100;
            }
            let Run::Finished(finished) = run(&mut world, plan, settings, 4) else { panic!("nothing crashes") };
            assert!(matches!(finished, Finished::Stored(_)), "seed {seed}: {finished:?}");
            assert_eq!(world.server.object.as_ref(), Some(&world.expected), "seed {seed}");
        }
    }
}
