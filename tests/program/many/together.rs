//! `--publish-together`: no object is visible before all are sent, and running again finishes after a crash.

use std::fs;
use std::path::PathBuf;

use cosput::emulator::{Operation, RequestRecord};

use super::{accounts, begin, in_brief, plant, plant_all, run, visible};
use crate::support::changes::touch;
use crate::support::{MIB, Outcome, Scene, until};

const KEYS: [&str; 4] = ["d/a", "d/b", "d/big", "d/c"];
const TOGETHER: [&str; 6] = ["d", "-r", "--json", "--publish-together", "--concurrency", "1"];

/// Three small files and one of three parts.
fn tree(faults: &[&str]) -> Scene {
    let scene = Scene::new(faults);
    plant_all(&scene, &["d/a", "d/b", "d/c"]);
    plant(&scene, "d/big", 3 * MIB);
    scene
}

fn assert_all_stored(scene: &Scene) {
    for key in KEYS {
        scene.assert_stored(key, key);
    }
    assert_eq!(scene.server.uploads(), []);
    assert!(scene.journals().is_empty(), "{:?}", scene.journals());
}

/// An upload whose Initiate was answered, but whose ID is not in a journal yet, would stay if the program were killed.
fn only_one_part_is_missing(scene: &Scene) -> bool {
    let has_id = |journal: &PathBuf| fs::read_to_string(journal).is_ok_and(|lines| lines.contains("\"upload_id\""));
    scene.server.stored_parts().len() == 5 && scene.journals().iter().filter(|journal| has_id(journal)).count() == 4
}

#[track_caller]
fn assert_one_failed_and_three_wait(outcome: &Outcome) {
    let mut codes: Vec<_> = accounts(outcome).into_values().map(|event| event["exit_code"].as_u64()).collect();
    codes.sort_unstable();
    assert_eq!(codes, [Some(4), Some(6), Some(6), Some(6)]);
}

/// Asserts that no part was sent twice, over all runs.
fn assert_nothing_sent_twice(scene: &Scene) {
    let mut stored = scene.server.stored_parts();
    stored.sort_unstable();
    assert_eq!(stored, [1, 1, 1, 1, 2, 3]);
}

#[test]
fn everything_is_sent_before_anything_is_completed() {
    let scene = tree(&[]);
    let outcome = run(&scene, &TOGETHER).exits(0);
    let reported: Vec<_> = accounts(&outcome).into_values().map(|event| event["event"].clone()).collect();
    assert_eq!(reported, ["uploaded", "uploaded", "uploaded", "uploaded"]);
    assert!(outcome.stderr.starts_with("4 uploaded: 3.0 MiB in ") && outcome.stderr.lines().count() == 1);
    let started = outcome.events().iter().filter(|event| event["event"] == "started").count();
    assert_eq!(started, 4);
    let big = &accounts(&outcome)["d/big"];
    assert_eq!((&big["bytes_sent"], &big["parts_resumed"], &big["parts"]), (&(3 * MIB).into(), &0.into(), &3.into()));
    assert_eq!(outcome.event("summary")["bytes_sent"], 3 * MIB + 300);
    let order: Vec<_> = scene.server.record().iter().filter_map(|request| request.operation).collect();
    let last_part = order.iter().rposition(|operation| *operation == Operation::UploadPart).unwrap();
    let first_complete = order.iter().position(|operation| *operation == Operation::Complete).unwrap();
    assert!(last_part < first_complete, "{order:?}");
    assert_eq!(scene.server.requests(Operation::PutObject), []);
    assert_all_stored(&scene);
}

#[test]
fn nothing_is_visible_while_it_is_sent_and_a_run_that_was_killed_goes_on() {
    let mut scene = tree(&["stall:skip=5,times=0"]);
    let running = begin(&scene, &TOGETHER);
    until(|| only_one_part_is_missing(&scene), "all but one part are stored");
    assert_eq!(visible(&scene, &KEYS), [""; 0]);
    running.kill();
    scene.server.restart(&[]);
    let outcome = run(&scene, &TOGETHER).exits(0).does_not_say("an earlier run stopped while it completed");
    assert_eq!(accounts(&outcome).len(), 4);
    assert_nothing_sent_twice(&scene);
    assert_all_stored(&scene);
}

#[test]
fn one_failure_leaves_nothing_visible_and_the_same_command_finishes() {
    let mut scene = tree(&["access-denied:skip=1"]);
    let outcome = run(&scene, &TOGETHER).exits(4);
    let outcome =
        outcome.says("nothing was made visible; the parts of 3 objects stay on the server, and the same command");
    assert_eq!(visible(&scene, &KEYS), [""; 0]);
    assert_one_failed_and_three_wait(&outcome);
    for held in accounts(&outcome).into_values().filter(|event| event["exit_code"] == 6) {
        assert_eq!((&held["resumable"], &held["error"]["kind"]), (&true.into(), &"interrupted".into()));
        assert!(fs::metadata(held["journal"].as_str().unwrap()).is_ok());
    }
    scene.server.restart(&[]);
    run(&scene, &TOGETHER).exits(0);
    assert_nothing_sent_twice(&scene);
    assert_all_stored(&scene);
}

