//! Receipts in the bucket, for machines that share nothing but COS: each has a copy of the plan.

use std::fs;
use std::path::Path;

use cosput::emulator::Operation;

use super::Machines;
use crate::support::{BUCKET, MIB, Outcome, until};

const COS: [&str; 2] = ["--receipts", "cos"];

/// One file of four parts, planned for two shards. Only receipts are sent with PUT Object.
fn planned(faults: &[&str]) -> Machines {
    let machines = Machines::new(faults);
    machines.scene.file("big", 4 * MIB);
    machines.initiate(&["big", "--shards", "2"]).exits(0);
    machines
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, name) = (entry.as_ref().unwrap().path(), entry.unwrap().file_name());
        if path.is_dir() { copy(&path, &to.join(name)) } else { fs::copy(&path, to.join(name)).map(drop).unwrap() }
    }
}

/// Runs a command on a machine that has its own copy of the plan.
fn on(machines: &Machines, machine: &str, command: &str, arguments: &[&str]) -> Outcome {
    let plan = machines.scene.path(machine);
    if !plan.exists() {
        copy(&machines.plan(), &plan);
    }
    machines.scene.run([&[command, "--plan", machine], &COS[..], arguments].concat())
}

fn shard(machines: &Machines, shard: &str) -> Outcome {
    machines.run("upload-parts", &[&COS[..], &["--shard", shard]].concat())
}

fn complete(machines: &Machines) -> Outcome {
    machines.run("complete", &COS)
}

fn plan_id(machines: &Machines) -> String {
    let text = fs::read_to_string(machines.plan().join("plan.json")).unwrap();
    let plan: serde_json::Value = serde_json::from_str(&text).unwrap();
    plan["id"].as_str().unwrap().to_owned()
}

