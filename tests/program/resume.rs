//! An interrupted upload continues where it stopped; one that cannot be resumed is aborted and starts over.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use crate::support::{BUCKET, MIB, Outcome, POSSIBLE_ORPHAN, Scene, shown_path, until};
use cosput::emulator::Operation;
use serde_json::json;

/// Accepts two parts and then no more.
const TAKES_TWO_PARTS: &str = "stall:skip=2,times=0";
/// Accepts four parts and then no more.
const TAKES_FOUR_PARTS: &str = "stall:skip=4,times=0";

/// The number of parts that an earlier run had sent, as the finishing run reports it.
fn parts_resumed(outcome: &Outcome) -> u64 {
    outcome.event("uploaded")["parts_resumed"].as_u64().unwrap()
}

/// A scene in which the upload of `a.bin` was killed once the server had this many parts.
fn interrupted(fault: &str, size: u64, parts: usize) -> Scene {
    let mut scene = Scene::new(&[fault]);
    scene.file("a.bin", size);
    scene.interrupt("a.bin", &[], parts);
    scene
}

fn lines(path: &Path) -> usize {
    fs::read(path).map_or(0, |bytes| bytes.iter().filter(|byte| **byte == b'\n').count())
}

#[test]
fn three_hundred_mebibytes_killed_in_the_middle_go_on_where_they_stopped() {
    let mut scene = Scene::new(&["stall:skip=8,times=0"]);
    scene.set("COSPUT_PART_SIZE", "16M");
    // With more requests in flight, the last part, which is smaller, could be among the first eight.
    scene.set("COSPUT_CONCURRENCY", "4");
    scene.file("disk.img", 300 * MIB);
    scene.interrupt("disk.img", &[], 8);
    assert!(scene.journal().is_file());

    let outcome = scene.upload("disk.img", &["--json"]).exits(0).says("resuming upload");
    let uploaded = outcome.event("uploaded");
    let reported = |name: &str| uploaded[name].clone();
    assert_eq!(
        (reported("parts"), reported("parts_resumed"), reported("bytes_resumed"), reported("bytes_sent")),
        (json!(19), json!(8), json!(128 * MIB), json!(172 * MIB))
    );
    scene.server.assert_each_part_stored_once(19);
    scene.assert_stored("disk.img", "disk.img");
    assert_eq!(scene.server.uploads(), []);
    assert!(scene.journals().is_empty());
}

#[test]
fn more_parts_than_a_page_lists_are_all_found_again() {
    let mut scene = Scene::new(&["stall:skip=1050,times=0"]);
    let file = File::create(scene.path("sparse.img")).unwrap();
    file.set_len(1100 * MIB).unwrap();
    // Each part differs from the others.
    for number in 0..1100_u64 {
        write_at(&file, &number.to_be_bytes(), number * MIB + number);
    }
    scene.interrupt("sparse.img", &[], 1050);
    let outcome = scene.upload("sparse.img", &["--json"]).exits(0);
    assert_eq!(parts_resumed(&outcome), 1050);
    assert_eq!(scene.server.requests(Operation::ListParts).len(), 2);
    scene.server.assert_each_part_stored_once(1100);
    scene.assert_stored("sparse.img", "sparse.img");
}

#[cfg(unix)]
fn write_at(file: &File, bytes: &[u8], offset: u64) {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, offset).unwrap();
}

#[cfg(windows)]
fn write_at(file: &File, bytes: &[u8], offset: u64) {
    assert_eq!(std::os::windows::fs::FileExt::seek_write(file, bytes, offset).unwrap(), bytes.len());
}

