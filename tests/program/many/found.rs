//! Files found in trees: names, depths, links, sources that are not files, and sources that cannot be read.

use std::fs;

use cosput::emulator::Operation;

#[cfg(unix)]
use super::upload;
use super::{accounts, in_brief, plant, plant_all, run};
#[cfg(unix)]
use crate::support::same;
use crate::support::{BUCKET, Scene, until, with_slashes};

#[test]
fn ten_thousand_small_files_arrive() {
    let scene = Scene::new(&[]);
    let name = |number: u32| format!("tree/{}/{number:05}", number / 1000);
    (0..10_000).for_each(|number| plant(&scene, name(number), u64::from(number % 50)));
    let outcome = run(&scene, &["tree/", "-r", "--prefix", "p", "--json"]).exits(0);
    let reported = accounts(&outcome);
    assert_eq!(reported.len(), 10_000);
    assert!(reported.values().all(|event| event["event"] == "uploaded"));
    assert_eq!(scene.server.requests(Operation::PutObject).len(), 10_000);
    for number in (0..10_000).step_by(97) {
        scene.assert_stored(&name(number), &name(number).replacen("tree", "p", 1));
    }
}

#[cfg(unix)]
#[test]
fn a_key_is_what_the_file_is_called_whatever_that_is() {
    let scene = Scene::new(&[]);
    let names = [
        " ",
        " a ",
        "-rf",
        "--",
        "...",
        ".hidden",
        ".config/.x",
        "a\\b",
        "中文/文件.txt",
        "🎉.png",
        "é",
        "e\u{301}",
        "a*?[",
        "~",
        "a+b %20&=#?",
        "dir with spaces/b c",
    ];
    for name in names {
        plant(&scene, format!("tree/{name}"), 50);
    }
    let deep = format!("{}file", "d/".repeat(200));
    plant(&scene, format!("tree/{deep}"), 50);
    run(&scene, &["tree/", "-r"]).exits(0);
    for name in names.iter().copied().chain([deep.as_str()]) {
        scene.assert_stored(&format!("tree/{name}"), name);
    }
    assert_eq!(scene.server.requests(Operation::PutObject).len(), names.len() + 1);
}

#[test]
fn a_path_that_no_key_can_hold_fails_alone() {
    let scene = Scene::new(&[]);
    let mut refused = vec![format!("tree/{}file", "d123456789/".repeat(80))];
    // Windows has no such file names.
    refused.extend((!cfg!(windows)).then(|| "tree/a\nb".to_owned()));
    plant_all(&scene, &["tree/a", "tree/z"]);
    refused.iter().for_each(|name| plant(&scene, name, 10));
    let outcome = run(&scene, &["tree", "-r", "--json"]).exits(3);
    let mut expected: Vec<String> = refused.iter().map(|name| format!("{name} failed 3")).collect();
    expected.extend(["tree/a uploaded", "tree/z uploaded"].map(str::to_owned));
    expected.sort();
    let mut found = in_brief(&outcome);
    found.sort();
    assert_eq!(found, expected);
}

/// Windows limits a path to 260 characters, unless it is opened in another form.
#[test]
fn a_long_path_is_uploaded() {
    let scene = Scene::new(&[]);
    let name = format!("tree/{}file", "d123456789/".repeat(40));
    plant(&scene, &name, 10);
    run(&scene, &["tree", "-r"]).exits(0);
    scene.assert_stored(&name, &name);
}

