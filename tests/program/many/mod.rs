//! Uploads of many files with the real program: trees, lists, failures among many, and objects that become visible
//! together.

mod accounts;
mod found;
mod keys;
mod skipped;
mod stopped;
mod together;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::support::{Outcome, Running, Scene, noise};
use cosput::emulator::Operation;
use serde_json::Value;

/// Makes a file in the scene, with all parent directories. The same name and size give the same bytes.
fn plant(scene: &Scene, name: impl AsRef<Path>, size: u64) {
    let path = scene.directory.path().join(&name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let seed = name
        .as_ref()
        .as_os_str()
        .as_encoded_bytes()
        .iter()
        .fold(7, |seed: u64, byte| seed.wrapping_mul(31).wrapping_add((*byte).into()));
    fs::write(path, noise(size, seed)).unwrap();
}

fn plant_all(scene: &Scene, names: &[&str]) {
    names.iter().for_each(|name| plant(scene, name, 100));
}

/// The arguments of `cosput upload` with any number of sources.
fn upload(scene: &Scene, arguments: &[&str]) -> Vec<String> {
    let url = scene.server.url();
    let usual = ["upload", "--bucket", crate::support::BUCKET, "--endpoint", &url];
    usual.iter().chain(arguments).map(|argument| (*argument).to_owned()).collect()
}

fn run(scene: &Scene, arguments: &[&str]) -> Outcome {
    begin(scene, arguments).wait()
}

fn begin(scene: &Scene, arguments: &[&str]) -> Running {
    scene.start(upload(scene, arguments))
}

/// The keys, among these, whose objects exist.
fn visible<'a>(scene: &Scene, keys: &[&'a str]) -> Vec<&'a str> {
    keys.iter().copied().filter(|key| scene.server.object(key).is_some()).collect()
}

/// The result of each source, by its name: one event each, in a summary whose counts add up.
#[track_caller]
fn accounts(outcome: &Outcome) -> BTreeMap<String, Value> {
    let mut reported = BTreeMap::new();
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for event in outcome.events() {
        let Some(name) = ["uploaded", "skipped", "failed"].into_iter().find(|name| event["event"] == *name) else {
            continue;
        };
        *counts.entry(name).or_default() += 1;
        let source = event["source"].as_str().unwrap().to_owned();
        if let Some(before) = reported.insert(source, event.clone()) {
            panic!("reported twice: {before} {event}");
        }
    }
    let summary = outcome.event("summary");
    for name in ["uploaded", "skipped", "failed"] {
        assert_eq!(summary[name], *counts.get(name).unwrap_or(&0), "{name} in {summary}");
    }
    assert_eq!(summary["exit_code"], outcome.code.unwrap());
    reported
}

/// The same in brief: the event, and the exit code or the reason of the event.
#[track_caller]
fn in_brief(outcome: &Outcome) -> Vec<String> {
    let brief = |(source, event): (String, Value)| match event["event"].as_str().unwrap() {
        "failed" => format!("{source} failed {}", event["exit_code"]),
        "skipped" => format!("{source} skipped {}", event["reason"].as_str().unwrap()),
        name => format!("{source} {name}"),
    };
    accounts(outcome).into_iter().map(brief).collect()
}

/// The keys of the uploaded objects, as text output shows them.
fn uploaded_keys(outcome: &Outcome) -> BTreeSet<String> {
    let bucket = format!(" -> cos://{}/", crate::support::BUCKET);
    outcome.stdout.lines().filter_map(|line| Some(line.split_once(&bucket)?.1.split_once("  ")?.0.to_owned())).collect()
}

/// The keys of the objects in requests of one kind, in the order in which the requests ended.
fn asked(scene: &Scene, operation: Operation) -> Vec<String> {
    scene.server.requests(operation).into_iter().filter_map(|request| request.key).collect()
}
