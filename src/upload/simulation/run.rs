//! Drives machine and world through a schedule, until the upload ends or the process dies.

use super::delta;
use super::world::World;
use crate::upload::batch::concurrency::Concurrency;
use crate::upload::batch::objects::{Batch, Next, ObjectId};
use crate::upload::finished::Finished;
use crate::upload::machine::{Likeness, Resume, Settings, Upload};
use crate::upload::plan::object_plan::Plan;

/// How one run of the machine ended.
pub(super) enum Run {
    Finished(Finished),
    Crashed,
}

/// The one object of a schedule.
const OBJECT: ObjectId = ObjectId(0);

pub(super) fn run(world: &mut World, plan: Plan, settings: Settings, most: u16) -> Run {
    let upload = upload(world, plan, settings);
    run_upload(world, upload, most)
}

/// Runs one machine.
pub(super) fn run_upload(world: &mut World, upload: Upload, most: u16) -> Run {
    let mut batch = Batch::new(Concurrency::Fixed(most));
    batch.add(OBJECT, upload);
    for _ in 0..100_000 {
        while let Some((_, event)) = batch.take_event() {
            world.note(event);
        }
        match batch.next(world.now) {
            Next::Send(_, id, call) => {
                assert!(batch.in_flight() <= usize::from(most));
                world.start(id, call);
                continue;
            }
            Next::GiveUp(_, id) => {
                world.give_up(id);
                continue;
            }
            Next::Done(_, finished) => return Run::Finished(finished),
            Next::Wait { until } => {
                let due = world.next_due().into_iter().chain(until).min().expect("a wait has an end");
                world.now = world.now.max(due);
            }
        }
        if world.percent(world.faults.cancel) {
            batch.cancel();
        }
        if world.percent(world.faults.crash) {
            world.crash();
            return Run::Crashed;
        }
        world.pass(&mut batch, OBJECT);
    }
    panic!("the upload does not end");
}

/// The upload that continues from the journal.
pub(super) fn upload(world: &mut World, plan: Plan, settings: Settings) -> Upload {
    let resume = world.journal.clone().map(|(upload_id, parts)| Resume { upload_id, parts });
    let begins = resume.is_none();
    let seed = world.random.u64(..);
    let divisions = world.divisions.iter();
    let plan = divisions.fold(plan, |plan, division| plan.divided(*division).expect("an upload was divided like that"));
    let mut upload = match &world.stream {
        Some(stream) => {
            Upload::of_stream(Box::new(stream.intake.clone()), settings, resume.map(|resume| resume.upload_id), seed)
        }
        None => Upload::new(plan, settings, resume, seed),
    };
    if begins && world.server.identity != Some(delta::BASE) {
        // HEAD finds another object than the map describes.
        world.delta = None;
    }
    if let Some(delta) = &world.delta {
        upload.copy(delta.clone());
    }
    if world.skips && begins {
        upload.unless_unchanged(Likeness::Content);
    }
    upload
}
