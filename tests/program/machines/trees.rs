//! Directories: small files and parts, any number of shards, objects that become visible together.

use std::fs;

use cosput::emulator::Operation;

use super::Machines;
use crate::support::MIB;

const FILES: [(&str, u64); 6] =
    [("t/a", 100), ("t/big", 4 * MIB + 1), ("t/empty", 0), ("t/sub/b", 70_000), ("t/sub/large", 2 * MIB), ("t/z", 5)];

/// A tree of small and large files.
fn tree(faults: &[&str]) -> Machines {
    let machines = Machines::new(faults);
    fs::create_dir_all(machines.scene.path("t/sub")).unwrap();
    for (name, size) in FILES {
        machines.scene.file(name, size);
    }
    machines
}

fn assert_all_stored(machines: &Machines) {
    for (name, _) in FILES {
        machines.scene.assert_stored(name, name);
    }
    assert_eq!(machines.scene.server.uploads(), []);
}

#[test]
fn a_tree_is_sent_in_shards_and_proved() {
    let machines = tree(&[]);
    let options = ["--storage-class", "STANDARD_IA", "--meta", "a=b", "--acl", "private", "--traffic-limit", "8Mbit"];
    machines.initiate(&[&["-r", "t", "--shards", "3"], &options[..]].concat()).exits(0);
    for shard in ["3/3", "1/3", "2/3"] {
        machines.shard(shard).exits(0);
    }
    machines.complete().exits(0);
    assert_all_stored(&machines);
}

#[test]
fn what_has_a_receipt_is_not_sent_again_however_the_plan_is_divided() {
    let machines = tree(&[]);
    machines.initiate(&["-r", "t", "--shards", "3"]).exits(0);
    for shard in ["1/3", "2/2", "3/5", "1/1", "1/1"] {
        machines.shard(shard).exits(0);
    }
    machines.complete().exits(0);
    assert_all_stored(&machines);
    assert_eq!(machines.scene.server.requests(Operation::PutObject).len(), 4);
    let mut parts = machines.scene.server.stored_parts();
    parts.sort_unstable();
    assert_eq!(parts, [1, 1, 2, 2, 3, 4, 5]);
}

#[test]
fn objects_that_become_visible_together_are_not_visible_before() {
    let machines = tree(&[]);
    machines.initiate(&["-r", "t", "--shards", "2", "--publish-together"]).exits(0);
    machines.shard("1/2").exits(0);
    machines.shard("2/2").exits(0);
    for (name, _) in FILES {
        assert_eq!(machines.scene.server.object(name), None, "{name} is visible");
    }
    // The empty file has no part; `complete` sends it.
    machines.run("status", &[]).exits(6).says("now run cosput complete");
    machines.complete().exits(0);
    assert_all_stored(&machines);
}

#[test]
fn the_directory_of_the_plan_is_not_uploaded_with_its_parent() {
    let machines = tree(&[]);
    let url = machines.scene.server.url();
    let plan = ["--plan", "t/.plan", "--shards", "1"];
    let initiate = ["initiate", "-r", "t", "-b", crate::support::BUCKET, "--endpoint", &url];
    machines.scene.run([&initiate[..], &plan].concat()).exits(0);
    let files = fs::read_to_string(machines.scene.path("t/.plan/files.jsonl")).unwrap();
    assert_eq!(files.lines().count(), FILES.len());
}

#[test]
fn more_shards_than_units_leave_some_empty() {
    let machines = Machines::new(&[]);
    machines.scene.file("a", 10);
    machines.initiate(&["a", "--shards", "3"]).exits(0);
    for shard in ["1/3", "2/3", "3/3"] {
        machines.shard(shard).exits(0);
    }
    machines.complete().exits(0);
    machines.scene.assert_stored("a", "a");
    assert_eq!(machines.scene.server.requests(Operation::PutObject).len(), 1);
}

#[test]
fn shards_that_may_send_more_than_3000_requests_at_a_time_are_reported() {
    let warns = |shards: &str| {
        let machines = Machines::new(&[]);
        machines.scene.file("a", 10);
        let stderr = machines.initiate(&["a", "--shards", shards]).exits(0).stderr;
        stderr.contains("up to 3,072 requests are in flight")
    };
    assert_eq!([warns("23"), warns("24")], [false, true]);
}

#[test]
fn an_engine_says_which_shard_it_is() {
    let mut machines = tree(&[]);
    machines.initiate(&["-r", "t", "--shards", "2"]).exits(0);
    machines.run("upload-parts", &["--shard", "auto"]).exits(2).says("no engine was recognised");
    for index in ["0", "1"] {
        machines.scene.set("JOB_COMPLETION_INDEX", index);
        machines.run("upload-parts", &["--shard", "auto"]).exits(0);
    }
    machines.complete().exits(0);
    assert_all_stored(&machines);
}
