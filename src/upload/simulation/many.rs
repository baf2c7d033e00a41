//! Several objects in one batch, each with faults of its own: a fault of one breaks no rule for another, the window is
//! never exceeded, and every object ends.

use std::collections::BTreeSet;

use super::crash::run_again;
use super::run::upload;
use super::server::Kind;
use super::setup::setup;
use super::world::World;
use super::{Ending, are_many, how_many};
use crate::upload::batch::concurrency::Concurrency;
use crate::upload::batch::objects::{AHEAD, Batch, Next, ObjectId};
use crate::upload::finished::Finished;
use crate::upload::machine::Settings;
use crate::upload::plan::object_plan::Plan;

/// An object, and how its upload ended.
struct Object {
    world: World,
    plan: Plan,
    settings: Settings,
    finished: Option<Finished>,
}

/// Runs one process until every object has ended, or until it dies. Objects are added when the batch has room.
fn run(objects: &mut [Object], most: u16, random: &mut fastrand::Rng, dies: bool) {
    let mut batch = Batch::new(Concurrency::Fixed(most));
    let mut waiting: Vec<usize> = (0..objects.len()).filter(|index| objects[*index].finished.is_none()).rev().collect();
    let mut now = objects.iter().map(|object| object.world.now).max().expect("there are objects");
    let mut cancelled = false;
    for _ in 0..200_000 {
        assert!(batch.room() <= usize::from(most) + AHEAD);
        while batch.uploads().count() < batch.room() || cancelled {
            let Some(index) = waiting.pop() else { break };
            let Object { world, plan, settings, .. } = &mut objects[index];
            batch.add(ObjectId(index as u64), upload(world, *plan, *settings));
        }
        objects.iter_mut().for_each(|object| object.world.now = now);
        while let Some((object, event)) = batch.take_event() {
            objects[of(object)].world.note(event);
        }
        match batch.next(now) {
            Next::Send(object, id, call) => {
                assert!(batch.in_flight() <= usize::from(most), "more than the window are in flight");
                objects[of(object)].world.start(id, call);
                continue;
            }
            Next::GiveUp(object, id) => {
                objects[of(object)].world.give_up(id);
                continue;
            }
            Next::Done(object, finished) => {
                let object = &mut objects[of(object)];
                assert_eq!(object.finished.replace(finished), None, "it ends once");
                if batch.has_no_destination() && !cancelled {
                    assert_eq!(batch.uploads().count(), 0, "no other object begins before the destination is proved");
                    cancelled = true;
                }
                continue;
            }
            Next::Wait { .. } if batch.uploads().next().is_none() && waiting.is_empty() => return,
            Next::Wait { until } => {
                let next = objects.iter().filter_map(|object| object.world.next_due()).chain(until).min();
                now = now.max(next.expect("a wait has an end"));
            }
        }
        if random.u32(0..2000) == 0 {
            batch.cancel();
            cancelled = true;
        }
        if dies && random.u32(0..200) == 0 {
            let unfinished = objects.iter_mut().filter(|object| object.finished.is_none());
            unfinished.for_each(|object| object.world.crash());
            return;
        }
        for (index, object) in objects.iter_mut().enumerate() {
            object.world.now = now;
            object.world.pass(&mut batch, ObjectId(index as u64));
        }
    }
    panic!("the batch does not end");
}

fn of(object: ObjectId) -> usize {
    usize::try_from(object.0).expect("they are few")
}

fn schedule(seed: u64) -> BTreeSet<Ending> {
    let mut random = fastrand::Rng::with_seed(seed);
    let most = random.u16(1..6);
    let mut objects: Vec<Object> = (0..random.usize(2..9))
        .map(|_| {
            let (world, plan, settings) = setup(random.u64(..), Kind::COS, false);
            Object { world, plan, settings, finished: None }
        })
        .collect();
    let mut runs = 0;
    while objects.iter().any(|object| object.finished.is_none()) {
        runs += 1;
        run(&mut objects, most, &mut random, runs < 4);
        for object in objects.iter_mut().filter(|object| object.finished.is_none()) {
            run_again(&mut object.world, object.plan, runs);
        }
    }
    let check = |object: Object| {
        let Object { mut world, finished, .. } = object;
        let expected = world.expected.clone();
        super::rules::check(&mut world, &finished.expect("all have ended"), &expected)
    };
    objects.into_iter().map(check).collect()
}

#[test]
fn many_objects_in_one_batch_each_obey_the_rules_and_all_end() {
    let schedules = how_many(4_000);
    let mut endings = BTreeSet::new();
    for seed in 0..schedules {
        let outcome = std::panic::catch_unwind(|| schedule(seed));
        endings.extend(outcome.unwrap_or_else(|_| panic!("the schedule of seed {seed} breaks a rule")));
    }
    assert!(endings.len() == 4 || !are_many(schedules), "the schedules do not reach every ending: {endings:?}");
}
