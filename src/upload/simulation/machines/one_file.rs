//! One object in parts: each machine sends its share, one after the other, and the requests of one that died may still arrive.
//! The number of shards may change between two attempts. At the end, `complete` judges.

use std::time::Duration;

use super::super::fault_rates::FaultRates;
use super::super::run::{Run, run_upload, upload};
use super::super::server::Kind;
use super::super::setup::setup;
use super::super::world::World;
use super::super::{are_many, how_many};
use super::requests::{ask, lost};
use super::shared_directory::{SharedDirectory, View, Viewer};
use crate::upload::finished::Finished;
use crate::upload::machine::Settings;
use crate::upload::plan::object_plan::Plan;
use crate::upload::plan::part_sizes::Parts;
use crate::upload::shards::files::{Placed, PlannedFile};
use crate::upload::shards::proof::completion::{Answer, Completion, Finish, Step};
use crate::upload::shards::proof::evidence::Evidence;
use crate::upload::shards::proof::waiting::{Found, Next, Waiting};
use crate::upload::shards::task;
use crate::upload::shards::task::Task;
use crate::upload::shards::unit::{Scale, Shard, Unit};
use crate::upload::wire::call::{Call, Reply};

/// A schedule: the world with a begun upload, its parts, and the file as the plan has it.
struct Schedule {
    world: World,
    parts: Parts,
    settings: Settings,
    file: PlannedFile,
    shards: u32,
    directory: SharedDirectory,
    /// How often something is wrong with the directory, in percent.
    trouble: u32,
}

impl Schedule {
    /// `None` if the seed's file is too small for parts.
    fn new(seed: u64) -> Option<Self> {
        let (mut world, plan, settings) = setup(seed, Kind::COS, false);
        let Plan::Multipart(parts) = plan else { return None };
        (world.skips, world.server.no_overwrite) = (false, false);
        // An object with the same content would prove an upload whose Complete never arrived, and which goes on.
        let expected = &world.expected;
        world.server.object = world.server.object.take().filter(|object| object != expected);
        let Ok(Reply::Initiated(id)) = world.server.act(&Call::Initiate, None) else { unreachable!("it is begun") };
        let file = PlannedFile {
            n: 0,
            path: "file".into(),
            key: "key".into(),
            size: parts.size(),
            mtime_ns: "1.000000000".into(),
            upload_id: Some(id.as_str().to_owned()),
            part_size: Some(plan.part_size()),
            probes: vec![],
        };
        world.named.insert(id.as_str().to_owned());
        world.journal = Some((id, vec![]));
        let shards = world.random.u32(1..6);
        let trouble = if world.random.bool() { world.random.u32(0..30) } else { 0 };
        Some(Self {
            world,
            parts,
            settings: Settings { abort_on_failure: false, no_overwrite: false, ..settings },
            file,
            shards,
            directory: SharedDirectory::default(),
            trouble,
        })
    }

    /// The units that a shard has.
    fn ours(&self, index: u32) -> Vec<Unit> {
        let shard = Shard::new(index, self.shards).expect("the index is that of a shard");
        let placed = Placed { file: self.file.clone(), start: 0 };
        task::ours(&placed, Scale::new(self.file.units(), self.file.size), shard)
    }

    /// One attempt at a shard. `None` if it has no part, dies, or cannot write its receipts.
    fn attempt(&mut self, index: u32) -> Option<Finished> {
        let shard = Shard::new(index, self.shards).expect("the index is that of a shard");
        let (lies, evidence) = self.view(Viewer::Shard(shard, 0));
        let task = task::task(&self.file, &evidence, &self.ours(index), false);
        let Task::SendParts { ours, known } = task else { return None };
        // A receipt that is not the one that was written may keep its part from being known.
        self.world.unsettled |= lies;
        let (id, _) = self.world.journal.take().expect("the plan names the upload");
        self.world.journal = Some((id, known.clone()));
        let most = self.world.random.u16(1..6);
        let mut upload = upload(&mut self.world, Plan::Multipart(self.parts), self.settings);
        upload.share(&ours);
        let run = run_upload(&mut self.world, upload, most);
        let (_, records) = self.world.journal.clone().expect("the plan names the upload");
        let dies = matches!(run, Run::Crashed);
        let (records, full) = (records.get(known.len()..).unwrap_or_default(), self.trouble / 5);
        let written =
            self.directory.write((shard, &self.file), records, self.world.now, (full, dies), &mut self.world.random);
        match run {
            Run::Finished(finished) => {
                self.world.now = written?;
                Some(finished)
            }
            Run::Crashed => {
                if self.world.random.bool() {
                    self.world.finish_the_agenda();
                }
                None
            }
        }
    }

