//! A journal that cannot be written only prevents a resume, unless the user asked for it; a journal that is kept
//! belongs to one process at a time.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::support::{MIB, Outcome, Running, Scene, until};

/// Accepts two parts and then no more.
const TAKES_TWO_PARTS: &str = "stall:skip=2,times=0";

/// In a shell: limits files to this many blocks of 512 bytes, as if the disk were full then. To a program the two
/// differ only in the error number.
fn full_after(blocks: u32) -> String {
    format!("trap '' XFSZ; ulimit -f {blocks}")
}

/// Runs `cosput upload SOURCE` with a disk that is full from the start.
fn upload_on_a_full_disk(scene: &Scene, source: &str, more: &[&str]) -> Outcome {
    // Its output goes through pipes, because files cannot grow.
    let output = scene.command_after(&full_after(0), scene.upload_arguments(source, more)).output().unwrap();
    let [stdout, stderr] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    Outcome { code: output.status.code(), stdout, stderr }
}

fn says_once_that_it_cannot_be_resumed(outcome: &Outcome) {
    assert_eq!(outcome.stderr.matches("warning: could not write the journal: ").count(), 1, "{}", outcome.stderr);
    assert_eq!(outcome.stderr.matches("warning: ").count(), 1, "{}", outcome.stderr);
}

#[test]
fn a_full_disk_costs_the_resume_alone() {
    let scene = Scene::new(&[]);
    scene.file("a.bin", 5 * MIB);
    let outcome = upload_on_a_full_disk(&scene, "a.bin", &[]).exits(0);
    says_once_that_it_cannot_be_resumed(&outcome);
    scene.assert_stored("a.bin", "a.bin");
    assert!(scene.journals().is_empty());
    // An upload in one request needs no journal.
    scene.file("put.bin", 1000);
    assert_eq!(upload_on_a_full_disk(&scene, "put.bin", &[]).exits(0).stderr, "");
}

/// The failure concerns no single object.
#[test]
fn a_record_that_cannot_be_written_is_a_failure_in_json_too() {
    let scene = Scene::new(&[]);
    std::fs::create_dir(scene.path("d")).unwrap();
    scene.file("d/a", 10);
    scene.file("d/b", 10);
    let outcome = upload_on_a_full_disk(&scene, "d", &["-r", "--publish-together", "--json"]).exits(1);
    let failed = outcome.events().into_iter().find(|event| event["event"] == "failed" && event.get("source").is_none());
    let message = failed.expect("the command has failed")["error"]["message"].as_str().unwrap().to_owned();
    assert!(outcome.stderr.contains(&format!("error: {message}\n")), "{message} {}", outcome.stderr);
}

#[test]
fn a_full_disk_stops_an_upload_whose_journal_was_asked_for_before_anything_is_sent() {
    let scene = Scene::new(&[]);
    scene.file("a.bin", 5 * MIB);
    let outcome = upload_on_a_full_disk(&scene, "a.bin", &["--journal", "journal"]).exits(1);
    outcome.says("could not use the journal journal: ");
    assert_eq!(scene.server.record(), []);
    assert!(!scene.path("journal").exists());
}

#[test]
fn a_disk_that_fills_up_costs_one_warning_and_the_next_run_still_goes_on() {
    // The journal has room for about thirty parts.
    let mut scene = Scene::new(&["stall:skip=50,times=0"]);
    scene.file("a.bin", 60 * MIB);
    let arguments = scene.upload_arguments("a.bin", &["--concurrency", "2", "-v"]);
    let running = Running::start(scene.command_after(&full_after(9), arguments.clone()));
    // The journal has a line for each part until it is full.
    until(|| scene.server.stored_parts().len() == 50, "fifty parts are stored");
    running.kill();
    let journal = fs::read(scene.journal()).unwrap();
    let lines = journal.iter().filter(|byte| **byte == b'\n').count();
    assert!((10..50).contains(&lines), "{lines}");
    scene.server.restart(&[]);

    let outcome = scene.upload("a.bin", &["--json"]).exits(0);
    assert_eq!(outcome.event("uploaded")["parts_resumed"], 50);
    scene.server.assert_each_part_stored_once(60);
    scene.assert_stored("a.bin", "a.bin");

    let outcome = Running::start(scene.command_after(&full_after(9), scene.upload_arguments("a.bin", &[]))).wait();
    says_once_that_it_cannot_be_resumed(&outcome.exits(0));
    scene.assert_stored("a.bin", "a.bin");
    assert!(scene.journals().is_empty());
}

