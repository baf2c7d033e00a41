//! The program killed at random moments, against a server with transient faults: the object is always the same, and no
//! part that the server had acknowledged is sent again.
//!
//! A failing seed prints itself; `COSPUT_CRASHES=1000 cargo test --test program crashes::` kills more often, and
//! `COSPUT_CRASH_SEED=N` begins with that seed.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::support::{MIB, Outcome, POSSIBLE_ORPHAN, Running, Scene, now};
use cosput::emulator::{Operation, RequestRecord};

/// The number of crashes, unless `COSPUT_CRASHES` is set.
const CRASHES: u64 = 50;
/// After this many crashes an upload may finish.
const CRASHES_OF_ONE_UPLOAD: u64 = 5;

/// Transient faults of the server: each may occur once per run.
const FAULTS: &[&str] = &[
    "internal-error",
    "service-unavailable:on=initiate",
    "internal-error:on=list-parts",
    "internal-error:on=complete",
    "reset-before-body",
    "reset-in-body:after=300000",
    "reset-after-stored",
    "reset-after-stored:on=initiate",
    "reset-after-stored:on=complete",
    "truncated-answer",
    "truncated-answer:on=list-parts",
    "complete-error",
    "cut-verdict",
    "slow-complete:seconds=1",
    "slow-down",
    "wrong-crc",
    "no-crc:times=3",
    "wrong-etag",
    "trickle:rate=3000000,times=5",
    "xml-bomb:on=complete",
];

fn number(variable: &str) -> Option<u64> {
    #[expect(clippy::disallowed_methods, reason = "the environment says how long a test goes on")]
    std::env::var(variable).ok()?.parse().ok()
}

#[test]
fn killed_at_any_moment_it_comes_to_the_same_object() {
    let wanted = number("COSPUT_CRASHES").unwrap_or(CRASHES);
    let mut seed = number("COSPUT_CRASH_SEED").unwrap_or(1);
    let mut crashes = 0;
    while crashes < wanted {
        let tried = std::panic::catch_unwind(|| upload_with_crashes(seed));
        crashes += tried.unwrap_or_else(|_| panic!("COSPUT_CRASH_SEED={seed} breaks a rule")).max(1);
        seed += 1;
    }
}

/// Uploads one file and kills the program repeatedly. Returns the number of crashes.
fn upload_with_crashes(seed: u64) -> u64 {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut scene = Scene::new(&some_faults(&mut random));
    scene.file("a.bin", random.u64(2 * MIB..9 * MIB));
    let (mut story, mut crashes) = (Story::default(), 0);
    loop {
        let running = scene.begin("a.bin", &["--concurrency", "3", "--stall-timeout", "5s"]);
        let outcome = if crashes < CRASHES_OF_ONE_UPLOAD { killed(running, &mut random) } else { running.wait() };
        story.runs.push(outcome.stderr.clone());
        if outcome.code.is_some() {
            assert!(matches!(outcome.code, Some(0 | 6)), "{outcome:?}");
        }
        if outcome.code == Some(0) {
            break;
        }
        crashes += u64::from(outcome.code.is_none());
        // Stopping the server finishes the requests of the dead process, so that none finishes during the next run.
        let faults = if story.runs.len() > 12 { vec![] } else { some_faults(&mut random) };
        scene.server.restart(&faults);
        story.boundaries.push(scene.server.record().len());
    }
    scene.server.restart(&[]);
    scene.assert_stored("a.bin", "a.bin");
    assert!(scene.journals().is_empty());
    story.check(&scene);
    crashes
}

fn some_faults(random: &mut fastrand::Rng) -> Vec<&'static str> {
    let count = random.usize(0..4);
    random.choose_multiple(FAULTS, count).into_iter().copied().collect()
}

/// Lets the program run for a random time, then kills it, unless it ends before.
fn killed(mut running: Running, random: &mut fastrand::Rng) -> Outcome {
    // Most steps happen early, so each power of two is equally likely.
    let span = Duration::from_micros(1 << random.u32(10..20)).mul_f64(1.0 + random.f64());
    let started = now();
    while started.elapsed() < span && !running.has_ended() {
        std::thread::sleep(Duration::from_millis(1).min(span));
    }
    running.kill_or_wait()
}

/// The history of one file.
#[derive(Default)]
struct Story {
    /// The output of each run.
    runs: Vec<String>,
    /// The length of the record at the start of each run but the first.
    boundaries: Vec<usize>,
}

impl Story {
    fn check(&self, scene: &Scene) {
        let record = scene.server.record();
        for boundary in &self.boundaries {
            let (before, after) = record.split_at(*boundary);
            let again: Vec<_> = stored(before).intersection(&stored(after)).cloned().collect();
            assert!(again.is_empty(), "stored by an earlier run and again by a later one: {again:?}");
        }
        // An upload whose ID never became known is reported as such, each time.
        let reported: usize = self.runs.iter().map(|run| run.matches(POSSIBLE_ORPHAN).count()).sum();
        let left = scene.server.uploads();
        let unnamed = left.iter().filter(|(_, id)| !self.runs.iter().any(|run| run.contains(id.as_str()))).count();
        assert!(
            unnamed <= reported,
            "{unnamed} uploads are left without a name, {reported} were reported: {:?}",
            self.runs
        );
    }
}

/// The parts that were stored as sent, by upload. A part whose answer a fault falsified is not acknowledged.
fn stored(record: &[RequestRecord]) -> BTreeSet<(String, u32)> {
    let parts = record.iter().filter(|request| request.operation == Some(Operation::UploadPart) && request.stored);
    parts.filter_map(|part| Some((part.upload_id.clone()?, part.part_number?))).collect()
}
