//! Imports point one way: `main → cli → upload, credentials, emulator → cos`. Whoever breaks that is told which file did.

use std::fs;
use std::path::{Path, PathBuf};

/// The folders, and which of the others each may import.
const FOLDERS: [(&str, &[&str]); 5] = [
    ("cos", &[]),
    ("upload", &["cos"]),
    ("credentials", &["cos"]),
    ("emulator", &["cos"]),
    ("cli", &["cos", "upload", "credentials", "emulator"]),
];

/// What is for some folders alone: words that name it, and who may use them.
const RESERVED: [(&[&str], &[&str]); 3] = [
    (&["clap::", "clap_complete::", "clap_mangen::", "indicatif::", "anyhow::"], &["cli"]),
    (&["reqwest::", "tokio::", "hyper::"], &["upload", "credentials", "emulator", "cli"]),
    (&["hyper::", "hyper_util::"], &["emulator"]),
];

/// The process's own things, which come in through one door.
const DOOR: &str = "src/cli/process/world.rs";
const BEHIND_THE_DOOR: [&str; 7] =
    ["std::env", "env::var", "SystemTime::now", "Instant::now", "std::process::exit", "io::stdout()", "io::stderr()"];
/// The driver reads tokio's clock, and whatever wraps a connection measures with it.
const READS_TOKIOS_CLOCK: [&str; 3] = ["src/upload/", "src/credentials/", "src/emulator/"];

/// The source files below a folder, with what of them is no test and no comment.
fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let code = code(&fs::read_to_string(&path).unwrap());
                found.push((path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().to_owned(), code));
            }
        }
    }
    assert!(!found.is_empty(), "{folder} has no source");
    found.sort();
    found
}

/// A file up to its tests, without comments.
fn code(text: &str) -> String {
    let product = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let product = product.split("#[cfg(test)]\npub").next().unwrap_or_default();
    product.lines().filter(|line| !line.trim_start().starts_with("//")).map(|line| format!("{line}\n")).collect()
}

/// Fails with one line for each breach.
#[track_caller]
fn assert_none(breaches: &[String]) {
    assert!(breaches.is_empty(), "\n{}", breaches.join("\n"));
}

#[test]
fn folders_import_only_what_lies_below_them() {
    let mut breaches = Vec::new();
    for (folder, allowed) in FOLDERS {
        for (path, code) in sources(&format!("src/{folder}")) {
            let forbidden =
                FOLDERS.iter().map(|(other, _)| *other).filter(|other| *other != folder && !allowed.contains(other));
            for other in forbidden {
                let words = [format!("crate::{other}::"), format!("crate::{other};"), format!("cosput::{other}")];
                if words.iter().any(|word| code.contains(word.as_str())) {
                    breaches.push(format!("{} imports {other}", path.display()));
                }
            }
            if code.contains("use crate::{") {
                breaches.push(format!("{} imports folders in braces, which nobody can check", path.display()));
            }
        }
    }
    assert_none(&breaches);
}

#[test]
fn libraries_stay_in_the_folders_they_are_for() {
    let mut breaches = Vec::new();
    for (folder, _) in FOLDERS {
        for (path, code) in sources(&format!("src/{folder}")) {
            for (words, allowed) in RESERVED {
                let used = words.iter().find(|word| code.contains(**word));
                if let Some(word) = used.filter(|_| !allowed.contains(&folder)) {
                    breaches.push(format!("{} uses {word}", path.display()));
                }
            }
        }
    }
    assert_none(&breaches);
}

#[test]
fn the_process_has_one_door() {
    let mut breaches = Vec::new();
    for (path, code) in sources("src") {
        let name = path.display().to_string().replace('\\', "/");
        for word in BEHIND_THE_DOOR {
            let tokios = word == "Instant::now" && READS_TOKIOS_CLOCK.iter().any(|place| name.starts_with(place));
            // Under test, a number of schedules is read.
            let is_test = name.starts_with("src/upload/simulation/");
            if code.contains(word) && name != DOOR && name != "src/main.rs" && !tokios && !is_test {
                breaches.push(format!("{name} uses {word}"));
            }
        }
    }
    assert_none(&breaches);
}

#[test]
fn the_five_folders_are_all_there_are() {
    let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["cli", "cos", "credentials", "emulator", "lib.rs", "main.rs", "upload"]);
}
