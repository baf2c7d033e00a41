//! From paths to keys: one rule, shown by `--dry-run`, for directories, lists and globs.

use std::collections::BTreeSet;
use std::fs;
#[cfg(unix)]
use std::fs::File;
use std::io::Write as _;

use super::{accounts, in_brief, plant_all, run, upload, uploaded_keys};
#[cfg(unix)]
use crate::support::{Outcome, Running};
use crate::support::{Scene, until};

const TREE: [&str; 7] = [
    "site/index.html",
    "site/css/a.css",
    "site/css/a.css.map",
    "site/.well-known/x",
    "site/js/a.js",
    "site/js/lib/b.js",
    "notes.txt",
];

/// The keys that `--dry-run` shows, after a check that the same command creates exactly these.
fn keys(arguments: &[&str]) -> Vec<String> {
    let scene = Scene::new(&[]);
    plant_all(&scene, &TREE);
    let shown = run(&scene, &[arguments, &["--dry-run"]].concat()).exits(0);
    assert_eq!(scene.server.record(), [], "a dry run asks nothing");
    let shown = uploaded_keys(&shown);
    let made = uploaded_keys(&run(&scene, arguments).exits(0));
    assert_eq!(shown, made);
    shown.into_iter().collect()
}

const ALL: [&str; 6] = [".well-known/x", "css/a.css", "css/a.css.map", "index.html", "js/a.js", "js/lib/b.js"];

fn below(prefix: &str) -> Vec<String> {
    ALL.iter().map(|name| format!("{prefix}{name}")).collect()
}

#[test]
fn a_directory_gives_its_name_and_with_a_slash_its_content() {
    assert_eq!(keys(&["site", "-r"]), below("site/"));
    assert_eq!(keys(&["site/", "-r"]), ALL);
    assert_eq!(keys(&["site/.", "-r"]), ALL);
    assert_eq!(keys(&["./site", "-r"]), below("site/"));
    assert_eq!(keys(&["site/", "-r", "--prefix", "v/1"]), below("v/1/"));
    assert_eq!(keys(&["site/", "-r", "--prefix", "v/1/"]), below("v/1/"));
    assert_eq!(
        keys(&["site/css", "notes.txt", "-r", "--prefix", "v"]),
        ["v/css/a.css", "v/css/a.css.map", "v/notes.txt"]
    );
    assert_eq!(keys(&["site/css/", "site/index.html", "-r"]), ["a.css", "a.css.map", "index.html"]);
}

#[test]
fn the_last_rule_that_matches_decides_and_the_first_one_says_what_is_begun_with() {
    let site = |rules: &[&str]| keys(&[&["site/", "-r"], rules].concat());
    assert_eq!(site(&["--exclude", "*.map", "--exclude", ".*"]), ["css/a.css", "index.html", "js/a.js", "js/lib/b.js"]);
    assert_eq!(site(&["--include", "*.js"]), ["js/a.js", "js/lib/b.js"]);
    assert_eq!(site(&["--include", "*.js", "--exclude", "lib/"]), ["js/a.js"]);
    assert_eq!(site(&["--exclude", "lib/", "--include", "*.js"]), below(""));
    assert_eq!(site(&["--exclude", "*", "--include", "/css/"]), ["css/a.css", "css/a.css.map"]);
    assert_eq!(
        site(&["--exclude", "/js/**/b.js", "--exclude", "/index.html", "--exclude", ".well-known"]),
        ["css/a.css", "css/a.css.map", "js/a.js"]
    );
    assert_eq!(keys(&["notes.txt", "site", "-r", "--exclude", "*.txt", "--include", "/a.css"]), below("site/"));
}

#[test]
fn a_single_file_is_left_out_too() {
    let scene = Scene::new(&[]);
    plant_all(&scene, &TREE);
    let outcome = run(&scene, &["notes.txt", "--exclude", "*.txt"]).exits(3);
    assert_eq!((outcome.stdout.as_str(), scene.server.record()), ("", vec![]));
}

