//! Bad input: one clear line, the right exit code, nothing sent. And the end of a plan that is given up.

use std::fs;

use cosput::emulator::Operation;

use super::Machines;
#[cfg(target_os = "linux")]
use crate::support::terminal::in_terminal;
#[cfg(unix)]
use crate::support::{BUCKET, Running};
use crate::support::{CUSTOMER_KEY, MIB};

fn planned() -> Machines {
    let machines = Machines::new(&[]);
    machines.scene.file("big", 2 * MIB);
    machines.scene.file("small", 10);
    machines.initiate(&["big", "small", "--shards", "2"]).exits(0);
    machines
}

#[test]
fn a_plan_that_is_none_or_of_a_later_version_is_refused() {
    let machines = planned();
    let path = machines.plan().join("plan.json");
    let good = fs::read_to_string(&path).unwrap();
    let rows = [
        (good[..good.len() / 2].to_owned(), "it is not a plan of cosput"),
        ("{}".to_owned(), "it is not a plan of cosput"),
        (good.replace("\"version\": 1", "\"version\": 2"), "it has version 2"),
        (good.replace("\"bytes\"", "\"must_know\": 1, \"bytes\""), "needs 'must_know'"),
    ];
    let sent = machines.scene.server.record().len();
    for (text, why) in rows {
        fs::write(&path, text).unwrap();
        for command in ["upload-parts", "complete", "status"] {
            let shard: &[&str] = if command == "upload-parts" { &["--shard", "1/2"] } else { &[] };
            machines.run(command, shard).exits(2).says(why);
        }
    }
    assert_eq!(machines.scene.server.record().len(), sent, "nothing was sent");
}

/// Shards of one plan must not send to two buckets.
#[test]
fn a_plan_that_was_edited_is_refused_by_every_command() {
    let machines = planned();
    let path = machines.plan().join("plan.json");
    let good = fs::read_to_string(&path).unwrap();
    let edited = good.replace("\"examplebucket-", "\"otherbucket-");
    assert_ne!(edited, good);
    fs::write(&path, edited).unwrap();
    let sent = machines.scene.server.record().len();
    for command in [&["upload-parts", "--shard", "1/2"][..], &["complete"], &["status"], &["abort", "--yes"]] {
        machines.run(command[0], &command[1..]).exits(2).says("plan.json was changed after it was made");
    }
    assert_eq!(machines.scene.server.record().len(), sent, "nothing was sent");
    fs::write(&path, good).unwrap();
    machines.shard("1/2").exits(0);
}

#[test]
fn a_file_is_no_plan() {
    let machines = planned();
    for command in ["complete", "status"] {
        machines.scene.run([command, "--plan", "big"]).exits(2).says("there is none");
    }
    let url = machines.scene.server.url();
    let initiate = ["initiate", "big", "-b", crate::support::BUCKET, "--endpoint", &url, "--shards", "1"];
    machines.scene.run(initiate.iter().chain(&["--plan", "small"])).exits(8).says("small is no directory");
}

/// A list of no file at all proves nothing.
#[test]
fn a_list_of_files_that_is_cut_off_is_refused() {
    let machines = planned();
    let path = machines.plan().join("files.jsonl");
    let good = fs::read_to_string(&path).unwrap();
    let first_line = good.find('\n').unwrap() + 1;
    for cut in [&good[..0], &good[..first_line / 2], &good[..first_line]] {
        fs::write(&path, cut).unwrap();
        // A shard refuses also what it would not have read, …
        machines.shard("1/2").exits(2).says("files.jsonl");
        machines.shard("2/2").exits(2).says("files.jsonl");
        machines.complete().exits(2).says("files.jsonl");
        machines.run("status", &[]).exits(2).says("files.jsonl");
    }
    fs::write(&path, &good).unwrap();
    machines.run("status", &[]).exits(6);
    fs::write(&path, &good[..first_line]).unwrap();
    // … and nothing is aborted.
    machines.run("abort", &["--yes"]).exits(2).says("files.jsonl");
    assert_eq!(machines.scene.server.uploads().len(), 1);
    fs::write(&path, &good).unwrap();
    machines.run("status", &[]).exits(6);
}

#[test]
fn a_plan_without_its_list_of_files_is_damaged() {
    let machines = planned();
    let path = machines.plan().join("files.jsonl");
    let elsewhere = machines.plan().join("elsewhere");
    fs::rename(&path, &elsewhere).unwrap();
    for command in [&["upload-parts", "--shard", "1/2"][..], &["complete"], &["status"], &["abort", "--yes"]] {
        machines.run(command[0], &command[1..]).exits(2).says("files.jsonl is missing");
    }
    fs::rename(&elsewhere, &path).unwrap();
    machines.shard("1/2").exits(0);
}

