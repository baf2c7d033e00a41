//! An attempt at a shard, a request at a time: those of other machines come in between.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::super::world::World;
use super::planned_object::PlannedObject;
use super::receipt_writer::ReceiptWriter;
use super::scene::Scene;
use super::shared_directory::{UnitName, Viewer};
use crate::upload::batch::concurrency::Concurrency;
use crate::upload::batch::objects::{Batch, Next, ObjectId};
use crate::upload::event::Event;
use crate::upload::finished::Finished;
use crate::upload::machine::{Settings, Upload};
use crate::upload::patience::Patience;
use crate::upload::plan::part_record::PartRecord;
use crate::upload::shards::task;
use crate::upload::shards::task::Task;
use crate::upload::shards::unit::Shard;
use crate::upload::wire::call::Call;

/// What an actor does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    /// More, at once.
    Busy,
    /// Nothing until this moment.
    Waits(Option<Instant>),
    /// Nothing more.
    Ended,
}

/// An attempt at a shard.
pub(super) struct Attempt {
    shard: Shard,
    /// Whether its receipts are in the directory that all share.
    shares: bool,
    units: Vec<UnitName>,
    batch: Batch,
    waiting: Vec<(usize, Upload)>,
    worlds: BTreeMap<usize, World>,
    writer: ReceiptWriter,
    failed: bool,
}

impl Attempt {
    /// `None` if it cannot begin its receipts: nothing is sent then.
    pub(super) fn new(scene: &mut Scene, shard: Shard, machine: u32, calm: bool) -> Option<Self> {
        let shares = calm || scene.percent(70);
        if (shares && scene.is_read_only()) || scene.aborted {
            return None;
        }
        let view = scene.view(Viewer::Shard(shard, machine));
        let file = scene.directory.begin(shard, (!shares).then_some(machine));
        let retries = if calm { 8 } else { scene.random.u32(1..8) };
        let patience = Patience { max_attempts: retries, retry_time: Duration::from_secs(60) };
        let settings = Settings { patience, ..Settings::default() };
        let most = scene.random.u16(1..6);
        let mut attempt = Self {
            shard,
            shares,
            units: Vec::new(),
            batch: Batch::new(Concurrency::Fixed(most)),
            waiting: Vec::new(),
            worlds: BTreeMap::new(),
            writer: ReceiptWriter::new(file, &mut scene.random),
            failed: false,
        };
        for index in 0..scene.objects.len() {
            if view.lies {
                scene.objects[index].unsettle();
            }
            let seed = scene.random.u64(..);
            let (now, faults, scale) = (scene.now, scene.faults, scene.scale);
            let object = &scene.objects[index];
            let ours = task::ours(&object.placed, scale, shard);
            let units = ours.iter().map(|unit| (object.file().n, unit.part));
            for unit in units.clone().filter(|_| scene.trouble == 0) {
                let is_known = view.evidence[index].record(unit.1).is_some();
                assert!(is_known || !scene.directory.shows(unit, machine, now), "the receipt of {unit:?} is not seen");
            }
            attempt.units.extend(units);
            let task = task::task(object.file(), &view.evidence[index], &ours, scene.choice.publish_together);
            let (share, known) = match task {
                Task::SendParts { ours, known } => (Some(ours), known),
                Task::SendWhole => {
                    let is_known = view.evidence[index].record(None).is_some();
                    assert!(!is_known, "a small file is sent again though its receipt is seen");
                    (None, vec![])
                }
                Task::Nothing => {
                    let unit = (object.file().n, None);
                    assert!(ours.is_empty() || scene.directory.has(unit), "it has no receipt");
                    continue;
                }
                Task::Refuse { .. } => unreachable!("all machines see the same files"),
            };
            let mut world = object.world(seed, now, faults, known);
            let mut upload = object.upload(&mut world, settings);
            share.iter().for_each(|ours| upload.share(ours));
            attempt.worlds.insert(index, world);
            attempt.waiting.push((index, upload));
        }
        attempt.waiting.reverse();
        Some(attempt)
    }