/// Interrupts an upload of `a.bin`, changes something, runs `later`, and asserts a new upload, with only a message left
/// of the old one.
fn begins_anew(change: impl FnOnce(&Scene), later: &[&str], why: &str) {
    let mut scene = Scene::new(&[TAKES_TWO_PARTS]);
    scene.file("a.bin", 5 * MIB + 17);
    scene.interrupt("a.bin", &["--journal", "journal"], 2);
    let [(_, old)] = scene.server.uploads().try_into().unwrap();
    change(&scene);
    let arguments = ["--journal", "journal", "--json"].iter().chain(later).copied().collect::<Vec<_>>();
    let outcome = scene.upload("a.bin", &arguments).exits(0);
    let outcome = outcome.says(&format!("warning: cannot resume an earlier upload because {why}"));
    let outcome = outcome.says(&format!("starting a new one; the earlier upload {old} was aborted"));
    assert_eq!(parts_resumed(&outcome), 0);
    let key = outcome.event("uploaded")["key"].as_str().unwrap().to_owned();
    scene.assert_stored("a.bin", &key);
    assert_eq!(scene.server.uploads(), []);
    assert!(!scene.path("journal").exists());
}

#[test]
fn a_file_that_was_touched_begins_anew() {
    let touch = |scene: &Scene| {
        let file = File::options().write(true).open(scene.path("a.bin")).unwrap();
        file.set_modified(file.metadata().unwrap().modified().unwrap() + Duration::from_secs(7)).unwrap();
    };
    begins_anew(touch, &[], "the file's time of modification was ");
}

#[test]
fn a_file_that_has_grown_begins_anew() {
    let append = |scene: &Scene| {
        File::options().append(true).open(scene.path("a.bin")).unwrap().write_all(b"more").unwrap();
    };
    begins_anew(append, &[], "the file's size was 5242897 and is 5242901");
}

#[cfg(unix)]
#[test]
fn a_file_that_another_took_the_place_of_begins_anew() {
    let replace = |scene: &Scene| {
        let modified = fs::metadata(scene.path("a.bin")).unwrap().modified().unwrap();
        let other = scene.file("b.bin", 5 * MIB + 17);
        File::options().write(true).open(&other).unwrap().set_modified(modified).unwrap();
        fs::rename(other, scene.path("a.bin")).unwrap();
    };
    begins_anew(replace, &[], "another file took the file's place");
}

#[test]
fn another_part_size_begins_anew() {
    begins_anew(|_| {}, &["--part-size", "2M"], "the part size was 1048576 and is 2097152");
}

#[test]
fn another_destination_begins_anew() {
    begins_anew(|_| {}, &["--key", "elsewhere"], "the destination was examplebucket-1250000000/a.bin at http://");
}

#[test]
fn a_file_that_now_goes_in_one_request_leaves_nothing_of_its_parts() {
    begins_anew(|_| {}, &["--multipart-threshold", "16M"], "the file now goes in one request");
}

#[test]
fn no_resume_begins_a_new_upload() {
    begins_anew(|_| {}, &["--no-resume"], "a new upload was asked for");
}

#[test]
fn resume_alone_finishes_all_that_the_state_directory_holds() {
    let mut scene = Scene::new(&[TAKES_TWO_PARTS]);
    for name in ["a.bin", "b.bin"] {
        scene.file(name, 5 * MIB);
        scene.interrupt(name, &[], 2);
        scene.server.restart(&[TAKES_TWO_PARTS]);
    }
    scene.server.restart(&[]);
    assert_eq!(scene.journals().len(), 2);
    let outcome = scene.run(["resume", "--json"]).exits(0);
    let resumed: Vec<_> = outcome.events().iter().filter(|event| event["event"] == "uploaded").cloned().collect();
    let reported: Vec<_> =
        resumed.iter().map(|event| (event["key"].as_str().unwrap(), &event["parts_resumed"])).collect();
    assert_eq!(reported, [("a.bin", &json!(2)), ("b.bin", &json!(2))]);
    assert_eq!(outcome.event("summary")["uploaded"], 2);
    for name in ["a.bin", "b.bin"] {
        scene.assert_stored(name, name);
    }
    assert_eq!((scene.server.stored_parts().len(), scene.server.uploads().len(), scene.journals().len()), (10, 0, 0));
    scene.run(["resume"]).exits(0).says("nothing to resume");
}

