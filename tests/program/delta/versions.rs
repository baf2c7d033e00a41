//! Objects that are replaced while they are copied, and buckets that keep versions.

use std::fs;

use cosput::emulator::Operation;

use super::{DELTA, change, copies, maps, sent_and_copied, uploaded};
use crate::support::{MIB, Outcome, Scene, until};

/// A scene whose bucket keeps versions, or not.
fn scene(keeps_versions: bool) -> Scene {
    let scene = Scene::new(&[]);
    if keeps_versions {
        scene.server.keep_versions();
    }
    scene
}

fn version_of(outcome: &Outcome) -> Option<String> {
    outcome.event("uploaded")["version_id"].as_str().map(str::to_owned)
}

#[test]
fn the_map_has_the_version_of_its_object() {
    let scene = scene(true);
    let path = scene.file("f", 8 * MIB);
    let mut versions = Vec::new();
    for (sent, copied) in [(8, 0), (1, 7), (1, 7)] {
        let outcome = scene.upload("f", &DELTA).exits(0);
        assert_eq!(sent_and_copied(&outcome), (sent * MIB, copied * MIB));
        let version = version_of(&outcome).expect("the object has a version");
        let map = fs::read_to_string(&maps(&scene)[0]).unwrap();
        assert!(map.contains(&format!("\"version_id\":\"{version}\"")), "{version} is not in the map");
        assert!(!versions.contains(&version));
        versions.push(version);
        scene.assert_stored("f", "k");
        change(&path, &[2]);
    }
}

/// Gives the map another version, and makes its checksum right again.
fn change_version(scene: &Scene, version: &str) {
    let path = maps(scene).pop().unwrap();
    let text = fs::read_to_string(&path).unwrap().replace(version, "another");
    let (document, checksum) = text.trim_end().rsplit_once("\"checksum\":\"").unwrap();
    let unchecked = format!("{document}\"checksum\":\"\"}}");
    let right = blake3::hash(unchecked.as_bytes()).to_hex();
    assert_ne!(checksum, format!("{right}\"}}"));
    fs::write(&path, format!("{document}\"checksum\":\"{right}\"}}\n")).unwrap();
}

#[test]
fn a_map_of_another_version_costs_a_full_upload() {
    let scene = scene(true);
    let path = scene.file("f", 8 * MIB);
    let version = version_of(&scene.upload("f", &DELTA).exits(0)).unwrap();
    change_version(&scene, &version);
    change(&path, &[2]);
    let outcome = scene.upload("f", &DELTA).exits(0);
    let outcome = outcome.says("the object was replaced after its map was made; the whole file is sent");
    assert_eq!(sent_and_copied(&outcome), (8 * MIB, 0));
    assert_eq!(copies(&scene), 0);
    scene.assert_stored("f", "k");
}

#[test]
fn a_map_from_before_the_bucket_kept_versions_is_used() {
    let scene = scene(false);
    let path = uploaded(&scene);
    scene.server.keep_versions();
    change(&path, &[2]);
    let outcome = scene.upload("f", &DELTA).exits(0);
    assert_eq!(sent_and_copied(&outcome), (MIB, 7 * MIB + 5));
    assert!(version_of(&outcome).is_some());
    scene.assert_stored("f", "k");
}

/// Another client replaces the object while its first part is copied.
fn replaced_meanwhile(keeps_versions: bool) {
    let mut scene = scene(keeps_versions);
    let path = uploaded(&scene);
    let before = scene.server.requests(Operation::Initiate).len();
    change(&path, &[2]);
    scene.file("other", 3 * MIB);
    scene.server.restart(&["stall:on=upload-part-copy,times=1"]);
    let running = scene.begin("f", &[&DELTA[..], &["--concurrency", "1", "--stall-timeout", "2s"]].concat());
    until(|| copies(&scene) == 1, "the first part is copied");
    scene.upload("other", &["--key", "k"]).exits(0);
    scene.assert_stored("other", "k");
    let outcome = running.wait().exits(0).says("the object was replaced after it was compared (PreconditionFailed");
    let outcome = outcome.says("the whole file is sent");
    assert_eq!(sent_and_copied(&outcome), (8 * MIB + 5, 0));
    assert_eq!(version_of(&outcome).is_some(), keeps_versions);
    let begun = scene.server.requests(Operation::Initiate).len() - before;
    assert_eq!(begun, 3, "the other client's, the one that copies, and one in full");
    assert!(scene.server.uploads().is_empty(), "the upload that copies was aborted");
    assert!(scene.journals().is_empty());
    scene.assert_stored("f", "k");
    // The map is that of the whole upload.
    change(&path, &[3]);
    assert_eq!(sent_and_copied(&scene.upload("f", &DELTA).exits(0)), (MIB, 7 * MIB + 5));
    scene.assert_stored("f", "k");
}

#[test]
fn an_object_that_is_replaced_meanwhile_is_sent_in_full_once() {
    replaced_meanwhile(false);
}

#[test]
fn so_is_one_in_a_bucket_that_keeps_versions() {
    replaced_meanwhile(true);
}
