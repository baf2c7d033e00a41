//! Uploads against a network and a server that lose, break, delay and lie, under virtual time: thousands of seeded schedules.
//!
//! A schedule is one object's upload, and its seed decides all of it. `setup` makes a `world` of a `server` and a source,
//! which may be a `stream`. `fault_rates` says how often something goes wrong on the `network` between them. `run` drives
//! the machine, and again after each `crash`; `rules` checks the result against the `content` of the source. `many` does this
//! for several objects at once, `together` for objects that become visible together, `machines` for a plan that several
//! machines send, `delta` for parts that are copied, `effort` for the maps of files that are not, `division` for parts that
//! become smaller, `slow_parts` for parts that are sent twice. `links` has whole uploads over links that are slow, refuse or break. `outages` cuts the network for a
//! while, `slow_link` breaks it each half minute
//! (`fast_then_slow` after parts were sent), and `prefixes` resumes from every prefix of a journal.
//!
//! Each rule is stated both ways: `Stored` means the object is whole; `Failed` means it was not completed. A failing
//! schedule prints its seed; `COSPUT_SIMULATIONS=1000000 cargo test --release simulation` runs more of them.

mod content;
mod crash;
mod delta;
mod division;
mod effort;
mod fast_then_slow;
mod fault_rates;
mod links;
mod machines;
mod many;
mod network;
mod outages;
#[cfg(test)]
mod prefixes;
mod rules;
mod run;
mod server;
mod setup;
mod slow_link;
mod slow_parts;
mod stream;
mod together;
mod world;

use std::collections::BTreeMap;
use std::time::Instant;

pub(crate) use self::network::service;

use self::crash::run_to_the_end;
use self::rules::check;
use self::server::Kind;
use self::setup::setup;
use super::error::{Cause, SendError, SendErrorKind};
use super::finished::Finished;
use super::machine::{Settings, Step, Upload};
use super::patience::Patience;
use super::plan::object_plan::{Plan, PlanOptions};
use super::wire::call::Failure;

/// A moment at which virtual time begins.
pub(crate) fn epoch() -> Instant {
    #[expect(clippy::disallowed_methods, reason = "virtual time needs a first moment; only spans are looked at")]
    Instant::now()
}

const MEBIBYTE: u64 = 1 << 20;

/// How a schedule ended, to check that the schedules reach every ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Ending {
    Stored,
    Unchanged,
    Failed,
    Unknown,
}

fn schedule(seed: u64, kind: Kind, streams: bool) -> Ending {
    let (mut world, plan, settings) = setup(seed, kind, streams);
    let expected = world.expected.clone();
    let finished = run_to_the_end(&mut world, plan, settings);
    check(&mut world, &finished, &expected)
}

#[test]
fn in_every_schedule_stored_means_whole_and_failed_means_not_completed() {
    many_schedules(|seed| schedule(seed, Kind::COS, false));
}

#[test]
fn the_same_holds_for_a_stream() {
    many_schedules_to(&STREAM_ENDINGS, |seed| schedule(seed, Kind::COS, true));
}

#[test]
fn the_same_holds_for_a_stream_to_a_coffer() {
    many_schedules_to(&STREAM_ENDINGS, |seed| schedule(seed, Kind::coffer(seed), true));
}

/// A stream is never compared with an object that exists.
const STREAM_ENDINGS: [Ending; 3] = [Ending::Stored, Ending::Failed, Ending::Unknown];

#[test]
fn the_same_holds_without_a_crc64_and_for_objects_that_are_written_once() {
    many_schedules(|seed| schedule(seed, Kind::coffer(seed), false));
}

#[test]
fn the_same_holds_for_a_server_that_gives_no_crc64() {
    many_schedules(|seed| schedule(seed, Kind::without_crc64(seed), false));
}

#[test]
fn the_same_holds_for_a_stream_to_a_server_that_gives_no_crc64() {
    many_schedules_to(&STREAM_ENDINGS, |seed| schedule(seed, Kind::without_crc64(seed), true));
}

/// The number of schedules: `COSPUT_SIMULATIONS`, or this default.
fn how_many(default: u64) -> u64 {
    #[expect(clippy::disallowed_methods, reason = "the number of schedules is the one thing a longer run changes")]
    let wanted = std::env::var("COSPUT_SIMULATIONS").ok();
    wanted.and_then(|count| count.parse().ok()).unwrap_or(default)
}

/// True if so many schedules should reach every ending.
fn are_many(schedules: u64) -> bool {
    schedules >= 1_500
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
    for ending in reached.iter().filter(|_| are_many(schedules)) {
        let per_mille = endings.get(ending).copied().unwrap_or(0) * 1000 / schedules;
        assert!(endings.contains_key(ending) && per_mille >= 5, "the schedules hardly reach {ending:?}: {endings:?}");
    }
}

#[test]
fn expired_credentials_that_cannot_be_renewed_are_reported_in_the_words_of_the_service() {
    let settings = Settings { patience: Patience::default(), abort_on_failure: false, ..Settings::default() };
    let mut upload = Upload::new(Plan::new(3, PlanOptions::default()).unwrap(), settings, None, 1);
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