/// Users would have to find the one failure among thousands of lines.
#[test]
fn people_hear_of_the_failure_and_in_one_line_of_the_rest() {
    let scene = tree(&["access-denied:skip=1"]);
    let outcome = run(&scene, &["d", "-r", "--publish-together", "--concurrency", "1"]).exits(4);
    let errors = outcome.stderr.lines().filter(|line| line.starts_with("error: ")).count();
    assert_eq!((errors, outcome.stdout.as_str()), (1, ""));
}

#[test]
fn abort_on_failure_aborts_the_uploads_of_all_files() {
    let scene = tree(&["access-denied:skip=1"]);
    let outcome = run(&scene, &[&TOGETHER[..], &["--abort-on-failure"]].concat()).exits(4);
    let outcome = outcome.says("nothing was made visible; the uploads of 3 objects are aborted");
    assert_one_failed_and_three_wait(&outcome);
    assert!(accounts(&outcome).values().all(|event| event["resumable"] == false));
    assert_eq!(scene.server.uploads(), []);
    assert_eq!(visible(&scene, &KEYS), [""; 0]);
    assert!(scene.journals().is_empty(), "{:?}", scene.journals());
}

#[test]
fn what_cannot_be_aborted_is_named() {
    let scene = tree(&["access-denied:skip=1", "access-denied:on=abort,times=0"]);
    let outcome = run(&scene, &[&TOGETHER[..], &["--abort-on-failure"]].concat()).exits(4);
    let left = scene.server.uploads();
    assert_eq!(left.len(), 4);
    for (_, id) in left {
        assert!(outcome.stderr.contains(&id), "{id} in {}", outcome.stderr);
    }
}

fn completed(scene: &Scene) -> usize {
    scene.server.requests(Operation::Complete).into_iter().filter(|request| request.stored).count()
}

#[test]
fn a_crash_between_completions_is_reported_and_the_next_run_completes_the_rest() {
    let mut scene = tree(&["stall:on=complete,skip=2,times=0"]);
    let running = begin(&scene, &TOGETHER);
    until(|| completed(&scene) == 2 && scene.server.requests(Operation::Complete).len() == 3, "two are completed");
    running.kill();
    assert_eq!(visible(&scene, &KEYS).len(), 2);
    scene.server.restart(&[]);
    let outcome = run(&scene, &TOGETHER).exits(0);
    let outcome = outcome.says("an earlier run stopped while it completed objects; 2 objects visible already");
    assert_eq!(accounts(&outcome).len(), 4);
    assert_eq!(outcome.event("summary")["bytes_sent"], 0);
    assert_nothing_sent_twice(&scene);
    assert_all_stored(&scene);
    run(&scene, &TOGETHER).exits(0).does_not_say("an earlier run");
}

/// The server completed the object, and the run was killed before it got the answer.
#[test]
fn an_object_whose_completion_was_never_heard_of_is_visible_already() {
    let mut scene = tree(&["cut-verdict:skip=2", "stall:on=head-object,times=0"]);
    let running = begin(&scene, &TOGETHER);
    until(|| !scene.server.requests(Operation::HeadObject).is_empty(), "it looks at what may be completed");
    running.kill();
    scene.server.restart(&[]);
    let there = visible(&scene, &KEYS).len();
    assert!(there >= 3, "{there}");
    let outcome = run(&scene, &TOGETHER).exits(0);
    let reported = format!("an earlier run stopped while it completed objects; {there} objects visible already");
    let outcome = outcome.says(&reported);
    assert_eq!(accounts(&outcome).len(), 4);
    assert_nothing_sent_twice(&scene);
    assert_all_stored(&scene);
}

#[cfg(unix)]
#[test]
fn a_signal_between_completions_accounts_for_all_of_them() {
    let mut scene = tree(&["stall:on=complete,skip=1,times=0"]);
    (0..30).for_each(|number| plant(&scene, format!("d/z{number:02}"), 10));
    let running = begin(&scene, &TOGETHER);
    until(|| scene.server.requests(Operation::Complete).len() == 2, "one is completed");
    running.signal("INT");
    let outcome = running.wait().exits(130).says("1 of 34 objects completed; run the same command again for the rest");
    let reported = in_brief(&outcome);
    assert_eq!(reported.len(), 34);
    assert_eq!(reported.iter().filter(|line| line.ends_with("uploaded")).count(), 1);
    scene.server.restart(&[]);
    run(&scene, &TOGETHER).exits(0).says("1 object visible already");
    assert_all_stored(&scene);
}

