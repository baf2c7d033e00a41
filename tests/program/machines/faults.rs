//! Machines that die, run twice, read other bytes, or cannot write; receipts that are torn, foreign or wrong.

use std::fs;
use std::path::PathBuf;

use cosput::emulator::Operation;

use super::Machines;
use crate::support::changes::{Change, append, overwrite, touch};
use crate::support::{BUCKET, MIB, until};

/// One file of four parts, planned for two shards.
fn planned(faults: &[&str]) -> Machines {
    let machines = Machines::new(faults);
    machines.scene.file("big", 4 * MIB);
    machines.initiate(&["big", "--shards", "2"]).exits(0);
    machines
}

fn assert_completes(machines: &Machines) {
    machines.complete().exits(0);
    machines.scene.assert_stored("big", "big");
    assert_eq!(machines.scene.server.uploads(), []);
}

/// The files of receipts that have any.
fn receipt_files(machines: &Machines) -> Vec<PathBuf> {
    let entries = fs::read_dir(machines.plan().join("receipts")).unwrap();
    let files = entries.map(|entry| entry.unwrap().path());
    files.filter(|path| fs::metadata(path).unwrap().len() > 0).collect()
}

#[test]
fn a_shard_that_is_killed_goes_on_where_it_was() {
    let mut machines = planned(&["stall:skip=1,times=0"]);
    let running = machines.begin("upload-parts", &["--shard", "1/1", "--concurrency", "1"]);
    until(|| machines.receipts().len() == 1, "the first part has a receipt");
    running.kill();
    machines.scene.server.restart(&[]);
    machines.shard("1/1").exits(0);
    machines.scene.server.assert_each_part_stored_once(4);
    assert_completes(&machines);
}

#[test]
fn two_copies_of_a_shard_and_two_completes_do_no_harm() {
    let machines = planned(&[]);
    let copies =
        [machines.begin("upload-parts", &["--shard", "1/1"]), machines.begin("upload-parts", &["--shard", "1/1"])];
    for copy in copies {
        copy.wait().exits(0);
    }
    let completes = [machines.begin("complete", &[]), machines.begin("complete", &[])];
    for complete in completes {
        complete.wait().exits(0);
    }
    machines.scene.assert_stored("big", "big");
}

#[test]
fn initiate_that_stopped_goes_on_with_the_uploads_that_it_began() {
    let mut machines = Machines::new(&["access-denied:on=initiate,skip=2,times=0"]);
    for name in ["a", "b", "c", "d"] {
        machines.scene.file(name, 2 * MIB);
    }
    let arguments = ["a", "b", "c", "d", "--shards", "2", "--concurrency", "1"];
    machines.initiate(&arguments).exits(4).says("run the same command again to go on");
    machines.run("upload-parts", &["--shard", "1/1"]).exits(2).says("did not finish it");
    let begun = machines.scene.server.uploads();
    assert_eq!(begun.len(), 2);
    machines.scene.server.restart(&[]);
    machines.initiate(&["a", "b", "--shards", "2"]).exits(8).says("the beginning of another plan");
    machines.initiate(&arguments).exits(0).says("2 uploads of an earlier run reused");
    let uploads = machines.scene.server.uploads();
    assert_eq!(uploads.len(), 4, "there is no orphan: {uploads:?}");
    assert!(begun.iter().all(|upload| uploads.contains(upload)));
    machines.initiate(&arguments).exits(8).says("holds a plan already");
}

#[test]
fn uploads_of_files_that_changed_before_initiate_went_on_are_aborted() {
    let mut machines = Machines::new(&["access-denied:on=initiate,skip=1,times=0"]);
    machines.scene.file("a", 2 * MIB);
    machines.scene.file("b", 2 * MIB);
    let arguments = ["a", "b", "--shards", "1", "--concurrency", "1"];
    machines.initiate(&arguments).exits(4);
    let [stale] = machines.scene.server.uploads().try_into().unwrap();
    touch(&machines.scene.path("a"));
    machines.scene.server.restart(&[]);
    machines.initiate(&arguments).exits(0);
    let uploads = machines.scene.server.uploads();
    assert!(uploads.len() == 2 && !uploads.contains(&stale), "{uploads:?}");
}

