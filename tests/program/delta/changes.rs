//! What is sent of a file that changed.

use std::fs;

use super::{DELTA, change, copies, parts_copied, sent_and_copied, uploaded};
use crate::support::changes::{append, truncate};
use crate::support::{MIB, Scene, noise};

#[test]
fn only_the_blocks_that_changed_are_sent() {
    let scene = Scene::new(&[]);
    let path = uploaded(&scene);
    change(&path, &[2, 5]);
    let outcome = scene.upload("f", &DELTA).exits(0).says("sending 2.0 MiB; the server copies 6.0 MiB");
    assert_eq!(sent_and_copied(&outcome), (2 * MIB, 6 * MIB + 5));
    assert_eq!((parts_copied(&outcome), copies(&scene)), (3.into(), 3));
    let started = outcome.event("started");
    assert_eq!([&started["parts"], &started["bytes_to_send"]], [5, 2 * MIB], "{started}");
    scene.assert_stored("f", "k");
    // The map of the new object was made without another look at the file.
    change(&path, &[0]);
    let outcome = scene.upload("f", &DELTA).exits(0);
    assert_eq!(sent_and_copied(&outcome), (MIB, 7 * MIB + 5));
    scene.assert_stored("f", "k");
}

#[test]
fn what_is_sent_is_said_once() {
    let scene = Scene::new(&[]);
    let path = uploaded(&scene);
    change(&path, &[2]);
    let outcome = scene.upload("f", &["--key", "k", "--delta", "-v"]).exits(0);
    outcome.says("sending 1.0 MiB; the server copies 7.0 MiB").does_not_say("sending 8.0 MiB").says(" of 3 uploaded");
}

#[test]
fn the_tail_of_a_file_that_grew_is_sent() {
    let scene = Scene::new(&[]);
    let path = uploaded(&scene);
    append(&path);
    let outcome = scene.upload("f", &DELTA).exits(0);
    assert_eq!(sent_and_copied(&outcome), (9, 8 * MIB));
    scene.assert_stored("f", "k");
}

#[test]
fn a_file_of_which_nothing_changed_is_not_sent() {
    let scene = Scene::new(&[]);
    uploaded(&scene);
    let outcome = scene.upload("f", &DELTA).exits(0);
    assert_eq!(outcome.event("skipped")["reason"], "unchanged");
    assert_eq!(copies(&scene), 0);
    let other_headers = [&DELTA[..], &["--cache-control", "no-cache"]].concat();
    let outcome = scene.upload("f", &other_headers).exits(0);
    assert_eq!(sent_and_copied(&outcome), (0, 8 * MIB + 5));
    scene.assert_stored("f", "k");
}

#[test]
fn a_file_that_shrank_or_is_quite_different_is_sent_whole() {
    let scene = Scene::new(&[]);
    let path = uploaded(&scene);
    fs::write(&path, noise(8 * MIB + 5, 99)).unwrap();
    let outcome = scene.upload("f", &DELTA).exits(0).says("the file differs too much from the object");
    assert_eq!(sent_and_copied(&outcome), (8 * MIB + 5, 0));
    scene.assert_stored("f", "k");
    fs::File::options().write(true).open(&path).unwrap().set_len(4 * MIB).unwrap();
    let outcome = scene.upload("f", &DELTA).exits(0).says("the file is smaller than the object");
    assert_eq!(sent_and_copied(&outcome), (4 * MIB, 0));
    scene.assert_stored("f", "k");
    truncate(&path);
    scene.upload("f", &DELTA).exits(0);
    scene.assert_stored("f", "k");
    assert_eq!(copies(&scene), 0);
}

#[test]
fn without_the_option_nothing_is_copied_and_no_map_is_kept() {
    let scene = Scene::new(&[]);
    let path = scene.file("f", 3 * MIB);
    for _ in 0..2 {
        let outcome = scene.upload("f", &["--key", "k", "--json"]).exits(0);
        assert_eq!(outcome.event("uploaded").get("bytes_copied"), None);
        change(&path, &[1]);
    }
    assert_eq!((copies(&scene), super::maps(&scene).len()), (0, 0));
}

#[test]
fn a_dry_run_says_what_would_be_sent_and_sends_nothing() {
    let scene = Scene::new(&[]);
    let path = uploaded(&scene);
    change(&path, &[2, 5]);
    let before = scene.server.record().len();
    let outcome = scene.upload("f", &[&DELTA[..], &["--dry-run"]].concat()).exits(0);
    let planned = outcome.event("planned");
    let number = |name: &str| planned[name].as_u64();
    assert_eq!(
        (number("bytes_to_send"), number("bytes_to_copy"), number("parts")),
        (Some(2 * MIB), Some(6 * MIB + 5), Some(5))
    );
    let text = scene.upload("f", &["--key", "k", "--delta", "--dry-run"]).exits(0);
    assert!(text.stdout.ends_with("  sending 2.0 MiB of 8.0 MiB in 5 parts\n"), "{}", text.stdout);
    assert!(text.stderr.contains("1 would be uploaded: sending 2.0 MiB of 8.0 MiB"), "{}", text.stderr);
    let text = text.does_not_say("the server copies");
    drop(text);
    assert_eq!(scene.server.record().len(), before + 2, "only HEAD was sent");
    assert!(scene.journals().is_empty());
}

/// 92 MiB have parts of 2.25 MiB, but the blocks of a map have 1 MiB, and a part that ends within one leaves it unknown.
#[test]
fn the_parts_of_a_first_delta_upload_end_with_blocks() {
    let mut scene = Scene::new(&[]);
    scene.set("COSPUT_PART_SIZE", "");
    scene.file("f", 92 * MIB);
    let part_size = |more: &[&str]| {
        let outcome = scene.upload("f", &[&["--key", "k", "--json", "--dry-run"], more].concat()).exits(0);
        outcome.event("planned")["part_size"].as_u64().unwrap()
    };
    assert_eq!([part_size(&[]), part_size(&["--delta"])], [9 * MIB / 4, 3 * MIB]);
}