#[cfg(unix)]
#[test]
fn links_are_left_out_and_counted_unless_they_are_followed() {
    use std::os::unix::fs::symlink;
    let scene = Scene::new(&[]);
    plant_all(&scene, &["tree/a/file", "elsewhere/x"]);
    symlink("file", scene.path("tree/a/again")).unwrap();
    symlink("../..", scene.path("tree/a/up")).unwrap();
    symlink(scene.path("tree"), scene.path("tree/a/top")).unwrap();
    symlink(scene.path("elsewhere"), scene.path("tree/b")).unwrap();
    symlink("nowhere", scene.path("tree/dangling")).unwrap();
    symlink("two", scene.path("tree/one")).unwrap();
    symlink("one", scene.path("tree/two")).unwrap();

    let skipped = run(&scene, &["tree", "-r", "--json"]).exits(0);
    let link = |name: &str| format!("tree/{name} skipped symlink");
    let expected = [
        link("a/again"),
        "tree/a/file uploaded".into(),
        link("a/top"),
        link("a/up"),
        link("b"),
        link("dangling"),
        link("one"),
        link("two"),
    ];
    assert_eq!(in_brief(&skipped), expected);
    for name in ["a/again", "a/top", "a/up", "b", "dangling"] {
        assert!(
            skipped.stderr.contains(&format!("skipped tree/{name}: it is a symbolic link\n")),
            "{}",
            skipped.stderr
        );
    }
    let skipped = skipped.says(
        "skipped 2 more symbolic links; -v names them, and --follow-symlinks follows them\n1 uploaded, 7 skipped: ",
    );
    skipped.does_not_say("tree/one");
    let named = run(&scene, &["tree", "-r", "-v", "--dry-run"]).exits(0).does_not_say("more symbolic link");
    assert_eq!(named.stderr.matches(": it is a symbolic link\n").count(), 7);
    run(&scene, &["tree/a", "-r", "--dry-run"])
        .exits(0)
        .says("skipped tree/a/up: it is a")
        .does_not_say("more symbolic");

    let followed = run(&scene, &["tree", "-r", "--follow-symlinks", "--json", "--exclude", "up"]).exits(3);
    let expected = [
        "tree/a/again uploaded",
        "tree/a/file uploaded",
        "tree/a/top skipped loop",
        "tree/b/x uploaded",
        "tree/dangling failed 3",
        "tree/one failed 3",
        "tree/two failed 3",
    ];
    assert_eq!(in_brief(&followed), expected);
    scene.assert_stored("tree/a/file", "tree/a/again");
    scene.assert_stored("elsewhere/x", "tree/b/x");
}

#[cfg(unix)]
#[test]
fn what_may_not_be_read_fails_alone() {
    use crate::support::changes::lock_away;
    let scene = Scene::new(&[]);
    plant_all(&scene, &["tree/a", "tree/locked/file", "tree/secret", "tree/z"]);
    let arguments = upload(&scene, &["tree", "-r", "--json"]);
    let Some(command) = scene.as_nobody(&arguments) else { return };
    lock_away(&scene.path("tree/locked"));
    lock_away(&scene.path("tree/secret"));
    let outcome = super::Running::start(command).wait().exits(3);
    assert_eq!(
        in_brief(&outcome),
        ["tree/a uploaded", "tree/locked failed 3", "tree/secret failed 3", "tree/z uploaded"]
    );
    let errors = outcome.stderr.lines().filter(|line| line.starts_with("error: ")).count();
    assert_eq!(errors, 2, "{}", outcome.stderr);
}