#[test]
fn a_source_that_changed_since_it_was_planned_is_not_sent() {
    for (change, keeps_time) in [(touch as Change, false), (append, false), (overwrite, true)] {
        let mut machines = planned(&[]);
        machines.scene.set("SLURMD_NODENAME", "node-7");
        let source = machines.scene.path("big");
        let modified = fs::metadata(&source).unwrap().modified().unwrap();
        change(&source);
        if keeps_time {
            // The same size and time: only a sample of its bytes shows it.
            fs::File::options().write(true).open(&source).unwrap().set_modified(modified).unwrap();
        }
        machines.shard("1/2").exits(3).says("it is not the file of the plan");
        assert_eq!(machines.scene.server.requests(Operation::UploadPart), []);
        machines.complete().exits(6);
        // What the server lacks is never sent, and whoever reads the source here is told why.
        let outcome = machines.run("complete", &["--reread"]).exits(3);
        assert!(outcome.stderr.contains("warning: big: node-7 saw another file: its "), "{}", outcome.stderr);
    }
}

#[test]
fn a_source_that_is_gone_is_named_by_reading_it_again_unless_it_is_no_longer_needed() {
    let mut machines = planned(&[]);
    machines.scene.set("SLURMD_NODENAME", "node-7");
    let (source, elsewhere) = (machines.scene.path("big"), machines.scene.path("elsewhere"));
    fs::rename(&source, &elsewhere).unwrap();
    machines.run("complete", &["--reread"]).exits(3).says("big: node-7 could not read it: no such file");
    fs::rename(&elsewhere, &source).unwrap();
    machines.shard("1/1").exits(0);
    fs::rename(&source, &elsewhere).unwrap();
    machines.run("complete", &["--reread"]).exits(0);
    // Its upload is gone now, and the receipts prove the object.
    machines.run("complete", &["--reread"]).exits(0);
}

#[test]
fn machines_that_read_different_bytes_are_both_named_and_nothing_is_completed() {
    let mut machines = planned(&[]);
    let other = machines.scene.path("other");
    fs::create_dir(&other).unwrap();
    let source = machines.scene.path("big");
    let mut bytes = fs::read(&source).unwrap();
    // Between the samples of its beginning, its middle and its end.
    bytes[1 << 20] ^= 1;
    fs::write(other.join("big"), bytes).unwrap();
    let modified = fs::metadata(&source).unwrap().modified().unwrap();
    fs::File::options().write(true).open(other.join("big")).unwrap().set_modified(modified).unwrap();
    machines.scene.set("SLURMD_NODENAME", "node-1");
    machines.shard("1/1").exits(0);
    machines.scene.set("SLURMD_NODENAME", "node-2");
    fs::rename(machines.plan().join("receipts"), machines.scene.path("first")).unwrap();
    fs::create_dir(machines.plan().join("receipts")).unwrap();
    machines.run("upload-parts", &["--shard", "1/1", "--source-root", "other"]).exits(0);
    let outcome = machines.run("complete", &["--receipts", "first"]).exits(3);
    for words in ["node-1", "node-2", "part 2 of big", "shard 1/2", "different bytes"] {
        assert!(outcome.stderr.contains(words), "{words}: {}", outcome.stderr);
    }
    assert_eq!(machines.scene.server.requests(Operation::Complete), []);
    let status = machines.run("status", &["--receipts", "first"]).exits(6).says("sending again does not help");
    assert!(!status.stderr.contains("upload-parts"), "{}", status.stderr);
}