    /// What one machine sees of the receipts now.
    fn view(&mut self, viewer: Viewer) -> (bool, Evidence) {
        let plan = std::slice::from_ref(&self.file);
        let View { evidence, lies } =
            self.directory.view(plan, self.world.now, (viewer, self.trouble), &mut self.world.random);
        (lies, evidence.into_iter().next().expect("the plan has a file"))
    }

    /// Reads the receipts until none is missing, or the time is over. `None` if `complete` asks the server nothing.
    fn wait(&mut self, waiting: &mut Waiting) -> Option<(bool, Evidence)> {
        loop {
            let (lies, evidence) = self.view(Viewer::Complete);
            let troubles = evidence.lacks(&self.file);
            match waiting.next(self.world.now, Found::of(&troubles)) {
                Next::Prove => return Some((lies, evidence)),
                Next::LookAgain(pause) => self.world.now += pause,
                Next::Report => return None,
            }
        }
    }

    /// Nothing fails any more, except that receipts are visible late: each shard is done, and the next `complete` proves the
    /// object. Returns nothing if the upload is gone.
    fn calm_down(&mut self, seed: u64) -> Option<Finish> {
        let world = &mut self.world;
        world.finish_the_agenda();
        (world.faults, world.outage, world.outage_until) = (FaultRates::default(), None, None);
        (self.trouble, self.settings.patience.max_attempts) = (0, 8);
        let (id, _) = self.world.journal.clone().expect("the plan names the upload");
        if !self.world.server.uploads.contains_key(id.as_str()) {
            return None;
        }
        for index in 1..=self.shards {
            let finished = self.attempt(index);
            let is_done = self.ours(index).is_empty() || matches!(finished, Some(Finished::HeldBack(_)));
            assert!(is_done, "seed {seed}: shard {index} without faults: {finished:?}");
        }
        let mut waiting = Waiting::new(self.world.now, Some(Duration::from_secs(600)));
        for _ in 0..100 {
            let view = self.wait(&mut waiting);
            let (_, evidence) =
                view.unwrap_or_else(|| panic!("seed {seed}: receipts that are visible late are waited for"));
            let began = self.world.now;
            let (finish, _) = self.complete_by(evidence, false);
            match &finish {
                Finish::Proved(_) => {
                    assert_eq!(self.world.server.object.as_ref(), Some(&self.world.expected), "seed {seed}");
                    return Some(finish);
                }
                // A part that was sent twice has a receipt for each ETag, and the later one is visible later.
                Finish::NotProved(troubles) => match waiting.next(began, Found::of(troubles)) {
                    Next::LookAgain(pause) => self.world.now += pause,
                    next => panic!("seed {seed}: {next:?} after {troubles:?}"),
                },
                Finish::Differs { .. } => panic!("seed {seed}: {finish:?}"),
                // Requests may still be lost.
                _ => {}
            }
        }
        None
    }

    /// The same command as a user gives it: nothing is asked if receipts are missing.
    fn complete(&mut self, time: Option<Duration>) -> (Finish, bool) {
        match self.wait(&mut Waiting::new(self.world.now, time)) {
            Some((lies, evidence)) => self.complete_by(evidence, lies),
            None => (Finish::NotProved(vec![]), false),
        }
    }

    /// `abort --plan`, while shards may still send. Returns false if the upload is gone.
    fn abort(&mut self) -> bool {
        let (id, _) = self.world.journal.clone().expect("the plan names the upload");
        let was_there = self.world.server.uploads.contains_key(id.as_str());
        let aborted = self.world.server.act(&Call::Abort(id), None);
        assert!(aborted.is_ok(), "it can be aborted");
        was_there
    }

    /// `complete`, whose requests may be lost on their way or on their way back. Returns true if a receipt lied to it.
    fn complete_by(&mut self, evidence: Evidence, lies: bool) -> (Finish, bool) {
        let mut completion = Completion::new(self.file.clone(), evidence);
        loop {
            let step = completion.next();
            if let Step::Done(finish) = step {
                return (finish, lies);
            }
            let (arrives, returns) = (self.world.percent(90), self.world.percent(90));
            let answer = if arrives { self.ask(&step) } else { Answer::Failed(lost()) };
            completion.record(if returns { answer } else { Answer::Failed(lost()) });
        }
    }

    fn ask(&mut self, step: &Step) -> Answer {
        let (id, _) = self.world.journal.clone().expect("the plan names the upload");
        ask(&mut self.world.server, &id, step)
    }
}