#[test]
fn a_file_that_vanishes_before_its_turn_fails_alone() {
    let mut scene = Scene::new(&["stall"]);
    (0..80).for_each(|number| plant(&scene, format!("tree/{number:04}"), 10));
    let running = super::begin(&scene, &["tree", "-r", "--json", "--concurrency", "1"]);
    until(|| !scene.server.requests(Operation::PutObject).is_empty(), "the first file is stalled");
    fs::remove_file(scene.path("tree/0079")).unwrap();
    scene.server.restart(&[]);
    let outcome = running.wait().exits(3).says("error: could not upload tree/0079: no such file");
    let reported = in_brief(&outcome);
    assert_eq!((reported.len(), reported[79].as_str()), (80, "tree/0079 failed 3"));
    assert!(reported[..79].iter().all(|line| line.ends_with("uploaded")));
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_left_out_below_a_directory_and_fails_where_it_is_named() {
    let scene = Scene::new(&[]);
    plant_all(&scene, &["tree/a"]);
    let _socket = std::os::unix::net::UnixListener::bind(scene.path("tree/socket")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(scene.path("tree/pipe")).status().unwrap().success());
    let outcome = run(&scene, &["tree", "-r", "--json"]).exits(0);
    assert_eq!(in_brief(&outcome), ["tree/a uploaded", "tree/pipe skipped special", "tree/socket skipped special"]);
    outcome.says("warning: skipped tree/pipe: it is a pipe, not a file");
    let named = run(&scene, &["tree/a", "tree/pipe", "--json"]).exits(3);
    assert_eq!(in_brief(&named), ["tree/a uploaded", "tree/pipe failed 3"]);
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_not_utf8_are_refused_one_by_one() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let scene = Scene::new(&[]);
    plant_all(&scene, &["tree/a", "tree/z"]);
    for name in [&b"tree/caf\xe9"[..], b"tree/d\xff/file"] {
        plant(&scene, OsStr::from_bytes(name), 10);
    }
    let outcome = run(&scene, &["tree", "-r", "--json"]).exits(3);
    assert_eq!(
        in_brief(&outcome),
        ["tree/a uploaded", "tree/caf\\xe9 failed 3", "tree/d\\xff/file failed 3", "tree/z uploaded"]
    );
    outcome.says("its name is not UTF-8, as keys are");
}

#[test]
fn empty_directories_are_not_uploaded_and_verbose_names_them() {
    let scene = Scene::new(&[]);
    plant_all(&scene, &["tree/a"]);
    fs::create_dir(scene.path("tree/empty")).unwrap();
    let outcome = run(&scene, &["tree", "-r", "--json"]).exits(0);
    assert_eq!((in_brief(&outcome), outcome.stderr.as_str()), (vec!["tree/a uploaded".to_owned()], ""));
    run(&scene, &["tree", "-r", "-v"]).exits(0).says("skipped tree/empty: empty directories are not uploaded");
    fs::create_dir(scene.path("nothing")).unwrap();
    let none = run(&scene, &["nothing", "-r", "--json", "--allow-empty"]).exits(0);
    assert_eq!(accounts(&none).len(), 0);
}

#[test]
fn nothing_to_upload_is_an_error_however_sources_are_named() {
    let scene = Scene::new(&[]);
    plant_all(&scene, &["tree/a.js", "tree/b.js", "tree/sub/c.js"]);
    fs::create_dir(scene.path("nothing")).unwrap();
    fs::write(scene.path("none.txt"), "").unwrap();
    fs::write(scene.path("listed.txt"), "tree/a.js\n").unwrap();
    let cases: [(&[&str], &str); 6] = [
        (&["nothing", "-r"], "found nothing to upload in nothing: 1 empty directory"),
        (
            &["tree", "-r", "--include", "*.zzz"],
            "found nothing to upload in tree: 3 files left out by --include or --exclude",
        ),
        (
            &["tree", "-r", "--exclude", "sub/", "--exclude", "*.js"],
            "found nothing to upload in tree: 2 files and 1 directory left out by --include or --exclude",
        ),
        (&["tree/a.js", "--exclude", "*.js"], "found nothing to upload in tree/a.js: 1 file left out by"),
        (&["--files-from", "none.txt"], "found nothing to upload in the list none.txt\n"),
        (
            &["nothing", "-r", "--files-from", "listed.txt", "--include", "*.zzz"],
            "found nothing to upload in nothing, the list listed.txt: 1 file left out by",
        ),
    ];
    for (sources, message) in cases {
        for mode in [&[][..], &["--publish-together"], &["--dry-run"], &["--skip-unchanged"], &["--fail-fast"]] {
            let arguments = [sources, mode].concat();
            run(&scene, &arguments).exits(3).says(message).says("--allow-empty");
            run(&scene, &[&arguments, &["--allow-empty"][..]].concat()).exits(0).says(message);
        }
    }
    assert_eq!(scene.server.record(), []);
    // Neither credentials nor a server are needed for that.
    let mut command = scene.command(["upload", "nothing", "-r", "-b", BUCKET, "--endpoint", "http://127.0.0.1:1"]);
    command.env_remove("COS_SECRET_ID").env_remove("COS_SECRET_KEY").env_remove("COS_SESSION_TOKEN");
    super::Running::start(command).wait().exits(3).says("found nothing to upload in nothing: 1 empty directory");
}

#[test]
fn a_rule_that_matches_nothing_is_reported_once_with_what_would_match() {
    let mut scene = Scene::new(&[]);
    plant_all(&scene, &["tree/a.js", "tree/b.HTML", "tree/lib/dist/c.css", "tree/node_modules/d"]);
    let absolute = scene.path("tree/lib").display().to_string();
    let cases = [
        ("*.js,*.css", "--exclude '*.js' --exclude '*.css' would match a.js"),
        (&absolute, "--exclude /lib would match lib"),
        ("dist/**", "--exclude dist/ would match lib/dist"),
        ("*.html", "--exclude '*.HTML' would match b.HTML"),
        ("node_module", "--exclude /node_modules/ would match node_modules"),
        ("*.zzz", ""),
    ];
    for (glob, instead) in cases {
        let typed = with_slashes(&shell_words::quote(glob));
        let warning = format!("warning: --exclude {typed} matches nothing");
        let warning = if instead.is_empty() { format!("{warning}\n") } else { format!("{warning}; {instead}\n") };
        for mode in [&[][..], &["--dry-run"], &["--publish-together"], &["--skip-unchanged", "--dry-run"]] {
            let outcome = run(&scene, &[&["tree", "-r", "--exclude", glob][..], mode].concat()).exits(0);
            assert_eq!(outcome.stderr.matches(&warning).count(), 1, "{mode:?} {}", outcome.stderr);
        }
    }
    let included = run(&scene, &["tree", "-r", "--include", "*.jsx", "--dry-run"]).exits(3);
    included.says("warning: --include '*.jsx' matches nothing").says("found nothing to upload");
    let rules = ["--include", "*", "--exclude", "*.css", "--exclude", "node_modules/"];
    run(&scene, &[&["tree", "-r"][..], &rules].concat()).exits(0).does_not_say("matches nothing");

    let event = run(&scene, &["tree", "-r", "--exclude", "*.js,*.css", "--json"]).exits(0).event("unmatched");
    assert_eq!((&event["option"], &event["glob"]), (&"--exclude".into(), &"*.js,*.css".into()));
    assert_eq!((event["instead"][1].as_str(), event["would_match"].as_str()), (Some("*.css"), Some("a.js")));

    scene.set("COSPUT_EXCLUDE", "*.zzz");
    run(&scene, &["tree", "-r"]).exits(0).does_not_say("matches nothing");
}

#[test]
fn nothing_to_upload_is_a_failure_and_a_summary_in_json() {
    let scene = Scene::new(&[]);
    fs::create_dir(scene.path("nothing")).unwrap();
    let events = run(&scene, &["nothing", "-r", "--json"]).exits(3).events();
    let failed = events.iter().find(|event| event["event"] == "failed").unwrap();
    assert_eq!((&failed["exit_code"], &failed["error"]["kind"]), (&3.into(), &"source".into()));
    let summary = events.last().unwrap();
    assert_eq!((&summary["event"], &summary["exit_code"]), (&"summary".into(), &3.into()));
}

#[test]
fn unchanged_files_are_something_to_upload() {
    let scene = Scene::new(&[]);
    plant_all(&scene, &["tree/a"]);
    run(&scene, &["tree", "-r"]).exits(0);
    run(&scene, &["tree", "-r", "--skip-unchanged"]).exits(0);
    run(&scene, &["tree", "-r", "--skip-unchanged", "--dry-run"]).exits(0);
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_with_content_whose_size_is_given_as_0_is_no_empty_object() {
    let scene = Scene::new(&[]);
    for arguments in [&["/proc/version"][..], &["/proc/version", "--dry-run"], &["/proc/version", "--prefix", "p/"]] {
        run(&scene, arguments)
            .exits(3)
            .says("its size is given as 0 bytes, but it has content")
            .says("cosput upload -");
    }
    assert_eq!(scene.server.record(), []);
    plant(&scene, "empty", 0);
    run(&scene, &["empty"]).exits(0);
    scene.assert_stored("empty", "empty");
}

/// 24 files of a few parts each and 1,000 small ones must not block one another.
#[cfg(unix)]
#[test]
fn a_thousand_requests_at_once_do_with_as_many_open_files_as_there_may_be() {
    for limit in [1024, 64] {
        let scene = Scene::new(&[]);
        (0..1000).for_each(|number| plant(&scene, format!("tree/{number:04}"), 10));
        (0..24).for_each(|number| plant(&scene, format!("tree/parts-{number:02}"), (2 << 20) + 1));
        let arguments = upload(&scene, &["tree", "-r", "--json", "--concurrency", "1000"]);
        let command = scene.command_after(&format!("ulimit -n {limit}"), arguments);
        let outcome = super::Running::start(command).wait().exits(0);
        assert_eq!(accounts(&outcome).len(), 1024);
        outcome.says("requests at a time instead of 1000: no more files may be open");
        let object = scene.server.object("tree/parts-07").unwrap();
        assert!(same(&scene.path("tree/parts-07"), &object));
    }
}

/// If only the soft limit is low, no message is printed.
#[cfg(unix)]
#[test]
fn a_soft_limit_on_open_files_is_raised() {
    let scene = Scene::new(&[]);
    (0..300).for_each(|number| plant(&scene, format!("tree/{number:04}"), 10));
    let arguments = upload(&scene, &["tree", "-r", "--concurrency", "200"]);
    let command = scene.command_after("ulimit -S -n 64", arguments);
    super::Running::start(command).wait().exits(0).does_not_say("instead of");
}
