//! A process that dies, and the journal that the next one finds.

use super::run::{Run, run};
use super::world::{Happening, World};
use crate::upload::finished::Finished;
use crate::upload::machine::Settings;
use crate::upload::plan::object_plan::Plan;

impl World {
    /// The process dies. Outcomes are lost; requests that were sent still reach the server.
    pub(super) fn crash(&mut self) {
        self.happenings.retain(|_, happening| matches!(happening, Happening::Act { .. }));
        for happening in self.happenings.values_mut() {
            if let Happening::Act { answered, .. } = happening {
                *answered = false;
            }
        }
        // From an empty journal the next run knows of a possible orphan.
        self.orphans_reported += usize::from(self.journal.is_none());
    }
}

/// Runs an upload, again after each crash, until a run finishes.
pub(super) fn run_to_the_end(world: &mut World, plan: Plan, settings: Settings) -> Finished {
    let most = world.random.u16(1..6);
    let mut crashes = 0;
    loop {
        match run(world, plan, settings, most) {
            Run::Finished(finished) => return finished,
            Run::Crashed => {
                crashes += 1;
                run_again(world, plan, crashes);
            }
        }
    }
}

/// Prepares the world for the process that follows one that died.
pub(super) fn run_again(world: &mut World, plan: Plan, crashes: u32) {
    after_crash(world);
    world.faults.crash = if crashes > 5 { 0 } else { world.faults.crash };
    if plan.is_put() || world.stream.is_some() {
        // Neither keeps a journal, so the next run does not answer for requests of the one before.
        world.finish_the_agenda();
        world.server.completions = 0;
    }
    let is_wrong = world.differs && world.server.object.as_ref() != Some(&world.expected);
    if is_wrong || std::mem::take(&mut world.restarted) {
        // An object of copies that was completed and not proved is news of the run that made it.
        world.finish_the_agenda();
        world.server.completions = 0;
    }
    if let Some(stream) = &mut world.stream {
        stream.rewind();
    }
}

/// The journal was flushed up to some line. Later lines are lost; their parts are proved by their MD5. Before Complete is
/// sent, the whole journal is flushed.
fn after_crash(world: &mut World) {
    if world.version != 0 {
        // The journal does not fit a source that changed: the next run aborts the old upload and starts anew.
        world.finish_the_agenda();
        world.version = 0;
        world.server.completions = 0;
        // The object of another client stays what it is.
        if std::mem::take(&mut world.server.ours) {
            world.server.object = None;
        }
        if let Some((id, _)) = world.journal.take() {
            world.server.uploads.remove(id.as_str());
            world.divisions.clear();
        }
    }
    world.source_checked = false;
    let complete_was_sent = std::mem::take(&mut world.complete_sent);
    if let Some((_, parts)) = world.journal.as_mut().filter(|_| !complete_was_sent) {
        let kept = world.random.usize(world.durable.min(parts.len())..=parts.len());
        parts.truncate(kept);
    }
    world.durable = world.journal.as_ref().map_or(0, |(_, parts)| parts.len());
}
