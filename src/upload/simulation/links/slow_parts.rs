//! Links that delay some answers: the parts that wait for them are sent a second time near the end.

use super::link::{FAR, HOME, Link, METRO, NEAR, OVERSEAS, SLOW};
use super::uploads::{Files, Totals, upload};
use crate::upload::batch::concurrency::Concurrency;
use crate::upload::simulation::how_many;

/// Uploads of a file of this size, ordered by their time.
fn uploads(link: Link, mebibytes: u64, seeds: u64) -> Vec<Totals> {
    let upload = |seed| upload(link, Files::one(mebibytes), Concurrency::Auto, seed, f64::INFINITY);
    let mut uploads: Vec<Totals> = (0..seeds).map(upload).collect();
    uploads.sort_by(|one, other| one.seconds.total_cmp(&other.seconds));
    uploads
}

fn stalling(link: Link) -> Link {
    Link { stalls: 0.01, stall: 3.0, ..link }
}

/// The table of docs/performance.md. By how much 19 of 20 uploads are late, as a share of 3 s.
#[test]
fn answers_that_are_late_by_three_seconds_cost_less_than_that() {
    let rows = [(NEAR, 16, 0.15), (METRO, 16, 0.15), (FAR, 8, 0.2), (FAR, 32, 0.2), (FAR, 100, 0.4), (FAR, 256, 0.9)];
    for (link, mebibytes, most) in rows {
        let alone = uploads(link, mebibytes, 1)[0].seconds;
        let uploads = uploads(stalling(link), mebibytes, how_many(200).min(1_000));
        let late = uploads[uploads.len() * 95 / 100].seconds - alone;
        assert!(late <= most * 3.0, "{link:?}, {mebibytes} MiB: {late} s later than without stalls");
    }
}

#[test]
fn a_link_without_stalls_carries_hardly_a_byte_twice_however_uneven_its_connections_are() {
    let rows = [(NEAR, 100), (METRO, 100), (FAR, 32), (FAR, 256), (OVERSEAS, 100), (HOME, 4), (HOME, 16), (SLOW, 8)];
    for (link, mebibytes) in rows {
        // The slowest connection has half, a quarter or a tenth of the rate of the fastest.
        for (slowest, most) in [(1.0, 0.0), (0.5, 0.0), (0.25, 0.02), (0.1, 0.1)] {
            let link = Link { slowest, ..link };
            let uploads = uploads(link, mebibytes, if slowest < 1.0 { how_many(200).min(1_000) / 20 + 1 } else { 1 });
            #[expect(clippy::cast_precision_loss, reason = "bytes are no more exact than that")]
            let bytes = (mebibytes << 20) as f64 * uploads.len() as f64;
            let share = uploads.iter().map(|totals| totals.given_up).sum::<f64>() / bytes;
            assert!(share <= most, "{link:?}, {mebibytes} MiB: {share} of the bytes are sent twice");
        }
    }
}

/// `cargo test --release --lib -- --ignored --nocapture percentiles_of_uploads` prints it.
#[test]
#[ignore = "prints a table"]
#[expect(clippy::print_stdout, reason = "it prints a table")]
fn percentiles_of_uploads_over_links_that_stall() {
    let rows = [
        ("near", NEAR, [16, 100].as_slice()),
        ("metro", METRO, &[16, 100]),
        ("far", FAR, &[8, 16, 32, 100, 256]),
        ("overseas", OVERSEAS, &[32, 100]),
        ("home", HOME, &[16]),
    ];
    for (name, link, sizes) in rows {
        for mebibytes in sizes {
            let uploads = uploads(stalling(link), *mebibytes, how_many(4_000));
            let at = |percent: usize| uploads[(uploads.len() - 1) * percent / 100].seconds;
            let twice: u32 = uploads.iter().map(|totals| totals.sent_twice).sum();
            let [half, most, almost_all] = [50, 90, 99].map(at);
            println!(
                "{name}, {mebibytes} MiB: 50 % {half:.2} s, 90 % {most:.2} s, 99 % {almost_all:.2} s, {:.3} parts twice",
                f64::from(twice) / f64::from(u32::try_from(uploads.len()).expect("they are few"))
            );
        }
    }
}
