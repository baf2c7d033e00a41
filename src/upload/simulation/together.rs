//! Objects that become visible together, through crashes, stops and faults: if one failed, none was completed; if all is
//! done, all are whole; and another run without faults finishes what was left.

use std::collections::BTreeSet;

use super::crash::run_again;
use super::fault_rates::FaultRates;
use super::run::upload;
use super::server::Kind;
use super::setup::setup;
use super::world::World;
use super::{MEBIBYTE, are_many, how_many};
use crate::upload::batch::concurrency::Concurrency;
use crate::upload::batch::objects::{Batch, Next, ObjectId};
use crate::upload::batch::together::{OnFailure, Outcome, Step, Together};
use crate::upload::finished::Finished;
use crate::upload::machine::{Likeness, Settings, Upload};
use crate::upload::plan::object_plan::{Plan, PlanOptions};

/// An object on its way.
struct Object {
    world: World,
    plan: Plan,
    settings: Settings,
    /// True if this process found it on the server, whole or held back.
    on_server: bool,
}

/// What outlives a process.
struct Disk {
    objects: Vec<Object>,
    /// The record, while there is one.
    record: bool,
    /// True from the moment at which a process began to complete objects.
    completing: bool,
}

/// How one process ended.
enum Process {
    Ended(Outcome),
    Crashed,
}

/// What a batch of machines is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    HoldBack { compare: bool },
    Complete,
    Discard,
}

impl Object {
    fn upload(&mut self, purpose: Purpose) -> Upload {
        let begins = self.world.journal.is_none();
        let mut upload = upload(&mut self.world, self.plan, self.settings);
        match purpose {
            Purpose::HoldBack { compare } => {
                if compare && begins {
                    upload.unless_unchanged(Likeness::Content);
                }
                upload.hold_back();
            }
            Purpose::Complete => {}
            Purpose::Discard => upload.discard(),
        }
        upload
    }
}

/// One process, from its first step to its last, or until it dies.
fn process(disk: &mut Disk, on_failure: OnFailure, dies: bool, random: &mut fastrand::Rng) -> Process {
    let mut together = Together::new(on_failure, disk.record);
    loop {
        if dies && random.u32(0..20) == 0 {
            disk.objects.iter_mut().for_each(|object| object.world.crash());
            return Process::Crashed;
        }
        let all = || (0..disk.objects.len()).collect::<Vec<_>>();
        let held = || together.held_back().into_iter().map(|(index, ())| *index).collect::<Vec<_>>();
        let (members, purpose) = match together.next() {
            Step::Send { compare } => (all(), Purpose::HoldBack { compare }),
            Step::Complete => (held(), Purpose::Complete),
            Step::Discard => (held(), Purpose::Discard),
            Step::CheckSources => {
                let changed = |index: &usize| disk.objects[*index].world.version != 0;
                held().iter().filter(|index| changed(index)).for_each(|index| {
                    together.refuse(index);
                });
                together.advance();
                continue;
            }
            Step::WriteRecord => {
                let written = !dies || random.u32(0..20) != 0;
                disk.record |= written;
                if !written {
                    together.fail();
                }
                together.advance();
                continue;
            }
            Step::Done(outcome) => {
                disk.record &= together.needs_record();
                return Process::Ended(outcome);
            }
        };
        if purpose == Purpose::Complete {
            assert!(disk.record, "the record is written before the first completion");
            assert!(disk.objects.iter().all(|object| object.on_server), "one failed, so none is completed");
            disk.completing = true;
        }
        if run(disk, &members, purpose, &mut together, dies, random).is_none() {
            return Process::Crashed;
        }
        assert_none_completed_too_early(disk);
        together.advance();
    }
}

/// Runs machines of these objects in one batch. `None` if the process died.
fn run(
    disk: &mut Disk,
    members: &[usize],
    purpose: Purpose,
    together: &mut Together<usize, ()>,
    dies: bool,
    random: &mut fastrand::Rng,
) -> Option<()> {
    let mut batch = Batch::new(Concurrency::Fixed(random.u16(1..6)));
    let mut waiting: Vec<usize> = members.iter().copied().rev().collect();
    let mut now = disk.objects.iter().map(|object| object.world.now).max().expect("there are objects");
    let mut cancelled = false;
    for _ in 0..200_000 {
        while batch.uploads().count() < batch.room() || cancelled {
            let Some(index) = waiting.pop() else { break };
            if purpose == Purpose::Complete && disk.objects[index].world.version != 0 {
                // Its journal does not fit the changed source, so it is not completed.
                together.refuse(&index);
                continue;
            }
            batch.add(ObjectId(index as u64), disk.objects[index].upload(purpose));
        }
        disk.objects.iter_mut().for_each(|object| object.world.now = now);
        while let Some((object, event)) = batch.take_event() {
            disk.objects[of(object)].world.note(event);
        }
        match batch.next(now) {
            Next::Send(object, id, call) => {
                disk.objects[of(object)].world.start(id, call);
                continue;
            }
            Next::GiveUp(object, id) => {
                disk.objects[of(object)].world.give_up(id);
                continue;
            }
            Next::Done(object, finished) => {
                ended(&mut disk.objects[of(object)], &finished);
                match finished {
                    Finished::HeldBack(_) => together.hold_back(of(object), ()),
                    _ if purpose == Purpose::Discard => {}
                    _ => _ = together.ended(&of(object), &finished),
                }
                cancelled |= batch.has_no_destination();
                continue;
            }
            Next::Wait { .. } if batch.uploads().next().is_none() && waiting.is_empty() => return Some(()),
            Next::Wait { until } => {
                let next = disk.objects.iter().filter_map(|object| object.world.next_due()).chain(until).min();
                now = now.max(next.expect("a wait has an end"));
            }
        }
        if dies && random.u32(0..2000) == 0 {
            batch.cancel();
            together.stop();
            cancelled = true;
        }
        if dies && random.u32(0..400) == 0 {
            disk.objects.iter_mut().for_each(|object| object.world.crash());
            return None;
        }
        for (index, object) in disk.objects.iter_mut().enumerate() {
            object.world.now = now;
            object.world.pass(&mut batch, ObjectId(index as u64));
        }
    }
    panic!("the batch does not end");
}

