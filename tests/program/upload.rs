//! The uploaded object has the bytes of the file.

use std::fs::File;

use crate::support::{BUCKET, MIB, Outcome, Scene};
use cosput::emulator::Operation;

#[test]
fn files_of_every_size_arrive_whole() {
    let scene = Scene::new(&[]);
    let sizes = [0, 1, MIB - 1, MIB, MIB + 1, 2 * MIB, 2 * MIB + 1, 7 * MIB - 1];
    for size in sizes {
        let name = format!("{size}.bin");
        scene.file(&name, size);
        let outcome = scene.upload(&name, &["--json"]).exits(0);
        let parts = if size <= MIB { 1 } else { size.div_ceil(MIB) };
        let uploaded = outcome.event("uploaded");
        assert_eq!((&uploaded["size"], &uploaded["parts"]), (&size.into(), &parts.into()));
        assert_eq!(outcome.stderr, "");
        scene.assert_stored(&name, &name);
    }
    assert_eq!(scene.server.uploads(), []);
    assert!(scene.journals().is_empty());
}

#[test]
fn a_sparse_file_arrives_as_its_bytes_read() {
    let scene = Scene::new(&[]);
    let file = File::create(scene.path("sparse.img")).unwrap();
    file.set_len(40 * MIB).unwrap();
    drop(file);
    scene.upload("sparse.img", &["--part-size", "8M"]).exits(0);
    scene.assert_stored("sparse.img", "sparse.img");
}

#[test]
fn a_file_to_a_server_far_away_goes_in_parts_without_being_asked_for_sizes() {
    let mut scene = Scene::new(&["latency:ms=20"]);
    scene.file("file", 8 * MIB);
    for size in ["COSPUT_PART_SIZE", "COSPUT_MULTIPART_THRESHOLD"] {
        scene.set(size, "");
    }
    let uploaded = scene.upload("file", &["--json"]).exits(0).event("uploaded");
    assert_eq!(uploaded["parts"], 8);
    assert_eq!(scene.server.requests(Operation::PutObject), []);
    assert_eq!(scene.server.requests(Operation::UploadPart).len(), 8);
    scene.assert_stored("file", "file");
}

#[test]
fn an_md5_in_each_request_changes_nothing_else() {
    let scene = Scene::new(&[]);
    for (name, size) in [("put.bin", 1000), ("parts.bin", 3 * MIB + 5)] {
        scene.file(name, size);
        scene.upload(name, &["--checksum", "md5"]).exits(0);
        scene.assert_stored(name, name);
    }
}

#[test]
fn an_object_that_is_there_is_replaced_only_by_a_whole_one() {
    let mut scene = Scene::new(&[]);
    scene.file("old.bin", 3 * MIB);
    scene.upload("old.bin", &["--key", "k"]).exits(0);
    scene.server.restart(&["access-denied:part=3"]);
    scene.file("new.bin", 4 * MIB);
    scene.upload("new.bin", &["--key", "k"]).exits(4);
    scene.assert_stored("old.bin", "k");
    scene.upload("new.bin", &["--key", "k"]).exits(0);
    scene.assert_stored("new.bin", "k");
}

#[test]
fn a_thousand_requests_at_once_are_too_many_for_no_one() {
    let scene = Scene::new(&[]);
    scene.file("a.bin", 40 * MIB);
    scene.upload("a.bin", &["--concurrency", "1000"]).exits(0);
    scene.server.assert_each_part_stored_once(40);
    scene.assert_stored("a.bin", "a.bin");
}

#[test]
fn nothing_is_asked_that_need_not_be() {
    let scene = Scene::new(&[]);
    scene.file("put.bin", 1000);
    scene.file("parts.bin", 2 * MIB);
    scene.upload("put.bin", &[]).exits(0);
    scene
        .run(["upload", "parts.bin", &format!("cos://{BUCKET}/parts.bin"), "--endpoint", &scene.server.url()])
        .exits(0);
    let asked: Vec<_> = scene.server.record().iter().filter_map(|request| request.operation).collect();
    use Operation::{Complete, Initiate, PutObject, UploadPart};
    assert_eq!(asked, [PutObject, Initiate, UploadPart, UploadPart, Complete]);
}

