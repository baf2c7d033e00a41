//! A signal in the middle of many files stops the program soon, and the next run finds the parts that were sent.
#![cfg(unix)]

use cosput::emulator::Operation;

use super::{accounts, begin, plant, run};
use crate::support::{MIB, Scene, until};

/// A program that waited for what is stalled would hang.
const PATIENT: [&str; 2] = ["--stall-timeout", "1h"];

#[test]
fn a_signal_in_the_middle_keeps_the_journals_and_the_next_run_goes_on() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let mut scene = Scene::new(&["stall:on=upload-part,skip=3,times=0", "stall:on=put-object,skip=10,times=0"]);
        (0..3).for_each(|number| plant(&scene, format!("d/big{number}"), 3 * MIB));
        (0..50).for_each(|number| plant(&scene, format!("d/small{number:03}"), 100));
        let running = begin(&scene, &[&["d", "-r", "--json", "--concurrency", "64"], &PATIENT[..]].concat());
        let stored = |scene: &Scene| {
            let put = scene.server.requests(Operation::PutObject).into_iter().filter(|request| request.stored).count();
            (scene.server.stored_parts().len(), put)
        };
        until(|| stored(&scene) == (3, 10), "some of it is stored");
        let arrived = |operation| scene.server.requests(operation).len();
        until(|| arrived(Operation::UploadPart) == 9 && arrived(Operation::PutObject) == 50, "all the rest is stalled");
        running.signal(signal);
        let outcome = running.wait().exits(code).says("stopping: ");
        let reported = accounts(&outcome);
        assert!(
            reported.values().all(|event| event["event"] == "uploaded" || event["exit_code"] == code),
            "{reported:?}"
        );
        assert_eq!(reported.len(), 53);
        assert!(!scene.journals().is_empty());
        scene.server.restart(&[]);
        let again = run(&scene, &["d", "-r", "--json", "--skip-unchanged"]).exits(0);
        assert_eq!(accounts(&again).len(), 53);
        let mut parts = scene.server.stored_parts();
        parts.sort_unstable();
        assert_eq!(parts, [1, 1, 1, 2, 2, 2, 3, 3, 3], "each part is stored once");
        assert!(scene.journals().is_empty());
    }
}

#[test]
fn a_signal_before_all_are_begun_is_no_success_even_where_all_that_were_begun_are_stored() {
    let scene = Scene::new(&["trickle:rate=100,skip=10"]);
    (0..100).for_each(|number| plant(&scene, format!("d/{number:03}"), 100));
    let running = begin(&scene, &["d", "-r", "--json", "--concurrency", "1"]);
    until(|| scene.server.requests(Operation::PutObject).len() >= 10, "ten are stored");
    running.signal("INT");
    let outcome = running.wait().exits(130).says("files that are not named here were not begun");
    assert!((10..100).contains(&accounts(&outcome).len()));
}

#[test]
fn a_signal_while_a_list_is_waited_for_ends_it_too() {
    let scene = Scene::new(&[]);
    assert!(std::process::Command::new("mkfifo").arg(scene.path("list")).status().unwrap().success());
    // Opens both ends, so that opening does not block; no data is ever written.
    let _open = std::fs::File::options().read(true).write(true).open(scene.path("list")).unwrap();
    let running = begin(&scene, &["--files-from", "list", "--json"]);
    // The program is ready once it catches SIGINT; no other sign of that is visible.
    until(
        || {
            std::fs::read_to_string(format!("/proc/{}/status", running.id())).map_or(true, |status| {
                let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
                caught.is_none_or(|mask| u64::from_str_radix(mask.trim(), 16).unwrap() & 2 != 0)
            })
        },
        "it listens for signals",
    );
    running.signal("INT");
    let outcome = running.wait().exits(130);
    assert_eq!(outcome.event("summary")["exit_code"], 130);
}
