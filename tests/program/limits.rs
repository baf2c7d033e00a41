//! Limits and restrictions of the system: signals, file sizes, descriptors, threads, homes of other users.

#[cfg(unix)]
use std::fs;
#[cfg(unix)]
use std::io::{BufRead, BufReader};
#[cfg(target_os = "linux")]
use std::os::unix::fs::MetadataExt;
#[cfg(unix)]
use std::process::Command;
use std::process::Stdio;

use super::support;
#[cfg(unix)]
use support::{MIB, until};
use support::{Running, Scene};

/// A part that is never answered.
#[cfg(unix)]
const STALLS: &str = "stall:skip=2,times=1,on=upload-part";

#[cfg(unix)]
#[test]
fn a_signal_that_was_ignored_at_the_start_stays_ignored() {
    for (name, number) in [("HUP", 1), ("INT", 2), ("TERM", 15)] {
        let scene = Scene::new(&[STALLS]);
        scene.file("a.bin", 4 * MIB);
        let arguments = scene.upload_arguments("a.bin", &["--concurrency", "1", "--stall-timeout", "5s"]);
        let running = Running::start(scene.command_after(&format!("trap '' {number}"), arguments));
        until(|| scene.server.stored_parts().len() >= 2, "it is under way");
        running.signal(name);
        running.wait().exits(0).does_not_say("stopping");
        scene.assert_stored("a.bin", "a.bin");
    }
}

#[cfg(unix)]
#[test]
fn a_journal_beyond_the_limit_of_file_sizes_ends_no_upload() {
    let scene = Scene::new(&[]);
    scene.file("a.bin", 30 * MIB);
    // The signal for this limit is not ignored: by default it ends the process.
    let mut command = scene.command_after("ulimit -f 4", scene.upload_arguments("a.bin", &[]));
    let output = command.stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{:?} {stderr}", output.status);
    assert!(stderr.contains("warning: could not write the journal: "), "{stderr}");
    scene.assert_stored("a.bin", "a.bin");
}

/// The signal for this limit ends a process without a message, unless it is handled before the first file is written.
#[cfg(unix)]
#[test]
fn every_command_that_writes_reports_the_limit_of_file_sizes() {
    let scene = Scene::new(&[]);
    scene.file("big", 3 * MIB);
    let (url, parts) = (scene.server.url(), "--multipart-threshold=1MiB");
    let at = ["--bucket", support::BUCKET, "--endpoint", &url];
    let plan = |name: &str| {
        let initiate = ["initiate", "big", "--part-size=1MiB", "--shards=1", "--plan", name];
        scene.run([&initiate[..], &at].concat()).exits(0);
    };
    ["send", "finish", "read", "abandon"].into_iter().for_each(plan);
    for name in ["finish", "read"] {
        scene.run(["upload-parts", "--plan", name, "--shard=1/1"]).exits(0);
    }
    fs::remove_dir_all(scene.path("read/receipts")).unwrap();
    let rows: [(&[&str], i32, &str); 10] = [
        (&[&["upload", "big", parts], &at[..]].concat(), 0, "could not write the journal"),
        (&[&["upload", "big", "--log-file=log"], &at[..]].concat(), 0, "could not write the log file"),
        (&[&["upload", "big", "--timings=page"], &at[..]].concat(), 0, "could not write the timings"),
        (&[&["initiate", "big", "--shards=1", "--plan=new"], &at[..]].concat(), 1, "could not make a plan in new"),
        (&["upload-parts", "--plan=send", "--shard=1/1"], 1, "could not write receipts"),
        (&["complete", "--plan=read", "--reread"], 1, "could not write receipts"),
        (&["complete", "--plan=finish"], 0, "could not mark the plan finish as completed"),
        (&["abort", "--plan=abandon", "--yes"], 1, "could not mark the plan abandon as aborted"),
        (&["man", "pages"], 1, "could not write"),
        (&[&["doctor"], &at[..]].concat(), 1, "cannot be used"),
    ];
    for (arguments, code, message) in rows {
        let output = scene.command_after("ulimit -f 0", arguments).output().unwrap();
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {:?} {text}", output.status);
        assert!(text.contains(message) && text.contains("File too large"), "{arguments:?}: {text}");
    }
    assert_eq!(scene.server.uploads().len(), 3, "nothing was aborted, and nothing but one object was completed");
    for name in ["send", "read", "abandon"] {
        assert!(!scene.path(name).join("aborted.json.new").exists());
    }
}