#[test]
fn shards_and_sources_that_cannot_be_are_refused() {
    let machines = planned();
    for shard in ["5/4", "0/4", "-1/4", "x", "1"] {
        machines.run("upload-parts", &["--shard", shard]).exits(2).says("I/N");
    }
    let url = machines.scene.server.url();
    let initiate = |more: &[&str]| {
        let usual = ["initiate", "-b", crate::support::BUCKET, "--endpoint", &url, "--plan", "new"];
        machines.scene.run(usual.iter().chain(more))
    };
    for shards in ["0", "-1", "1000001"] {
        initiate(&["big", "--shards", shards]).exits(2).says("expected a number from 1 to 1000000");
    }
    for attempts in ["0", "-1"] {
        let outcome = initiate(&["big", "--shards", "2", "--max-attempts", attempts]).exits(2);
        outcome.says("expected a number from 1 to 1000");
    }
    initiate(&["-", "--key", "k", "--shards", "2"]).exits(2).says("stdin cannot be shared");
    initiate(&["big", "--shards", "2", "--service", "cdcs"]).exits(2).says("CDCS");
    initiate(&["missing", "--shards", "2"]).exits(3);
    fs::create_dir(machines.scene.path("empty")).unwrap();
    initiate(&["empty", "-r", "--shards", "2"]).exits(3);
    assert_eq!(machines.scene.server.uploads().len(), 1);
    assert!(!machines.scene.path("new").exists(), "no empty directory is left");
    // Nothing was begun, so the directory is free for the right command.
    initiate(&["big", "--shards", "2"]).exits(0);
    assert_eq!(machines.scene.server.requests(Operation::UploadPart), []);
}

#[test]
fn an_sse_c_key_must_be_that_of_the_plan() {
    let machines = Machines::new(&[]);
    machines.scene.file("big", 2 * MIB);
    fs::write(machines.scene.path("key"), CUSTOMER_KEY[0]).unwrap();
    fs::write(machines.scene.path("other"), [7; 32]).unwrap();
    machines.initiate(&["big", "--shards", "1", "--sse-c-key-file", "key"]).exits(0);
    machines.shard("1/1").exits(2).says("have an SSE-C key, and none is given");
    let other = machines.run("upload-parts", &["--shard", "1/1", "--sse-c-key-file", "other"]);
    let other = other.exits(2).says("another SSE-C key");
    assert!(!other.stderr.contains("--no-resume"), "a shard has no such option: {}", other.stderr);
    assert_eq!(machines.scene.server.requests(Operation::UploadPart), []);
    machines.run("upload-parts", &["--shard", "1/1", "--sse-c-key-file", "key"]).exits(0);
    machines.run("complete", &["--sse-c-key-file", "key"]).exits(0);
    assert!(!fs::read_to_string(machines.plan().join("plan.json")).unwrap().contains(CUSTOMER_KEY[0]));
}

#[test]
fn a_key_that_must_not_be_overwritten_is_refused_before_anything_is_sent() {
    let machines = Machines::new(&[]);
    machines.scene.file("big", 2 * MIB);
    machines.scene.upload("big", &[]).exits(0);
    let initiated = machines.scene.server.requests(Operation::Initiate).len();
    machines.initiate(&["big", "--shards", "1", "--no-overwrite"]).exits(8);
    assert_eq!(machines.scene.server.requests(Operation::Initiate).len(), initiated);
}

#[test]
fn a_plan_that_is_aborted_leaves_no_upload_and_no_shard_goes_on() {
    let machines = planned();
    machines.shard("1/2").exits(0);
    machines.run("abort", &[]).exits(2).says("--yes");
    machines.run("abort", &["--yes"]).exits(0);
    assert_eq!(machines.scene.server.uploads(), []);
    machines.shard("2/2").exits(5).says("was aborted");
    machines.complete().exits(5).says("was aborted");
    machines.run("status", &[]).exits(5);
    machines.run("abort", &["--yes"]).exits(0);
    assert!(!machines.plan().join("aborted.json.new").exists());
    machines
        .initiate(&["big", "small", "--shards", "2"])
        .exits(8)
        .says("a plan that was aborted")
        .says("a new directory");
}

