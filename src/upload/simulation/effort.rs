//! Uploads of files that are not in their objects: on links and processors of every speed, is each map made that saves time,
//! and does no other one delay the upload?

use std::time::Duration;

use super::{MEBIBYTE, are_many, how_many};
use crate::upload::delta::effort::Effort;

/// Below this ratio of the times of sending and hashing, a map saves little.
const WORTHWHILE: f64 = 6.0;
/// What is read again after an upload takes at most this share of its time.
const REST: f64 = 1.0 / 33.0;
/// So much is hashed in any case.
const TRIAL: u64 = 32;

/// An upload in blocks of 1 MiB, and what it costs.
struct Upload {
    random: fastrand::Rng,
    effort: Effort,
    threads: u32,
    /// How long one thread hashes a block.
    hashing: Duration,
    /// How long the link carries a block.
    sending: Duration,
    /// The time since the first byte, and the same when the last block began: that is what can be measured.
    now: Duration,
    counted: Duration,
    sent: u64,
    hashed: u64,
    /// The most that was hashed at a ratio that a map is not worth.
    in_vain: u64,
}

/// How an upload ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Map {
    /// Every block was hashed as it was sent.
    Made,
    /// The rest is read again.
    Completed,
    NotMade,
}

impl Upload {
    fn new(seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let threads = random.u32(1..=4);
        let hashing = Duration::from_micros(random.u64(100..2000));
        let sending = hashing.mul_f64(random.f64().mul_add(19.9, 0.1)) / threads;
        let effort = Effort::begin(threads);
        let (now, counted) = (Duration::ZERO, Duration::ZERO);
        let (sent, hashed, in_vain) = (0, 0, 0);
        Self { random, effort, threads, hashing, sending, now, counted, sent, hashed, in_vain }
    }

    /// How many times as long as hashing on all threads the sending of a block takes.
    fn ratio(&self) -> f64 {
        self.sending.as_secs_f64() * f64::from(self.threads) / self.hashing.as_secs_f64()
    }

    /// A block is sent, and hashed if a map seems to be worthwhile.
    fn send(&mut self) {
        self.counted = self.now;
        self.effort.send(MEBIBYTE, self.counted);
        self.sent += 1;
        if self.effort.is_worthwhile() {
            self.effort.hash(MEBIBYTE, self.hashing);
            self.hashed += 1;
            self.in_vain += u64::from(self.ratio() < WORTHWHILE);
        }
        self.now += self.sending;
    }

    fn send_all(&mut self, blocks: u64) {
        (0..blocks).for_each(|_| self.send());
    }

    fn time_to_hash(&self, blocks: u64) -> Duration {
        self.hashing.mul_f64(blocks as f64) / self.threads
    }

    /// Checks what holds for every upload that has ended.
    fn end(&self) -> Map {
        let rest = self.sent - self.hashed;
        let quickly = self.effort.hashes_quickly(rest * MEBIBYTE);
        let (rest_takes, little) = (self.time_to_hash(rest).as_secs_f64(), self.counted.as_secs_f64() * REST);
        assert!(!quickly || rest_takes <= little + 1e-6, "{rest_takes} s are read again after {:?}", self.now);
        assert!(quickly || rest_takes >= little - 1e-6, "{rest} blocks are missing, which take {rest_takes} s");
        assert!(quickly || rest > 0, "a map that is complete is thrown away");
        let beyond_trial = self.time_to_hash(self.hashed.saturating_sub(TRIAL)).as_secs_f64();
        let most = self.now.as_secs_f64() / WORTHWHILE;
        assert!(beyond_trial <= most + 1e-9, "{beyond_trial} s were hashed in {:?}", self.now);
        match (quickly, rest) {
            (true, 0) => Map::Made,
            (true, _) => Map::Completed,
            (false, _) => Map::NotMade,
        }
    }
}

/// The link and the processor stay as they are.
fn steady(seed: u64) -> Map {
    let mut upload = Upload::new(seed);
    let blocks = upload.random.u64(1..3000);
    upload.send_all(blocks);
    let (map, ratio) = (upload.end(), upload.ratio());
    let is_short = blocks <= TRIAL;
    // The time of the first block counts only once the second one is sent.
    let clearly = 1.0 + 2.0 / TRIAL as f64;
    assert!(ratio < WORTHWHILE * clearly || map == Map::Made, "a map of {blocks} blocks at {ratio} is not made");
    assert!(ratio >= WORTHWHILE || is_short || upload.in_vain <= TRIAL, "{} blocks at {ratio}", upload.in_vain);
    map
}

/// The link and the processor become slower and faster, as they do with buffers, neighbours and other connections.
fn changing(seed: u64) -> Map {
    let mut upload = Upload::new(seed);
    for _ in 0..upload.random.u32(2..8) {
        let blocks = upload.random.u64(1..1500);
        upload.send_all(blocks);
        let times = upload.random.f64() * 10.0;
        upload.sending = upload.sending.mul_f64(times.max(0.05));
    }
    upload.end()
}

/// Runs the schedules, which reach every ending.
fn schedules(schedule: impl Fn(u64) -> Map + std::panic::RefUnwindSafe, reached: &[Map]) {
    let count = how_many(2_000);
    let mut endings = Vec::new();
    for seed in 0..count {
        let outcome = std::panic::catch_unwind(|| schedule(seed));
        endings.push(outcome.unwrap_or_else(|_| panic!("the schedule of seed {seed} breaks a rule")));
    }
    for map in reached.iter().filter(|_| are_many(count)) {
        let times = endings.iter().filter(|ending| *ending == map).count() as u64;
        assert!(times * 200 >= count, "the schedules hardly reach {map:?}: {times} of {count}");
    }
}

#[test]
fn a_map_is_made_if_and_only_if_sending_takes_much_longer_than_hashing() {
    schedules(steady, &[Map::Made, Map::NotMade]);
}

#[test]
fn a_link_that_changes_makes_no_map_that_costs_more_than_it_saves() {
    schedules(changing, &[Map::Made, Map::Completed, Map::NotMade]);
}
