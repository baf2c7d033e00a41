//! `--skip-unchanged`: files already on the server are not sent again, except if there is any doubt.

use std::fs;
use std::time::Duration;

use cosput::emulator::Operation;

use super::{accounts, asked, begin, in_brief, plant, plant_all, run};
use crate::support::changes::touch;
use crate::support::{MIB, Scene, until};

const SKIP: [&str; 4] = ["d", "-r", "--json", "--skip-unchanged"];

#[test]
fn only_what_changed_is_sent() {
    let scene = Scene::new(&[]);
    plant_all(&scene, &["d/same", "d/bytes", "d/longer", "d/touched"]);
    plant(&scene, "d/parts", 3 * MIB);
    fs::write(scene.path("d/empty"), "").unwrap();
    run(&scene, &SKIP).exits(0);
    fs::write(scene.path("d/bytes"), super::noise(100, 99)).unwrap();
    plant(&scene, "d/longer", 101);
    touch(&scene.path("d/touched"));
    plant(&scene, "d/new", 5);
    let outcome = run(&scene, &SKIP).exits(0);
    assert_eq!(
        in_brief(&outcome),
        [
            "d/bytes uploaded",
            "d/empty skipped unchanged",
            "d/longer uploaded",
            "d/new uploaded",
            "d/parts skipped unchanged",
            "d/same skipped unchanged",
            "d/touched skipped unchanged",
        ]
    );
    for name in ["d/bytes", "d/longer", "d/new", "d/parts"] {
        scene.assert_stored(name, name);
    }
}

#[test]
fn a_header_or_metadata_that_the_object_lacks_is_sent_although_the_content_is_the_same() {
    let scene = Scene::new(&[]);
    plant_all(&scene, &["d/put"]);
    plant(&scene, "d/parts", 3 * MIB);
    let both = ["d/parts uploaded", "d/put uploaded"];
    let neither = ["d/parts skipped unchanged", "d/put skipped unchanged"];
    run(&scene, &SKIP).exits(0);
    let cache = ["--cache-control", "no-cache"];
    let class = ["--storage-class", "STANDARD_IA"];
    let encryption = ["--sse", "AES256"];
    let steps: [&[&str]; 5] =
        [&cache, &["--meta", "build=17"], &["--content-type", "text/x-test"], &class, &encryption];
    for asked in steps {
        let command = [&SKIP[..], asked].concat();
        let sent = run(&scene, &command).exits(0).says("other headers, metadata, storage class or encryption");
        assert_eq!(in_brief(&sent), both, "{asked:?}");
        assert_eq!(in_brief(&run(&scene, &command).exits(0)), neither, "{asked:?}");
    }
}

#[test]
fn verbose_says_that_a_file_is_sent_only_if_it_is() {
    let scene = Scene::new(&[]);
    plant_all(&scene, &["d/put"]);
    plant(&scene, "d/parts", 3 * MIB);
    let skip = ["d", "-r", "-v", "--skip-unchanged"];
    run(&scene, &skip).exits(0).says("d/parts: sending 3.0 MiB in 3 parts").says("d/put: sending ");
    run(&scene, &skip).exits(0).does_not_say("sending");
}

/// The result of a second run with two unchanged files, while the server's answers are incomplete or different.
fn second_run(fault: &str) -> Vec<String> {
    let mut scene = Scene::new(&[]);
    plant_all(&scene, &["d/put"]);
    plant(&scene, "d/parts", 3 * MIB);
    run(&scene, &SKIP).exits(0);
    scene.server.restart(&[fault]);
    let outcome = run(&scene, &SKIP).exits(0);
    scene.assert_stored("d/put", "d/put");
    scene.assert_stored("d/parts", "d/parts");
    in_brief(&outcome)
}

#[test]
fn an_object_that_proves_nothing_is_replaced() {
    let both = ["d/parts uploaded", "d/put uploaded"];
    // The ETag of an object from one request is the MD5 of its bytes, and as good as a CRC-64.
    assert_eq!(second_run("no-crc:on=head-object,times=0"), ["d/parts uploaded", "d/put skipped unchanged"]);
    assert_eq!(second_run("wrong-crc:on=head-object,times=2"), both);
    assert_eq!(second_run("access-denied:on=head-object,times=2"), both);
    assert_eq!(
        second_run("internal-error:on=head-object,times=3"),
        ["d/parts skipped unchanged", "d/put skipped unchanged"]
    );
}