#[test]
fn resume_with_a_journal_finishes_that_one_alone() {
    let mut scene = Scene::new(&[TAKES_TWO_PARTS]);
    for name in ["a.bin", "b.bin"] {
        scene.file(name, 5 * MIB);
        scene.interrupt(name, &[], 2);
        scene.server.restart(&[TAKES_TWO_PARTS]);
    }
    scene.server.restart(&[]);
    let [first, second] = scene.journals().try_into().unwrap();
    scene.run([Path::new("resume"), &second]).exits(0);
    scene.assert_stored("b.bin", "b.bin");
    assert_eq!(scene.server.object("a.bin"), None);
    assert_eq!(scene.journals(), [first]);
}

#[test]
fn a_journal_that_was_cut_off_anywhere_leads_to_the_same_object() {
    let mut random = fastrand::Rng::with_seed(9);
    for round in 0..12 {
        let mut scene = Scene::new(&[TAKES_FOUR_PARTS]);
        scene.file("a.bin", 6 * MIB);
        let running = scene.begin("a.bin", &["--journal", "journal"]);
        let journal = scene.path("journal");
        until(|| lines(&journal) == 5, "the journal has four parts");
        running.kill();
        scene.server.restart(&[]);
        let text = fs::read(&journal).unwrap();
        let header = text.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        // The first rounds truncate the first line, which names the upload.
        let cut = if round < 3 { random.usize(0..header) } else { random.usize(header..=text.len()) };
        File::options().write(true).open(&journal).unwrap().set_len(cut as u64).unwrap();

        let outcome = scene.upload("a.bin", &["--journal", "journal", "--json"]).exits(0);
        scene.assert_stored("a.bin", "a.bin");
        assert!(!journal.exists());
        if cut < header {
            let outcome = outcome.says(POSSIBLE_ORPHAN);
            assert_eq!((parts_resumed(&outcome), scene.server.uploads().len()), (0, 1), "cut at {cut}");
        } else {
            assert_eq!((parts_resumed(&outcome), scene.server.uploads().len()), (4, 0), "cut at {cut}");
            scene.server.assert_each_part_stored_once(6);
        }
    }
}

#[test]
fn a_journal_that_cannot_be_read_is_set_aside() {
    let scene = interrupted(TAKES_TWO_PARTS, 5 * MIB, 2);
    let journal = scene.journal();
    fs::write(&journal, "no journal\n").unwrap();
    let aside = format!("{}.corrupt", shown_path(&journal));
    let outcome = scene.upload("a.bin", &["--json"]).exits(0);
    let outcome = outcome.says(&format!("warning: could not read the journal; it was renamed to {aside}"));
    assert_eq!(parts_resumed(&outcome), 0);
    assert_eq!(scene.journals(), [Path::new(&aside)]);
    assert_eq!(fs::read(&aside).unwrap(), b"no journal\n");
    scene.assert_stored("a.bin", "a.bin");
}

#[test]
fn a_journal_of_a_later_version_is_left_alone() {
    let mut scene = interrupted(TAKES_TWO_PARTS, 5 * MIB, 2);
    let journal = scene.journal();
    let later = fs::read_to_string(&journal).unwrap().replace("\"schema\":1", "\"schema\":4");
    fs::write(&journal, &later).unwrap();

    // It is ignored from the first run that finds it to the run that finishes.
    scene.server.restart(&[TAKES_TWO_PARTS]);
    scene.interrupt("a.bin", &[], 2);
    assert_eq!(scene.journals().len(), 2);
    let outcome = scene.upload("a.bin", &["--json"]).exits(0);
    let outcome = outcome.says("warning: the journal was written by a later version of cosput and is left unchanged");
    assert_eq!(parts_resumed(&outcome), 2);
    assert_eq!(scene.journals(), std::slice::from_ref(&journal));
    assert_eq!(fs::read_to_string(&journal).unwrap(), later);
    scene.assert_stored("a.bin", "a.bin");
    scene.run(["resume"]).exits(0).says("it is from a later version of cosput");
}

