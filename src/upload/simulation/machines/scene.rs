//! All objects of a plan, their directory, and the requests of processes that are gone.

use std::time::{Duration, Instant};

use super::super::epoch;
use super::super::fault_rates::FaultRates;
use super::super::world::World;
use super::planned_object::{Choice, PlannedObject};
use super::receipt_writer::Refusal;
use super::shared_directory::{SharedDirectory, View, Viewer};
use crate::upload::batch::concurrency::Concurrency;
use crate::upload::batch::objects::{Batch, ObjectId};
use crate::upload::shards::files::PlannedFile;
use crate::upload::shards::unit::Scale;
use crate::upload::simulation::MEBIBYTE;
use crate::upload::wire::call::Call;

/// What all machines of a plan share.
pub(super) struct Scene {
    pub(super) random: fastrand::Rng,
    pub(super) now: Instant,
    pub(super) objects: Vec<PlannedObject>,
    pub(super) files: Vec<PlannedFile>,
    pub(super) scale: Scale,
    pub(super) choice: Choice,
    pub(super) faults: FaultRates,
    pub(super) directory: SharedDirectory,
    /// How often something is wrong with the directory, in percent.
    pub(super) trouble: u32,
    /// Until when the directory is read-only.
    read_only_until: Option<Instant>,
    /// True once `abort --plan` marked the plan.
    pub(super) aborted: bool,
    /// Requests of processes that have ended, by the objects that they are about.
    ghosts: Vec<(usize, World)>,
}

impl Scene {
    pub(super) fn new(seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let choice = Choice {
            publish_together: random.u32(0..4) == 0,
            no_overwrite: random.u32(0..4) == 0,
            etags_are_md5: random.u32(0..4) > 0,
        };
        let count = if random.u32(0..20) == 0 { random.u64(30..80) } else { random.u64(1..10) };
        let (mut objects, mut start) = (Vec::new(), 0);
        for n in 0..count {
            let object = PlannedObject::new((n, start), size(&mut random, choice), choice);
            start += object.file().weight();
            objects.push(object);
        }
        let files: Vec<PlannedFile> = objects.iter().map(|object| object.file().clone()).collect();
        let units = files.iter().map(PlannedFile::units).sum();
        let faults = FaultRates { source_change: 0, ..FaultRates::of(&mut random) };
        let trouble = if random.bool() { random.u32(0..30) } else { 0 };
        Self {
            scale: Scale::new(units, files.iter().map(|file| file.size).sum()),
            now: epoch(),
            objects,
            files,
            choice,
            faults,
            directory: SharedDirectory::default(),
            trouble,
            read_only_until: None,
            aborted: false,
            ghosts: Vec::new(),
            random,
        }
    }

    pub(super) fn percent(&mut self, chance: u32) -> bool {
        self.random.u32(0..100) < chance
    }

    /// The receipts as one machine sees them now.
    pub(super) fn view(&mut self, viewer: Viewer) -> View {
        self.directory.view(&self.files, self.now, (viewer, self.trouble), &mut self.random)
    }

    /// The directory that all share becomes read-only for a while.
    pub(super) fn make_read_only(&mut self) {
        self.read_only_until = Some(self.now + Duration::from_secs(self.random.u64(1..60)));
    }

    pub(super) fn is_read_only(&self) -> bool {
        self.read_only_until.is_some_and(|until| self.now < until)
    }

    /// How the directory refuses the next receipts, if it does.
    pub(super) fn refusal(&mut self, is_shared: bool) -> Option<Refusal> {
        if is_shared && self.is_read_only() {
            return Some(Refusal::ReadOnly);
        }
        let full = self.trouble / 5;
        self.percent(full).then_some(Refusal::Full)
    }

    /// `abort --plan`: the mark is there before the first upload is aborted.
    pub(super) fn abort(&mut self) {
        self.aborted = true;
        for object in &mut self.objects {
            if let Some(id) = object.upload_id() {
                object.server.act(&Call::Abort(id), None).expect("it can be aborted");
            }
        }
    }

    /// A process is gone, and the requests that it sent are not.
    pub(super) fn leave(&mut self, index: usize, mut world: World) {
        world.crash();
        self.ghosts.push((index, world));
    }

    /// When the next request of a process that is gone arrives, if there is one.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.ghosts.iter().filter_map(|(_, world)| world.next_due()).min()
    }

    /// Lets arrive what such processes sent.
    pub(super) fn pass(&mut self) {
        let mut nowhere = Batch::new(Concurrency::Fixed(1));
        let now = self.now;
        for (index, world) in self.ghosts.iter_mut().filter(|(_, world)| world.next_due().is_some_and(|due| due <= now))
        {
            world.now = now;
            self.objects[*index].in_world(world, |world| world.pass(&mut nowhere, ObjectId(0)));
        }
        self.ghosts.retain(|(_, world)| world.next_due().is_some());
    }

    /// Nothing fails any more, except that receipts are visible late.
    pub(super) fn calm_down(&mut self) {
        (self.faults, self.trouble, self.read_only_until) = (FaultRates::default(), 0, None);
        while let Some(due) = self.next_due() {
            self.now = self.now.max(due);
            self.pass();
        }
    }

    /// True if a late request replaced a small object, whose receipt keeps it from being sent again.
    pub(super) fn has_spoiled_small_object(&self) -> bool {
        let is_spoiled = |object: &PlannedObject| object.upload_id().is_none() && !object.is_whole();
        self.objects.iter().any(is_spoiled)
    }

    pub(super) fn check_always(&self) {
        self.objects.iter().for_each(PlannedObject::check_always);
    }
}

/// Most files are small. With `publish_together`, `complete` sends empty ones, which is another matter.
fn size(random: &mut fastrand::Rng, choice: Choice) -> u64 {
    match random.u32(0..8) {
        0 => random.u64(MEBIBYTE..6 * MEBIBYTE),
        1 if !choice.publish_together => 0,
        _ => random.u64(1..MEBIBYTE),
    }
}
