//! Uploads that begin on a fast network, with large parts, and go on over a slow link that breaks each half minute. The process
//! is killed and started again in between.

use std::time::Duration;

use super::content::whole;
use super::slow_link::{Counts, HALF_A_MINUTE, SlowLink};
use super::{MEBIBYTE, are_many, how_many};
use crate::upload::finished::Finished;

/// The longest time that a process needs until a part is acknowledged.
const LONGEST_PAUSE: Duration = Duration::from_secs(330);

fn schedule(seed: u64) -> Counts {
    let mut random = fastrand::Rng::with_seed(seed);
    let size = random.u64(30..500) * MEBIBYTE + random.u64(0..MEBIBYTE);
    let mut link = SlowLink::new(size, random.f64() * 300.0 + 20.0, HALF_A_MINUTE, seed);
    let fast = Duration::from_secs(random.u64(0..40));
    let mut finished = link.run(link.now + fast);
    let megabits = random.f64() * 5.0 + 1.0;
    let began_slow = link.now;
    link.bytes_a_second = megabits * 125_000.0;
    if finished.is_none() && random.bool() {
        link.kill();
    }
    let dies = random.bool();
    let finished = loop {
        if let Some(finished) = finished.take() {
            break finished;
        }
        let lives = if dies { Duration::from_secs(random.u64(10..2000)) } else { Duration::from_secs(1_000_000) };
        finished = link.run(link.now + lives);
        if finished.is_none() {
            link.kill();
        }
    };
    let Finished::Stored(object) = &finished else { panic!("{finished:?}") };
    assert_eq!(link.server.object.as_ref(), Some(&whole(link.plan)), "stored means the object is whole");
    assert_eq!((object.size, link.server.completions), (size, 1));
    assert!(link.longest_pause <= LONGEST_PAUSE, "{:?} without a part", link.longest_pause);
    #[expect(clippy::cast_precision_loss, reason = "bytes are no more exact than that")]
    let at_best = (size + link.counts.given_up) as f64 / link.bytes_a_second;
    let limit = 2.5 * at_best + 300.0 + 120.0 * f64::from(link.counts.kills);
    let took = (link.now - began_slow).as_secs_f64();
    assert!(took <= limit, "{took} s, at best {at_best} s, with {} kills", link.counts.kills);
    assert!(link.counts.given_up <= size, "{} of {size} bytes were given up", link.counts.given_up);
    std::mem::take(&mut link.counts)
}

#[test]
fn what_began_fast_goes_on_over_a_slow_link_however_often_it_is_killed() {
    let schedules = how_many(2_000);
    let mut all = Counts::default();
    let mut divided = 0;
    for seed in 0..schedules {
        let outcome = std::panic::catch_unwind(|| schedule(seed));
        let counts = outcome.unwrap_or_else(|_| panic!("the schedule of seed {seed} breaks a rule"));
        divided += u64::from(counts.divisions > 0);
        all.divisions += counts.divisions;
        all.given_up += u64::from(counts.given_up > 0);
        all.kills += counts.kills;
    }
    let Counts { given_up, kills, .. } = all;
    let enough = divided > schedules / 4 && given_up > schedules / 50 && u64::from(kills) > schedules / 4;
    assert!(enough || !are_many(schedules), "{divided} divide, {given_up} give up, {kills} kills");
}