#[test]
fn a_receipt_that_lies_is_found_out() {
    let machines = planned(&[]);
    machines.shard("1/1").exits(0);
    let [path] = receipt_files(&machines).try_into().unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let field = "\"crc64ecma\":\"";
    let at = text.find(field).unwrap() + field.len();
    let end = at + text[at..].find('"').unwrap();
    fs::write(&path, format!("{}12345{}", &text[..at], &text[end..])).unwrap();
    machines.complete().exits(7).says("CRC-64");
}

#[test]
fn receipts_that_are_torn_or_of_another_plan_do_not_count() {
    let machines = planned(&[]);
    machines.shard("1/1").exits(0);
    let [path] = receipt_files(&machines).try_into().unwrap();
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, &text[..text.len() - 1]).unwrap();
    machines.complete().exits(6).says("1 unit is missing");
    let id = &text[9..45];
    fs::write(&path, text.replace(id, "00000000-0000-4000-8000-000000000000")).unwrap();
    machines.complete().exits(6).says("4 units are missing");
    // The parts are on the server, and their ETags are the MD5s of the bytes.
    machines.shard("1/1").exits(0);
    machines.scene.server.assert_each_part_stored_once(4);
    assert_completes(&machines);
}

#[test]
fn a_damaged_receipt_is_named_by_its_line_and_the_others_count() {
    let machines = planned(&[]);
    machines.shard("1/1").exits(0);
    let [path] = receipt_files(&machines).try_into().unwrap();
    let mut lines: Vec<String> = fs::read_to_string(&path).unwrap().lines().map(str::to_owned).collect();
    lines[1] = lines[1].replace("\"etag\":\"", "\"etag\":");
    fs::write(&path, lines.join("\n") + "\n").unwrap();
    let name = path.file_name().unwrap().to_str().unwrap().to_owned();
    let damaged = format!("could not read the receipts plan/receipts/{name}: line 2 is damaged; the other lines count");
    machines.run("status", &[]).exits(6).says(&damaged).says("3 of 4 units");
    machines.complete().exits(6).says(&damaged).says("1 unit is missing");
    let outcome = machines.shard("1/1").exits(0).says(&damaged);
    assert_eq!(outcome.stderr.matches("damaged").count(), 1, "{}", outcome.stderr);
    assert_completes(&machines);
}

/// Waiting for receipts is useless then.
#[test]
fn uploads_that_are_gone_end_the_wait_for_receipts() {
    let machines = planned(&[]);
    machines.shard("1/2").exits(0);
    abort_uploads(&machines);
    for arguments in [&[][..], &["--wait", "1h"]] {
        let outcome = machines.run("complete", arguments).exits(5);
        outcome.says("big: its upload is gone, and there is no object").says("make a new plan");
    }
}

/// At its end, `complete` asks once more.
#[test]
fn uploads_that_go_while_complete_waits_are_found_at_the_end_of_the_wait() {
    let machines = planned(&[]);
    let complete = machines.begin("complete", &["--wait", "5s"]);
    until(|| !machines.scene.server.requests(Operation::ListParts).is_empty(), "it asks about the upload");
    abort_uploads(&machines);
    complete.wait().exits(5).says("its upload is gone");
}

/// Permissions that are missing do not come with time, and the error is printed once.
#[test]
fn a_request_that_is_refused_ends_the_wait_for_receipts() {
    let mut machines = planned(&[]);
    machines.shard("1/2").exits(0);
    for _ in 0..2 {
        machines.scene.server.restart(&["access-denied:on=list-parts,times=0"]);
        let outcome = machines.run("complete", &["--wait", "1h"]).exits(4);
        assert_eq!(outcome.stderr.matches("could not list the parts of big").count(), 1, "{}", outcome.stderr);
        // Once more, with all receipts.
        machines.scene.server.restart(&[]);
        machines.shard("1/1").exits(0);
    }
}

