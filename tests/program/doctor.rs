//! `cosput doctor`: what fails is named, what depends on it is left out, and nothing is left on the server.

use std::fs;

use cosput::emulator::Operation;
use serde_json::Value;

use crate::support::{BUCKET, Outcome, Scene};

const PERMISSIONS: [(&str, &str); 7] = [
    ("list-parts", "cos:ListParts"),
    ("head-object", "cos:HeadObject"),
    ("put-object", "cos:PutObject"),
    ("upload-part", "cos:UploadPart"),
    ("complete", "cos:CompleteMultipartUpload"),
    ("abort", "cos:AbortMultipartUpload"),
    ("initiate", "cos:InitiateMultipartUpload"),
];

fn arguments<'a>(url: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["doctor", "--bucket", BUCKET, "--endpoint", url], more].concat()
}

fn doctor(scene: &Scene, more: &[&str]) -> Outcome {
    scene.run(arguments(&scene.server.url(), more))
}

/// The check of this name.
#[track_caller]
fn check(outcome: &Outcome, name: &str) -> Value {
    let mut checks = outcome.events();
    checks.retain(|event| event["check"] == name);
    let [check] = checks.try_into().unwrap_or_else(|checks| panic!("not one {name}: {checks:?} {}", outcome.stderr));
    check
}

/// The names of the checks with this result.
fn with_result(outcome: &Outcome, result: &str) -> Vec<String> {
    let checks = outcome.events().into_iter().filter(|event| event["result"] == result);
    checks.map(|event| event["check"].as_str().unwrap().to_owned()).collect()
}

#[track_caller]
fn assert_nothing_left(scene: &Scene) {
    assert_eq!(scene.server.uploads(), []);
    let objects = scene.server.requests(Operation::PutObject);
    assert!(objects.iter().all(|request| !request.stored), "{objects:?}");
}

#[test]
fn if_everything_is_in_order_each_check_passes_and_nothing_is_left() {
    let scene = Scene::new(&[]);
    let outcome = doctor(&scene, &["--json", "--prefix", "builds/"]).exits(0);
    assert_eq!(with_result(&outcome, "failed"), [""; 0]);
    assert_eq!(with_result(&outcome, "warning"), [""; 0]);
    assert_eq!(with_result(&outcome, "not_checked"), ["tls"]);
    let diagnosis = outcome.event("diagnosis");
    assert_eq!(
        (&diagnosis["ok"], &diagnosis["not_checked"], &diagnosis["exit_code"]),
        (&15.into(), &1.into(), &0.into())
    );
    assert_nothing_left(&scene);
    let record = scene.server.record_as_text();
    assert!(record.contains("builds/.cosput-doctor-"), "{record}");
    assert_eq!(fs::read_dir(scene.state()).unwrap().count(), 0);
}

#[test]
fn a_wrong_key_is_a_fault_of_the_credentials_and_what_needs_them_is_left_out() {
    let mut scene = Scene::new(&[]);
    scene.set("COS_SECRET_KEY", "a-key-that-is-wrong");
    let outcome =
        doctor(&scene, &["--json"]).exits(4).does_not_say("a-key-that-is-wrong").says("error: 1 check failed");
    assert_eq!(with_result(&outcome, "failed"), ["credentials"]);
    let credentials = check(&outcome, "credentials");
    assert!(credentials["detail"].as_str().unwrap().contains("SignatureDoesNotMatch"), "{credentials}");
    assert!(credentials["hint"].as_str().unwrap().contains("secret key"), "{credentials}");
    assert!(!outcome.stdout.contains("a-key-that-is-wrong"));
    assert_eq!(check(&outcome, "bucket")["result"], "not_checked");
    assert_eq!(check(&outcome, "throughput")["result"], "not_checked");
}