    /// Does one thing.
    pub(super) fn step(&mut self, scene: &mut Scene) -> Status {
        let is_over = scene.aborted || self.batch.has_no_destination();
        if is_over && !self.waiting.is_empty() {
            self.failed = true;
            self.waiting.clear();
        }
        while self.batch.uploads().count() < self.batch.room() {
            let Some((index, upload)) = self.waiting.pop() else { break };
            self.batch.add(ObjectId(index as u64), upload);
        }
        while let Some((object, event)) = self.batch.take_event() {
            self.note(scene, of(object), event);
        }
        match self.batch.next(scene.now) {
            Next::Send(object, id, call) => {
                let is_a_shards = !matches!(call, Call::Initiate | Call::Complete { .. } | Call::Abort(_));
                assert!(is_a_shards, "a shard begins, completes and aborts nothing: {call:?}");
                self.in_world(scene, of(object), |world| world.start(id, call));
                Status::Busy
            }
            Next::GiveUp(object, id) => {
                self.in_world(scene, of(object), |world| world.give_up(id));
                Status::Busy
            }
            Next::Done(object, finished) => {
                self.end(scene, of(object), &finished);
                Status::Busy
            }
            Next::Wait { .. } if self.batch.uploads().next().is_none() && self.waiting.is_empty() => {
                self.writer.due().map_or(Status::Ended, |due| Status::Waits(Some(due)))
            }
            Next::Wait { until } => {
                let dues = self.worlds.values().filter_map(World::next_due);
                Status::Waits(dues.chain(until).chain(self.writer.due()).min())
            }
        }
    }

    fn note(&mut self, scene: &mut Scene, index: usize, event: Event) {
        if let Event::PartStored(record) = &event {
            let (now, file) = (scene.now, &scene.files[index]);
            self.writer.add(file, Some(record.number), record, now, &mut scene.random);
        }
        self.in_world(scene, index, |world| world.note(event));
    }

    fn end(&mut self, scene: &mut Scene, index: usize, finished: &Finished) {
        let is_in_parts = scene.objects[index].upload_id().is_some();
        let number = crate::cos::multipart::PartNumber::FIRST;
        let record = match finished {
            Finished::HeldBack(_) if is_in_parts => None,
            Finished::Stored(stored) if !is_in_parts => {
                Some(PartRecord { number, size: stored.size, etag: stored.etag.as_str().into(), crc64: stored.crc64 })
            }
            Finished::Unchanged(found) if !is_in_parts => Some(PartRecord {
                number,
                size: found.size,
                etag: found.etag.as_deref().unwrap_or_default().into(),
                crc64: found.crc64.expect("it was compared"),
            }),
            Finished::Failed(_) | Finished::Unknown(_) => {
                self.failed = true;
                None
            }
            other => panic!("a shard ends like this: {other:?}"),
        };
        if let Some(record) = record {
            assert!(scene.objects[index].is_proved_whole(&record), "stored means whole");
            self.writer.add(&scene.files[index], None, &record, scene.now, &mut scene.random);
        }
        if let Some(world) = self.worlds.remove(&index) {
            scene.leave(index, world);
        }
    }

    /// Lets happen what is due.
    pub(super) fn pass(&mut self, scene: &mut Scene) {
        let now = scene.now;
        for (index, world) in self.worlds.iter_mut().filter(|(_, world)| world.next_due().is_some_and(|due| due <= now))
        {
            world.now = now;
            let object = ObjectId(*index as u64);
            let batch = &mut self.batch;
            scene.objects[*index].in_world(world, |world| world.pass(batch, object));
        }
        let refusal = scene.refusal(self.shares);
        self.writer.pass(&mut scene.directory, scene.now, refusal, &mut scene.random);
    }

    fn in_world(&mut self, scene: &mut Scene, index: usize, act: impl FnOnce(&mut World)) {
        let world = self.worlds.get_mut(&index).expect("it is being sent");
        world.now = scene.now;
        PlannedObject::in_world(&mut scene.objects[index], world, act);
    }

    /// The process dies.
    pub(super) fn crash(mut self, scene: &mut Scene) {
        self.writer.crash(&mut scene.directory, scene.now, &mut scene.random);
        for (index, world) in self.worlds {
            scene.leave(index, world);
        }
    }

    /// It has ended. Returns true if the shard is done: each of its units has a receipt then.
    pub(super) fn is_done(&self, scene: &Scene) -> bool {
        let is_done = !self.failed && self.writer.is_sound();
        let lacks = self.units.iter().find(|unit| !scene.directory.has(**unit));
        assert!(!is_done || lacks.is_none(), "shard {} is done without a receipt for {lacks:?}", self.shard);
        is_done
    }
}

fn of(object: ObjectId) -> usize {
    usize::try_from(object.0).expect("they are few")
}