/// It may be visible later that the object is the one of the plan.
#[test]
fn an_object_that_cannot_be_compared_yet_does_not_end_the_wait() {
    let machines = planned(&[]);
    machines.shard("1/1").exits(0);
    machines.complete().exits(0);
    fs::remove_file(machines.plan().join("completed.json")).unwrap();
    let (receipts, elsewhere) = (machines.plan().join("receipts"), machines.scene.path("not-shown-yet"));
    fs::rename(&receipts, &elsewhere).unwrap();
    machines.complete().exits(6).says("not all receipts to compare").says("name more receipts with --receipts");
    let asked = machines.scene.server.requests(Operation::HeadObject).len();
    let complete = machines.begin("complete", &["--wait", "1h"]);
    until(|| machines.scene.server.requests(Operation::HeadObject).len() > asked, "it looks at the object");
    fs::rename(&elsewhere, &receipts).unwrap();
    complete.wait().exits(0).says("waiting up to 10 minutes for receipts");
}

#[test]
fn only_some_of_many_uploads_are_asked_about_while_receipts_are_missing() {
    let machines = Machines::new(&[]);
    let names: Vec<String> = (0..40).map(|number| format!("file-{number:02}")).collect();
    names.iter().for_each(|name| drop(machines.scene.file(name, 2 * MIB)));
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    machines.initiate(&[&names[..], &["--shards", "1"]].concat()).exits(0);
    machines.complete().exits(6).says("80 units are missing").says("or use --wait");
    let asked = machines.scene.server.requests(Operation::ListParts).len();
    assert!((8..=16).contains(&asked), "{asked} requests");
    machines.run("complete", &["--wait", "1ms"]).exits(6).says("start the shards that are named again");
}

/// Another program aborts all uploads, such as by a lifecycle rule.
fn abort_uploads(machines: &Machines) {
    let url = machines.scene.server.url();
    machines.scene.run(["abort", "--all", "--yes", "-b", BUCKET, "--endpoint", &url]).exits(0);
}

#[test]
fn lost_receipts_are_made_good_by_reading_again() {
    let machines = planned(&[]);
    machines.shard("1/1").exits(0);
    fs::remove_dir_all(machines.plan().join("receipts")).unwrap();
    machines.complete().exits(6);
    machines.run("complete", &["--reread"]).exits(0).says("4 units without a receipt read here");
    machines.scene.assert_stored("big", "big");
}

#[test]
fn a_file_that_changed_is_not_proved_by_reading_it_again() {
    let machines = planned(&[]);
    machines.shard("1/1").exits(0);
    fs::remove_dir_all(machines.plan().join("receipts")).unwrap();
    append(&machines.scene.path("big"));
    machines.run("complete", &["--reread"]).exits(3);
    assert_eq!(machines.scene.server.requests(Operation::Complete), []);
}

#[test]
fn complete_waits_for_shards_that_are_started_later() {
    let machines = planned(&[]);
    let complete = machines.begin("complete", &["--wait", "1h"]);
    machines.shard("1/2").exits(0);
    machines.shard("2/2").exits(0);
    complete.wait().exits(0);
    machines.scene.assert_stored("big", "big");
}

/// A network file system shows a new file late.
#[test]
fn complete_waits_for_a_receipt_that_shows_up_late() {
    let machines = planned(&[]);
    machines.shard("1/2").exits(0);
    machines.shard("2/2").exits(0);
    let [hidden, _] = receipt_files(&machines).try_into().unwrap();
    let elsewhere = machines.scene.path("not-shown-yet");
    fs::rename(&hidden, &elsewhere).unwrap();
    machines.complete().exits(6);
    let complete = machines.begin("complete", &["--wait", "1h"]);
    fs::rename(&elsewhere, &hidden).unwrap();
    complete.wait().exits(0);
    machines.scene.server.assert_each_part_stored_once(4);
}

/// A GitLab job is killed at its end.
#[test]
fn complete_stops_waiting_before_the_job_is_killed() {
    let mut machines = planned(&[]);
    let started = fs::metadata(machines.plan().join("plan.json")).unwrap().modified().unwrap();
    machines.scene.set("CI_JOB_STARTED_AT", &humantime::format_rfc3339_millis(started).to_string());
    machines.scene.set("CI_JOB_TIMEOUT", "63");
    machines.run("complete", &["--wait", "1h"]).exits(143).says("stopped by the deadline");
}

