//! The shape of `src/`: imports point one way and never in circles, files are short, `mod.rs` files hold no logic, and the
//! process is read in one file.
//!
//! - `tokens` splits a file into words and signs, `module` reads what a module declares and imports.
//! - `tree` follows each imported name to the file that defines it.
//! - `wording` finds the texts for people, `help_texts` those of the help; the catalogue has a translation of each.
//! - `glossary` compares the words of the translations with the table in `CONTRIBUTING.md`.
//! - `circles` finds files and folders that import each other.

mod circles;
mod glossary;
mod help_texts;
mod module;
mod tokens;
mod tree;
mod wording;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use tree::{Imports, Tree, files_below};

/// The folders, and which of the others each may import.
const FOLDERS: [(&str, &[&str]); 6] = [
    ("language", &[]),
    ("cos", &["language"]),
    ("upload", &["language", "cos"]),
    ("credentials", &["language", "cos"]),
    ("emulator", &["language", "cos"]),
    ("cli", &["language", "cos", "upload", "credentials", "emulator"]),
];

/// Crates that only some folders may use.
const RESERVED: [(&[&str], &[&str]); 3] = [
    (&["clap", "indicatif", "anyhow"], &["cli"]),
    (&["reqwest", "tokio", "hyper"], &["upload", "credentials", "emulator", "cli"]),
    (&["hyper", "hyper_util"], &["emulator"]),
];

/// The only file that reads the environment, the clock and the standard streams.
const DOOR: &str = "cli/process/world.rs";
const BEHIND_THE_DOOR: [&str; 7] =
    ["std::env", "env::var", "SystemTime::now", "Instant::now", "std::process::exit", "io::stdout()", "io::stderr()"];
/// Folders in which `Instant::now` is tokio's.
const READS_TOKIOS_CLOCK: [&str; 3] = ["upload/", "credentials/", "emulator/"];

/// Modules whose children import from them: the children are parts of one type, whose fields they reach.
const PARENTS_OF_ONE_TYPE: [&str; 1] = ["upload/machine/mod.rs"];

/// The most lines of a file, without its tests.
const LONGEST_FILE: usize = 400;

/// `mod.rs` files that define something, each with the reason.
const MOD_FILES_WITH_LOGIC: [(&str, &str); 1] =
    [("upload/machine/mod.rs", "the machine's contract and its fields, which its children share")];

static TREE: LazyLock<Tree> = LazyLock::new(|| Tree::new(files_below("src")));

/// Fails with one line for each breach.
#[track_caller]
fn assert_none(breaches: &[String]) {
    assert!(breaches.is_empty(), "\n{}", breaches.join("\n"));
}

/// The folder of a file, which is empty for those beside `lib.rs`.
fn folder(file: &str) -> &str {
    file.split_once('/').map_or("", |(folder, _)| folder)
}

/// The imports, without those of children from the parent whose parts they are.
fn imports() -> Imports {
    let mut imports = TREE.imports();
    for parent in PARENTS_OF_ONE_TYPE {
        let folder = parent.trim_end_matches("mod.rs");
        for (_, to) in imports.iter_mut().filter(|(from, _)| from.starts_with(folder)) {
            to.remove(parent);
        }
    }
    imports
}

#[test]
fn folders_import_only_what_lies_below_them() {
    let mut breaches = Vec::new();
    for (from, to) in &imports() {
        let allowed = FOLDERS.iter().find(|(name, _)| *name == folder(from)).map_or(&[][..], |(_, allowed)| allowed);
        for (to, names) in to.iter().filter(|(to, _)| folder(to) != folder(from) && !allowed.contains(&folder(to))) {
            breaches.push(format!(
                "{from} imports {} from {to}",
                Vec::from_iter(names.iter().map(String::as_str)).join(", ")
            ));
        }
    }
    assert_none(&breaches);
}

#[test]
fn no_files_import_each_other_in_circles() {
    let imports = imports();
    let breaches: Vec<String> =
        circles::groups(&imports).iter().map(|group| circles::describe(&imports, group)).collect();
    assert_none(&breaches);
}

