//! A signal stops the program soon, and no part that was sent is lost.
#![cfg(unix)]

use std::os::unix::process::CommandExt;
use std::time::Duration;

use crate::support::{MIB, Outcome, Running, Scene, now, until};
use cosput::emulator::Operation;

/// A program that waited for what is stalled would hang.
const PATIENT: [&str; 2] = ["--stall-timeout", "1h"];

/// The signals, by name, and the exit codes that go with them.
const SIGNALS: [(&str, i32); 3] = [("INT", 130), ("TERM", 143), ("HUP", 143)];

/// Sends a signal and waits for the exit. What is in flight never ends by itself.
fn stop(running: Running, signal: &str) -> Outcome {
    running.signal(signal);
    running.wait()
}

/// Starts an upload of five parts, waits for a condition, stops it by each signal, and finishes it with the next run.
fn stopped_and_finished(faults: &[&str], reached: impl Fn(&Scene, &Running) -> bool, check: impl Fn(&Scene, &Outcome)) {
    for (signal, code) in SIGNALS {
        let mut scene = Scene::new(faults);
        scene.file("a.bin", 5 * MIB);
        let running = scene.begin("a.bin", &[&["--concurrency", "2"], &PATIENT[..]].concat());
        until(|| reached(&scene, &running), "the moment has come");
        let outcome = stop(running, signal).exits(code).says("stopping: ").says("hint: run the same command again");
        check(&scene, &outcome);
        scene.server.restart(&[]);
        let before = scene.server.stored_parts().len();
        scene.upload("a.bin", &[]).exits(0);
        assert_eq!(scene.server.stored_parts().len() - before, 5 - before, "what was stored is not sent again");
        scene.assert_stored("a.bin", "a.bin");
        assert!(scene.journals().is_empty());
    }
}

/// Asserts that the journal is kept and that the message names the upload to resume.
fn goes_on(scene: &Scene, outcome: &Outcome) {
    let [(_, id)] = scene.server.uploads().try_into().unwrap();
    outcome.clone().says(&format!("hint: run the same command again to resume upload {id}"));
    assert!(scene.journal().is_file());
}

#[test]
fn while_the_upload_begins() {
    stopped_and_finished(
        &["stall:on=initiate,times=0"],
        |scene, _| !scene.server.requests(Operation::Initiate).is_empty(),
        |scene, outcome| {
            // Its ID never became known, and the next run reports that.
            assert_eq!(scene.server.uploads(), []);
            outcome.clone().does_not_say("resume upload");
        },
    );
}

#[test]
fn while_parts_are_on_their_way() {
    stopped_and_finished(
        &["stall:skip=2,times=0"],
        |scene, _| scene.server.requests(Operation::UploadPart).len() == 4,
        |scene, outcome| {
            goes_on(scene, outcome);
            assert_eq!(scene.server.stored_parts().len(), 2);
            assert_eq!(scene.server.requests(Operation::UploadPart).len(), 4, "a part was begun after the signal");
        },
    );
}

#[test]
fn while_a_retry_is_waited_for() {
    stopped_and_finished(
        &["service-unavailable:skip=2,times=0,retry-after=600"],
        |_, running| running.stderr().contains("retrying"),
        |scene, outcome| {
            goes_on(scene, outcome);
            // Each part was tried once; the parts that wait for a second attempt do not get one.
            assert!(scene.server.requests(Operation::UploadPart).len() <= 5);
        },
    );
}

#[test]
fn while_the_object_is_put_together() {
    stopped_and_finished(
        &["slow-complete:seconds=3600"],
        |scene, _| scene.server.stored_parts().len() == 5,
        |scene, _| assert!(scene.journal().is_file()),
    );
}

#[test]
fn while_the_map_of_a_stored_object_is_written_beside_it() {
    for (signal, _) in SIGNALS {
        let scene = Scene::new(&["stall:on=put-object,times=0"]);
        scene.file("a.bin", 5 * MIB);
        let running = scene.begin("a.bin", &["--delta", "--delta-map", "object", "--stall-timeout", "1h"]);
        until(|| !scene.server.requests(Operation::PutObject).is_empty(), "the map is sent");
        let outcome = stop(running, signal);
        assert_eq!(outcome.code, Some(0), "the object is proved: {outcome:?}");
        scene.assert_stored("a.bin", "a.bin");
        assert!(scene.journals().is_empty());
    }
}

#[test]
fn while_the_object_is_looked_at() {
    stopped_and_finished(
        &["cut-verdict", "stall:on=head-object,times=0"],
        |scene, _| !scene.server.requests(Operation::HeadObject).is_empty(),
        |scene, outcome| {
            outcome.clone().says("could not determine whether a.bin was uploaded");
            assert!(scene.journal().is_file());
        },
    );
}

#[test]
fn while_the_parts_are_listed() {
    for (signal, code) in SIGNALS {
        let mut scene = Scene::new(&["stall:skip=2,times=0"]);
        scene.file("a.bin", 5 * MIB);
        scene.interrupt("a.bin", &[], 2);
        scene.server.restart(&["stall:on=list-parts,times=0"]);
        let running = scene.begin("a.bin", &PATIENT);
        until(|| !scene.server.requests(Operation::ListParts).is_empty(), "the parts are listed");
        let outcome = stop(running, signal).exits(code);
        goes_on(&scene, &outcome);
        scene.server.restart(&[]);
        scene.upload("a.bin", &[]).exits(0);
        scene.server.assert_each_part_stored_once(5);
        scene.assert_stored("a.bin", "a.bin");
    }
}

