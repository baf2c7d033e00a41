//! Copies that fail, and runs that were interrupted: the object is whole, or it was not completed.

use std::fs;

use cosput::emulator::Operation;

use super::{DELTA, change, copies, parts_copied, sent_and_copied, uploaded};
use crate::support::{CUSTOMER_KEY, MIB, Scene, until};

/// Each run sends one request at a time, so that the server meets them in order.
const ONE_BY_ONE: [&str; 2] = ["--concurrency", "1"];

/// How many uploads were begun since the first one.
fn uploads_begun(scene: &Scene) -> usize {
    scene.server.requests(Operation::Initiate).len() - 1
}

#[test]
fn an_error_in_the_body_of_a_200_is_retried() {
    let mut scene = Scene::new(&[]);
    let path = uploaded(&scene);
    change(&path, &[2]);
    scene.server.restart(&["copy-error"]);
    let outcome = scene.upload("f", &DELTA).exits(0);
    assert_eq!(sent_and_copied(&outcome), (MIB, 7 * MIB + 5));
    assert!(copies(&scene) > 2, "a copy was sent again");
    scene.assert_stored("f", "k");
}

#[test]
fn a_server_that_refuses_copies_gets_the_whole_file_in_one_more_upload() {
    let refusals = [
        (
            "access-denied:on=upload-part-copy,times=0",
            "copying is denied (AccessDenied",
            "cos:UploadPartCopy and cos:GetObject",
        ),
        ("precondition-failed", "the object was replaced after it was compared (PreconditionFailed", ""),
        ("precondition-failed:times=0", "the object was replaced after it was compared (PreconditionFailed", ""),
    ];
    for (fault, why, permissions) in refusals {
        let mut scene = Scene::new(&[]);
        let path = uploaded(&scene);
        change(&path, &[2]);
        scene.server.restart(&[fault]);
        let outcome = scene.upload("f", &[&DELTA[..], &ONE_BY_ONE].concat()).exits(0);
        let outcome = outcome.says(why).says(permissions).says("; the whole file is sent");
        assert_eq!(outcome.stderr.matches("warning: ").count(), 1, "{}", outcome.stderr);
        assert_eq!(sent_and_copied(&outcome), (8 * MIB + 5, 0), "{fault}");
        assert_eq!(parts_copied(&outcome), 0, "{fault}");
        assert_eq!(uploads_begun(&scene), 2, "{fault}: the upload that copies, then a full one");
        assert_eq!(copies(&scene), 1, "{fault}");
        assert!(scene.server.uploads().is_empty(), "{fault}: the upload that copies was aborted");
        assert!(scene.journals().is_empty(), "{fault}");
        scene.assert_stored("f", "k");
    }
}

#[test]
fn a_throttled_copy_goes_on() {
    let mut scene = Scene::new(&[]);
    let path = uploaded(&scene);
    change(&path, &[2]);
    scene.server.restart(&["slow-down:on=upload-part-copy,times=3"]);
    let outcome = scene.upload("f", &DELTA).exits(0);
    assert_eq!(sent_and_copied(&outcome), (MIB, 7 * MIB + 5));
    assert_eq!(uploads_begun(&scene), 1);
    scene.assert_stored("f", "k");
}

#[test]
fn a_part_that_the_server_never_copies_is_sent() {
    for fault in ["copy-error:times=0", "copy-error:part=1,times=0", "internal-error:on=upload-part-copy,times=0"] {
        let mut scene = Scene::new(&[]);
        let path = uploaded(&scene);
        change(&path, &[2]);
        scene.server.restart(&[fault]);
        let outcome = scene.upload("f", &[&DELTA[..], &["--max-attempts", "2"]].concat()).exits(0);
        let outcome =
            outcome.says("could not copy a part on the server (").says("InternalError").says("the part is sent");
        let (sent, copied) = sent_and_copied(&outcome);
        assert_eq!(sent + copied, 8 * MIB + 5, "{fault}");
        assert_eq!(copied > 0, fault.contains("part=1"), "{fault}");
        assert_eq!(uploads_begun(&scene), 1, "{fault}");
        assert_eq!(outcome.stderr.matches("could not copy a part").count(), 1, "{}", outcome.stderr);
        scene.assert_stored("f", "k");
    }
}

#[test]
fn without_the_permission_to_look_everything_is_sent_and_the_permission_named() {
    let mut scene = Scene::new(&[]);
    let path = uploaded(&scene);
    change(&path, &[2]);
    scene.server.restart(&["access-denied:on=head-object,times=0"]);
    let outcome = scene.upload("f", &DELTA).exits(0).says("it needs cos:HeadObject; the whole file is sent");
    assert_eq!(sent_and_copied(&outcome), (8 * MIB + 5, 0));
    scene.assert_stored("f", "k");
}

#[test]
fn a_part_whose_copy_never_ends_is_sent() {
    let mut scene = Scene::new(&[]);
    let path = uploaded(&scene);
    change(&path, &[2]);
    scene.server.restart(&["stall:on=upload-part-copy,part=1,times=0"]);
    let short = ["--stall-timeout", "1s", "--max-attempts", "1"];
    let outcome = scene.upload("f", &[&DELTA[..], &short].concat()).exits(0);
    let outcome = outcome.says("could not copy a part on the server (").says("the part is sent");
    assert_eq!(sent_and_copied(&outcome), (3 * MIB, 5 * MIB + 5));
    assert_eq!(uploads_begun(&scene), 1);
    scene.assert_stored("f", "k");
}