#[test]
fn without_a_crc64_other_bytes_are_still_other_bytes() {
    let mut scene = Scene::new(&[]);
    plant_all(&scene, &["d/a"]);
    run(&scene, &SKIP).exits(0);
    fs::write(scene.path("d/a"), super::noise(100, 99)).unwrap();
    scene.server.restart(&["no-crc:on=head-object,times=0"]);
    assert_eq!(in_brief(&run(&scene, &SKIP).exits(0)), ["d/a uploaded"]);
    scene.assert_stored("d/a", "d/a");
}

#[test]
fn by_the_time_of_modification_files_are_not_read_and_what_has_none_recorded_is_sent() {
    let by_time = ["d", "-r", "--json", "--skip-unchanged=mtime"];
    let scene = Scene::new(&[]);
    plant_all(&scene, &["d/a", "d/b", "d/c"]);
    plant(&scene, "d/parts", 3 * MIB);
    // No modification time is recorded, so equal bytes prove nothing.
    run(&scene, &SKIP).exits(0);
    assert!(in_brief(&run(&scene, &by_time).exits(0)).iter().all(|line| line.ends_with("uploaded")));
    touch(&scene.path("d/b"));
    plant(&scene, "d/c", 101);
    let second = run(&scene, &by_time).exits(0);
    let unchanged = ["d/a skipped unchanged", "d/b uploaded", "d/c uploaded", "d/parts skipped unchanged"];
    assert_eq!(in_brief(&second), unchanged);
    // Other requested metadata is kept, and does not count as a match.
    let third = run(&scene, &[&by_time[..], &["--meta", "k=v"]].concat()).exits(0);
    assert_eq!(accounts(&third).len(), 4);
}

/// A file of another size with the same time is a different file.
#[test]
fn the_same_time_with_another_size_is_a_change() {
    let by_time = ["d", "-r", "--json", "--skip-unchanged=mtime"];
    let scene = Scene::new(&[]);
    plant_all(&scene, &["d/a"]);
    run(&scene, &by_time).exits(0);
    let time = fs::metadata(scene.path("d/a")).unwrap().modified().unwrap();
    plant(&scene, "d/a", 99);
    fs::File::options().write(true).open(scene.path("d/a")).unwrap().set_modified(time).unwrap();
    assert_eq!(in_brief(&run(&scene, &by_time).exits(0)), ["d/a uploaded"]);
    scene.assert_stored("d/a", "d/a");
}

#[test]
fn a_run_that_was_killed_goes_on_with_what_is_missing_and_in_the_middle_of_a_big_file() {
    // Twenty small files and two parts of the big one finish, then no more.
    let mut scene = Scene::new(&["stall:on=upload-part,skip=2,times=0", "stall:on=put-object,skip=20,times=0"]);
    plant(&scene, "d/00-big", 6 * MIB);
    (0..60).for_each(|number| plant(&scene, format!("d/{number:02}"), 100 + number));
    let running = begin(&scene, &["d", "-r", "--json", "--skip-unchanged", "--concurrency", "64"]);
    let stored = |scene: &Scene| {
        let put = scene.server.requests(Operation::PutObject).into_iter().filter(|request| request.stored).count();
        (scene.server.stored_parts().len(), put)
    };
    until(|| stored(&scene) == (2, 20), "two parts and twenty files are stored");
    running.kill();
    scene.server.restart(&[]);
    let before = scene.server.record().len();

    let outcome = run(&scene, &SKIP).exits(0);
    let reported = in_brief(&outcome);
    assert_eq!(reported.iter().filter(|line| line.ends_with("skipped unchanged")).count(), 20);
    assert_eq!(reported.iter().filter(|line| line.ends_with("uploaded")).count(), 41);
    let big = &accounts(&outcome)["d/00-big"];
    assert_eq!((&big["parts_resumed"], &big["bytes_resumed"]), (&2.into(), &(2 * MIB).into()));
    scene.server.assert_each_part_stored_once(6);
    let record = scene.server.record();
    let sent = record[before..].iter().filter(|request| request.operation == Some(Operation::PutObject)).count();
    assert_eq!(sent, 40, "only what was missing is sent");
    assert!(asked(&scene, Operation::PutObject).len() >= 60);
    scene.assert_stored("d/00-big", "d/00-big");
    (0..60).for_each(|number| scene.assert_stored(&format!("d/{number:02}"), &format!("d/{number:02}")));
    assert!(scene.journals().is_empty());

    // A third run has nothing to upload.
    let outcome = run(&scene, &SKIP).exits(0);
    assert_eq!(outcome.event("summary")["skipped"], 61);
}

