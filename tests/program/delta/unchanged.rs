//! Files that did not change: nothing is sent of them, and what else was asked for is done.

use std::fs;

use cosput::emulator::Operation;

use super::{DELTA, change, copies, maps, sent_and_copied, uploaded};
use crate::support::{MIB, Outcome, Scene};

const WHOLE: u64 = 8 * MIB + 5;

fn is_skipped(outcome: &Outcome) -> bool {
    outcome.events().iter().any(|event| event["event"] == "skipped" && event["reason"] == "unchanged")
}

#[test]
fn an_acl_tags_metadata_or_a_storage_class_that_are_asked_for_are_set() {
    let asked: [&[&str]; 5] = [
        &["--tag", "team=web"],
        &["--acl", "public-read"],
        &["--grant-read", "id=\"100000000001\""],
        &["--meta", "build=17"],
        &["--storage-class", "STANDARD_IA"],
    ];
    for options in asked {
        let scene = Scene::new(&[]);
        uploaded(&scene);
        let outcome = scene.upload("f", &[&DELTA[..], options].concat()).exits(0);
        let outcome = outcome.says("sending 0 B; the server copies 8.0 MiB");
        assert_eq!(sent_and_copied(&outcome), (0, WHOLE), "{options:?}");
        scene.assert_stored("f", "k");
        // HEAD shows metadata and the class, so they are there now.
        let outcome = scene.upload("f", &[&DELTA[..], options].concat()).exits(0);
        assert_eq!(is_skipped(&outcome), matches!(options[0], "--meta" | "--storage-class"), "{options:?}");
        // Whoever skips by content skips whatever the ACL and the tags are.
        let outcome = scene.upload("f", &[&DELTA[..], options, &["--skip-unchanged"]].concat()).exits(0);
        assert!(is_skipped(&outcome), "{options:?}");
    }
}

#[test]
fn an_archived_object_that_did_not_change_is_skipped() {
    let scene = Scene::new(&[]);
    let path = scene.file("f", WHOLE);
    let archived = [&DELTA[..], &["--storage-class", "ARCHIVE"]].concat();
    scene.upload("f", &archived).exits(0);
    assert!(is_skipped(&scene.upload("f", &archived).exits(0)));
    // The file is sent as soon as a block differs, and the map is whole nevertheless.
    for _ in 0..2 {
        change(&path, &[3]);
        let outcome = scene.upload("f", &archived).exits(0).says("cannot be copied before it is restored");
        assert_eq!(sent_and_copied(&outcome), (WHOLE, 0));
        assert!(is_skipped(&scene.upload("f", &archived).exits(0)));
    }
    fs::write(&path, "short").unwrap();
    scene.upload("f", &DELTA).exits(0);
    scene.assert_stored("f", "k");
}

#[test]
fn a_map_is_made_of_an_object_that_is_skipped() {
    let scene = Scene::new(&[]);
    let path = uploaded(&scene);
    let there = [&DELTA[..], &["--delta-map", "object"]].concat();
    assert!(is_skipped(&scene.upload("f", &there).exits(0)));
    assert!(scene.server.object("k.cosput-map").is_some(), "the map is where it was asked for");
    let puts = scene.server.requests(Operation::PutObject).len();
    assert!(is_skipped(&scene.upload("f", &there).exits(0)));
    assert_eq!(scene.server.requests(Operation::PutObject).len(), puts, "it is written once");
    // It is the map of the object.
    maps(&scene).into_iter().for_each(|map| fs::remove_file(map).unwrap());
    change(&path, &[3]);
    assert_eq!(sent_and_copied(&scene.upload("f", &there).exits(0)), (MIB, 7 * MIB + 5));
    scene.assert_stored("f", "k");
}

#[test]
fn a_map_is_made_of_an_object_that_is_skipped_by_its_content() {
    for skip in ["--skip-unchanged", "--skip-unchanged=mtime"] {
        let scene = Scene::new(&[]);
        let path = scene.file("f", WHOLE);
        scene.upload("f", &["--key", "k", skip]).exits(0);
        let skipping = [&DELTA[..], &[skip]].concat();
        let outcome = scene.upload("f", &skipping).exits(0).does_not_say("the whole file is sent");
        assert!(is_skipped(&outcome), "{skip}");
        assert_eq!(maps(&scene).len(), 1, "{skip}");
        change(&path, &[3]);
        assert_eq!(sent_and_copied(&scene.upload("f", &skipping).exits(0)), (MIB, 7 * MIB + 5), "{skip}");
        scene.assert_stored("f", "k");
    }
}

#[test]
fn a_dry_run_of_an_unchanged_file_writes_no_map() {
    let scene = Scene::new(&[]);
    let path = scene.file("f", WHOLE);
    scene.upload("f", &["--key", "k"]).exits(0);
    let before = scene.server.record().len();
    for more in [&[][..], &["--delta-map", "object"], &["--skip-unchanged"]] {
        scene.upload("f", &[&DELTA[..], &["--dry-run"], more].concat()).exits(0);
    }
    assert!(maps(&scene).is_empty() && scene.journals().is_empty() && path.exists());
    let sent = &scene.server.record()[before..];
    assert!(sent.iter().all(|request| matches!(request.operation, Some(Operation::HeadObject | Operation::GetObject))));
}

#[test]
fn a_small_file_is_sent_only_if_it_changed() {
    let scene = Scene::new(&[]);
    let path = scene.file("f", 1000);
    let outcome = scene.upload("f", &DELTA).exits(0).does_not_say("map");
    assert_eq!(outcome.event("uploaded")["bytes_sent"], 1000);
    let outcome = scene.upload("f", &DELTA).exits(0);
    assert!(is_skipped(&outcome));
    assert_eq!(outcome.event("summary")["bytes_sent"], 0);
    let text = scene.upload("f", &["--key", "k", "--delta"]).exits(0);
    assert!(text.stdout.ends_with("  1000 B  unchanged\n"), "{}", text.stdout);
    fs::write(&path, "other").unwrap();
    let outcome = scene.upload("f", &DELTA).exits(0);
    assert_eq!(outcome.event("uploaded")["bytes_sent"], 5);
    scene.assert_stored("f", "k");
    // HEAD does not show whether the object has the tag.
    scene.upload("f", &[&DELTA[..], &["--tag", "a=1"]].concat()).exits(0).event("uploaded");
    assert_eq!((copies(&scene), maps(&scene).len()), (0, 0));
}

#[test]
fn of_many_files_only_those_that_changed_are_sent() {
    let scene = Scene::new(&[]);
    let path = scene.file("f", WHOLE);
    scene.file("g", 1000);
    let both = ["g", "--prefix", "d/", "--delta", "--json"];
    scene.upload("f", &both).exits(0);
    let outcome = scene.upload("f", &both).exits(0);
    let summary = outcome.event("summary");
    assert_eq!([&summary["uploaded"], &summary["skipped"], &summary["bytes_sent"]], [0, 2, 0], "{summary}");
    change(&path, &[1]);
    let text = scene.upload("f", &["g", "--prefix", "d/", "--delta"]).exits(0);
    assert!(text.stderr.contains("1 uploaded, 1 unchanged: sent 1.0 MiB of 8.0 MiB in "), "{}", text.stderr);
}