/// What a session does with the journal of an upload that has ended.
fn ended(object: &mut Object, finished: &Finished) {
    let world = &mut object.world;
    object.on_server = !matches!(finished, Finished::Failed(_) | Finished::Unknown(_));
    match finished {
        Finished::Stored(found) => {
            assert_eq!(world.server.object.as_ref(), Some(&world.expected), "stored means the object is whole");
            assert_eq!((found.size, found.crc64), (world.expected.size, world.expected.crc64));
            world.journal = None;
        }
        Finished::Unchanged(_) => {
            assert_eq!(world.server.object.as_ref(), Some(&world.expected), "unchanged means the object is whole");
            world.journal = None;
        }
        Finished::HeldBack(_) => world.durable = world.journal.as_ref().map_or(0, |(_, parts)| parts.len()),
        Finished::Failed(error) | Finished::Unknown(error) if error.leftover.is_none() => world.journal = None,
        Finished::Failed(_) | Finished::Unknown(_) => {}
    }
}

/// Before the first process begins to complete, no request of any could make an object visible.
fn assert_none_completed_too_early(disk: &Disk) {
    for object in disk.objects.iter().filter(|_| !disk.completing) {
        assert_eq!(object.world.server.completions, 0, "an object is visible before all are on the server");
        assert!(!object.world.complete_sent, "Complete was sent before all are on the server");
    }
}

fn of(object: ObjectId) -> usize {
    usize::try_from(object.0).expect("they are few")
}

fn disk(random: &mut fastrand::Rng) -> Disk {
    let object = |random: &mut fastrand::Rng| {
        let (mut world, _, settings) = setup(random.u64(..), Kind::COS, false);
        world.skips = false;
        let wish = PlanOptions::fixed(MEBIBYTE, 0);
        let plan = Plan::new(world.size, wish).expect("it is small");
        world.server.no_overwrite = false;
        let settings = Settings { abort_on_failure: false, no_overwrite: false, ..settings };
        Object { world, plan, on_server: false, settings }
    };
    let objects = (0..random.usize(2..6)).map(|_| object(random)).collect();
    Disk { objects, record: false, completing: false }
}

/// What a new process finds: journals up to what was flushed, and sources that may have changed.
fn find_again(disk: &mut Disk, runs: u32) {
    for Object { world, plan, on_server, .. } in &mut disk.objects {
        run_again(world, *plan, runs);
        *on_server = false;
    }
}

fn schedule(seed: u64) -> BTreeSet<&'static str> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut disk = disk(&mut random);
    let on_failure = if random.bool() { OnFailure::Keep } else { OnFailure::Discard };
    let mut endings = BTreeSet::new();
    for runs in 1..=4 {
        let ended = process(&mut disk, on_failure, true, &mut random);
        endings.insert(match ended {
            Process::Ended(Outcome::Published) => {
                assert_all_whole(&disk);
                endings.insert("published");
                return endings;
            }
            Process::Ended(Outcome::Partly { completed, of }) => {
                assert!(completed <= of && disk.record);
                "partly"
            }
            Process::Ended(Outcome::Kept) => "kept",
            Process::Ended(Outcome::Discarded) => "discarded",
            Process::Crashed => "crashed",
        });
        find_again(&mut disk, runs);
    }
    for object in &mut disk.objects {
        object.world.finish_the_agenda();
        object.world.faults = FaultRates::default();
        (object.world.outage, object.world.outage_until) = (None, None);
        object.settings.patience.max_attempts = 8;
    }
    assert_none_completed_too_early(&disk);
    let ended = process(&mut disk, on_failure, false, &mut random);
    assert!(matches!(ended, Process::Ended(Outcome::Published)), "without faults the same command finishes");
    assert_all_whole(&disk);
    endings
}

fn assert_all_whole(disk: &Disk) {
    assert!(!disk.record, "what is published needs no record");
    for Object { world, .. } in &disk.objects {
        assert_eq!(world.server.object.as_ref(), Some(&world.expected), "published means that all objects are whole");
    }
}

#[test]
fn if_one_failed_none_was_completed_and_if_all_is_done_all_are_whole() {
    let schedules = how_many(3_000);
    let mut endings = BTreeSet::new();
    for seed in 0..schedules {
        let outcome = std::panic::catch_unwind(|| schedule(seed));
        endings.extend(outcome.unwrap_or_else(|_| panic!("the schedule of seed {seed} breaks a rule")));
    }
    assert!(endings.len() == 5 || !are_many(schedules), "the schedules do not reach every ending: {endings:?}");
}