/// After any change between two runs, a differing object is never called unchanged.
#[test]
fn there_is_no_false_skip() {
    let mut random = fastrand::Rng::with_seed(5);
    let scene = Scene::new(&["no-crc:on=head-object,every=3,times=0"]);
    (0..30).for_each(|number| plant(&scene, format!("d/{number:02}"), 20));
    for round in 0..6 {
        for number in 0..30 {
            let path = scene.path(&format!("d/{number:02}"));
            let time = fs::metadata(&path).unwrap().modified().unwrap();
            match random.u32(0..6) {
                0 => fs::write(&path, super::noise(20, random.u64(..))).unwrap(),
                1 => fs::write(&path, super::noise(random.u64(0..40), random.u64(..))).unwrap(),
                2 => fs::File::options()
                    .write(true)
                    .open(&path)
                    .unwrap()
                    .set_modified(time + Duration::from_secs(9))
                    .unwrap(),
                _ => {}
            }
        }
        let by = ["--skip-unchanged", "--skip-unchanged=mtime"][round % 2];
        let outcome = run(&scene, &["d", "-r", "--json", by]).exits(0);
        for (source, event) in accounts(&outcome) {
            let same = crate::support::same(&scene.path(&source), &scene.server.object(&source).unwrap());
            assert!(same, "{event}");
        }
    }
}

/// They would change during the upload, and fail.
#[test]
fn what_the_run_itself_writes_is_left_out_with_a_word() {
    let scene = Scene::new(&[]);
    plant_all(&scene, &["d/a", "d/state/old.jsonl"]);
    let own = ["--log-file", "d/up.log", "--state-dir", "d/state"];
    let outcome = run(&scene, &[&["d", "-r", "--json"], &own[..]].concat()).exits(0);
    assert_eq!(in_brief(&outcome), ["d/a uploaded", "d/state skipped own", "d/up.log skipped own"]);
    outcome.says("skipped d/up.log: it is written by this run of cosput").says("skipped d/state: it is written by");
    fs::write(scene.path("list"), "d/a\nd/up.log\n").unwrap();
    let outcome = run(&scene, &["--files-from", "list", "--json", "--log-file", "d/up.log"]).exits(0);
    assert_eq!(in_brief(&outcome), ["d/a uploaded", "d/up.log skipped own"]);
}

#[test]
fn a_dry_run_compares_and_shows_what_would_be_sent() {
    let scene = Scene::new(&[]);
    plant_all(&scene, &["d/a", "d/b", "d/c"]);
    run(&scene, &SKIP).exits(0);
    fs::write(scene.path("d/b"), super::noise(100, 99)).unwrap();
    let before = scene.server.requests(Operation::PutObject).len();
    let outcome = run(&scene, &["d", "-r", "--skip-unchanged", "--dry-run"]).exits(0);
    assert_eq!(outcome.stdout, "would upload d/b -> cos://examplebucket-1250000000/d/b  100 B in one request\n");
    assert_eq!(outcome.stderr, "1 would be uploaded, 2 unchanged: 100 B\n");
    let summary = run(&scene, &[&SKIP[..], &["--dry-run"]].concat()).exits(0).event("summary");
    assert_eq!(
        (&summary["planned"], &summary["bytes_planned"], &summary["skipped"]),
        (&1.into(), &100.into(), &2.into())
    );
    let one = run(&scene, &["d/a", "--key", "d/a", "--skip-unchanged", "--dry-run"]).exits(0);
    assert!(one.stdout.contains("unchanged"), "{one:?}");
    assert_eq!(scene.server.requests(Operation::PutObject).len(), before, "nothing is sent");
}

#[test]
fn a_dry_run_of_several_files_ends_with_its_totals() {
    let scene = Scene::new(&[]);
    plant_all(&scene, &["d/a", "d/b"]);
    let outcome = run(&scene, &["d", "-r", "--dry-run"]).exits(0);
    assert_eq!((outcome.stdout.lines().count(), outcome.stderr.as_str()), (2, "2 would be uploaded: 200 B\n"));
    let summary = run(&scene, &["d", "-r", "--dry-run", "--json"]).exits(0).event("summary");
    assert_eq!((&summary["planned"], &summary["uploaded"]), (&2.into(), &0.into()));
    assert_eq!(scene.server.record(), []);
}