/// Who runs `initiate` again sees how to go on.
#[test]
fn a_plan_that_is_there_already_is_refused_with_the_next_command() {
    let machines = planned();
    let initiate = || machines.initiate(&["big", "small", "--shards", "2"]).exits(8);
    initiate().says("holds a plan already").says("cosput upload-parts --plan plan --shard I/N");
    machines
        .run("status", &[])
        .exits(6)
        .says("3 units are missing: shards 1/2 (")
        .says("send them with cosput upload-parts --plan plan");
    machines.shard("1/1").exits(0);
    let status = machines.run("status", &["--receipts", "cos", "--receipts", "plan"]).exits(6);
    status.says("now run cosput complete --plan plan --receipts cos\n");
    machines.complete().exits(0);
    machines.run("status", &[]).exits(0).does_not_say("now run");
    initiate().says("holds a plan that is completed").says("name a new directory");
}

#[test]
fn initiate_that_fails_removes_only_directories_that_it_made() {
    let machines = planned();
    let url = machines.scene.server.url();
    fs::create_dir(machines.scene.path("mine")).unwrap();
    let initiate = |plan: &str| {
        let arguments = ["initiate", "missing", "-b", crate::support::BUCKET, "--endpoint", &url, "--shards", "1"];
        machines.scene.run(arguments.iter().chain(&["--plan", plan])).exits(3);
    };
    initiate("mine");
    assert!(machines.scene.path("mine").is_dir());
    initiate("mine/a/b");
    assert!(!machines.scene.path("mine/a").exists());
}

/// A program reads the exit code in the last line, whatever the command did.
#[test]
fn the_last_event_of_each_command_has_its_exit_code() {
    let machines = Machines::new(&[]);
    machines.scene.file("big", 2 * MIB);
    machines.scene.file("small", 10);
    let ends = |outcome: crate::support::Outcome, event: &str| {
        let last = outcome.events().pop().unwrap_or_else(|| panic!("there is no event: {}", outcome.stderr));
        assert_eq!(
            (&last["event"], last["exit_code"].as_i64()),
            (&event.into(), outcome.code.map(i64::from)),
            "{last}"
        );
        last
    };
    let shard = || machines.run("upload-parts", &["--shard", "1/1", "--json"]);
    let run = |command: &str| machines.run(command, &["--json"]);
    ends(machines.initiate(&["missing", "big", "--shards", "1", "--json"]).exits(3), "failed");
    ends(machines.initiate(&["big", "small", "--shards", "1", "--json"]).exits(0), "initiated");
    ends(run("status").exits(6), "status");
    ends(run("complete").exits(6), "failed");
    ends(shard().exits(0), "shard");
    ends(run("complete").exits(0), "completed");
    let again = ends(shard().exits(0), "shard");
    assert_eq!((&again["units"], &again["units_kept"], &again["units_sent"]), (&3.into(), &3.into(), &0.into()));
    ends(run("status").exits(0), "status");
    ends(machines.run("abort", &["--yes", "--json"]).exits(8), "failed");
    fs::remove_dir_all(machines.plan()).unwrap();
    ends(machines.initiate(&["big", "small", "--shards", "1", "--json"]).exits(0), "initiated");
    machines.shard("1/1").exits(0);
    let aborted = ends(machines.run("abort", &["--yes", "--json"]).exits(0), "plan_aborted");
    assert_eq!((&aborted["uploads"], &aborted["kept"]), (&1.into(), &1.into()));
    ends(shard().exits(5), "failed");
}

#[test]
fn what_stays_after_abort_is_listed_up_to_a_limit_that_is_said() {
    let machines = Machines::new(&[]);
    let names: Vec<String> = (0..25).map(|number| format!("small-{number:02}")).collect();
    names.iter().for_each(|name| drop(machines.scene.file(name, 10)));
    machines.scene.file("big", 2 * MIB);
    let mut arguments: Vec<&str> = names.iter().map(String::as_str).collect();
    arguments.extend(["big", "--shards", "1"]);
    machines.initiate(&arguments).exits(0);
    machines.shard("1/1").exits(0);
    let outcome = machines.run("abort", &["--yes"]).exits(0).says("stays: small-00").says("and 5 more\n");
    assert_eq!(outcome.stderr.matches("stays: ").count(), 20, "{}", outcome.stderr);
}

#[test]
fn a_plan_that_is_not_finished_can_be_aborted_and_a_completed_one_cannot() {
    let machines = Machines::new(&["access-denied:on=initiate,skip=1,times=0"]);
    machines.scene.file("a", 2 * MIB);
    machines.scene.file("b", 2 * MIB);
    machines.initiate(&["a", "b", "--shards", "1", "--concurrency", "1"]).exits(4);
    assert_eq!(machines.scene.server.uploads().len(), 1);
    machines.run("abort", &["--yes"]).exits(0);
    assert_eq!(machines.scene.server.uploads(), []);

    let machines = planned();
    machines.shard("1/1").exits(0);
    machines.complete().exits(0);
    machines.run("abort", &["--yes"]).exits(8).says("it is completed");
    machines.run("status", &[]).exits(0);
}