#[test]
fn complete_stops_waiting_once_the_plan_is_aborted() {
    let machines = planned(&[]);
    let complete = machines.begin("complete", &["--wait", "1h"]);
    machines.run("abort", &["--yes"]).exits(0);
    complete.wait().exits(5).says("was aborted");
}

/// `complete` was killed before it could mark the plan.
#[test]
fn a_shard_that_finds_its_upload_gone_leaves_no_object_in_doubt() {
    let machines = Machines::new(&[]);
    machines.scene.file("big", 2 * MIB);
    machines.scene.file("small", 10);
    machines.initiate(&["big", "small", "--shards", "1", "--publish-together"]).exits(0);
    machines.shard("1/1").exits(0);
    machines.complete().exits(0);
    fs::remove_file(machines.plan().join("completed.json")).unwrap();
    for arguments in [&["--shard", "1/1"][..], &["--shard", "1/1", "--json"]] {
        let outcome = machines.run("upload-parts", arguments).exits(0).says("completed already");
        assert!(!outcome.stderr.contains("error"), "{}", outcome.stderr);
        assert!(!outcome.stdout.contains("failed"), "{}", outcome.stdout);
    }
    machines.complete().exits(0);
}

#[test]
fn a_shard_that_finds_its_upload_gone_and_another_object_fails() {
    let machines = planned(&[]);
    machines.shard("1/2").exits(0);
    let [(_, id)] = machines.scene.server.uploads().try_into().unwrap();
    let url = machines.scene.server.url();
    let usual = ["-b", BUCKET, "--endpoint", &url, "--key", "big"];
    machines.scene.run([&["abort", "--upload-id", &id], &usual[..]].concat()).exits(0);
    machines.shard("2/2").exits(5).says("its upload is gone, and there is no object");
    // An object of the same size: whether it is the one cannot be known while receipts are missing.
    machines.scene.file("other", 4 * MIB);
    machines.scene.run([&["upload", "other"], &usual[..]].concat()).exits(0);
    machines.shard("2/2").exits(6).says("not all receipts to compare");
}

/// Two copies of a shard ran, and `complete` was faster than the slow one.
#[test]
fn a_copy_that_loses_the_race_prints_no_error() {
    let machines = planned(&["trickle:rate=400000,times=0,on=upload-part"]);
    let slow = machines.begin("upload-parts", &["--shard", "1/1", "--concurrency", "1"]);
    until(|| !machines.scene.server.requests(Operation::UploadPart).is_empty(), "its first part is stored");
    machines.shard("1/1").exits(0);
    machines.complete().exits(0);
    let slow = slow.wait().exits(0);
    assert!(!slow.stderr.contains("error"), "{}", slow.stderr);
    machines.scene.assert_stored("big", "big");
}

/// The mark of the end stops shards that send small files, which have no upload that could be gone.
#[test]
fn a_shard_of_small_files_stops_once_its_plan_is_aborted() {
    let machines = Machines::new(&["trickle:rate=20000,times=0,on=put-object"]);
    let names: Vec<String> = (0..40).map(|number| format!("small-{number:02}")).collect();
    names.iter().for_each(|name| drop(machines.scene.file(name, 10_000)));
    let mut arguments: Vec<&str> = names.iter().map(String::as_str).collect();
    arguments.extend(["--shards", "1"]);
    machines.initiate(&arguments).exits(0);
    let shard = machines.begin("upload-parts", &["--shard", "1/1", "--concurrency", "1"]);
    until(|| !machines.scene.server.requests(Operation::PutObject).is_empty(), "the first file is stored");
    machines.run("abort", &["--yes"]).exits(0);
    shard.wait().exits(5).says("was aborted");
    assert!(machines.scene.server.requests(Operation::PutObject).len() < 40);
}

