//! A file that changes during an upload or between two runs is not uploaded, and the change is reported; sources that
//! are not files are refused.

use std::fs;

#[cfg(unix)]
use crate::support::changes::lock_away;
use crate::support::changes::{Change, append, delete, overwrite, replace, touch, truncate};
use crate::support::{MIB, Outcome, Running, Scene, until};
use cosput::emulator::Operation;

/// A change by its name, and what is reported.
type Noticed = (&'static str, Change, &'static str);

const CHANGES: &[Noticed] = &[
    ("append", append, "its size went from SIZE to MORE bytes"),
    ("truncate", truncate, "its size went from SIZE to 100 bytes"),
    ("overwrite", overwrite, "its time of modification went from "),
    ("touch", touch, "its time of modification went from "),
    ("replace", replace, "another file took its place"),
];

const REMOVAL: &[Noticed] = &[("delete", delete, "it was removed or renamed")];

/// The second part is never answered.
const STALLS_AFTER_ONE_PART: &str = "stall:skip=1,times=0";

fn has_one_part(scene: &Scene) -> bool {
    scene.server.requests(Operation::UploadPart).len() == 2
}

/// Starts an upload of `size` bytes for each of these changes, waits until it has begun, changes the file, lets what is stalled
/// go on, and asserts that no object is on the server. All run at the same time, since most of the time is spent waiting.
fn are_noticed(
    changes: &[Noticed],
    size: u64,
    faults: &[&str],
    more: &[&str],
    begun: impl Fn(&Scene, &Running) -> bool + Sync,
) {
    std::thread::scope(|scope| {
        for (name, change, what) in changes {
            let begun = &begun;
            scope.spawn(move || {
                let mut scene = Scene::new(faults);
                let source = scene.file("a.bin", size);
                let running = scene.begin("a.bin", more);
                until(|| begun(&scene, &running), "the upload has begun");
                change(&source);
                if faults.iter().any(|fault| fault.starts_with("stall")) {
                    scene.server.restart(&[]);
                }
                let what = what.replace("SIZE", &size.to_string()).replace("MORE", &(size + 4).to_string());
                let outcome = running.wait().exits(3);
                let reported = |what: &str| outcome.stderr.contains(&format!("changed while it was uploaded: {what}"));
                // The system may show the new time a moment before the new size. On Windows the file may be found open.
                let earlier = ["its time of modification went from ", "another program has it open for writing"];
                let reported_earlier = what.starts_with("its size") && earlier.iter().any(|what| reported(what));
                assert!(reported(&what) || reported_earlier, "{name}: {outcome:?}");
                let outcome = outcome.says("error: could not upload ").does_not_say("resume upload");
                outcome.says("hint: upload it again when no other program writes to it");
                scene.assert_nothing_stored("a.bin");
                assert!(scene.journals().is_empty(), "{name}");
            });
        }
    });
}

fn are_noticed_between_parts(changes: &[Noticed]) {
    let more = ["--concurrency", "1"];
    are_noticed(changes, 4 * MIB, &[STALLS_AFTER_ONE_PART], &more, |scene, _| has_one_part(scene));
}

fn are_noticed_before_the_last_part(changes: &[Noticed]) {
    are_noticed(changes, 4 * MIB, &["service-unavailable:part=4,retry-after=8"], &[], |scene, running| {
        running.stderr().contains("retrying") && scene.server.stored_parts().len() == 3
    });
}

fn are_noticed_in_one_request(changes: &[Noticed]) {
    // More than the buffers between the two hold, so that its end is read only after the change.
    let more = ["--multipart-threshold", "100M", "-v"];
    let begun = |_: &Scene, running: &Running| running.stderr().contains("in one request");
    are_noticed(changes, 24 * MIB, &["trickle:rate=3000000"], &more, begun);
}

#[test]
fn a_file_in_parts_that_changes_is_not_completed() {
    are_noticed_between_parts(CHANGES);
}

#[test]
fn a_file_that_changes_while_its_last_part_waits_is_not_completed() {
    are_noticed_before_the_last_part(CHANGES);
}

#[test]
fn a_file_in_one_request_that_changes_is_not_stored() {
    are_noticed_in_one_request(CHANGES);
}

#[test]
fn a_file_that_is_removed_while_it_is_sent_is_not_stored() {
    are_noticed_between_parts(REMOVAL);
    are_noticed_before_the_last_part(REMOVAL);
    are_noticed_in_one_request(REMOVAL);
}