/// What cannot be aborted is not said to be.
#[test]
fn a_plan_is_marked_as_aborted_once_an_upload_is() {
    let mut machines = Machines::new(&[]);
    machines.scene.file("a", 2 * MIB);
    machines.scene.file("b", 2 * MIB);
    machines.initiate(&["a", "b", "--shards", "1"]).exits(0);
    machines.scene.server.restart(&["access-denied:on=abort,times=0"]);
    machines.run("abort", &["--yes"]).exits(4);
    assert_eq!(machines.scene.server.requests(Operation::Abort).len(), 1);
    machines.run("status", &[]).exits(6);
    machines.shard("1/1").exits(0);
    machines.scene.server.restart(&["access-denied:on=abort,skip=1,times=1"]);
    machines.run("abort", &["--yes"]).exits(4);
    machines.run("status", &[]).exits(5);
    machines.scene.server.restart(&[]);
    machines.run("abort", &["--yes"]).exits(0);
    assert_eq!(machines.scene.server.uploads(), []);
}

/// `complete` was killed before it could mark the plan.
#[test]
fn a_plan_whose_objects_are_all_completed_is_not_aborted() {
    let machines = planned();
    machines.shard("1/1").exits(0);
    machines.complete().exits(0);
    fs::remove_file(machines.plan().join("completed.json")).unwrap();
    machines.run("abort", &["--yes"]).exits(8).says("it is completed");
    assert!(!machines.plan().join("aborted.json").exists() && !machines.plan().join("aborted.json.new").exists());
    machines.complete().exits(0);
}

/// `complete` was killed between two objects.
#[test]
fn objects_that_were_completed_before_the_plan_was_aborted_are_named() {
    let mut machines = Machines::new(&["access-denied:on=complete,skip=1,times=0"]);
    machines.scene.file("a", 2 * MIB);
    machines.scene.file("b", 2 * MIB);
    machines.initiate(&["a", "b", "--shards", "1"]).exits(0);
    machines.shard("1/1").exits(0);
    machines.run("complete", &["--concurrency", "1"]).exits(4);
    machines.scene.server.restart(&[]);
    let outcome = machines.run("abort", &["--yes"]).exits(0).says("stays: a");
    assert!(outcome.stdout.contains("1 upload") && !outcome.stderr.contains("stays: b"), "{}", outcome.stderr);
    assert_eq!(machines.scene.server.uploads(), []);
}