/// The files in which the emulator keeps the objects of receipts.
fn objects(machines: &Machines) -> Vec<std::path::PathBuf> {
    let end = machines.scene.server.object("big").map(|path| path.parent().unwrap().to_owned());
    let key = format!(".cosput/{}/completed.json", plan_id(machines));
    let folder = end.or_else(|| Some(machines.scene.server.object(&key)?.ancestors().nth(3)?.to_owned()));
    let Some(folder) = folder else { return vec![] };
    let receipts = folder.join(".cosput").join(plan_id(machines)).join("receipts");
    let entries = fs::read_dir(receipts).into_iter().flatten();
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn assert_completes(machines: &Machines) {
    complete(machines).exits(0);
    machines.scene.assert_stored("big", "big");
    assert_eq!(machines.scene.server.uploads(), []);
    assert_eq!(objects(machines), [] as [std::path::PathBuf; 0], "the receipts are removed");
}

/// Stores an object below the prefix of the plan, as another program could.
fn put(machines: &Machines, name: &str, content: &str) {
    fs::write(machines.scene.path("foreign"), content).unwrap();
    let key = format!(".cosput/{}/receipts/{name}", plan_id(machines));
    machines
        .scene
        .run(["upload", "foreign", "-b", BUCKET, "--endpoint", &machines.scene.server.url(), "--key", &key])
        .exits(0);
}

fn denied(operation: &str) -> String {
    format!("access-denied:on={operation},times=0")
}

#[test]
fn machines_that_share_nothing_but_the_bucket_send_one_file() {
    let machines = planned(&[]);
    on(&machines, "one", "upload-parts", &["--shard", "1/2"]).exits(0);
    on(&machines, "judge", "complete", &[]).exits(6).says("2 units are missing: shard 2/2 (2)");
    on(&machines, "two", "upload-parts", &["--shard", "2/2"]).exits(0);
    let status = on(&machines, "judge", "status", &["--json"]).exits(6);
    assert_eq!(status.event("status")["units_done"], 4);
    on(&machines, "judge", "complete", &[]).exits(0);
    machines.scene.assert_stored("big", "big");
    machines.scene.server.assert_each_part_stored_once(4);
    assert_eq!(objects(&machines).len(), 0, "the receipts are removed");
    // What is left says to machines that come late how it ended.
    on(&machines, "one", "upload-parts", &["--shard", "1/2"]).exits(0).says("completed already");
    on(&machines, "three", "complete", &[]).exits(0);
    on(&machines, "three", "status", &[]).exits(0);
    machines.scene.run(["status", "--plan", "judge"]).exits(0).says("(those in the bucket were removed)");
    machines.scene.run(["abort", "--plan", "three", "--yes"]).exits(8).says("it is completed");
}

#[test]
fn a_shard_that_is_killed_goes_on_by_its_receipts_in_the_bucket() {
    let mut machines = planned(&["stall:skip=2,times=0,on=upload-part"]);
    let arguments = [&COS[..], &["--shard", "1/1", "--concurrency", "1"]].concat();
    let running = machines.begin("upload-parts", &arguments);
    until(|| machines.scene.server.requests(Operation::PutObject).len() == 2, "two parts have receipts");
    running.kill();
    machines.scene.server.restart(&[]);
    let outcome = shard(&machines, "1/1").exits(0);
    assert!(outcome.stdout.contains("2 sent before"), "{}", outcome.stdout);
    machines.scene.server.assert_each_part_stored_once(4);
    assert_completes(&machines);
}

#[test]
fn answers_to_receipts_that_are_lost_or_wrong_do_no_harm() {
    let faults = [
        "reset-after-stored:on=put-object,times=2",
        "truncated-answer:on=put-object,times=2",
        "reset-before-body:on=put-object,times=2",
        "wrong-crc:on=put-object,times=2",
        "slow-down:on=put-object,times=3",
        "slow-down:on=list-objects,times=2",
        "internal-error:on=get-object,times=2",
        "truncated-answer:on=get-object,times=2",
        "wrong-crc:on=get-object,times=2",
        "internal-error:on=delete-object,times=2",
        "reset-after-stored:on=delete-object,times=2",
        "clock-skew:by=7200",
    ];
    for fault in faults {
        let machines = planned(&[fault]);
        shard(&machines, "1/2").exits(0);
        shard(&machines, "2/2").exits(0);
        machines.scene.server.assert_each_part_stored_once(4);
        assert_completes(&machines);
    }
}

#[test]
fn receipts_that_cannot_be_written_mean_that_the_shard_is_not_done() {
    let machines = planned(&[&denied("put-object")]);
    shard(&machines, "1/1").exits(4).says("AccessDenied");
    complete(&machines).exits(6);
}

/// The server takes the receipts and never says so; the machine dies while it waits.
#[test]
fn parts_whose_receipts_were_never_answered_are_not_sent_again() {
    let mut machines = planned(&["stall:on=put-object,times=0"]);
    let running = machines.begin("upload-parts", &[&COS[..], &["--shard", "1/1"]].concat());
    until(|| machines.scene.server.stored_parts().len() == 4, "all parts are sent");
    running.kill();
    machines.scene.server.restart(&[]);
    complete(&machines).exits(6);
    shard(&machines, "1/1").exits(0);
    machines.scene.server.assert_each_part_stored_once(4);
    assert_completes(&machines);
}

#[test]
fn permissions_that_are_missing_are_named() {
    for operation in ["list-objects", "get-object"] {
        let mut machines = planned(&[]);
        shard(&machines, "1/1").exits(0);
        machines.scene.server.restart(&[&denied(operation)]);
        complete(&machines).exits(4).says("AccessDenied");
        assert_eq!(machines.scene.server.requests(Operation::Complete), []);
    }
}

/// The objects are proved, so what is left over is no failure.
#[test]
fn receipts_that_cannot_be_removed_are_a_warning() {
    let machines = planned(&[&denied("delete-object")]);
    shard(&machines, "1/1").exits(0);
    complete(&machines).exits(0).says("could not remove the receipts");
    machines.scene.assert_stored("big", "big");
}

#[test]
fn objects_that_are_torn_foreign_or_of_another_plan_do_not_count() {
    let machines = planned(&[]);
    shard(&machines, "1/2").exits(0);
    put(&machines, "0-0-torn.jsonl", "{\"plan\":\"");
    put(&machines, "0-0-garbage.jsonl", "\u{0}\u{1}\nno receipt\n");
    put(&machines, "readme.txt", "hello");
    let other = format!(
        "{{\"plan\":\"00000000-0000-4000-8000-000000000000\",\"n\":0,\"part\":3,\"size\":{MIB},\"etag\":\"x\",\
         \"crc64ecma\":\"1\",\"seen\":{{\"size\":1,\"mtime_ns\":\"1.0\"}},\"host\":\"h\",\"time\":\"\"}}\n"
    );
    put(&machines, "0-0-other.jsonl", &other);
    complete(&machines).exits(6).says("2 units are missing");
    shard(&machines, "2/2").exits(0);
    complete(&machines).exits(0);
    machines.scene.assert_stored("big", "big");
}

#[test]
fn a_receipt_in_the_bucket_that_lies_is_found_out() {
    let machines = planned(&[]);
    machines.shard("1/1").exits(0);
    let lines = machines.receipts().join("\n") + "\n";
    let at = lines.find("\"crc64ecma\":\"").unwrap() + 13;
    let end = at + lines[at..].find('"').unwrap();
    fs::remove_dir_all(machines.plan().join("receipts")).unwrap();
    put(&machines, "0-0-lie.jsonl", &format!("{}12345{}", &lines[..at], &lines[end..]));
    complete(&machines).exits(7).says("CRC-64");
}

#[test]
fn complete_waits_for_receipts_that_show_up_later() {
    let machines = planned(&[]);
    let waiting = machines.begin("complete", &[&COS[..], &["--wait", "1h"]].concat());
    shard(&machines, "2/2").exits(0);
    shard(&machines, "1/2").exits(0);
    waiting.wait().exits(0);
    machines.scene.assert_stored("big", "big");
}

#[test]
fn two_completes_that_remove_the_receipts_at_once_both_succeed() {
    for _ in 0..3 {
        let machines = planned(&[]);
        shard(&machines, "1/1").exits(0);
        let both = [machines.begin("complete", &COS), machines.begin("complete", &COS)];
        for complete in both {
            complete.wait().exits(0);
        }
        machines.scene.assert_stored("big", "big");
    }
}

#[test]
fn a_plan_that_is_aborted_has_no_receipts_left_and_its_machines_learn_of_it() {
    let machines = planned(&[]);
    on(&machines, "one", "upload-parts", &["--shard", "1/2"]).exits(0);
    machines.run("abort", &["--yes"]).exits(0);
    assert_eq!(machines.scene.server.uploads(), []);
    let deleted = machines.scene.server.requests(Operation::DeleteObject).len();
    assert_eq!(deleted, machines.scene.server.requests(Operation::PutObject).len() - 1, "all but the mark are removed");
    on(&machines, "two", "upload-parts", &["--shard", "2/2"]).exits(5).says("was aborted");
    on(&machines, "two", "complete", &[]).exits(5).says("was aborted");
    on(&machines, "two", "status", &[]).exits(5);
}