#[test]
fn while_one_request_takes_the_whole_file() {
    for (signal, code) in SIGNALS {
        let scene = Scene::new(&["stall"]);
        scene.file("a.bin", 1000);
        let running = scene.begin("a.bin", &PATIENT);
        until(|| !scene.server.requests(Operation::PutObject).is_empty(), "it was sent");
        stop(running, signal).exits(code).says("run the same command again");
        scene.upload("a.bin", &[]).exits(0);
        scene.assert_stored("a.bin", "a.bin");
    }
}

#[test]
fn what_lands_in_time_counts() {
    // A busy machine may take longer for one part than the program waits.
    let lands = || {
        let scene = Scene::new(&["trickle:rate=1500000,times=0"]);
        scene.file("a.bin", 5 * MIB);
        let running = scene.begin("a.bin", &["--concurrency", "1"]);
        // The second part is in flight, with less than a second left.
        until(|| !scene.server.stored_parts().is_empty(), "a part is stored");
        stop(running, "INT").exits(130);
        let journal = std::fs::read_to_string(scene.journal()).unwrap();
        journal.lines().count() - 1 == 2
    };
    assert!((0..10).any(|_| lands()), "the part in flight is never in the journal");
}

#[test]
fn the_second_signal_ends_it_at_once() {
    for (signal, code) in SIGNALS {
        // A busy machine may delay the end; a program that waited would take almost two seconds each time.
        let ended = (0..10).any(|_| ends_before_the_grace_period_does(signal, code));
        assert!(ended, "it waits after the second {signal}");
    }
}

fn ends_before_the_grace_period_does(signal: &str, code: i32) -> bool {
    let scene = Scene::new(&["stall:skip=2,times=0"]);
    scene.file("a.bin", 5 * MIB);
    let running = scene.begin("a.bin", &[&["--concurrency", "2"], &PATIENT[..]].concat());
    until(|| scene.server.requests(Operation::UploadPart).len() == 4, "two parts are stored and two are stalled");
    running.signal(signal);
    until(|| running.stderr().contains("stopping: "), "the first signal is heard");
    let second = now();
    let outcome = stop(running, signal).exits(code);
    let took = second.elapsed();
    goes_on(&scene, &outcome);
    took < Duration::from_millis(1500)
}

#[test]
fn programs_hear_of_it_too() {
    let scene = Scene::new(&["stall:skip=2,times=0"]);
    scene.file("a.bin", 5 * MIB);
    let running = scene.begin("a.bin", &[&["--json", "--concurrency", "2"], &PATIENT[..]].concat());
    until(|| scene.server.stored_parts().len() == 2, "two parts are stored");
    let outcome = stop(running, "TERM").exits(143);
    let failed = outcome.event("failed");
    assert_eq!((&failed["exit_code"], &failed["error"]["kind"]), (&143.into(), &"interrupted".into()));
    assert_eq!((&failed["resumable"], &failed["journal"]), (&true.into(), &scene.journal().to_str().unwrap().into()));
    assert_eq!(outcome.event("summary")["exit_code"], 143);
}

/// Ctrl-Z, and `fg` much later.
#[test]
fn a_pause_longer_than_every_time_limit_is_no_failure() {
    // Long enough that a busy machine alone never causes it.
    const STALL: Duration = Duration::from_secs(5);
    // The server continues while the program is stopped: within bodies, and while it assembles the object.
    for fault in ["trickle:rate=400000,times=0", "slow-complete:seconds=10"] {
        let scene = Scene::new(&[fault]);
        scene.file("a.bin", 5 * MIB);
        let arguments = ["--stall-timeout", "5s", "--max-attempts", "1", "--concurrency", "2"];
        // In a process group of its own with a parent: in an orphaned group, as of a job that outlived its shell, the
        // system ignores stops from a terminal.
        let mut command = scene.command(scene.upload_arguments("a.bin", &arguments));
        command.process_group(0);
        let mut running = Running::start(command);
        let reached = if fault.starts_with("trickle") { 1 } else { 5 };
        until(|| scene.server.stored_parts().len() >= reached, "it is under way");
        running.signal("TSTP");
        let stopped = now();
        until(|| stopped.elapsed() > STALL * 2, "the pause is longer than the limit");
        assert!(!running.has_ended());
        running.signal("CONT");
        running.wait().exits(0).does_not_say("no byte moved");
        scene.server.assert_each_part_stored_once(5);
        scene.assert_stored("a.bin", "a.bin");
    }
}

#[test]
fn a_server_for_the_command_line_stops_too() {
    let scene = Scene::new(&[]);
    for signal in ["INT", "TERM"] {
        let running = scene.start(["emulator", "--listen", "127.0.0.1:0", "--dir", "objects"]);
        until(|| running.stdout().starts_with("http://127.0.0.1:"), "it listens");
        stop(running, signal).exits(0);
    }
}