#[test]
fn a_run_that_was_killed_while_it_compared_left_nothing_on_the_server() {
    let mut scene = Scene::new(&[]);
    let path = uploaded(&scene);
    change(&path, &[2]);
    scene.server.restart(&["stall:on=head-object"]);
    let running = scene.begin("f", &DELTA);
    until(|| !scene.server.requests(Operation::HeadObject).is_empty(), "the object is looked at");
    running.kill();
    scene.server.restart(&[]);
    let outcome = scene.upload("f", &DELTA).exits(0).does_not_say("may remain on the server");
    assert_eq!(sent_and_copied(&outcome), (MIB, 7 * MIB + 5));
    scene.assert_stored("f", "k");
}

#[test]
fn a_run_that_was_killed_goes_on_and_copied_parts_count_as_parts() {
    let mut scene = Scene::new(&[]);
    let path = uploaded(&scene);
    change(&path, &[1, 3, 5]);
    scene.server.restart(&["stall:part=6"]);
    let running = scene.begin("f", &[&DELTA[..], &ONE_BY_ONE].concat());
    until(|| copies(&scene) >= 3, "parts are copied");
    running.kill();
    scene.server.restart(&[]);
    let before = copies(&scene);
    let journal = fs::read_to_string(scene.journal()).unwrap();
    assert!(journal.starts_with("{\"schema\":2,"), "{journal}");
    let planned = scene.upload("f", &[&DELTA[..], &["--dry-run"]].concat()).exits(0).event("planned");
    assert_eq!(fs::read_to_string(scene.journal()).unwrap(), journal, "a dry run changes nothing");
    let outcome = scene.run(["resume", "--json"]).exits(0);
    // What an earlier run had sent and copied is not promised again.
    let started = outcome.event("started");
    for name in ["bytes_to_send", "bytes_to_copy"] {
        assert_eq!(planned[name], started[name], "{name}");
    }
    let left = ["bytes_to_send", "bytes_to_copy"].map(|name| started[name].as_u64().unwrap());
    assert!(left[0] < 3 * MIB && left[1] < 5 * MIB, "{started}");
    let outcome = outcome.says(&format!("sending {}.0 MiB; the server copies {}.0 MiB", left[0] / MIB, left[1] / MIB));
    let uploaded = outcome.event("uploaded");
    let sum: u64 =
        ["bytes_sent", "bytes_resumed", "bytes_copied"].iter().map(|name| uploaded[*name].as_u64().unwrap()).sum();
    assert_eq!(sum, 8 * MIB + 5);
    assert!(uploaded["bytes_resumed"].as_u64().unwrap() >= 2 * MIB, "{uploaded}");
    assert!(copies(&scene) - before <= 2, "copied parts were copied again");
    scene.assert_stored("f", "k");
    // The resumed run made a map.
    change(&path, &[6]);
    assert_eq!(sent_and_copied(&scene.upload("f", &DELTA).exits(0)), (MIB, 7 * MIB + 5));
}

#[test]
fn an_object_with_a_key_of_ones_own_is_copied_with_that_key() {
    let mut scene = Scene::new(&[]);
    scene.set("COSPUT_SSE_C_KEY", CUSTOMER_KEY[1]);
    let path = uploaded(&scene);
    change(&path, &[2]);
    let outcome = scene.upload("f", &DELTA).exits(0);
    assert_eq!(sent_and_copied(&outcome), (MIB, 7 * MIB + 5));
    scene.assert_stored("f", "k");
}

#[test]
fn an_object_that_the_server_encrypts_is_copied() {
    for encryption in [&["--sse", "AES256"][..], &["--sse", "cos/kms"], &["--sse", "cos/kms", "--sse-kms-key-id", "id"]]
    {
        let scene = Scene::new(&[]);
        let path = scene.file("f", 8 * MIB + 5);
        let encrypted = [&DELTA[..], encryption].concat();
        scene.upload("f", &encrypted).exits(0);
        change(&path, &[2]);
        let outcome = scene.upload("f", &encrypted).exits(0);
        assert_eq!(sent_and_copied(&outcome), (MIB, 7 * MIB + 5), "{encryption:?}");
        scene.assert_stored("f", "k");
    }
}

#[test]
fn an_archived_object_is_not_copied() {
    let scene = Scene::new(&[]);
    let path = scene.file("f", 3 * MIB);
    scene.upload("f", &[&DELTA[..], &["--storage-class", "ARCHIVE"]].concat()).exits(0);
    change(&path, &[1]);
    let outcome =
        scene.upload("f", &DELTA).exits(0).says("the object has the storage class ARCHIVE and cannot be copied");
    assert_eq!(sent_and_copied(&outcome), (3 * MIB, 0));
    assert!(scene.server.requests(Operation::UploadPartCopy).is_empty());
}
