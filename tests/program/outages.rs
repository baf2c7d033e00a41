//! A server that cannot be reached for a while, in the middle of an upload.

use cosput::emulator::Operation;

use crate::support::{MIB, Scene, until};

/// So few attempts that an outage would use them up.
const ATTEMPTS: [&str; 2] = ["--max-attempts", "2"];

#[test]
fn an_outage_uses_up_no_attempts() {
    let mut scene = Scene::new(&["stall:skip=2,times=0"]);
    scene.file("a.bin", 5 * MIB);
    let arguments = [&ATTEMPTS[..], &["-v"]].concat();
    let running = scene.begin("a.bin", &arguments);
    until(|| scene.server.stored_parts().len() == 2, "two parts are stored");
    scene.server.stop();
    until(|| running.stderr().matches("; retrying in ").count() > 12, "more attempts are made than there are");
    scene.server.restart(&[]);
    running.wait().exits(0);
    scene.assert_stored("a.bin", "a.bin");
    scene.server.assert_each_part_stored_once(5);
    assert_eq!(scene.server.requests(Operation::Initiate).len(), 1);
}

#[test]
fn an_outage_ends_with_the_retry_time() {
    let mut scene = Scene::new(&["stall:skip=2,times=0"]);
    scene.file("a.bin", 5 * MIB);
    let arguments = [&ATTEMPTS[..], &["--retry-time", "1s"]].concat();
    let running = scene.begin("a.bin", &arguments);
    until(|| scene.server.stored_parts().len() == 2, "two parts are stored");
    scene.server.stop();
    running.wait().exits(6).says("hint: run the same command again to resume upload");
    scene.server.restart(&[]);
    scene.upload("a.bin", &[]).exits(0);
    scene.server.assert_each_part_stored_once(5);
}

#[test]
fn an_address_that_never_answered_is_given_up_after_all_attempts() {
    let mut scene = Scene::new(&[]);
    scene.file("a.bin", 5 * MIB);
    scene.server.stop();
    scene.upload("a.bin", &ATTEMPTS).exits(6).says("after 2 attempts");
}
