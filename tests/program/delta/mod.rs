//! `--delta`: what the object has already is copied on the server, the rest is sent, and the whole is proved.

mod changes;
mod copies;
mod maps;
mod unchanged;
mod versions;

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;

use cosput::emulator::Operation;
use serde_json::Value;

use crate::support::{MIB, Outcome, Scene};

const DELTA: [&str; 4] = ["--key", "k", "--json", "--delta"];

/// A file of eight blocks and a bit, uploaded with a map.
fn uploaded(scene: &Scene) -> PathBuf {
    let path = scene.file("f", 8 * MIB + 5);
    scene.upload("f", &DELTA).exits(0);
    path
}

/// Changes one byte in each of these blocks.
fn change(path: &std::path::Path, blocks: &[u64]) {
    let mut file = File::options().write(true).read(true).open(path).unwrap();
    for block in blocks {
        let mut byte = [0];
        file.seek(SeekFrom::Start(block * MIB)).unwrap();
        file.read_exact(&mut byte).unwrap();
        file.seek(SeekFrom::Start(block * MIB)).unwrap();
        file.write_all(&[!byte[0]]).unwrap();
    }
}

/// The bytes sent and copied of the one object that was uploaded.
fn sent_and_copied(outcome: &Outcome) -> (u64, u64) {
    let uploaded = outcome.event("uploaded");
    let number = |name: &str| uploaded[name].as_u64().unwrap_or_else(|| panic!("no {name} in {uploaded}"));
    (number("bytes_sent"), number("bytes_copied"))
}

/// How many copies were made.
fn copies(scene: &Scene) -> usize {
    scene.server.requests(Operation::UploadPartCopy).len()
}

fn maps(scene: &Scene) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(scene.state().join("maps")) else { return Vec::new() };
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn parts_copied(outcome: &Outcome) -> Value {
    outcome.event("uploaded")["parts_copied"].clone()
}
