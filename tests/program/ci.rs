//! Output for CI systems, in the environments that they make.
#![cfg(unix)]

use std::fs;

use crate::support::{BUCKET, MIB, Scene};

/// A scene in a step of GitHub Actions, with the files of the step.
fn github() -> Scene {
    let mut scene = Scene::new(&[]);
    for (name, file) in [("GITHUB_STEP_SUMMARY", "summary.md"), ("GITHUB_OUTPUT", "outputs")] {
        let path = scene.path(file).to_str().unwrap().to_owned();
        scene.set(name, &path);
    }
    scene.set("GITHUB_ACTIONS", "true");
    scene.set("CI", "true");
    scene
}

fn many(scene: &Scene, count: usize) {
    fs::create_dir(scene.path("data")).unwrap();
    (0..count).for_each(|number| drop(scene.file(&format!("data/{number:02}.bin"), 1000)));
}

#[test]
fn github_shows_errors_as_annotations_and_totals_as_a_table_and_outputs() {
    let scene = github();
    scene.file("a.bin", 1000);
    scene.upload("a.bin", &[]).exits(0).does_not_say("::");
    let summary = fs::read_to_string(scene.path("summary.md")).unwrap();
    assert!(summary.starts_with("### cosput\n\n| uploaded | unchanged |"), "{summary}");
    assert!(summary.contains("\n| 1 | 0 | 0 | 0 | 1000 B | "), "{summary}");
    let outputs = fs::read_to_string(scene.path("outputs")).unwrap();
    assert_eq!(outputs, "uploaded=1\nskipped=0\nunchanged=0\nfailed=0\nbytes-sent=1000\nexit-code=0\n");

    let failed = scene.upload("100%.bin", &[]).exits(3);
    assert!(failed.stderr.starts_with("::error title=cosput::could not upload 100%25.bin: "), "{}", failed.stderr);
    assert!(!failed.stderr.contains("error: "), "{}", failed.stderr);
    scene.run(["upload", "--bad"]).exits(2).says("::error title=cosput::unexpected argument");
    scene.run(["upload", "--bad", "--ci", "never"]).exits(2).says("error: unexpected argument");
}

#[test]
fn an_annotation_holds_what_to_do() {
    let scene = github();
    many(&scene, 1);
    let annotation = "::error title=cosput::could not upload data: is a directory, not a file%0Ahint: use -r to upload";
    scene.upload("data", &[]).exits(2).says(annotation).does_not_say("\nhint: ");
    scene.upload("data", &["--ci", "never"]).exits(2).says("a file\nhint: use -r to upload");
}

#[test]
fn a_file_of_the_job_that_cannot_be_written_keeps_nothing_from_the_other() {
    for (unwritable, other) in [("GITHUB_STEP_SUMMARY", "outputs"), ("GITHUB_OUTPUT", "summary.md")] {
        let mut scene = github();
        scene.file("a.bin", 1000);
        let directory = scene.path(unwritable);
        fs::create_dir(&directory).unwrap();
        scene.set(unwritable, directory.to_str().unwrap());
        let warning = format!("::warning title=cosput::could not write the totals to {}: ", directory.display());
        scene.upload("a.bin", &[]).exits(0).says(&warning);
        assert!(scene.path(other).is_file(), "{unwritable}");
    }
}

#[test]
fn json_and_stdout_are_the_same_in_a_job() {
    let (scene, plain) = (github(), Scene::new(&[]));
    for scene in [&scene, &plain] {
        many(scene, 12);
    }
    let lines = |scene: &Scene| scene.upload("data", &["-r"]).exits(0).stdout.lines().count();
    assert_eq!(lines(&scene), lines(&plain));
    let outcome = scene.upload("data", &["-r", "--json"]).exits(0).does_not_say("::group::");
    assert_eq!(outcome.events().iter().filter(|event| event["event"] == "uploaded").count(), 12);
    scene.upload("data", &["-r", "--ci", "never"]).exits(0).does_not_say("::");
}

#[test]
fn many_results_are_collapsed() {
    let scene = github();
    many(&scene, 12);
    let outcome = scene.upload("data", &["-r"]).exits(0);
    assert_eq!(outcome.stderr.matches("::group::more objects\n").count(), 1, "{}", outcome.stderr);
    assert_eq!(outcome.stderr.matches("::endgroup::\n").count(), 1, "{}", outcome.stderr);
    assert!(outcome.stderr.find("::endgroup::") < outcome.stderr.find("12 uploaded"), "{}", outcome.stderr);

    let mut scene = Scene::new(&[]);
    scene.set("GITLAB_CI", "true");
    many(&scene, 12);
    let outcome = scene.upload("data", &["-r"]).exits(0);
    for mark in
        ["\u{1b}[0Ksection_start:", ":cosput_objects[collapsed=true]\r\u{1b}[0Kmore objects\n", "\u{1b}[0Ksection_end:"]
    {
        assert_eq!(outcome.stderr.matches(mark).count(), 1, "{:?}", outcome.stderr);
    }
}

#[test]
fn the_checks_of_doctor_are_not_collapsed() {
    let scene = github();
    let outcome = scene.run(["doctor", "-b", BUCKET, "--endpoint", &scene.server.url()]).exits(0);
    assert!(outcome.stdout.lines().count() > 10, "{}", outcome.stdout);
    outcome.does_not_say("::group::");
}

#[test]
fn a_deadline_stops_the_upload_and_the_same_command_resumes_it() {
    let mut scene = Scene::new(&["stall:skip=2,times=0"]);
    scene.file("a.bin", 5 * MIB);
    let begun = scene.begin("a.bin", &["--concurrency", "1", "--deadline", "8s"]);
    let outcome = begun.wait().exits(143);
    let outcome = outcome.says("warning: the deadline has passed; stopping").says("stopped by the deadline");
    outcome.says("hint: run the same command again to resume upload");
    assert!(scene.journal().is_file());
    let kept = scene.server.stored_parts().len();
    scene.server.restart(&[]);
    scene.upload("a.bin", &[]).exits(0);
    assert_eq!(scene.server.stored_parts().len(), 5, "{kept} parts were kept");
    scene.assert_stored("a.bin", "a.bin");
}

#[test]
fn a_gitlab_job_stops_before_it_is_killed() {
    let mut scene = Scene::new(&["stall:skip=1,times=0"]);
    scene.file("a.bin", 3 * MIB);
    // The job began with the file, and ends a minute and eight seconds later: eight seconds are left.
    let started = fs::metadata(scene.path("a.bin")).unwrap().modified().unwrap();
    scene.set("CI_JOB_STARTED_AT", &humantime::format_rfc3339_millis(started).to_string());
    scene.set("CI_JOB_TIMEOUT", "68");
    scene.begin("a.bin", &["--concurrency", "1"]).wait().exits(143).says("stopped by the deadline");
    // A job that should have ended goes on.
    scene.server.restart(&[]);
    scene.set("CI_JOB_TIMEOUT", "1");
    scene.upload("a.bin", &[]).exits(0);
}