/// Runs the shards in any order, some of them again, then `complete`; again until it is decided. Returns the last answer.
fn run(seed: u64) -> Option<Finish> {
    let mut schedule = Schedule::new(seed)?;
    let calm_after = schedule.world.random.u32(0..60);
    for round in 0..40 {
        if round == calm_after {
            return schedule.calm_down(seed).or(Some(Finish::Unknown(lost())));
        }
        if schedule.world.percent(5) {
            schedule.shards = schedule.world.random.u32(1..6);
        }
        let index = schedule.world.random.u32(1..=schedule.shards);
        let finished = schedule.attempt(index);
        if let Some(Finished::Stored(_) | Finished::Unchanged(_)) = finished {
            panic!("seed {seed}: a shard completes nothing");
        }
        let changed = schedule.world.version != 0;
        if let Some(Finished::HeldBack(_)) = &finished {
            schedule.directory.assert_durable_is_shown(std::slice::from_ref(&schedule.file), schedule.world.now);
            for unit in schedule.ours(index) {
                let has_receipt = schedule.directory.has((0, unit.part));
                assert!(has_receipt, "seed {seed}: a shard that is done has a receipt for each of its parts");
            }
        }
        // The source is as it was again; what was sent of it meanwhile has receipts that differ.
        schedule.world.version = 0;
        schedule.world.source_checked = false;
        if changed || round > 30 {
            schedule.world.faults.source_change = 0;
            schedule.world.faults.crash = 0;
        }
        if schedule.world.random.u8(0..4) > 0 && round < 38 {
            continue;
        }
        let before = schedule.world.server.completions;
        if schedule.world.percent(3) {
            let completions = schedule.world.server.completions;
            let was_there = schedule.abort();
            let begun = schedule.world.server.next_upload;
            let late = schedule.attempt(index);
            assert!(!was_there || !matches!(late, Some(Finished::HeldBack(_))), "seed {seed}: its upload is gone");
            let (finish, _) = schedule.complete(None);
            let server = &schedule.world.server;
            assert!(!was_there || !matches!(finish, Finish::Proved(_)), "seed {seed}: nothing is left to complete");
            assert_eq!((server.completions, server.next_upload), (completions, begun), "seed {seed}: aborted");
            assert!(server.uploads.is_empty(), "seed {seed}: a late shard began an upload");
            return Some(finish);
        }
        let minutes = if schedule.world.random.bool() { Some(Duration::from_secs(600)) } else { None };
        let (finish, lies) = schedule.complete(minutes);
        let expected = schedule.world.expected.clone();
        let expected = Some(&expected);
        match &finish {
            Finish::Proved(_) => {
                assert_eq!(schedule.world.server.object.as_ref(), expected, "seed {seed}: proved means whole");
                // After the end, a shard finds no upload, sends nothing and begins nothing.
                let begun = schedule.world.server.next_upload;
                let late = schedule.attempt(index);
                assert!(!matches!(late, Some(Finished::Stored(_))), "seed {seed}");
                assert_eq!(schedule.world.server.next_upload, begun, "seed {seed}: a late shard began an upload");
                assert_eq!(schedule.world.server.object.as_ref(), expected, "seed {seed}: a late shard harms nothing");
                let (lies, evidence) = schedule.view(Viewer::Complete);
                let (again, _) = schedule.complete_by(evidence, lies);
                assert!(
                    matches!(again, Finish::Proved(_) | Finish::NotComparable | Finish::Unknown(_) | Finish::Failed(_))
                        || lies,
                    "seed {seed}: {again:?}"
                );
                return Some(finish);
            }
            Finish::NotProved(_) | Finish::Failed(_) => {
                assert_eq!(schedule.world.server.completions, before, "seed {seed}: not proved means not completed");
            }
            Finish::Unknown(_) | Finish::Gone { .. } | Finish::NotComparable => {}
            Finish::Differs { .. } => {
                assert!(lies || schedule.world.server.object.as_ref() != expected, "seed {seed}");
                return Some(finish);
            }
        }
    }
    Some(Finish::Unknown(lost()))
}

#[test]
fn many_machines_prove_the_whole_or_complete_nothing() {
    let schedules = how_many(6_000);
    let (mut proved, mut all) = (0, 0);
    for seed in 0..schedules {
        let outcome = std::panic::catch_unwind(|| run(seed));
        match outcome.unwrap_or_else(|_| panic!("the schedule of seed {seed} breaks a rule")) {
            Some(Finish::Proved(_)) => (proved, all) = (proved + 1, all + 1),
            Some(_) => all += 1,
            None => {}
        }
    }
    let enough = proved * 2 > all && all * 6 > schedules;
    assert!(enough || !are_many(schedules), "too few schedules end: {proved} of {all}");
}