#[test]
fn a_file_that_is_no_journal_is_refused_and_left_as_it_is() {
    let scene = Scene::new(&[]);
    scene.file("a.bin", 5 * MIB);
    let later = "{\"schema\":4}\n";
    for content in ["precious\n", "precious, without a line's end", "{}\n", "\n", later] {
        fs::write(scene.path("notes.txt"), content).unwrap();
        for source in ["a.bin", "small.bin"] {
            scene.file("small.bin", 1);
            scene.upload(source, &["--journal", "notes.txt"]).exits(2).says("--journal notes.txt is no journal");
            assert_eq!(fs::read_to_string(scene.path("notes.txt")).unwrap(), content);
        }
    }
    assert_eq!(scene.server.record(), []);
}

#[test]
fn a_second_process_leaves_at_once() {
    let scene = Scene::new(&[TAKES_TWO_PARTS]);
    scene.file("a.bin", 5 * MIB);
    let first = scene.begin("a.bin", &["--stall-timeout", "1h"]);
    until(|| scene.server.stored_parts().len() == 2, "two parts are stored");
    let journal = scene.journal();
    for second in [scene.upload("a.bin", &["--json"]), scene.upload("a.bin", &["--json", "--no-resume"])] {
        let second =
            second.exits(8).says("another process is using its journal").says("hint: wait for the other process");
        assert_eq!(second.event("failed")["exit_code"], 8);
    }
    scene.run([Path::new("resume"), &journal]).exits(8);
    // The first one is still there: none of the others has waited for its end.
    first.kill();
    assert_eq!(scene.server.requests(Operation::Initiate).len(), 1);
    assert_eq!(scene.server.requests(Operation::Abort).len(), 0);
}

#[test]
fn a_state_directory_that_cannot_be_written_costs_the_resume_alone() {
    let scene = Scene::new(&[]);
    scene.file("a.bin", 5 * MIB);
    fs::write(scene.path("file"), "").unwrap();
    let outcome = scene.upload("a.bin", &["--state-dir", "file/below"]).exits(0);
    assert_eq!(outcome.stderr.matches("warning:").count(), 1, "{}", outcome.stderr);
    outcome
        .says("warning: could not write the journal: ")
        .says(".jsonl: ")
        .says("if this upload is interrupted, it may have to start over");
    scene.assert_stored("a.bin", "a.bin");
}

#[test]
fn a_journal_that_was_asked_for_and_cannot_be_written_stops_everything() {
    let scene = Scene::new(&[]);
    scene.file("a.bin", 5 * MIB);
    fs::write(scene.path("file"), "").unwrap();
    scene.upload("a.bin", &["--journal", "file/journal"]).exits(1).says("could not use the journal file/journal: ");
    assert_eq!(scene.server.record(), []);
}

#[test]
fn an_upload_that_is_to_leave_nothing_leaves_nothing() {
    let scene = Scene::new(&["access-denied:skip=2,times=0"]);
    scene.file("a.bin", 5 * MIB);
    scene.upload("a.bin", &["--abort-on-failure"]).exits(4).does_not_say("run the same command again");
    scene.assert_nothing_stored("a.bin");
    assert!(scene.journals().is_empty());
}

#[test]
fn a_crash_after_complete_was_stored_is_no_reason_to_send_a_part() {
    let mut scene = Scene::new(&["reset-after-stored:on=complete", "stall:on=head-object,times=0"]);
    scene.file("a.bin", 5 * MIB);
    let running = scene.begin("a.bin", &[]);
    until(|| scene.server.requests(Operation::Complete).iter().any(|request| request.stored), "it is completed");
    running.kill();
    scene.server.restart(&[]);
    let before = scene.server.record().len();
    let outcome = scene.upload("a.bin", &["--json"]).exits(0);
    let uploaded = outcome.event("uploaded");
    assert_eq!((&uploaded["parts_resumed"], &uploaded["bytes_sent"]), (&json!(5), &json!(0)));
    let asked: Vec<_> = scene.server.record()[before..].iter().filter_map(|request| request.operation).collect();
    assert_eq!(asked, [Operation::ListParts, Operation::HeadObject]);
    scene.assert_stored("a.bin", "a.bin");
    assert!(scene.journals().is_empty());
}

