//! `auto` against the best fixed number of requests in flight, for parts of a given size.

use super::link::{FAR, Link, MEGABIT, METRO, MIB, OVERSEAS};
use super::uploads::{Files, Totals, upload};
use crate::upload::batch::concurrency::Concurrency;

fn run(link: Link, files: Files, wanted: Concurrency) -> Totals {
    upload(link, files, wanted, 1, f64::INFINITY)
}

/// The best fixed number, and the seconds that it takes.
fn best(link: Link, files: Files) -> (u16, f64) {
    let sizes = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64];
    let runs = sizes.map(|size| (size, run(link, files, Concurrency::Fixed(size)).seconds));
    runs.into_iter().min_by(|one, other| one.1.total_cmp(&other.1)).expect("there are numbers")
}

#[test]
fn auto_is_within_a_tenth_of_the_best_fixed_number_on_every_link() {
    for megabits in [1.0, 10.0, 100.0, 1_000.0, 10_000.0] {
        for late in [0.001, 0.02, 0.05, 0.2] {
            for each in [f64::INFINITY, megabits / 6.0, megabits / 30.0].into_iter().filter(|each| *each > 0.5) {
                let link = Link { buffers: 0.6 * MIB, ..Link::new(late, each, megabits) };
                // Two minutes of sending, 2,000 parts at most.
                let part_size = (megabits / 8.0).clamp(1.0, 16.0);
                let parts = (120.0 * link.all / (part_size * MIB)).clamp(20.0, 2_000.0).round();
                let files = Files::parts(parts, part_size);
                let (size, seconds) = best(link, files);
                let auto = run(link, files, Concurrency::Auto);
                assert!(seconds / auto.seconds >= 0.9, "{link:?}: {size} requests take {seconds} s, auto {auto:?}");
            }
        }
    }
}

#[test]
fn a_short_upload_to_a_server_far_away_is_over_before_anything_can_be_measured() {
    let files = Files::parts(16.0, 16.0);
    let (_, seconds) = best(FAR, files);
    let auto = run(FAR, files, Concurrency::Auto);
    assert!(auto.seconds / seconds <= 1.15, "{seconds} s, auto {auto:?}");
}

/// The table of docs/performance.md, with the parts that the plan makes of these files.
#[test]
fn a_file_that_is_over_in_seconds_has_its_connections_at_once() {
    for link in [METRO, FAR, OVERSEAS, Link::new(0.1, 5.0, 1e6)] {
        for (parts, part_size) in [(8.0, 1.0), (32.0, 1.0), (50.0, 2.0), (43.0, 6.0)] {
            // Buffers as the system sizes them: small at first.
            for (buffers, allowed) in [(0.09, 1.45), (2.0, 1.15)] {
                let link = Link { buffers: buffers * MIB, ..link };
                let files = Files::parts(parts, part_size);
                let (size, seconds) = best(link, files);
                let auto = run(link, files, Concurrency::Auto);
                let ratio = auto.seconds / seconds;
                assert!(ratio <= allowed, "{link:?}, {parts}: {size} requests take {seconds} s, auto {auto:?}");
            }
        }
    }
}

#[test]
fn many_small_files_far_away_open_the_window_by_answers() {
    // 20 times as long as an answer takes, and 60 times.
    for (late, most_seconds) in [(0.05, 1.001), (0.005, 0.3)] {
        let link = Link::new(late, f64::INFINITY, 4_000.0);
        let auto = run(link, Files::many(2_000, 16 << 10), Concurrency::Auto);
        assert!(auto.seconds <= most_seconds, "{late}: {auto:?}");
    }
}

#[test]
fn more_requests_for_small_files_stop_once_they_bring_nothing() {
    let link = Link::new(0.001, f64::INFINITY, 3_200.0);
    let auto = run(link, Files::many(20_000, 16 << 10), Concurrency::Auto);
    assert!(auto.most <= 128, "{auto:?}");
}

/// 1 Mbit/s, cut every 30 s: four parts that end together at 32 s would never end.
#[test]
fn a_slow_link_that_breaks_every_half_minute_gets_on() {
    for megabits in [0.6, 1.0, 2.0, 10.0] {
        let link = Link { buffers: 1.5 * MIB, breaks_each: 30.0, ..Link::new(0.3, f64::INFINITY, megabits) };
        let auto = upload(link, Files::parts(50.0, 1.0), Concurrency::Auto, 1, 1_800.0);
        let expected = (megabits * MEGABIT * 1_800.0 * 0.4).min(50.0 * MIB);
        assert!(auto.stored >= expected, "{link:?}: {auto:?}");
    }
}

#[test]
fn a_slow_link_gets_fewer_requests_not_more() {
    for megabits in [0.1, 0.5, 1.0] {
        let link = Link { buffers: 0.09 * MIB, ..Link::new(0.1, f64::INFINITY, megabits) };
        let auto = run(link, Files::parts(30.0, 4.0), Concurrency::Auto);
        // It begins with 8, and each should have 16 KiB a second.
        let enough_each = f64::from(auto.last - 1) * 16_384.0 < link.all;
        assert!(auto.most <= 16 && enough_each, "{link:?}: {auto:?}");
    }
}