#[test]
fn no_folders_import_each_other_in_circles() {
    let mut breaches = Vec::new();
    for among in circles::among_siblings(&imports()).values() {
        breaches.extend(circles::groups(among).iter().map(|group| circles::describe(among, group)));
    }
    assert_none(&breaches);
}

#[test]
fn libraries_stay_in_the_folders_they_are_for() {
    let mut breaches = Vec::new();
    for file in TREE.files() {
        let used = TREE.crates(file);
        for (names, allowed) in RESERVED {
            for name in names.iter().filter(|name| used.contains(**name) && !allowed.contains(&folder(file))) {
                breaches.push(format!("{file} uses {name}"));
            }
        }
    }
    assert_none(&breaches);
}

#[test]
fn the_process_has_one_door() {
    let mut breaches = Vec::new();
    for file in TREE.files().filter(|file| *file != DOOR) {
        let code = TREE.code(file);
        for word in BEHIND_THE_DOOR.iter().filter(|word| code.contains(**word)) {
            if *word != "Instant::now" || !READS_TOKIOS_CLOCK.iter().any(|folder| file.starts_with(folder)) {
                breaches.push(format!("{file} uses {word}"));
            }
        }
    }
    assert_none(&breaches);
}

#[test]
fn the_six_folders_are_all_there_are() {
    let files = files_below("src");
    let names: BTreeSet<&str> = files.keys().map(|file| file.split('/').next().unwrap()).collect();
    assert_eq!(names, ["cli", "cos", "credentials", "emulator", "language", "lib.rs", "main.rs", "upload"].into());
}

#[test]
fn no_file_is_too_long() {
    let long = TREE.files().map(|file| (file, TREE.lines(file))).filter(|(_, lines)| *lines > LONGEST_FILE);
    let breaches: Vec<String> =
        long.map(|(file, lines)| format!("{file} has {lines} lines without its tests")).collect();
    assert_none(&breaches);
}

#[test]
fn mod_files_hold_no_logic() {
    let mut breaches = Vec::new();
    let exceptions: BTreeMap<&str, &str> = MOD_FILES_WITH_LOGIC.into();
    for file in TREE.files().filter(|file| file.ends_with("mod.rs")) {
        let module = TREE.module(file);
        let defines = !module.items.is_empty() || module.implements;
        match (defines, exceptions.contains_key(file)) {
            (true, false) => breaches.push(format!("{file} defines {:?}", module.items)),
            (false, true) => breaches.push(format!("{file} defines nothing any more: delete it from the list")),
            _ => {}
        }
    }
    let gone = exceptions.keys().filter(|name| !TREE.files().any(|file| file == **name));
    breaches.extend(gone.map(|name| format!("{name} is gone: delete it from the list")));
    assert_none(&breaches);
}

/// Folders whose files are alike, so that their names say enough.
const ALIKE: [&str; 9] = [
    "cli/commands",
    "cli/output/json",
    "cos/address",
    "cos/multipart",
    "credentials/providers",
    "emulator/faults",
    "emulator/store",
    "upload/machine/outcome",
    "upload/journal",
];

/// A map that lacks a file leads nowhere at first sight.
#[test]
fn every_map_names_the_files_of_its_folder() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut missing = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        let entries: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        folders.extend(entries.iter().filter(|path| path.is_dir()).cloned());
        let name = folder.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        let Ok(map) = fs::read_to_string(folder.join("mod.rs")) else { continue };
        let map: String = map.lines().filter(|line| line.starts_with("//!")).collect();
        let files = entries.iter().filter(|path| !path.ends_with("mod.rs")).filter_map(|path| path.file_stem());
        let names = files.map(|stem| stem.to_string_lossy().into_owned());
        let lacking = names.filter(|stem| !ALIKE.contains(&name.as_str()) && !map.contains(&format!("`{stem}")));
        missing.extend(lacking.map(|stem| format!("{name}/mod.rs does not name {stem}")));
    }
    missing.sort();
    assert_none(&missing);
}