#[cfg(unix)]
#[test]
fn the_limit_of_file_sizes_ends_neither_a_resumed_upload_nor_the_emulator() {
    let mut scene = Scene::new(&["access-denied:skip=1,times=0,on=upload-part"]);
    scene.file("a.bin", 4 * MIB);
    scene.upload("a.bin", &["--concurrency", "1"]).exits(4);
    scene.server.restart(&[]);
    // Output goes through pipes, because files cannot grow.
    let resumed = scene.command_after("ulimit -f 0", ["resume"]).output().unwrap();
    let text = String::from_utf8(resumed.stderr).unwrap();
    assert_eq!(resumed.status.code(), Some(0), "{text}");
    assert!(text.contains("could not write the journal") && text.contains("File too large"), "{text}");
    scene.assert_stored("a.bin", "a.bin");

    let arguments = ["emulator", "--listen", "127.0.0.1:0", "--dir", "full"];
    let mut emulator = scene.command_after("ulimit -f 0", arguments).stdout(Stdio::piped()).spawn().unwrap();
    let mut url = String::new();
    BufReader::new(emulator.stdout.take().unwrap()).read_line(&mut url).unwrap();
    for _ in 0..2 {
        scene
            .run(["upload", "a.bin", "-b", support::BUCKET, "--endpoint", url.trim()])
            .exits(1)
            .says("no space left in full");
    }
    emulator.kill().unwrap();
    emulator.wait().unwrap();
}

#[test]
fn a_connection_that_is_refused_is_shown_with_its_port() {
    let mut scene = Scene::new(&[]);
    scene.file("a.bin", 1000);
    let arguments = scene.upload_arguments("a.bin", &["--max-attempts", "1", "--retry-time", "1ms"]);
    let port = scene.server.port();
    scene.server.stop();
    scene.run(arguments).exits(6).says(&format!("could not connect: 127.0.0.1:{port}: "));
}

#[test]
fn readers_that_have_read_enough_hear_of_no_failure() {
    let scene = Scene::new(&[]);
    scene.file("a.bin", 1000);
    let dry_run = scene.upload_arguments("a.bin", &["--dry-run"]);
    let url = scene.server.url();
    let list = ["list-uploads", "--json", "--bucket", support::BUCKET, "--endpoint", &url, "--prefix", "x"];
    let help = ["upload", "--help"];
    for arguments in [dry_run, list.map(str::to_owned).to_vec(), help.map(str::to_owned).to_vec()] {
        let mut command = scene.command(&arguments);
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = command.stdout(writer).stderr(Stdio::piped()).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), stderr.contains("broken pipe")), (Some(0), false), "{arguments:?} {stderr}");
        assert!(!stderr.contains("error:"), "{stderr}");
    }
}

#[test]
fn every_failure_of_a_command_is_an_event_too() {
    let scene = Scene::new(&[]);
    scene.file("a.bin", 1000);
    scene.file("b.bin", 1000);
    let unknown = scene.run(["upload", "a.bin", "--json", "--no-such-option"]).exits(2);
    assert_eq!(
        (&unknown.event("failed")["exit_code"], &unknown.event("failed")["error"]["kind"]),
        (&2.into(), &"usage".into())
    );
    let nowhere = scene.run(["upload", "a.bin", "--json"]).exits(2);
    assert_eq!(nowhere.event("failed")["error"]["kind"], "usage");
    let url = scene.server.url();
    let two = ["upload", "a.bin", "b.bin", "--json", "-b", support::BUCKET, "--endpoint", &url];
    let mut command = scene.command(two);
    command.env_remove("COS_SECRET_ID").env_remove("COS_SECRET_KEY").env_remove("COS_SESSION_TOKEN");
    let unsigned = Running::start(command).wait().exits(4);
    assert_eq!(unsigned.event("failed")["error"]["kind"], "credentials");
}

#[cfg(target_os = "linux")]
#[cfg(unix)]
#[test]
fn names_that_are_not_utf8_are_told_apart_and_come_with_advice() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let scene = Scene::new(&[]);
    fs::create_dir(scene.path("d")).unwrap();
    for name in [&b"a\xff"[..], b"a\xfe"] {
        fs::write(scene.path("d").join(OsStr::from_bytes(name)), "x").unwrap();
    }
    let outcome = scene.upload("d", &["-r", "--json"]).exits(3);
    let outcome = outcome.says("could not upload d/a\\xff: ").says("could not upload d/a\\xfe: ").says("--key");
    let mut sources: Vec<_> = outcome
        .events()
        .iter()
        .filter(|event| event["event"] == "failed")
        .map(|event| event["source"].clone())
        .collect();
    sources.sort_by_key(ToString::to_string);
    assert_eq!(sources, ["d/a\\xfe", "d/a\\xff"]);
}