#[test]
fn each_permission_that_is_missing_is_named_with_its_action() {
    for (operation, action) in PERMISSIONS {
        let scene = Scene::new(&[&format!("access-denied:on={operation},times=0")]);
        let outcome = doctor(&scene, &["--json"]).exits(4);
        assert_eq!(check(&outcome, action)["result"], "failed", "{operation}");
        let hint = check(&outcome, action)["hint"].as_str().unwrap().to_owned();
        assert!(hint.starts_with(&format!("allow {action} ")), "{hint}");
        let fails = with_result(&outcome, "failed");
        assert!(fails.iter().all(|name| name == action), "{operation}: {fails:?}");
        if operation == "abort" {
            assert_eq!(scene.server.requests(Operation::Initiate).len(), 0, "the upload could not be aborted");
        }
        assert_nothing_left(&scene);
    }
}

#[test]
fn a_clock_that_is_off_is_a_warning_because_requests_are_signed_with_the_servers_time() {
    let scene = Scene::new(&["clock-skew"]);
    let outcome = doctor(&scene, &["--json"]).exits(0);
    assert_eq!(with_result(&outcome, "warning"), ["clock"]);
    let clock = check(&outcome, "clock");
    assert!(clock["detail"].as_str().unwrap().ends_with("behind the server's"), "{clock}");
    assert_eq!(check(&outcome, "cos:InitiateMultipartUpload")["result"], "ok");
}

#[test]
fn a_port_without_a_server_is_a_fault_of_the_connection() {
    let mut scene = Scene::new(&[]);
    scene.server.stop();
    let outcome = doctor(&scene, &["--json"]).exits(6);
    assert_eq!(with_result(&outcome, "failed"), ["connection"]);
    assert_eq!(check(&outcome, "credentials")["result"], "ok");
    for left_out in ["clock", "bucket", "cos:PutObject", "throughput"] {
        assert_eq!(check(&outcome, left_out)["result"], "not_checked", "{left_out}");
    }
}

#[test]
fn a_state_directory_that_cannot_be_written_fails_and_all_else_is_checked() {
    let scene = Scene::new(&[]);
    fs::write(scene.path("file"), "").unwrap();
    let outcome = doctor(&scene, &["--json", "--state-dir", "file"]).exits(1);
    assert_eq!(with_result(&outcome, "failed"), ["state-directory"]);
    assert_eq!(check(&outcome, "throughput")["result"], "ok");
}

#[test]
fn read_only_sends_neither_an_object_nor_an_initiate() {
    let scene = Scene::new(&[]);
    let outcome = doctor(&scene, &["--json", "--read-only"]).exits(0);
    let left_out = ["tls", "cos:PutObject", "cos:InitiateMultipartUpload", "throughput"];
    assert_eq!(with_result(&outcome, "not_checked"), left_out);
    assert_eq!(scene.server.requests(Operation::PutObject).len(), 0);
    assert_eq!(scene.server.requests(Operation::Initiate).len(), 0);
}

#[test]
fn people_get_a_line_for_each_check_with_what_to_do_below_it() {
    let scene = Scene::new(&["access-denied:on=head-object,times=0"]);
    let outcome = doctor(&scene, &[]).exits(4).says("error: 1 check failed");
    assert!(outcome.stdout.contains("\nok           bucket   "), "{}", outcome.stdout);
    let (_, after) = outcome.stdout.split_once("\nfailed       cos:HeadObject  ").unwrap();
    assert!(after.lines().nth(1).unwrap().trim().starts_with("hint: allow cos:HeadObject "), "{after}");
    let quiet = doctor(&scene, &["--quiet"]).exits(4);
    assert!(quiet.stdout.starts_with("failed       cos:HeadObject  "), "{}", quiet.stdout);
    assert_eq!(quiet.stdout.lines().count(), 2);
}

#[cfg(unix)]
#[test]
fn after_ctrl_c_the_upload_of_the_probe_is_aborted() {
    let mut scene = Scene::new(&["stall:on=upload-part,skip=1"]);
    let url = scene.server.url();
    let running = scene.start(arguments(&url, &[]));
    crate::support::until(|| scene.server.uploads().len() == 1, "the upload is initiated");
    running.signal("INT");
    running.wait().exits(130).does_not_say("may remain");
    scene.server.restart(&[]);
    assert_nothing_left(&scene);
}