#[test]
fn a_completion_that_fails_leaves_the_others_visible_and_says_how_many() {
    let mut scene = tree(&["access-denied:on=complete,skip=1"]);
    let outcome =
        run(&scene, &TOGETHER).exits(4).says("3 of 4 objects completed; run the same command again for the rest");
    assert_eq!(accounts(&outcome).len(), 4);
    assert_eq!(visible(&scene, &KEYS).len(), 3);
    scene.server.restart(&[]);
    run(&scene, &TOGETHER).exits(0).says("3 objects visible already");
    assert_nothing_sent_twice(&scene);
    assert_all_stored(&scene);
}

#[test]
fn a_source_that_changes_after_it_was_sent_keeps_all_of_them_from_being_visible() {
    let mut scene = tree(&["stall:part=3"]);
    let running = begin(&scene, &TOGETHER);
    let stalls = |request: &RequestRecord| request.part_number == Some(3);
    until(
        || scene.server.requests(Operation::UploadPart).iter().any(stalls),
        "the last part of the big file is stalled",
    );
    touch(&scene.path("d/a"));
    scene.server.restart(&[]);
    let outcome = running.wait().exits(3).says("error: could not upload d/a: changed while it was uploaded: its time");
    assert_eq!(visible(&scene, &KEYS), [""; 0]);
    assert_eq!(in_brief(&outcome), ["d/a failed 3", "d/b failed 6", "d/big failed 6", "d/c failed 6"]);
    scene.server.restart(&[]);
    run(&scene, &TOGETHER).exits(0);
    assert_all_stored(&scene);
}

#[test]
fn empty_files_wait_for_the_others_too() {
    let scene = Scene::new(&["access-denied"]);
    fs::create_dir(scene.path("d")).unwrap();
    fs::write(scene.path("d/empty"), "").unwrap();
    plant_all(&scene, &["d/full"]);
    run(&scene, &TOGETHER).exits(4).says("nothing was made visible");
    assert_eq!(visible(&scene, &["d/empty", "d/full"]), [""; 0]);
    run(&scene, &TOGETHER).exits(0);
    assert_eq!(visible(&scene, &["d/empty", "d/full"]), ["d/empty", "d/full"]);
    assert!(scene.journals().is_empty());
}

#[test]
fn empty_files_alone_need_no_journal() {
    let scene = Scene::new(&[]);
    fs::create_dir(scene.path("d")).unwrap();
    fs::write(scene.path("d/empty"), "").unwrap();
    run(&scene, &TOGETHER).exits(0);
    scene.assert_stored("d/empty", "d/empty");
    assert!(scene.journals().is_empty());
}

#[test]
fn without_a_place_for_journals_nothing_is_sent() {
    let scene = tree(&[]);
    fs::write(scene.path("state"), "a file is in its place").unwrap();
    run(&scene, &TOGETHER).exits(1).says("error: could not use the journal ");
    assert_eq!(scene.server.record(), []);
    fs::remove_file(scene.path("state")).unwrap();
}

#[test]
fn what_waits_for_others_is_not_completed_by_resume() {
    let mut scene = tree(&["access-denied:skip=1"]);
    run(&scene, &TOGETHER).exits(4);
    scene.server.restart(&[]);
    scene.run(["resume"]).exits(0).says("it is completed together with others");
    assert_eq!(visible(&scene, &KEYS), [""; 0]);
    // A file that the user names is completed on its own.
    let outcome = run(&scene, &["d/a", "--key", "d/a", "--multipart-threshold", "0"]).exits(0);
    assert!(outcome.stderr.contains("resuming upload"), "{outcome:?}");
    run(&scene, &TOGETHER).exits(0);
    assert_all_stored(&scene);
}

/// A run that was not repeated left its record; meanwhile a file has changed.
#[test]
fn a_record_that_was_left_makes_nothing_pass_for_unchanged() {
    let mut scene = tree(&["stall:on=complete,skip=2,times=0"]);
    let running = begin(&scene, &TOGETHER);
    until(|| completed(&scene) == 2 && scene.server.requests(Operation::Complete).len() == 3, "two are completed");
    running.kill();
    scene.server.restart(&[]);
    let there = visible(&scene, &KEYS)[0];
    fs::write(scene.path(there), super::noise(100, 99)).unwrap();
    let outcome = run(&scene, &TOGETHER).exits(0).says("1 object visible already");
    assert!(in_brief(&outcome).contains(&format!("{there} uploaded")));
    assert_all_stored(&scene);
}

#[test]
fn two_at_once_do_not_get_in_each_others_way() {
    let mut scene = tree(&["stall:skip=5,times=0"]);
    let first = begin(&scene, &TOGETHER);
    until(|| only_one_part_is_missing(&scene), "most of it is stored");
    let second: Outcome = run(&scene, &TOGETHER).exits(8);
    second.says("another process is using its journal");
    first.kill();
    scene.server.restart(&[]);
    run(&scene, &TOGETHER).exits(0);
    assert_nothing_sent_twice(&scene);
    assert_all_stored(&scene);
}