#[test]
fn a_listed_path_is_its_own_key() {
    let scene = Scene::new(&[]);
    plant_all(&scene, &TREE);
    fs::write(scene.path("list"), "site/css/a.css\r\n\n./notes.txt\nsite/js\n").unwrap();
    let from = |more: &[&str]| {
        uploaded_keys(&run(&scene, &[&["--files-from", "list", "-r", "--prefix", "p"], more].concat()).exits(0))
    };
    let expected: BTreeSet<String> =
        ["p/site/css/a.css", "p/notes.txt", "p/site/js/a.js", "p/site/js/lib/b.js"].map(str::to_owned).into();
    assert_eq!(from(&["--dry-run"]), expected);
    assert_eq!(from(&[]), expected);
}

/// A tree in all the ways in which Windows names it.
#[cfg(windows)]
#[test]
fn on_windows_paths_are_shown_as_they_are_there_and_keys_have_slashes() {
    let scene = Scene::new(&[]);
    plant_all(&scene, &TREE);
    let absolute = scene.path(r"site\css").display().to_string();
    let verbatim = fs::canonicalize(&absolute).unwrap().display().to_string();
    assert!(verbatim.starts_with(r"\\?\"), "{verbatim}");
    let css = ["p/css/a.css", "p/css/a.css.map"];
    for source in [r"site\css", r".\site\css", r"site\js\..\css", "site/css", &absolute, &verbatim] {
        assert_eq!(keys_of(&scene, &[source]), css, "{source}");
    }
    assert_eq!(keys_of(&scene, &[r"site\css\"]), ["p/a.css", "p/a.css.map"]);
    assert_eq!(keys_of(&scene, &["site", "--include", r"js\lib\*"]), ["p/site/js/lib/b.js"]);
    let list = format!("site\\js\\a.js\r\n{absolute}\\a.css\r\n");
    fs::write(scene.path("list"), list).unwrap();
    let listed = keys_of(&scene, &["--files-from", "list"]);
    assert_eq!(listed.len(), 2, "{listed:?}");
    assert!(listed.contains(&"p/site/js/a.js".to_owned()), "{listed:?}");
    assert!(listed.iter().all(|key| key.starts_with("p/") && !key.contains(['\\', ':'])), "{listed:?}");

    let mut command = scene.command(upload(&scene, &[r"site\css\a.css", "--json"]));
    let stdout = String::from_utf8(command.output().unwrap().stdout).unwrap();
    assert!(stdout.contains(r#""source":"site\\css\\a.css""#), "{stdout}");
}

/// The keys of these sources below `p`.
#[cfg(windows)]
fn keys_of(scene: &Scene, sources: &[&str]) -> Vec<String> {
    let arguments = [sources, &["-r", "--prefix", "p", "--dry-run", "--json"]].concat();
    let planned = run(scene, &arguments).exits(0).events().into_iter().filter(|event| event["event"] == "planned");
    let mut keys: Vec<String> = planned.map(|event| event["key"].as_str().unwrap().to_owned()).collect();
    keys.sort();
    keys
}

/// Runs with a list on stdin.
#[cfg(unix)]
fn fed(scene: &Scene, list: &[u8], arguments: &[&str]) -> Outcome {
    fs::write(scene.path("fed"), list).unwrap();
    let mut command = scene.command(upload(scene, arguments));
    command.stdin(File::open(scene.path("fed")).unwrap());
    Running::start(command).wait()
}

#[test]
fn what_a_list_names_is_sent_while_the_list_goes_on() {
    let scene = Scene::new(&[]);
    plant_all(&scene, &["first", "second"]);
    let (running, mut list) = scene.start_fed(upload(&scene, &["--files-from", "-"]));
    list.write_all(b"first\n").unwrap();
    until(|| scene.server.object("first").is_some(), "the first is stored");
    list.write_all(b"second\n").unwrap();
    drop(list);
    running.wait().exits(0);
    scene.assert_stored("second", "second");
}

#[cfg(unix)]
#[test]
fn a_list_may_come_through_stdin_and_end_its_paths_with_a_nul() {
    let scene = Scene::new(&[]);
    plant_all(&scene, &["a\nb", " c ", "-d", "中"]);
    let outcome = fed(&scene, "a\nb\0 c \0./-d\0中".as_bytes(), &["--files-from", "-", "-0", "--json"]).exits(3);
    assert_eq!(in_brief(&outcome), [" c  uploaded", "./-d uploaded", "a\nb failed 3", "中 uploaded"]);
    scene.assert_stored("-d", "-d");
    let outcome = fed(&scene, b"missing\n/etc/../etc/hosts\n-d\n", &["--files-from", "-", "--json"]).exits(3);
    assert_eq!(in_brief(&outcome), ["-d uploaded", "/etc/../etc/hosts failed 3", "missing failed 3"]);
}

#[test]
fn a_list_that_is_not_there_is_wrong_usage() {
    let scene = Scene::new(&[]);
    run(&scene, &["--files-from", "missing"]).exits(2).says("--files-from missing cannot be read");
    plant_all(&scene, &["d/a"]);
    run(&scene, &["--files-from", "d"]).exits(2).says("--files-from d cannot be read: it is a directory");
    assert_eq!(scene.server.record(), []);
}

#[test]
fn a_key_is_given_once_and_the_second_source_that_asks_for_it_fails() {
    let scene = Scene::new(&[]);
    plant_all(&scene, &["one/x", "one/y", "two/x"]);
    let arguments = ["one/", "two/", "-r", "--prefix", "p", "--json"];
    let shown = run(&scene, &[&arguments[..], &["--dry-run"]].concat()).exits(3);
    shown.says("error: could not upload two/x: another source of this run has the key 'p/x' already");
    let outcome = run(&scene, &arguments).exits(3);
    assert_eq!(in_brief(&outcome), ["one/x uploaded", "one/y uploaded", "two/x failed 3"]);
    scene.assert_stored("one/x", "p/x");
}

#[test]
fn a_directory_without_recursive_is_wrong_usage_and_nothing_is_sent() {
    let scene = Scene::new(&[]);
    plant_all(&scene, &["dir/a", "b"]);
    run(&scene, &["b", "dir"]).exits(2).says("could not upload dir: is a directory, not a file").says("hint: use -r");
    assert_eq!(scene.server.record(), []);
}

#[test]
fn a_dry_run_shows_how_each_file_would_be_sent() {
    let scene = Scene::new(&[]);
    super::plant(&scene, "d/big", 5 << 20);
    super::plant(&scene, "d/small", 10);
    let modes = |more: &[&str]| {
        let outcome = run(&scene, &[&["d", "-r", "--dry-run", "--json"], more].concat()).exits(0);
        let planned = |event: serde_json::Value| format!("{} {} {}", event["key"], event["mode"], event["parts"]);
        let events = outcome.events().into_iter().filter(|event| event["event"] == "planned");
        events.map(planned).collect::<Vec<_>>()
    };
    assert_eq!(modes(&[]), ["\"d/big\" \"multipart\" 5", "\"d/small\" \"put\" 1"]);
    assert_eq!(modes(&["--publish-together"]), ["\"d/big\" \"multipart\" 5", "\"d/small\" \"multipart\" 1"]);
}

/// A list that names a file twice, a file and its directory, or one path in two forms: each is one source.
#[test]
fn a_source_that_is_named_twice_is_one_source() {
    let scene = Scene::new(&[]);
    plant_all(&scene, &["a", "d/b"]);
    fs::write(scene.path("list"), "a\nd/b\na\n./a\n").unwrap();
    for sources in [&["a", "./a"][..], &["--files-from", "list"], &["d", "d", "-r"], &["d", "d/../d", "-r"]] {
        let outcome = run(&scene, &[sources, &["--json"]].concat()).exits(0);
        assert!(accounts(&outcome).values().all(|event| event["event"] == "uploaded"), "{sources:?}");
    }
    let outcome = run(&scene, &["a", "a", "--json"]).exits(0);
    assert_eq!(outcome.event("summary")["uploaded"], 1);
}
