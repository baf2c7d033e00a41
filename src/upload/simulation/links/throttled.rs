//! Servers that refuse requests beyond a limit: `auto` finds it out, and is almost as fast as the best fixed number.

use super::link::{FAR, Link};
use super::uploads::{Files, Totals, upload};
use crate::upload::batch::concurrency::Concurrency;

const TWO_MINUTES: f64 = 120.0;
/// The share of what the best fixed number brings.
const ENOUGH: f64 = 0.85;
/// The most refusals in the second minute, as a share of the requests. One alone is no share.
const FEW: f64 = 0.02;

fn check(link: Link, files: Files, fixed: &[u16]) {
    let run = |wanted| upload(link, files, wanted, 1, TWO_MINUTES);
    let rate = |totals: &Totals| totals.stored / totals.seconds;
    let runs = fixed.iter().map(|number| (*number, rate(&run(Concurrency::Fixed(*number)))));
    let (best, most) = runs.max_by(|one, other| one.1.total_cmp(&other.1)).expect("there are numbers");
    let auto = run(Concurrency::Auto);
    let share = rate(&auto) / most;
    assert!(share >= ENOUGH, "{link:?}, {files:?}: {share} of {best} requests at a time, {auto:?}");
    let refused_late = f64::from(auto.refused_late.saturating_sub(1));
    assert!(refused_late <= FEW * f64::from(auto.bodies_late), "{link:?}, {files:?}: {auto:?}");
}

#[test]
fn a_server_that_takes_some_requests_at_a_time() {
    for takes in [1, 2, 3, 4, 8, 10, 16, 24, 40, 64_u16] {
        let link = Link { takes: takes.into(), ..FAR };
        // About two minutes.
        check(link, Files::one(600 * u64::from(takes)), &[takes, 2 * takes]);
        check(link, Files::many(10_000, 16 << 20), &[takes, 2 * takes]);
        if takes <= 16 {
            check(link, Files::many(1_000_000, 16 << 10), &[takes]);
        }
    }
}

#[test]
fn a_server_that_takes_some_requests_a_second() {
    for per_second in [2, 5, 7, 10, 15, 20, 100] {
        let link = Link { per_second, ..FAR };
        check(link, Files::one(14_000), &[2, 8, 64]);
        // One at a time is too few, and two are too many for 5 and 7 a second.
        check(link, Files::many(1_000_000, 1 << 20), &[2, 8, 64]);
        check(link, Files::many(1_000_000, 16 << 10), &[2, 4, 8]);
    }
}

#[test]
fn a_limit_is_found_out_in_a_short_upload_too() {
    let link = Link { takes: 16, ..FAR };
    let run = |wanted| upload(link, Files::one(256), wanted, 1, TWO_MINUTES);
    let (fixed, auto) = (run(Concurrency::Fixed(16)), run(Concurrency::Auto));
    assert!(auto.seconds <= 1.15 * fixed.seconds, "{fixed:?}, {auto:?}");
    assert!(auto.refused <= 43, "each part is refused once at most: {auto:?}");
}

/// The most that the server takes in a second is the shortest time that is possible; found out in less than two seconds.
#[test]
fn nothing_waits_at_the_end_once_the_server_takes_everything() {
    for late in [0.001, 0.05] {
        let rows =
            [(100, Files::many(1_200, 16 << 10)), (10, Files::parts(300.0, 1.0)), (20, Files::parts(300.0, 1.0))];
        for (per_second, files) in rows {
            let link = Link { per_second, ..Link::new(late, 1e6, 1e6) };
            let bodies = files.size.div_ceil(1 << 20) * files.count;
            let shortest = f64::from(u32::try_from(bodies).expect("they are few"))
                / f64::from(u32::try_from(per_second).expect("it is small"));
            for seed in 0..3 {
                let auto = upload(link, files, Concurrency::Auto, seed, f64::INFINITY);
                assert!(auto.seconds <= shortest + 2.5, "{link:?}, {files:?}: {auto:?}");
            }
        }
    }
}
