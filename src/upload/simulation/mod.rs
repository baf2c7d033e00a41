//! Uploads against a world that loses, breaks, delays and lies, under virtual time: thousands of seeded schedules.
//!
//! A schedule is one object's upload, and its seed decides all of it: `scene` sets up a `world` with a `server` and a source,
//! `weather` says what goes wrong on the `network` between, `run` drives the machine through it, and anew after each `crash`;
//! `rules` judges. In `many` there are several objects, and the source may be a stream, a `tape`.
//!
//! Each rule is stated both ways: `Stored` means the object is whole; `Failed` means it was not completed. A failing seed
//! prints itself; `COSPUT_SIMULATIONS=1000000 cargo test --release simulation` runs more of them.

mod crash;
mod held;
mod many;
mod network;
#[cfg(test)]
mod prefixes;
mod rules;
mod run;
mod scene;
mod server;
mod tape;
mod together;
mod weather;
mod world;

use std::collections::BTreeMap;
use std::time::Instant;

pub(crate) use self::network::service;

use self::crash::run_again;
use self::rules::check;
use self::run::{Run, run};
use self::scene::scene;
use self::server::Coffer;
use super::error::{Cause, SendError, SendErrorKind};
use super::event::Finished;
use super::machine::{Proving, Settings, Step, Upload};
use super::patience::Patience;
use super::plan::object_plan::{Plan, Wish};
use super::wire::call::Failure;

/// Some moment for virtual time to begin at.
pub(crate) fn epoch() -> Instant {
    #[expect(clippy::disallowed_methods, reason = "virtual time needs a first moment; only spans are looked at")]
    Instant::now()
}

const MEBIBYTE: u64 = 1 << 20;

/// What a schedule came to, to see that the schedules reach every ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Ending {
    Stored,
    Unchanged,
    Failed,
    Unknown,
}

fn schedule(seed: u64, coffer: Option<Coffer>, streams: bool) -> Ending {
    let (mut world, plan, settings) = scene(seed, coffer, streams);
    let most = world.random.u16(1..6);
    let expected = world.expected.clone();
    let mut crashes = 0;
    let finished = loop {
        match run(&mut world, plan, settings, most) {
            Run::Finished(finished) => break finished,
            Run::Crashed => {
                crashes += 1;
                run_again(&mut world, plan, crashes);
            }
        }
    };
    check(&mut world, &finished, &expected)
}

#[test]
fn in_every_schedule_stored_means_whole_and_failed_means_not_completed() {
    many_schedules(|seed| schedule(seed, None, false));
}

#[test]
fn in_every_schedule_of_a_stream_the_same_holds() {
    many_schedules_to(&STREAM_ENDINGS, |seed| schedule(seed, None, true));
}

#[test]
fn in_every_schedule_of_a_stream_to_a_coffer_the_same_holds() {
    many_schedules_to(&STREAM_ENDINGS, |seed| {
        let coffer = Coffer { compares_parts: seed % 2 == 1, forgets: seed % 4 >= 2 };
        schedule(seed, Some(coffer), true)
    });
}

/// A stream is never compared with what is there.
const STREAM_ENDINGS: [Ending; 3] = [Ending::Stored, Ending::Failed, Ending::Unknown];

#[test]
fn where_nothing_gives_a_crc64_and_objects_are_written_once_the_same_holds() {
    many_schedules(|seed| {
        let coffer = Coffer { compares_parts: seed % 2 == 1, forgets: seed % 4 >= 2 };
        schedule(seed, Some(coffer), false)
    });
}

/// How many schedules are tried, unless `COSPUT_SIMULATIONS` says otherwise.
fn how_many(usually: u64) -> u64 {
    #[expect(clippy::disallowed_methods, reason = "the number of schedules is the one thing a longer run changes")]
    let wanted = std::env::var("COSPUT_SIMULATIONS").ok();
    wanted.and_then(|count| count.parse().ok()).unwrap_or(usually)
}

fn many_schedules(schedule: impl Fn(u64) -> Ending + std::panic::RefUnwindSafe) {
    many_schedules_to(&[Ending::Stored, Ending::Unchanged, Ending::Failed, Ending::Unknown], schedule);
}

fn many_schedules_to(reached: &[Ending], schedule: impl Fn(u64) -> Ending + std::panic::RefUnwindSafe) {
    let schedules = how_many(20_000);
    let mut endings = BTreeMap::new();
    for seed in 0..schedules {
        let outcome = std::panic::catch_unwind(|| schedule(seed));
        let ending = outcome.unwrap_or_else(|_| panic!("the schedule of seed {seed} breaks a rule"));
        *endings.entry(ending).or_insert(0_u64) += 1;
    }
    for ending in reached {
        let per_mille = endings.get(ending).copied().unwrap_or(0) * 1000 / schedules;
        assert!(endings.contains_key(ending) && per_mille >= 5, "the schedules hardly reach {ending:?}: {endings:?}");
    }
}

#[test]
fn expired_credentials_that_nothing_renews_are_told_in_the_words_of_the_service() {
    let settings = Settings {
        patience: Patience::default(),
        abort_on_failure: false,
        etags_are_md5: true,
        proving: Proving::Crc64,
    };
    let mut upload = Upload::new(Plan::new(3, Wish::default()).unwrap(), settings, None, 1);
    let no_credentials = SendError { kind: SendErrorKind::NoCredentials, message: "there are no newer ones".into() };
    for failure in [service(403, "ExpiredToken"), Failure::Send(no_credentials)] {
        let Step::Send(id, _) = upload.next(epoch()) else { panic!("it does not try") };
        upload.record(epoch(), id, Err(failure).into());
    }
    let Step::Done(Finished::Failed(error)) = upload.next(epoch()) else { panic!("it goes on") };
    assert!(
        matches!(&error.cause, Cause::Service(error) if error.code.as_deref() == Some("ExpiredToken")),
        "{error:?}"
    );
}