#[test]
fn progress_that_is_always_wanted_has_its_last_line() {
    let scene = Scene::new(&[]);
    scene.file("a.bin", 1000);
    scene.upload("a.bin", &["--progress", "always"]).exits(0).says("100% 1000 B of 1000 B");
    let mut command = scene.command(scene.upload_arguments("a.bin", &["--progress", "always", "--json"]));
    command.env("TERM", "dumb");
    Running::start(command).wait().exits(0).says("100% 1000 B of 1000 B");
}

#[cfg(unix)]
#[test]
fn a_home_of_another_user_is_as_if_it_were_empty() {
    use std::os::unix::fs::PermissionsExt;
    let scene = Scene::new(&[]);
    scene.file("a.bin", 1000);
    let home = tempfile::tempdir().unwrap();
    fs::create_dir_all(home.path().join(".config/cosput")).unwrap();
    fs::write(home.path().join(".config/cosput/config.toml"), "[default]\nregion = \"x\"\n").unwrap();
    let mode = |mode| fs::set_permissions(home.path(), fs::Permissions::from_mode(mode)).unwrap();
    mode(0o000);
    for more in [&[][..], &["-v"]] {
        let Some(mut command) = scene.as_nobody(scene.upload_arguments("a.bin", more)) else { return };
        command.env("HOME", home.path());
        let outcome = Running::start(command).wait().exits(0);
        assert_eq!(outcome.stderr.contains("ignoring "), more == ["-v"], "{}", outcome.stderr);
    }
    let named = home.path().join(".config/cosput/config.toml");
    let arguments = scene.upload_arguments("a.bin", &["--config", named.to_str().unwrap()]);
    let Some(mut command) = scene.as_nobody(arguments) else { return };
    command.env("HOME", home.path());
    Running::start(command).wait().exits(2).says("could not read ");
    mode(0o700);
}

#[cfg(unix)]
#[test]
fn few_descriptors_are_enough_for_many_files() {
    for limit in [32, 20, 16] {
        let scene = Scene::new(&[]);
        fs::create_dir(scene.path("d")).unwrap();
        for number in 0..60 {
            scene.file(&format!("d/{number:02}"), if number == 7 { 3 * MIB } else { 10 });
        }
        let command = scene.command_after(&format!("ulimit -n {limit}"), scene.upload_arguments("d", &["-r"]));
        Running::start(command).wait().exits(0).does_not_say("changed");
        scene.assert_stored("d/07", "d/07");
    }
}

#[cfg(unix)]
#[test]
fn too_few_descriptors_are_an_error_at_once() {
    let scene = Scene::new(&[]);
    scene.file("a.bin", 4 * MIB);
    let under = |limit: u32, arguments: Vec<String>| {
        Running::start(scene.command_after(&format!("ulimit -n {limit}"), arguments)).wait()
    };
    for limit in [8, 10] {
        let outcome = under(limit, scene.upload_arguments("a.bin", &[])).exits(1);
        outcome.says("error: could not start: only ").says("(ulimit -n)").does_not_say("panic");
    }
    let emulated = ["upload", "a.bin", "-b", support::BUCKET, "--emulator=objects"].map(str::to_owned).to_vec();
    let outcome = under(16, emulated.clone()).exits(1);
    outcome.says("error: could not start the emulator in objects: only ").does_not_say("network");
    under(32, emulated).exits(0);
}

#[cfg(unix)]
#[test]
fn few_descriptors_cost_no_journal() {
    let scene = Scene::new(&[]);
    fs::create_dir(scene.path("d")).unwrap();
    for number in 0..60 {
        scene.file(&format!("d/{number:02}"), 10);
    }
    let arguments = scene.upload_arguments("d", &["-r", "--publish-together"]);
    Running::start(scene.command_after("ulimit -n 16", arguments)).wait().exits(0).does_not_say("journal");
    scene.assert_stored("d/07", "d/07");
}

