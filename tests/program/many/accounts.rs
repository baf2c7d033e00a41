//! Every file gets a line or an error, all files together an exit code, and one failure does not cause others.

use cosput::emulator::Operation;

use super::{accounts, in_brief, plant, plant_all, run, uploaded_keys};
use crate::support::Scene;

const FOUR: [&str; 4] = ["d/1", "d/2", "d/3", "d/4"];

#[test]
fn one_that_is_refused_fails_alone() {
    let scene = Scene::new(&["access-denied:skip=7"]);
    (0..50).for_each(|number| plant(&scene, format!("d/{number:02}"), 10));
    let outcome = run(&scene, &["d", "-r", "--json"]).exits(4);
    let failed: Vec<_> = accounts(&outcome).into_values().filter(|event| event["event"] == "failed").collect();
    let [failed] = failed.try_into().expect("one fails");
    assert_eq!((&failed["exit_code"], &failed["error"]["code"]), (&4.into(), &"AccessDenied".into()));
    outcome.says("AccessDenied");
}

#[test]
fn people_get_a_line_for_each_file_that_is_stored_and_an_error_for_each_other_one() {
    let scene = Scene::new(&["access-denied:skip=1", "conflict:skip=3,times=0"]);
    plant_all(&scene, &FOUR);
    let outcome = run(&scene, &["d", "missing", "-r", "--concurrency", "1", "--max-attempts", "1"]).exits(4);
    assert_eq!(uploaded_keys(&outcome).len(), 2);
    assert_eq!(outcome.stdout.lines().count(), 2);
    let errors: Vec<&str> = outcome.stderr.lines().filter(|line| line.starts_with("error: ")).collect();
    assert_eq!(errors.len(), 3, "{}", outcome.stderr);
}

/// The exit code of four files with these faults, one request at a time and each tried once.
fn exit_code(faults: &[&str], more: &[&str]) -> Option<i32> {
    let scene = Scene::new(faults);
    plant_all(&scene, &FOUR);
    let usual = ["d", "-r", "--json", "--concurrency", "1", "--max-attempts", "1"];
    let outcome = run(&scene, &[&usual[..], more].concat());
    accounts(&outcome);
    outcome.code
}

#[test]
fn the_exit_code_is_that_of_the_failure_that_needs_a_person_most() {
    let (six, one, four, seven) = ("internal-error", "conflict", "access-denied", "bad-digest");
    let five = "no-such-upload:on=put-object";
    assert_eq!(exit_code(&[], &[]), Some(0));
    assert_eq!(exit_code(&[six], &[]), Some(6));
    assert_eq!(exit_code(&[six, one], &[]), Some(1));
    assert_eq!(exit_code(&[one, six], &["missing"]), Some(3));
    assert_eq!(exit_code(&[five, one], &["missing"]), Some(5));
    assert_eq!(exit_code(&[five, four, six], &["missing"]), Some(4));
    assert_eq!(exit_code(&[four, seven, five], &["missing"]), Some(7));
}

#[test]
fn an_object_that_may_not_be_replaced_counts_before_other_failures_but_not_before_sources() {
    let code = |more: &[&str]| {
        // Whichever file meets the conflict, two others are on the server already.
        let scene = Scene::new(&["conflict:skip=4"]);
        plant_all(&scene, &FOUR);
        run(&scene, &["d/1", "d/2", "d/3"]).exits(0);
        run(&scene, &[&["d/", "-r", "--no-overwrite", "--concurrency", "1", "--max-attempts", "1"], more].concat()).code
    };
    assert_eq!(code(&[]), Some(8));
    assert_eq!(code(&["missing"]), Some(3));
}

#[test]
fn being_asked_for_less_slows_all_of_them_and_fails_none() {
    let scene = Scene::new(&["slow-down:every=3,times=40", "too-many-requests:every=5,times=20"]);
    (0..100).for_each(|number| plant(&scene, format!("d/{number:02}"), 10));
    plant(&scene, "d/parts", 5 << 20);
    let outcome = run(&scene, &["d", "-r", "--json", "--concurrency", "16"]).exits(0);
    assert!(accounts(&outcome).values().all(|event| event["event"] == "uploaded"));
    let throttled =
        scene.server.requests(Operation::PutObject).iter().filter(|request| request.fault.is_some()).count();
    assert!(throttled > 10, "{throttled}");
}

#[test]
fn what_fails_in_passing_fails_nothing() {
    let faults = [
        "internal-error:every=7,times=10",
        "reset-in-body:every=9,times=5,after=5",
        "reset-after-stored:every=11,times=5",
        "no-crc:every=4,times=0",
    ];
    let scene = Scene::new(&faults);
    (0..80).for_each(|number| plant(&scene, format!("d/{number:02}"), 100));
    (0..4).for_each(|number| plant(&scene, format!("d/parts{number}"), (3 << 20) + number));
    run(&scene, &["d", "-r"]).exits(0);
    (0..80).for_each(|number| scene.assert_stored(&format!("d/{number:02}"), &format!("d/{number:02}")));
    (0..4).for_each(|number| scene.assert_stored(&format!("d/parts{number}"), &format!("d/parts{number}")));
}

#[test]
fn fail_fast_stops_at_the_first_failure_and_says_what_was_not_begun() {
    let scene = Scene::new(&["access-denied:skip=5"]);
    (0..200).for_each(|number| plant(&scene, format!("d/{number:03}"), 10));
    let outcome = run(&scene, &["d", "-r", "--json", "--fail-fast", "--concurrency", "1"]).exits(4);
    let reported = accounts(&outcome);
    let (before, after) = outcome.stderr.split_once("stopped at the first failure; ").expect("it says so");
    let not_begun: usize = after.split_once(" files were not begun").unwrap().0.parse().unwrap();
    assert_eq!(reported.len() + not_begun, 200);
    assert!((100..195).contains(&not_begun), "{not_begun}");
    assert!(before.contains("AccessDenied"));
    assert_eq!(in_brief(&outcome)[..6].iter().filter(|line| line.ends_with("uploaded")).count(), 5);
}

#[test]
fn fail_fast_stops_at_a_source_too_and_without_failures_it_says_nothing() {
    let scene = Scene::new(&[]);
    (0..100).for_each(|number| plant(&scene, format!("d/{number:03}"), 10));
    let outcome = run(&scene, &["missing", "d", "-r", "--json", "--fail-fast", "--concurrency", "1"]).exits(3);
    assert!(accounts(&outcome).len() < 60);
    outcome.says("files were not begun");
    run(&scene, &["d", "-r", "--fail-fast"]).exits(0).does_not_say("begun");
}