#[test]
fn the_emulator_that_starts_with_the_command_goes_on_too() {
    let mut scene = Scene::new(&[]);
    scene.file("a.bin", 5 * MIB);
    scene.set("COSPUT_EMULATOR", "objects");
    let arguments = ["upload", "a.bin", "--bucket", BUCKET, "--json"];
    let running = scene.start(arguments);
    until(|| scene.journals().first().is_some_and(|journal| lines(journal) > 0), "the upload has begun");
    running.kill_or_wait();
    let outcome = scene.run(arguments).exits(0);
    let on_disk = outcome.event("uploaded")["on_disk"].as_str().unwrap().to_owned();
    assert!(crate::support::same(&scene.path("a.bin"), &scene.path(&on_disk)));
}

/// The same command would abort the upload and start over, which is the wrong advice after an interruption.
#[test]
fn after_an_upload_with_no_resume_the_hint_leaves_the_option_out() {
    let mut scene = Scene::new(&["internal-error:on=upload-part,part=3,times=0"]);
    scene.file("a.bin", 3 * MIB);
    let outcome = scene.upload("a.bin", &["--no-resume", "--max-attempts", "1"]).exits(6);
    outcome.says("hint: run the same command without --no-resume again to resume upload ");
    scene.server.restart(&[]);
    let outcome = scene.upload("a.bin", &["--json"]).exits(0);
    assert_eq!(outcome.event("uploaded")["parts_resumed"], 2);
}

/// `cosput resume` skips an upload that another process is running.
#[test]
fn an_upload_that_is_running_is_skipped_with_a_word_unless_it_was_named() {
    let scene = Scene::new(&["stall:on=upload-part,times=0"]);
    scene.file("a.bin", 3 * MIB);
    let running = scene.start(scene.upload_arguments("a.bin", &[]));
    until(|| scene.journals().len() == 1 && !scene.server.requests(Operation::UploadPart).is_empty(), "it is sending");
    let outcome = scene.run(["resume", "--json"]).exits(0).says("another process is uploading it");
    let skipped = outcome.event("skipped");
    assert_eq!((&skipped["reason"], &skipped["key"]), (&"running".into(), &"a.bin".into()));
    let journal = scene.journals().remove(0);
    scene.run([Path::new("resume"), &journal]).exits(8);
    running.kill();
}

#[test]
fn a_journal_whose_file_is_gone_is_reported_with_the_way_to_drop_it() {
    let mut scene = Scene::new(&["access-denied:part=3"]);
    scene.file("a.bin", 3 * MIB);
    scene.upload("a.bin", &[]).exits(4);
    scene.server.restart(&[]);
    std::fs::remove_file(scene.path("a.bin")).unwrap();
    let journal = scene.journals().remove(0);
    let outcome = scene.run(["resume", "--json"]).exits(3);
    let failed = outcome.event("failed");
    assert_eq!(failed["journal"], shown_path(&journal));
    assert_eq!((&failed["key"], &failed["resumable"]), (&"a.bin".into(), &false.into()));
    let command = format!("cosput abort --journal {}", shown_path(&journal));
    outcome.says("error: could not resume the upload of ").says(&command);
    // The journal names the server, so no other option is needed.
    scene.run([Path::new("abort"), Path::new("--journal"), &journal]).exits(0);
    assert_eq!(scene.server.uploads(), []);
    assert!(scene.journals().is_empty());
    scene.run(["resume"]).exits(0).says("nothing to resume");
}