#[cfg(unix)]
#[test]
fn descriptors_that_a_parent_left_open_are_counted() {
    // Not every shell can open a thousand files.
    if Command::new("bash").arg("--version").output().is_err() {
        return;
    }
    let scene = Scene::new(&[]);
    fs::create_dir(scene.path("d")).unwrap();
    for number in 0..300 {
        scene.file(&format!("d/{number:03}"), 10);
    }
    let program = scene.command(scene.upload_arguments("d", &["-r"]));
    let open = "ulimit -n 1024; for ((i = 0; i < 990; i++)); do exec {fd}</dev/null; done; exec \"$0\" \"$@\"";
    let mut command = Command::new("bash");
    command.args(["-c", open]).arg(program.get_program()).args(program.get_args()).env_clear().stdin(Stdio::null());
    command.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.current_dir(scene.directory.path());
    Running::start(command).wait().exits(0).does_not_say("changed");
}

/// A user without processes of other tests, in this or another run: the limit counts all processes of a user.
#[cfg(target_os = "linux")]
fn lonely(scene: &Scene) -> String {
    let inode = fs::metadata(scene.directory.path()).unwrap().ino();
    (10_000 + inode % 50_000).to_string()
}

/// The program under a limit on processes and threads; `None` if this user cannot change to another, or the limit
/// does not apply to root.
#[cfg(target_os = "linux")]
fn with_threads(scene: &Scene, limit: u32, arguments: &[String]) -> Option<Command> {
    let able = |name: &str| Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success());
    if !rustix::process::geteuid().is_root() || !able("prlimit") || !able("setpriv") {
        return None;
    }
    let program = scene.command(arguments);
    let copy = scene.path("program");
    if !copy.exists() {
        support::copy_executable(std::path::Path::new(program.get_program()), &copy);
    }
    let user = lonely(scene);
    let own = format!("{user}:{user}");
    assert!(Command::new("chown").arg("-R").arg(own).arg(scene.directory.path()).status().unwrap().success());
    let mut command = Command::new("prlimit");
    command.arg(format!("--nproc={limit}:{limit}")).arg("setpriv");
    command.args([format!("--reuid={user}"), format!("--regid={user}"), "--clear-groups".to_owned()]);
    command.arg(copy).args(program.get_args()).env_clear().stdin(Stdio::null());
    command.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.current_dir(scene.directory.path());
    Some(command)
}

#[cfg(target_os = "linux")]
#[test]
fn one_thread_is_enough() {
    for limit in [1, 2, 4, 7] {
        let scene = Scene::new(&[]);
        fs::create_dir(scene.path("d")).unwrap();
        for number in 0..40 {
            scene.file(&format!("d/{number:02}"), if number % 10 == 7 { 3 * MIB } else { 10 });
        }
        let many: &[&[&str]] = &[&["-r"], &["-r", "--publish-together"], &["-r", "--skip-unchanged"]];
        for more in many {
            let Some(command) = with_threads(&scene, limit, &scene.upload_arguments("d", more)) else { return };
            Running::start(command).wait().exits(0).says("no more threads can be started");
        }
        scene.assert_stored("d/07", "d/07");
        let one = scene.upload_arguments("d/17", &[]);
        Running::start(with_threads(&scene, limit, &one).unwrap()).wait().exits(0);
        let url = scene.server.url();
        let verify = ["verify", "d/17", "-b", support::BUCKET, "--endpoint", &url, "--key", "d/17"].map(str::to_owned);
        Running::start(with_threads(&scene, limit, &verify).unwrap()).wait().exits(0);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_emulator_without_a_second_thread_is_refused_at_once() {
    let scene = Scene::new(&[]);
    scene.file("a.bin", 3 * MIB);
    let directory = scene.path("emulated").display().to_string();
    let emulator = format!("--emulator={directory}");
    let upload = ["upload", "a.bin", "-b", support::BUCKET, &emulator].map(str::to_owned);
    let serve = ["emulator", "--dir", &directory, "--listen", "127.0.0.1:0"].map(str::to_owned);
    for arguments in [&upload[..], &serve] {
        let Some(command) = with_threads(&scene, 1, arguments) else { return };
        let outcome = Running::start(command).wait().exits(1);
        outcome.says("no more threads can be started (ulimit -u").does_not_say("panic");
    }
    Running::start(with_threads(&scene, 2, &upload).unwrap()).wait().exits(0).does_not_say("panic");
}
