//! What is uploaded arrives as it is; what changes while it is uploaded does not arrive at all.

mod support;

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use cosput::emulator::Operation;
use support::{BUCKET, MIB, Running, Scene, until};

#[test]
fn files_of_every_size_arrive_whole() {
    let scene = Scene::new(&[]);
    let sizes = [0, 1, MIB - 1, MIB, MIB + 1, 2 * MIB, 2 * MIB + 1, 7 * MIB - 1];
    for size in sizes {
        let name = format!("{size}.bin");
        scene.file(&name, size);
        let outcome = scene.upload(&name, &["--json"]).exits(0);
        let parts = if size <= MIB { 1 } else { size.div_ceil(MIB) };
        let uploaded = outcome.event("uploaded");
        assert_eq!((&uploaded["size"], &uploaded["parts"]), (&size.into(), &parts.into()));
        assert_eq!(outcome.stderr, "");
        scene.assert_stored(&name, &name);
    }
    assert_eq!(scene.server.uploads(), []);
    assert!(scene.journals().is_empty());
}

#[test]
fn a_sparse_file_arrives_as_its_bytes_read() {
    let scene = Scene::new(&[]);
    let file = File::create(scene.path("sparse.img")).unwrap();
    file.set_len(40 * MIB).unwrap();
    scene.upload("sparse.img", &["--part-size", "8M"]).exits(0);
    scene.assert_stored("sparse.img", "sparse.img");
}

#[test]
fn an_md5_in_each_request_changes_nothing_else() {
    let scene = Scene::new(&[]);
    for (name, size) in [("put.bin", 1000), ("parts.bin", 3 * MIB + 5)] {
        scene.file(name, size);
        scene.upload(name, &["--checksum", "md5"]).exits(0);
        scene.assert_stored(name, name);
    }
}

/// A change of a file that is being uploaded.
type Change = fn(&Path);

const CHANGES: &[(&str, Change, &str)] = &[
    ("append", append, "its size went from SIZE to MORE bytes"),
    ("truncate", truncate, "its size went from SIZE to 100 bytes"),
    ("overwrite", overwrite, "its time of modification went from "),
    ("touch", touch, "its time of modification went from "),
    ("delete", delete, "it was removed or renamed"),
    #[cfg(unix)]
    ("replace", replace, "another file took its place"),
];

fn open(path: &Path) -> File {
    File::options().write(true).open(path).unwrap()
}

fn append(path: &Path) {
    File::options().append(true).open(path).unwrap().write_all(b"more").unwrap();
}

fn truncate(path: &Path) {
    open(path).set_len(100).unwrap();
}

fn overwrite(path: &Path) {
    open(path).write_all(b"other bytes").unwrap();
}

fn touch(path: &Path) {
    let modified = fs::metadata(path).unwrap().modified().unwrap();
    open(path).set_modified(modified + Duration::from_secs(7)).unwrap();
}

fn delete(path: &Path) {
    fs::remove_file(path).unwrap();
}

#[cfg(unix)]
fn replace(path: &Path) {
    let other = path.with_extension("other");
    let file = fs::metadata(path).unwrap();
    fs::write(&other, support::noise(file.len(), 1)).unwrap();
    open(&other).set_modified(file.modified().unwrap()).unwrap();
    fs::rename(other, path).unwrap();
}

/// Starts an upload of `size` bytes for each kind of change, waits until it has begun, changes the file, and expects that
/// nothing of it is on the server. All at the same time, since most of it is waiting.
fn is_noticed(size: u64, faults: &[&str], more: &[&str], begun: impl Fn(&Scene, &Running) -> bool + Sync) {
    std::thread::scope(|scope| {
        for (name, change, what) in CHANGES {
            let begun = &begun;
            scope.spawn(move || {
                let scene = Scene::new(faults);
                let source = scene.file("a.bin", size);
                let running = scene.begin("a.bin", more);
                until(|| begun(&scene, &running), "the upload has begun");
                change(&source);
                let what = what.replace("SIZE", &size.to_string()).replace("MORE", &(size + 4).to_string());
                let outcome = running.wait().exits(3).says(&format!("changed while it was uploaded: {what}"));
                let outcome = outcome.says("error: could not upload ").does_not_say("goes on with upload");
                outcome.says("hint: upload it again once nothing writes to it");
                scene.assert_nothing_stored("a.bin");
                assert!(scene.journals().is_empty(), "{name}");
            });
        }
    });
}

#[test]
fn a_file_in_parts_that_changes_is_not_completed() {
    let faults = ["trickle:rate=2000000,times=0"];
    is_noticed(4 * MIB, &faults, &["--concurrency", "1"], |scene, _| !scene.server.stored_parts().is_empty());
}

#[test]
fn a_file_that_changes_while_its_last_part_waits_is_not_completed() {
    is_noticed(4 * MIB, &["service-unavailable:part=4,retry-after=1"], &[], |scene, running| {
        running.stderr().contains("trying again") && scene.server.stored_parts().len() == 3
    });
}

#[test]
fn a_file_in_one_request_that_changes_is_not_stored() {
    // More than the buffers between the two take, so that its end is read only after the change.
    let more = ["--multipart-threshold", "100M", "-v"];
    is_noticed(24 * MIB, &["trickle:rate=12000000"], &more, |_, running| running.stderr().contains("in one request"));
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
        // Nobody writes to it: opening it would wait for ever.
        scene.upload("pipe", &[]).exits(3).says("not a file");
    }
    let socket = std::os::unix::net::UnixListener::bind(scene.path("socket")).unwrap();
    scene.upload("socket", &[]).exits(3).says("not a file");
    drop(socket);
    assert_eq!(scene.server.record(), []);
}

#[test]
fn an_object_that_is_there_is_replaced_only_by_a_whole_one() {
    let mut scene = Scene::new(&[]);
    scene.file("old.bin", 3 * MIB);
    scene.upload("old.bin", &["--key", "k"]).exits(0);
    scene.server.restart(&["access-denied:part=3"]);
    scene.file("new.bin", 4 * MIB);
    scene.upload("new.bin", &["--key", "k"]).exits(4);
    scene.assert_stored("old.bin", "k");
    scene.upload("new.bin", &["--key", "k"]).exits(0);
    scene.assert_stored("new.bin", "k");
}

#[test]
fn a_thousand_requests_at_once_are_too_many_for_no_one() {
    let scene = Scene::new(&[]);
    scene.file("a.bin", 40 * MIB);
    scene.upload("a.bin", &["--concurrency", "1000"]).exits(0);
    scene.server.assert_each_part_stored_once(40);
    scene.assert_stored("a.bin", "a.bin");
}

#[test]
fn nothing_is_asked_that_need_not_be() {
    let scene = Scene::new(&[]);
    scene.file("put.bin", 1000);
    scene.file("parts.bin", 2 * MIB);
    scene.upload("put.bin", &[]).exits(0);
    scene
        .run(["upload", "parts.bin", &format!("cos://{BUCKET}/parts.bin"), "--endpoint", &scene.server.url()])
        .exits(0);
    let asked: Vec<_> = scene.server.record().iter().filter_map(|request| request.operation).collect();
    use Operation::{Complete, Initiate, PutObject, UploadPart};
    assert_eq!(asked, [PutObject, Initiate, UploadPart, UploadPart, Complete]);
}