#[test]
fn a_journal_of_an_upload_that_is_gone_is_dropped_too() {
    let mut scene = Scene::new(&["access-denied:part=3"]);
    scene.file("a.bin", 3 * MIB);
    scene.upload("a.bin", &[]).exits(4);
    scene.server.restart(&[]);
    let journal = scene.journals().remove(0);
    let copy = scene.path("copy.jsonl");
    std::fs::copy(&journal, &copy).unwrap();
    scene.run([Path::new("abort"), Path::new("--journal"), &journal]).exits(0);
    scene.run([Path::new("abort"), Path::new("--journal"), &copy]).exits(0).says("is gone from the server");
    assert!(!copy.exists());
}

#[test]
fn a_journal_that_is_not_there_is_wrong_usage_and_named_in_json() {
    let scene = Scene::new(&[]);
    for command in ["resume", "abort"] {
        let arguments: &[&str] = if command == "resume" {
            &["resume", "--json", "none.jsonl"]
        } else {
            &["abort", "--json", "--journal", "none.jsonl"]
        };
        let outcome = scene.run(arguments).exits(2).says("could not use the journal none.jsonl: there is no such file");
        assert_eq!(outcome.event("failed")["exit_code"], 2, "{command}");
    }
    assert_eq!(scene.run(["resume", "--json", "none.jsonl"]).event("failed")["journal"], "none.jsonl");
}

#[test]
fn an_upload_that_was_completed_is_found_again_by_its_id() {
    let scene = Scene::new(&[]);
    scene.file("a.bin", 5 * MIB);
    let outcome = scene.upload("a.bin", &["--json"]).exits(0);
    let id = outcome.event("uploaded")["upload_id"].as_str().unwrap().to_owned();
    let outcome = scene.upload("a.bin", &["--json", "--resume-upload-id", &id]).exits(0);
    let uploaded = outcome.event("uploaded");
    assert_eq!((&uploaded["parts_resumed"], &uploaded["bytes_sent"]), (&json!(5), &json!(0)));
    scene.server.assert_each_part_stored_once(5);
    assert!(scene.journals().is_empty());
}

#[test]
fn an_object_with_other_bytes_is_not_the_upload_that_is_gone() {
    let scene = Scene::new(&[]);
    scene.file("a.bin", 5 * MIB);
    let outcome = scene.upload("a.bin", &["--json"]).exits(0);
    let id = outcome.event("uploaded")["upload_id"].as_str().unwrap().to_owned();
    fs::write(scene.path("a.bin"), crate::support::noise(5 * MIB, 77)).unwrap();
    scene.upload("a.bin", &["--resume-upload-id", &id]).exits(5).says("NoSuchUpload");
    scene.server.assert_each_part_stored_once(5);
}

#[test]
fn an_upload_that_the_server_does_not_know_is_named_with_a_hint() {
    let scene = Scene::new(&[]);
    scene.file("a.bin", 5 * MIB);
    let outcome = scene.upload("a.bin", &["--resume-upload-id", "unknown"]).exits(5).says("NoSuchUpload");
    let outcome =
        outcome.says("there is no upload unknown on the server; checking whether an earlier run completed it");
    outcome.says("hint: it was completed or aborted, or the ID is wrong").does_not_say("lost or unclear");
}

#[test]
fn the_number_of_resumed_parts_is_reported_once_they_are_compared() {
    let mut scene = interrupted(TAKES_FOUR_PARTS, 6 * MIB, 4);
    let (_, id) = scene.server.uploads().remove(0);
    fs::remove_file(scene.journal()).unwrap();
    scene.server.restart(&[]);
    let outcome = scene.upload("a.bin", &["--json", "--resume-upload-id", &id]).exits(0);
    let outcome = outcome.says("comparing 4 parts on the server with the file");
    let outcome = outcome.says(&format!("resuming upload {id}: 4 of 6 parts"));
    assert_eq!(parts_resumed(&outcome), 4);
    scene.server.assert_each_part_stored_once(6);
}