/// The effect of a change between two runs.
enum Then {
    /// A new upload begins, for this reason.
    Anew(&'static str),
    /// There is nothing to upload, for this reason; the journal still names the upload.
    Nothing(&'static str),
}

const CHANGES_BETWEEN: &[(&str, Change, Then)] = &[
    ("append", append, Then::Anew("the file's size was 5242880 and is 5242884")),
    ("truncate", truncate, Then::Anew("")),
    ("overwrite", overwrite, Then::Anew("the file's time of modification was ")),
    ("touch", touch, Then::Anew("the file's time of modification was ")),
    ("delete", delete, Then::Nothing("no such file")),
    ("replace", replace, Then::Anew("another file took the file's place")),
];

#[test]
fn a_file_that_changes_between_a_crash_and_the_next_run_begins_anew_or_is_reported_missing() {
    std::thread::scope(|scope| {
        for (name, change, then) in CHANGES_BETWEEN {
            for resuming in [false, true] {
                scope.spawn(move || changed_between(name, *change, then, resuming));
            }
        }
    });
}

fn changed_between(name: &str, change: Change, then: &Then, resuming: bool) {
    let mut scene = Scene::new(&["stall:skip=2,times=0"]);
    let source = scene.file("a.bin", 5 * MIB);
    scene.interrupt("a.bin", &[], 2);
    let [(_, old)] = scene.server.uploads().try_into().unwrap();
    change(&source);
    let next = |scene: &Scene| if resuming { scene.run(["resume"]) } else { scene.upload("a.bin", &[]) };
    let about = |outcome: &Outcome| format!("{name}, by resume {resuming}: {outcome:?}");
    let outcome = next(&scene);
    match then {
        Then::Anew(why) => {
            let reported = format!("warning: cannot resume an earlier upload because {why}");
            assert!(outcome.stderr.contains(&reported), "{}", about(&outcome));
            assert!(outcome.stderr.contains(&format!("the earlier upload {old} was aborted")), "{}", about(&outcome));
            assert_eq!(outcome.code, Some(0), "{}", about(&outcome));
            scene.assert_stored("a.bin", "a.bin");
            assert_eq!(scene.server.uploads(), [], "{}", about(&outcome));
            assert!(scene.journals().is_empty(), "{}", about(&outcome));
        }
        Then::Nothing(why) => {
            assert_eq!(outcome.code, Some(3), "{}", about(&outcome));
            assert!(outcome.stderr.contains(why), "{}", about(&outcome));
            assert_eq!(scene.server.object("a.bin"), None);
            assert!(fs::read_to_string(scene.journal()).unwrap().contains(&old), "the upload is still named");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_becomes_unreadable_is_not_completed() {
    let mut scene = Scene::new(&[STALLS_AFTER_ONE_PART]);
    let source = scene.file("a.bin", 4 * MIB);
    let Some(command) = scene.as_nobody(scene.upload_arguments("a.bin", &["--concurrency", "1"])) else { return };
    let running = Running::start(command);
    until(|| has_one_part(&scene), "a part is stored");
    lock_away(&source);
    scene.server.restart(&[]);
    let outcome = running.wait().exits(3);
    outcome.says("changed while it was uploaded: it can no longer be read (").does_not_say("resume upload");
    scene.assert_nothing_stored("a.bin");
    assert!(scene.journals().is_empty());
}

#[cfg(unix)]
#[test]
fn a_file_that_is_unreadable_after_a_crash_is_reported_and_its_upload_still_named() {
    let mut scene = Scene::new(&["stall:skip=2,times=0"]);
    let source = scene.file("a.bin", 5 * MIB);
    let Some(command) = scene.as_nobody(scene.upload_arguments("a.bin", &[])) else { return };
    let running = Running::start(command);
    until(|| scene.server.stored_parts().len() == 2, "two parts are stored");
    running.kill();
    scene.server.restart(&[]);
    let [(_, id)] = scene.server.uploads().try_into().unwrap();
    lock_away(&source);
    for arguments in [scene.upload_arguments("a.bin", &[]), vec!["resume".to_owned()]] {
        let again = Running::start(scene.as_nobody(arguments).unwrap()).wait();
        again.exits(3).says("cannot be read: ");
        assert_eq!(scene.server.object("a.bin"), None);
        assert!(fs::read_to_string(scene.journal()).unwrap().contains(&id), "the upload is still named");
    }
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_refused_before_anything_is_sent() {
    let scene = Scene::new(&[]);
    fs::create_dir(scene.path("directory")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(scene.path("pipe")).status();
    scene.upload("directory", &[]).exits(2).says("is a directory, not a file");
    scene.upload("/dev/null", &[]).exits(3).says("not a file");
    scene.upload("missing", &[]).exits(3).says("no such file");
    if made.is_ok_and(|status| status.success()) {
        // The pipe has no writer: opening it would block forever.
        scene.upload("pipe", &[]).exits(3).says("not a file");
    }
    let socket = std::os::unix::net::UnixListener::bind(scene.path("socket")).unwrap();
    scene.upload("socket", &[]).exits(3).says("not a file");
    drop(socket);
    assert_eq!(scene.server.record(), []);
}
