//! A plan of many small files and a few large ones, by machines whose requests alternate: attempts at shards, of which some have
//! the same units, die or leave requests behind; one or two `complete`s; and perhaps `abort --plan`.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::super::{are_many, how_many};
use super::attempt::{Attempt, Status};
use super::completing::{Completing, Verdict};
use super::planned_object::PlannedObject;
use super::scene::Scene;
use crate::upload::shards::unit::Shard;

enum Actor {
    Attempt(Box<Attempt>),
    Completing(Box<Completing>),
}

/// How a schedule ended, to check that the schedules reach every ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Ending {
    /// While machines still sent, or sent again.
    ProvedEarly,
    /// Once nothing failed any more.
    ProvedLate,
    Aborted,
    /// The world itself destroyed an upload, or a late request a small object.
    Destroyed,
}

struct Schedule {
    scene: Scene,
    shards: u32,
    actors: Vec<(Actor, Status)>,
    /// How each `complete` ended.
    verdicts: Vec<Verdict>,
}

impl Schedule {
    fn new(seed: u64) -> Self {
        let mut scene = Scene::new(seed);
        let shards = scene.random.u32(1..6);
        Self { scene, shards, actors: Vec::new(), verdicts: Vec::new() }
    }

    fn begin_attempt(&mut self, shard: Shard, calm: bool) {
        let machine = self.scene.random.u32(0..3);
        let attempt = Attempt::new(&mut self.scene, shard, machine, calm);
        self.actors.extend(attempt.map(|attempt| (Actor::Attempt(Box::new(attempt)), Status::Busy)));
    }

    fn begin_complete(&mut self, wait: Option<Duration>, loss: u32) {
        let completing = Completing::new(self.scene.now, wait, loss);
        self.actors.push((Actor::Completing(Box::new(completing)), Status::Busy));
    }

    fn begin_something(&mut self) {
        if self.scene.percent(1) {
            self.shards = self.scene.random.u32(1..6);
        }
        match self.scene.random.u32(0..400) {
            0 => self.scene.make_read_only(),
            1..=4 if self.actors.len() < 8 => {
                let wait = self.scene.random.bool().then(|| Duration::from_secs(self.scene.random.u64(1..600)));
                self.begin_complete(wait, 10);
                if self.scene.percent(30) {
                    self.begin_complete(wait, 10);
                }
            }
            5..40 if self.actors.len() < 6 => {
                let index = self.scene.random.u32(1..=self.shards);
                self.begin_attempt(Shard::new(index, self.shards).expect("it is one"), false);
            }
            40 if self.scene.percent(3) => self.scene.abort(),
            _ => {}
        }
    }

    /// One step of one actor that has something to do. If none has, time passes.
    fn step(&mut self) {
        let busy: Vec<usize> = (0..self.actors.len()).filter(|index| self.actors[*index].1 == Status::Busy).collect();
        if busy.is_empty() {
            return self.pass_time();
        }
        let index = busy[self.scene.random.usize(0..busy.len())];
        let dies = self.scene.random.u32(0..2000) < self.scene.faults.crash;
        let (actor, status) = &mut self.actors[index];
        *status = match actor {
            Actor::Attempt(attempt) => attempt.step(&mut self.scene),
            Actor::Completing(completing) => completing.step(&mut self.scene),
        };
        if dies || *status == Status::Ended {
            self.end(index, dies);
        }
        self.scene.check_always();
    }

    fn end(&mut self, index: usize, dies: bool) {
        match self.actors.swap_remove(index) {
            (Actor::Attempt(attempt), Status::Ended) => drop(attempt.is_done(&self.scene)),
            (Actor::Attempt(attempt), _) if dies => attempt.crash(&mut self.scene),
            (Actor::Completing(completing), _) => self.verdicts.extend(completing.verdict().cloned()),
            (Actor::Attempt(_), _) => unreachable!("it goes on"),
        }
    }

    fn pass_time(&mut self) {
        let waits = self.actors.iter().filter_map(|(_, status)| match status {
            Status::Waits(until) => *until,
            Status::Busy | Status::Ended => None,
        });
        let next: Option<Instant> = waits.chain(self.scene.next_due()).min();
        self.scene.now = self.scene.now.max(next.unwrap_or(self.scene.now + Duration::from_secs(1)));
        self.scene.pass();
        for (actor, status) in &mut self.actors {
            if let Actor::Attempt(attempt) = actor {
                attempt.pass(&mut self.scene);
            }
            *status = Status::Busy;
        }
    }

    fn run_to_the_end(&mut self) {
        for _ in 0..200_000 {
            if self.actors.is_empty() {
                return;
            }
            self.step();
        }
        panic!("it does not end");
    }

    /// Nothing fails any more: each shard is done, and `complete` proves all objects.
    fn calm_down(&mut self) -> Ending {
        for (actor, _) in std::mem::take(&mut self.actors) {
            if let Actor::Attempt(attempt) = actor {
                attempt.crash(&mut self.scene);
            }
        }
        self.scene.calm_down();
        self.scene.directory.assert_durable_is_shown(&self.scene.files, self.scene.now);
        let are_lost = |scene: &Scene| scene.objects.iter().any(PlannedObject::is_lost);
        let were_lost = are_lost(&self.scene);
        for index in 1..=self.shards {
            self.begin_attempt(Shard::new(index, self.shards).expect("it is one"), true);
            self.run_to_the_end();
        }
        // Two at once come to the same result.
        self.verdicts.clear();
        for _ in 0..2 {
            self.begin_complete(Some(Duration::from_secs(600)), 0);
        }
        self.run_to_the_end();
        let ending = |verdict: &Verdict| match verdict {
            Verdict::Aborted => Ending::Aborted,
            Verdict::Proved => Ending::ProvedLate,
            verdict => {
                assert!(were_lost || self.scene.has_spoiled_small_object(), "without faults: {verdict:?}");
                Ending::Destroyed
            }
        };
        let endings: Vec<Ending> = self.verdicts.iter().map(ending).collect();
        assert!(endings.len() == 2 && endings[0] == endings[1], "{:?}", self.verdicts);
        endings[0]
    }
}

fn run(seed: u64) -> Ending {
    let mut schedule = Schedule::new(seed);
    let calm_after = schedule.scene.random.u32(0..1_500);
    for _ in 0..calm_after {
        schedule.begin_something();
        schedule.step();
        if schedule.verdicts.contains(&Verdict::Proved) {
            // Shards that are late, or start again, harm nothing, and the next `complete` says the same.
            schedule.run_to_the_end();
            return Ending::ProvedEarly;
        }
    }
    schedule.calm_down()
}

#[test]
fn machines_whose_requests_alternate_prove_the_whole_or_complete_nothing() {
    let schedules = how_many(1_500);
    let mut endings: BTreeMap<Ending, u64> = BTreeMap::new();
    for seed in 0..schedules {
        let outcome = std::panic::catch_unwind(|| run(seed));
        *endings.entry(outcome.unwrap_or_else(|_| panic!("the schedule of seed {seed} breaks a rule"))).or_default() +=
            1;
    }
    for ending in [Ending::ProvedEarly, Ending::ProvedLate, Ending::Aborted, Ending::Destroyed] {
        let per_mille = endings.get(&ending).copied().unwrap_or(0) * 1000 / schedules;
        assert!(per_mille >= 5 || !are_many(schedules), "the schedules hardly reach {ending:?}: {endings:?}");
    }
}
