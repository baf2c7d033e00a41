//! A process that dies, and what the next one finds of its journal.

use super::world::{Happening, World};
use crate::upload::plan::object_plan::Plan;

impl World {
    /// The process dies: outcomes die with it, and what the server was sent goes on.
    pub(super) fn crash(&mut self) {
        self.happenings.retain(|_, happening| matches!(happening, Happening::Act { .. }));
        for happening in self.happenings.values_mut() {
            if let Happening::Act { answered, .. } = happening {
                *answered = false;
            }
        }
        // An empty journal tells the next run that there may be an orphan.
        self.orphans_told += usize::from(self.journal.is_none());
    }
}

/// Prepares a world whose process died for the next one.
pub(super) fn run_again(world: &mut World, plan: Plan, crashes: u32) {
    after_crash(world);
    world.weather.crash = if crashes > 5 { 0 } else { world.weather.crash };
    if plan.is_put() || world.tape.is_some() {
        // Neither keeps a journal: what a run that died had sent is not the next run's to tell.
        world.finish_the_agenda();
        world.server.completions = 0;
    }
    if let Some(tape) = &mut world.tape {
        tape.rewind();
    }
}

/// The journal was flushed up to some line: what came after it is forgotten, but proved by its MD5. It is flushed whole
/// before Complete is sent.
fn after_crash(world: &mut World) {
    if world.version != 0 {
        // The journal does not fit a source that changed: the next run aborts the old upload and starts anew.
        world.finish_the_agenda();
        world.version = 0;
        world.server.completions = 0;
        world.server.object = None;
        if let Some((id, _)) = world.journal.take() {
            world.server.uploads.remove(id.as_str());
        }
    }
    world.source_looked_at = false;
    let complete_was_sent = std::mem::take(&mut world.complete_sent);
    if let Some((_, parts)) = world.journal.as_mut().filter(|_| !complete_was_sent) {
        let kept = world.random.usize(world.durable.min(parts.len())..=parts.len());
        parts.truncate(kept);
    }
    world.durable = world.journal.as_ref().map_or(0, |(_, parts)| parts.len());
}
