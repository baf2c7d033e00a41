//! The network gone for a while, in the middle of an upload, and nothing else: the upload waits for it, up to the retry time.

use std::time::Duration;

use super::fault_rates::FaultRates;
use super::rules::check;
use super::run::{Run, run};
use super::server::Kind;
use super::setup::setup;
use super::{Ending, are_many, how_many};
use crate::upload::error::Cause;
use crate::upload::finished::Finished;
use crate::upload::machine::Settings;
use crate::upload::patience::Patience;

/// Uploads through an outage of this length, which begins after some answers. `None` if the upload ended before.
fn upload_through(seed: u64, outage: Duration) -> Option<(Ending, Finished)> {
    let mut random = fastrand::Rng::with_seed(seed);
    let kind = [Kind::COS, Kind::without_crc64(seed), Kind::coffer(seed)][random.usize(0..3)];
    let (mut world, plan, settings) = setup(seed, kind, random.bool() && seed.is_multiple_of(2));
    world.faults = FaultRates::default();
    // An answer to Initiate that is lost blocks the key of a coffer.
    let first = if kind.write_once { 3 } else { 1 };
    world.outage = Some((random.u32(first..9), outage));
    world.server.no_overwrite = false;
    (world.server.object, world.foreign) = (None, None);
    let settings = Settings { patience: Patience::default(), no_overwrite: false, ..settings };
    let expected = world.expected.clone();
    if world.stream.as_ref().is_some_and(|stream| !stream.is_sound()) {
        return None;
    }
    let Run::Finished(finished) = run(&mut world, plan, settings, 4) else { panic!("nothing crashes") };
    world.outage_until?;
    let ending = check(&mut world, &finished, &expected);
    Some((ending, finished))
}

#[test]
fn an_outage_that_is_shorter_than_the_retry_time_costs_nothing_but_time() {
    for seconds in [30, 60, 180, 590] {
        let (schedules, mut met) = (how_many(2_000), 0);
        for seed in 0..schedules / 4 {
            let Some((ending, finished)) = upload_through(seed, Duration::from_secs(seconds)) else { continue };
            assert_eq!(ending, Ending::Stored, "{seconds} s, seed {seed}: {finished:?}");
            met += 1;
        }
        assert!(met > 50 || !are_many(schedules), "only {met} uploads met the outage");
    }
}

#[test]
fn an_outage_that_is_longer_than_the_retry_time_ends_the_upload_when_it_is_over() {
    let (schedules, mut met) = (how_many(2_000), 0);
    for seed in 0..schedules / 4 {
        let Some((_, finished)) = upload_through(seed, Duration::from_secs(3600)) else { continue };
        match finished {
            // The last answer of the upload was the one that began the outage.
            Finished::Stored(_) | Finished::Unchanged(_) => continue,
            Finished::Failed(error) | Finished::Unknown(error) => {
                assert!(matches!(error.cause, Cause::Network(_)), "seed {seed}: {error:?}");
            }
            Finished::HeldBack(_) => unreachable!("nothing is held back"),
        }
        met += 1;
    }
    assert!(met > 50 || !are_many(schedules), "only {met} uploads met the outage");
}