#[cfg(unix)]
#[test]
fn a_plan_that_can_only_be_read_takes_receipts_elsewhere() {
    let machines = planned();
    let set = |mode| fs::set_permissions(machines.plan(), std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
    let below = machines.plan().join("receipts");
    fs::set_permissions(&below, std::os::unix::fs::PermissionsExt::from_mode(0o555)).unwrap();
    set(0o555);
    let shard = |receipts: &[&str]| {
        let usual = ["upload-parts", "--plan", "plan", "--shard", "1/1"];
        machines.scene.as_nobody(usual.iter().chain(receipts)).map(|command| Running::start(command).wait())
    };
    let Some(outcome) = shard(&[]) else { return };
    outcome.exits(2).says("could not write receipts").says("--receipts");
    assert_eq!(machines.scene.server.requests(Operation::UploadPart), []);
    shard(&["--receipts", "mine"]).unwrap().exits(0);
    set(0o755);
    machines.run("complete", &["--receipts", "mine"]).exits(0);
}

/// A full disk, for which a limit of the size of files stands in.
#[cfg(unix)]
#[test]
fn a_plan_or_receipts_for_which_there_is_no_room_are_not_said_to_be_there() {
    let machines = Machines::new(&[]);
    machines.scene.file("big", 40 * MIB);
    let url = machines.scene.server.url();
    let limited = |arguments: &[&str]| Running::start(machines.scene.command_after("ulimit -f 8", arguments)).wait();
    machines.initiate(&["big", "--shards", "1"]).exits(0);
    // Some receipts fit; the shard stops with the first that does not.
    let outcome = limited(&["upload-parts", "--plan", "plan", "--shard", "1/1"]).exits(1);
    assert!(outcome.stderr.contains("could not write receipts"), "{}", outcome.stderr);
    machines.complete().exits(6);
    machines.shard("1/1").exits(0);
    machines.scene.server.assert_each_part_stored_once(40);
    machines.complete().exits(0);
    fs::create_dir(machines.scene.path("tree")).unwrap();
    (0..100).for_each(|number| drop(machines.scene.file(&format!("tree/{number}"), 10)));
    let initiate = ["initiate", "-r", "tree", "-b", BUCKET, "--endpoint", &url, "--plan", "new", "--shards", "1"];
    limited(&initiate).exits(1).says("could not write the plan");
    assert!(!machines.scene.path("new/plan.json").exists());
    machines.scene.run(initiate).exits(0);
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_shows_bars_hosts_and_ages_in_its_width() {
    let machines = planned();
    machines.shard("1/3").exits(0);
    for (columns, percent) in [(100, true), (80, true), (60, true), (40, false)] {
        let status = in_terminal(machines.scene.command(["status", "--plan", "plan"]), columns);
        let lines: Vec<&str> =
            status.lines().filter(|line| line.get(1..).is_some_and(|rest| rest.starts_with("/2 "))).collect();
        assert_eq!(lines.len(), 2, "{status}");
        for line in lines {
            assert!(line.contains('['), "{line}");
            assert_eq!(line.contains('%'), percent, "{line}");
        }
        // A command is not divided.
        let text: Vec<&str> = status.lines().filter(|line| !line.contains("cosput")).collect();
        assert!(text.iter().all(|line| line.trim_end().chars().count() <= columns.into()), "{status}");
        assert!(status.contains("HOSTS") && status.contains("AGE"), "{status}");
    }
}

/// The shard of a receipt is that of the plan, whatever number of shards the machine was given.
#[test]
fn hosts_are_shown_with_the_shards_that_have_their_units() {
    let mut machines = planned();
    machines.scene.set("SLURMD_NODENAME", "node-7");
    machines.shard("1/3").exits(0);
    let outcome = machines.run("status", &["--json"]).exits(6);
    let shards: Vec<_> = outcome.events().into_iter().filter(|event| event["event"] == "shard_status").collect();
    assert_eq!(shards[0]["hosts"][0], "node-7", "{shards:?}");
    assert!(shards[0]["age_s"].is_u64(), "{shards:?}");
    assert_eq!(shards[1]["hosts"].as_array().unwrap().len(), 0, "{shards:?}");
}

#[cfg(unix)]
#[test]
fn receipts_that_cannot_be_read_are_named_and_the_others_count() {
    let machines = planned();
    machines.shard("1/2").exits(0);
    std::os::unix::fs::symlink("nothing", machines.plan().join("receipts/link.jsonl")).unwrap();
    let locked = machines.scene.path("locked");
    fs::create_dir(&locked).unwrap();
    fs::set_permissions(&locked, std::os::unix::fs::PermissionsExt::from_mode(0o000)).unwrap();
    let arguments = ["--plan", "plan", "--receipts", "locked"];
    for command in ["status", "complete"] {
        let Some(command) = machines.scene.as_nobody([command].iter().chain(&arguments)) else { return };
        Running::start(command).wait().exits(6).says("could not read the receipts").says("locked");
    }
    fs::set_permissions(&locked, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
}

#[test]
fn the_state_of_each_shard_is_shown() {
    let machines = planned();
    machines.shard("1/2").exits(0);
    let outcome = machines.run("status", &["--json"]).exits(6);
    let shards: Vec<_> = outcome.events().into_iter().filter(|event| event["event"] == "shard_status").collect();
    assert_eq!(shards.len(), 2);
    assert_eq!((&shards[0]["units"], &shards[0]["units_done"]), (&shards[0]["units_done"], &shards[0]["units"]));
    assert_eq!(shards[1]["units_done"], 0);
    assert_eq!(outcome.event("status")["state"], "open");
}

/// A run that is killed while it writes its first file must not block the directory.
#[test]
fn a_draft_that_was_half_written_is_begun_again() {
    let machines = Machines::new(&[]);
    machines.scene.file("big", 2 * MIB);
    fs::create_dir_all(machines.plan().join("receipts")).unwrap();
    fs::write(machines.plan().join("uploads.jsonl"), "").unwrap();
    fs::write(machines.plan().join("draft.json.new"), "{\"format\":").unwrap();
    machines.initiate(&["big", "--shards", "1"]).exits(0);
}

/// A plan needs a file.
#[test]
fn nothing_to_plan_is_refused_without_naming_an_option_that_initiate_lacks() {
    let machines = Machines::new(&[]);
    fs::create_dir(machines.scene.path("empty")).unwrap();
    let outcome = machines.initiate(&["-r", "empty", "--shards", "2"]).exits(3).says("hint: check the paths");
    assert!(!outcome.stderr.contains("--allow-empty"), "{}", outcome.stderr);
}