/// The limit holds for every byte, in any request and for each attempt. Tests under virtual time check how close to the
/// rate the program gets; this test checks only the upper bound.
#[test]
fn a_rate_holds_for_all_requests_together() {
    std::thread::scope(|scope| {
        for concurrency in ["1", "8", "64"] {
            scope.spawn(move || {
                let scene = Scene::new(&[]);
                scene.file("a.bin", 8 * MIB);
                let more = ["--limit-rate", "4MiB", "--traffic-limit", "800Mbit", "--concurrency", concurrency];
                let outcome = scene.upload("a.bin", &[&more[..], &["--json"]].concat()).exits(0);
                assert!(outcome.event("uploaded")["duration_ms"].as_u64().unwrap() >= 2000, "{}", outcome.stdout);
                scene.assert_stored("a.bin", "a.bin");
                scene.server.assert_each_part_stored_once(8);
            });
        }
    });
}

#[test]
fn bytes_that_are_sent_again_count_towards_the_rate() {
    let scene = Scene::new(&["service-unavailable:part=1,retry-after=0"]);
    scene.file("a.bin", 4 * MIB);
    let outcome = scene.upload("a.bin", &["--limit-rate", "4MiB", "--concurrency", "4", "--json"]).exits(0);
    assert!(outcome.event("uploaded")["duration_ms"].as_u64().unwrap() >= 1250, "{}", outcome.stdout);
    scene.assert_stored("a.bin", "a.bin");
}

#[test]
fn waiting_for_its_turn_is_no_stall() {
    let scene = Scene::new(&[]);
    scene.file("a.bin", 2 * MIB);
    let more = ["--limit-rate", "128KiB", "--stall-timeout", "3s", "--concurrency", "64", "--part-size", "1MiB"];
    let outcome = scene.upload("a.bin", &[&more[..], &["--json"]].concat()).exits(0);
    assert!(!outcome.stdout.contains("\"event\":\"retry\""), "{}", outcome.stdout);
}

#[test]
fn programs_hear_how_far_many_files_are_together() {
    let scene = Scene::new(&["trickle:rate=1000000,times=0"]);
    std::fs::create_dir(scene.path("data")).unwrap();
    for name in ["a", "b", "c"] {
        scene.file(&format!("data/{name}.bin"), MIB);
    }
    let outcome = scene.upload("data", &["-r", "--json", "--concurrency", "1"]).exits(0);
    assert!(outcome.stderr.starts_with("3 uploaded: 3.0 MiB in "), "{}", outcome.stderr);
    let mut progress = outcome.events();
    progress.retain(|event| event["event"] == "progress");
    let last = progress.last().unwrap();
    assert_eq!((&last["total"], &last["files_total"]), (&(3 * MIB).into(), &3.into()), "{last}");
    assert!(last.get("source").is_none() && last["bytes"].as_u64() <= Some(3 * MIB), "{last}");
}

#[test]
fn a_dry_run_ends_with_a_summary_however_many_sources_it_has() {
    let scene = Scene::new(&[]);
    scene.file("a", 2048);
    let dry_run = |source: &str, more: &[&str]| scene.upload(source, &[&["--dry-run"][..], more].concat());
    let end = |outcome: Outcome| outcome.stderr.lines().last().unwrap_or_default().to_owned();
    assert_eq!(end(dry_run("a", &[]).exits(0)), "1 would be uploaded: 2.0 KiB");
    assert_eq!(end(dry_run("a", &["--skip-unchanged"]).exits(0)), "1 would be uploaded: 2.0 KiB");
    assert_eq!(end(dry_run("-", &["--key", "k"]).exits(0)), "1 would be uploaded");
    assert_eq!(dry_run("a", &["--quiet"]).exits(0).stderr, "");
    let missing = dry_run("none", &[]).exits(3);
    assert!(missing.stderr.ends_with("0 would be uploaded, 1 failed: 0 B\n"), "{}", missing.stderr);
    let stream = dry_run("-", &["--key", "k", "--json"]).exits(0).event("summary");
    assert_eq!((&stream["planned"], stream.get("bytes_planned")), (&1.into(), None));
}
