//! The whole way, with shards that are sent once, twice, in another number, or after the end.

use cosput::emulator::Operation;

use super::Machines;
use crate::support::MIB;

#[test]
fn two_machines_send_one_file_and_a_third_completes_it() {
    let machines = Machines::new(&[]);
    machines.scene.file("big", 5 * MIB + 7);
    machines.initiate(&["big", "--shards", "2"]).exits(0);
    machines.shard("1/2").exits(0);
    let early = machines.complete().exits(6);
    assert!(early.stderr.contains("3 units are missing: shard 2/2 (3)"), "{}", early.stderr);
    assert_eq!(machines.scene.server.requests(Operation::Complete), []);
    machines.shard("2/2").exits(0);
    machines.complete().exits(0);
    machines.scene.assert_stored("big", "big");
    machines.scene.server.assert_each_part_stored_once(6);
    assert_eq!(machines.scene.server.uploads(), []);
    assert_eq!(machines.receipts().len(), 6);
}

#[test]
fn a_completed_plan_is_proved_again_and_its_shards_have_nothing_to_do() {
    let machines = Machines::new(&[]);
    machines.scene.file("big", 3 * MIB);
    machines.initiate(&["big", "--shards", "1"]).exits(0);
    machines.shard("1/1").exits(0);
    machines.complete().exits(0);
    machines.complete().exits(0);
    let late = machines.shard("1/1").exits(0);
    assert!(late.stderr.contains("completed already"), "{}", late.stderr);
    machines.scene.server.assert_each_part_stored_once(3);
}