#[test]
fn an_earlier_journal_is_read_even_where_no_more_can_be_added() {
    let mut scene = Scene::new(&[TAKES_TWO_PARTS]);
    scene.file("a.bin", 5 * MIB);
    scene.interrupt("a.bin", &[], 2);
    let outcome = upload_on_a_full_disk(&scene, "a.bin", &["--json"]).exits(0);
    says_once_that_it_cannot_be_resumed(&outcome);
    assert_eq!(outcome.event("uploaded")["parts_resumed"], 2);
    scene.server.assert_each_part_stored_once(5);
    scene.assert_stored("a.bin", "a.bin");
}

#[test]
fn a_directory_that_is_read_only_costs_the_resume_alone() {
    let scene = Scene::new(&[]);
    scene.file("a.bin", 5 * MIB);
    let read_only = scene.path("state");
    fs::create_dir(&read_only).unwrap();
    let mode = |mode| fs::set_permissions(&read_only, fs::Permissions::from_mode(mode)).unwrap();
    mode(0o500);
    let (usual, asked) = (scene.upload_arguments("a.bin", &[]), ["--journal", "state/journal"]);
    if let Some(command) = scene.as_nobody(usual) {
        says_once_that_it_cannot_be_resumed(&Running::start(command).wait().exits(0));
        scene.assert_stored("a.bin", "a.bin");
        let before = scene.server.record().len();
        let command = scene.as_nobody(scene.upload_arguments("a.bin", &asked)).unwrap();
        Running::start(command).wait().exits(1).says("could not use the journal state/journal: ");
        assert_eq!(scene.server.record().len(), before);
    }
    mode(0o700);
}

#[test]
fn an_unreadable_journal_prevents_a_resume_and_is_left_as_it_is() {
    let mut scene = Scene::new(&[TAKES_TWO_PARTS]);
    scene.file("a.bin", 5 * MIB);
    scene.interrupt("a.bin", &[], 2);
    let journal = scene.journal();
    let content = fs::read(&journal).unwrap();
    let Some(command) = scene.as_nobody(scene.upload_arguments("a.bin", &[])) else { return };
    fs::set_permissions(&journal, fs::Permissions::from_mode(0o000)).unwrap();
    says_once_that_it_cannot_be_resumed(&Running::start(command).wait().exits(0));
    scene.assert_stored("a.bin", "a.bin");
    fs::set_permissions(&journal, fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(fs::read(&journal).unwrap(), content);
}

#[test]
fn a_lock_dies_with_its_process() {
    let mut scene = Scene::new(&[TAKES_TWO_PARTS]);
    scene.file("a.bin", 5 * MIB);
    let first = scene.begin("a.bin", &[]);
    until(|| scene.server.stored_parts().len() == 2, "two parts are stored");
    scene.upload("a.bin", &[]).exits(8).says("another process is using its journal");
    first.kill();
    scene.server.restart(&[]);
    let outcome = scene.upload("a.bin", &["--json"]).exits(0);
    assert_eq!(outcome.event("uploaded")["parts_resumed"], 2);
}

#[test]
fn a_journal_of_another_file_makes_room_and_says_so() {
    let mut scene = Scene::new(&[TAKES_TWO_PARTS]);
    scene.file("a.bin", 5 * MIB);
    scene.file("b.bin", 5 * MIB);
    scene.interrupt("a.bin", &["--journal", "journal", "--key", "k"], 2);
    let [(_, old)] = scene.server.uploads().try_into().unwrap();
    let outcome = scene.upload("b.bin", &["--journal", "journal", "--key", "k"]).exits(0);
    let outcome = outcome.says("cannot resume an earlier upload because the file was ");
    outcome.says(&format!("the earlier upload {old} was aborted"));
    scene.assert_stored("b.bin", "k");
    assert_eq!(scene.server.uploads(), []);
}

#[test]
fn what_is_no_file_is_no_journal() {
    let scene = Scene::new(&[]);
    scene.file("a.bin", 5 * MIB);
    fs::create_dir(scene.path("directory")).unwrap();
    scene.file("put.bin", 1000);
    for journal in ["directory", "/dev/null", "/dev/full"].into_iter().filter(|path| scene.path(path).exists()) {
        for source in ["a.bin", "put.bin"] {
            let words = format!("could not use the journal {journal}: it is no file");
            scene.upload(source, &["--journal", journal]).exits(1).says(&words);
            assert!(scene.path(journal).exists());
        }
    }
    assert_eq!(scene.server.record(), []);
}