/// Such receipts are lost when the program ends, so the shard is not done.
#[cfg(unix)]
#[test]
fn a_shard_whose_receipts_are_removed_while_it_runs_fails() {
    let machines = planned(&["trickle:rate=300000,skip=1,times=0,on=upload-part"]);
    let running = machines.begin("upload-parts", &["--shard", "1/1", "--concurrency", "1"]);
    until(|| !machines.receipts().is_empty(), "the first part has a receipt");
    fs::remove_dir_all(machines.plan().join("receipts")).unwrap();
    running.wait().exits(1).says("could not write receipts").does_not_say("another file");
    machines.complete().exits(6);
    machines.shard("1/1").exits(0);
    assert_completes(&machines);
}

/// Every machine of a cluster may have its own wrong time.
#[test]
fn a_wrong_clock_is_reported_once_by_each_command() {
    let machines = Machines::new(&["clock-skew:by=7200"]);
    let names: Vec<String> = (0..20).map(|number| format!("file-{number}")).collect();
    for name in &names {
        machines.scene.file(name, 2 * MIB);
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let outcomes =
        [machines.initiate(&[&names[..], &["--shards", "1"]].concat()), machines.shard("1/1"), machines.complete()];
    for outcome in outcomes {
        let outcome = outcome.exits(0);
        assert_eq!(outcome.stderr.matches("this machine's clock").count(), 1, "{}", outcome.stderr);
    }
}

#[test]
fn receipts_may_be_kept_in_another_directory() {
    let machines = planned(&[]);
    machines.run("upload-parts", &["--shard", "1/2", "--receipts", "mine/1"]).exits(0);
    machines.run("upload-parts", &["--shard", "2/2", "--receipts", "mine/2"]).exits(0);
    assert_eq!(machines.receipts().len(), 0);
    machines.complete().exits(6);
    for command in ["complete", "status"] {
        machines.run(command, &["--receipts", "mein"]).exits(2).says("there is no such directory");
    }
    machines.run("complete", &["--receipts", "mine"]).exits(0);
    machines.scene.assert_stored("big", "big");
}

/// Other machines send to the same upload, so a user must not be told to abort it.
#[test]
fn a_shard_that_fails_does_not_ask_for_the_end_of_the_upload() {
    let machines = planned(&["access-denied:on=upload-part,times=0"]);
    let outcome = machines.shard("1/2").exits(4);
    assert!(!outcome.stderr.contains("cosput abort"), "{}", outcome.stderr);
    assert_eq!(machines.scene.server.uploads().len(), 1);
}

/// Each is printed once, although it looks before it reports.
#[test]
fn complete_prints_up_to_20_failed_requests() {
    let mut machines = Machines::new(&[]);
    let names: Vec<String> = (10..40).map(|number| format!("file{number}")).collect();
    names.iter().for_each(|name| drop(machines.scene.file(name, 2 * MIB)));
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    machines.initiate(&[&names[..], &["--shards", "1"]].concat()).exits(0);
    let errors = |stderr: &str| {
        let mut lines: Vec<String> =
            stderr.lines().filter(|line| line.starts_with("error: ")).map(str::to_owned).collect();
        let printed = lines.len();
        lines.sort();
        lines.dedup();
        assert_eq!(lines.len(), printed, "{stderr}");
        printed
    };
    machines.scene.server.restart(&["access-denied:on=list-parts,times=0"]);
    // It asks about up to 16 uploads if receipts are missing. The last error is about the plan.
    assert!((2..=17).contains(&errors(&machines.complete().exits(4).stderr)));
    machines.scene.server.restart(&[]);
    machines.shard("1/1").exits(0);
    machines.scene.server.restart(&["access-denied:on=list-parts,times=0"]);
    let outcome = machines.run("complete", &["--wait", "1h"]).exits(4).says("and 10 more");
    assert_eq!(errors(&outcome.stderr), 21);
    let events = machines.run("complete", &["--json"]).exits(4);
    assert_eq!(events.stdout.matches(r#""event":"unproved""#).count(), 30);
}
