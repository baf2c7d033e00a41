//! The recipes of the documents, run unchanged by a shell with the program on the path.
#![cfg(unix)]

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use crate::support::{BUCKET, Outcome, Running, Scene, executable, until};
use cosput::emulator::Operation;

/// The block of code that follows a marker on a page of the documents.
fn recipe(page: &str, name: &str) -> String {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(page)).unwrap();
    let marker = format!("<!-- recipe: {name} -->\n```sh\n");
    let after = text.split_once(&marker).unwrap_or_else(|| panic!("docs/{page} has no recipe {name}")).1;
    after.split_once("```").unwrap().0.to_owned()
}

fn page_of(name: &str) -> &'static str {
    if name == "backup" { "pipes.md" } else { "many-files.md" }
}

/// A shell that runs the recipe, in the environment of a CI job.
fn kitchen(scene: &Scene, name: &str) -> Command {
    let program = Path::new(env!("CARGO_BIN_EXE_cosput"));
    let usual = std::env::join_paths([program.parent().unwrap(), Path::new("/usr/bin"), Path::new("/bin")]).unwrap();
    let variables = scene.command([""; 0]);
    let mut shell = Command::new("sh");
    shell.args(["-eu", "-c", &recipe(page_of(name), name)]).current_dir(scene.directory.path()).env_clear();
    shell.envs(variables.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.env("PATH", usual).env("COSPUT_BUCKET", BUCKET).env("COSPUT_ENDPOINT", scene.server.url());
    shell
        .env("BUILD", "17")
        .env("TAG", "v1.2")
        .env("DAY", "2030-01-31")
        .env("COSPUT_MAX_ATTEMPTS", "1")
        .env("COSPUT_CONCURRENCY", "1");
    shell
}

fn cook(scene: &Scene, name: &str) -> Outcome {
    Running::start(kitchen(scene, name)).wait()
}

fn plant(scene: &Scene, names: &[&str]) {
    for name in names {
        fs::create_dir_all(scene.path(name).parent().unwrap()).unwrap();
        scene.file(name, 1000);
    }
}

#[test]
fn the_recipe_for_a_ci_job() {
    // The second file gets server errors, which are over when the job tries again.
    let mut scene = Scene::new(&["internal-error:skip=1"]);
    plant(&scene, &["dist/index.html", "dist/js/app.js", "dist/js/app.js.map", "dist/style.css"]);
    cook(&scene, "ci").exits(0);
    for name in ["index.html", "js/app.js", "style.css"] {
        scene.assert_stored(&format!("dist/{name}"), &format!("builds/17/{name}"));
    }
    assert_eq!(scene.server.object("builds/17/js/app.js.map"), None);
    assert_eq!(scene.server.requests(Operation::PutObject).len(), 4, "what was there was not sent again");
    let events = fs::read_to_string(scene.path("uploaded.jsonl")).unwrap();
    assert_eq!(events.matches("\"event\":\"skipped\"").count(), 2);

    scene.server.restart(&["access-denied"]);
    fs::write(scene.path("dist/style.css"), "other").unwrap();
    let refused = cook(&scene, "ci").exits(4);
    assert_eq!(refused.event("failed")["key"], "builds/17/style.css");
}

#[test]
fn the_recipe_for_a_release() {
    let mut scene = Scene::new(&["access-denied:skip=2"]);
    plant(&scene, &["site/index.html", "site/a.css", "site/js/a.js"]);
    let keys = ["releases/v1.2/index.html", "releases/v1.2/a.css", "releases/v1.2/js/a.js", "latest.json"];
    cook(&scene, "release").exits(4).says("nothing was made visible");
    assert!(keys.iter().all(|key| scene.server.object(key).is_none()));

    scene.server.restart(&["stall:on=complete,skip=1,times=0"]);
    let mut shell = kitchen(&scene, "release");
    shell.process_group(0);
    let running = Running::start(shell);
    until(|| scene.server.requests(Operation::Complete).len() == 2, "one object is completed");
    // The shell and all its child processes.
    let group = format!("kill -s KILL -- -{}", running.id());
    assert!(Command::new("sh").args(["-c", &group]).status().unwrap().success());
    running.wait();
    scene.server.restart(&[]);
    cook(&scene, "release").exits(0).says("1 object visible already");
    assert!(keys.iter().all(|key| scene.server.object(key).is_some()));
    assert_eq!(fs::read_to_string(scene.server.object("latest.json").unwrap()).unwrap(), "{\"latest\":\"v1.2\"}\n");
    assert_eq!(scene.server.stored_parts().len(), 3, "nothing is sent twice");
}

#[test]
fn the_recipe_for_a_backup() {
    let scene = Scene::new(&[]);
    plant(&scene, &["data/a.txt", "data/b/c.txt"]);
    cook(&scene, "backup").exits(0);
    let stored = scene.server.object("backups/2030-01-31.tar").unwrap();
    let listed = Command::new("tar").arg("tf").arg(stored).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(["data/a.txt", "data/b/c.txt"].iter().all(|name| listed.lines().any(|line| line == *name)), "{listed}");

    // A tar that fails on its second run.
    let tools = scene.path("tools");
    fs::create_dir(&tools).unwrap();
    let dying = "#!/bin/sh\n[ -e ran ] && { PATH=/usr/bin:/bin tar \"$@\" | head -c 700; exit 1; }\ntouch ran\n\
                 PATH=/usr/bin:/bin exec tar \"$@\"\n";
    executable(&tools.join("tar"), dying);
    let mut shell = kitchen(&scene, "backup");
    let path = shell.get_envs().find(|(name, _)| *name == "PATH").and_then(|(_, value)| value).unwrap().to_owned();
    let path = std::env::join_paths(std::iter::once(tools).chain(std::env::split_paths(&path))).unwrap();
    shell.env("PATH", path).env("DAY", "2030-02-01");
    Running::start(shell).wait().exits(3);
    assert_eq!(scene.server.object("backups/2030-02-01.tar"), None);
    assert_eq!(scene.server.uploads(), []);
}
