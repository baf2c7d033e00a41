//! Links that die for a while, and servers that reset connections.

use super::link::{FAR, Link, METRO, NEAR, OVERSEAS};
use super::uploads::{Files, Totals, upload};
use crate::upload::batch::concurrency::Concurrency;

const DEAD_FOR: f64 = 30.0;

fn auto(link: Link, files: Files, seed: u64) -> Totals {
    upload(link, files, Concurrency::Auto, seed, f64::INFINITY)
}

#[test]
fn a_link_that_is_dead_for_half_a_minute_costs_that_time_and_no_part_that_was_acknowledged() {
    for (link, mebibytes) in [(METRO, 2048), (FAR, 2048), (OVERSEAS, 256)] {
        let alone = auto(link, Files::one(mebibytes), 1);
        // Connections that last go on where they were. If they break, no part was acknowledged yet, so that all are sent
        // again, by fewer requests at a time.
        for (breaks, more) in [(false, 0.1), (true, 2.5)] {
            for seed in 0..3 {
                let dying = Link { dies: alone.seconds / 2.0, dead_for: DEAD_FOR, breaks, ..link };
                let totals = auto(dying, Files::one(mebibytes), seed);
                assert_eq!(totals.sent_again, 0, "{dying:?}");
                let most = alone.seconds * (1.0 + more) + DEAD_FOR + 4.0;
                assert!(totals.seconds <= most, "{dying:?}: {alone:?}, {totals:?}");
            }
        }
    }
}

#[test]
fn a_server_that_resets_every_tenth_connection_costs_the_parts_that_it_reset() {
    // Far away, all parts of a file are in flight at once, each as fast as its connection allows: one that is reset halfway
    // ends half as late again. It begins again at once, as long as no 50 parts began within a second.
    let rows = [
        (NEAR, 48, 1.1),
        (NEAR, 100, 1.1),
        (METRO, 1024, 1.2),
        (FAR, 32, 1.45),
        (FAR, 48, 1.5),
        (FAR, 100, 1.3),
        (FAR, 256, 1.3),
        (FAR, 1024, 1.3),
        (OVERSEAS, 256, 1.3),
    ];
    for (link, mebibytes, most) in rows {
        let alone = auto(link, Files::one(mebibytes), 1);
        let mut seconds: Vec<f64> =
            (0..21).map(|seed| auto(Link { resets_every: 10, ..link }, Files::one(mebibytes), seed).seconds).collect();
        seconds.sort_by(f64::total_cmp);
        assert!(seconds[10] <= most * alone.seconds, "{link:?}, {mebibytes} MiB: {} s, {alone:?}", seconds[10]);
    }
}
