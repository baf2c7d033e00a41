//! The page of `--timings`: what is in it, whatever becomes of the upload.

use std::fs;
use std::path::Path;

use cosput::emulator::Operation;
use serde_json::Value;

use crate::support::{BUCKET, MIB, SECRET_ID, Scene, assert_no_secret};

/// The data of a page, which contains no secret and no address.
fn data(page: &Path) -> Value {
    let text = fs::read_to_string(page).unwrap();
    assert_no_secret("the page", &text);
    for sign in ["q-sign", "q-ak", "127.0.0.1", "uploadId", SECRET_ID] {
        assert!(!text.contains(sign), "{sign}");
    }
    let (_, data) = text.split_once("id=\"data\">\n").unwrap();
    serde_json::from_str(data.split_once("\n</script>").unwrap().0).unwrap()
}

/// The parts of all requests with this name, and how each ended.
fn requests(data: &Value, name: &str) -> Vec<(u64, u64)> {
    let step = data["steps"].as_array().unwrap().iter().position(|step| step["name"] == name);
    let step = step.unwrap_or_else(|| panic!("no {name} in {data}")) as u64;
    let rows = data["requests"].as_array().unwrap().iter().filter(|row| row[1] == step);
    let mut found: Vec<_> = rows.map(|row| (row[2].as_u64().unwrap_or_default(), row[8].as_u64().unwrap())).collect();
    found.sort_unstable();
    found
}

#[test]
fn each_request_is_in_the_page_with_its_times_and_its_end() {
    let scene = Scene::new(&["slow-down:on=upload-part,times=2"]);
    scene.file("a.bin", 12 * MIB);
    scene.upload("a.bin", &["--timings", "--concurrency", "2"]).exits(0).says("the timings are in cosput-timings.html");
    let data = data(&scene.path("cosput-timings.html"));
    let sent = requests(&data, "Upload Part");
    assert_eq!(sent.len(), scene.server.requests(Operation::UploadPart).len());
    assert_eq!(sent.iter().filter(|(_, end)| *end == 1).count(), 2, "{sent:?}");
    let answered: Vec<u64> = sent.iter().filter(|(_, end)| *end == 0).map(|(part, _)| *part).collect();
    assert_eq!(answered, (1..=12).collect::<Vec<_>>());
    assert_eq!(requests(&data, "Initiate Multipart Upload"), [(0, 0)]);
    assert_eq!(requests(&data, "Complete Multipart Upload"), [(0, 0)]);
    assert_eq!((&data["throttled"], &data["failed"], &data["exit_code"]), (&2.into(), &0.into(), &0.into()));
    assert_eq!(data["total"], scene.server.record().len());
    assert_eq!(data["objects"][0], "a.bin");
    assert!(data["details"].as_array().unwrap().contains(&"SlowDown".into()), "{data}");
    for row in data["requests"].as_array().unwrap().iter().filter(|row| row[8] == 0 && row[7].as_u64() > Some(0)) {
        let times = [3, 4, 5, 6].map(|column| row[column].as_u64().unwrap());
        assert!(times.is_sorted() && times[3] <= data["ended"].as_u64().unwrap(), "{row}");
        assert_eq!(row[7], MIB);
    }
    let samples = data["samples"].as_array().unwrap();
    assert!(samples.iter().any(|sample| sample[3] == 2), "two were in flight: {samples:?}");
    assert!(samples.last().unwrap()[1].as_u64().unwrap() >= 12 * MIB, "{samples:?}");
}

#[test]
fn an_upload_that_fails_has_a_page_too() {
    let scene = Scene::new(&["internal-error:on=upload-part,times=0"]);
    scene.file("a.bin", 3 * MIB);
    scene.upload("a.bin", &["--timings=why.html", "--max-attempts", "2"]).exits(6).says("the timings are in why.html");
    let data = data(&scene.path("why.html"));
    assert_eq!(data["exit_code"], 6);
    assert!(requests(&data, "Upload Part").iter().all(|(_, end)| *end == 2), "{data}");
    let unfinished = |name: String| name.starts_with(".why.html");
    let names = fs::read_dir(scene.path(".")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(names.filter(|name| unfinished(name.clone())).count(), 0);
}

#[cfg(unix)]
#[test]
fn an_upload_that_is_interrupted_twice_has_a_page_with_what_it_gave_up() {
    use crate::support::until;

    let scene = Scene::new(&["stall:on=upload-part,skip=1,times=0"]);
    scene.file("a.bin", 4 * MIB);
    let running = scene.begin("a.bin", &["--timings", "--concurrency", "2", "-v"]);
    until(|| running.stderr().contains(" of 4 uploaded"), "a part is on the server");
    running.signal("INT");
    until(|| running.stderr().contains("stopping: "), "it has heard");
    running.signal("INT");
    running.wait().exits(130).says("the timings are in");
    let data = data(&scene.path("cosput-timings.html"));
    assert_eq!(data["exit_code"], 130);
    let ends: Vec<u64> = requests(&data, "Upload Part").into_iter().map(|(_, end)| end).collect();
    assert!(ends.contains(&0) && ends.contains(&5), "{ends:?}");
}

#[test]
fn many_files_are_on_one_page_and_a_name_cannot_leave_the_data() {
    let scene = Scene::new(&[]);
    let name = if cfg!(windows) { "a&b.bin" } else { "</script><b>.bin" };
    fs::create_dir_all(scene.path("data").join(name).parent().unwrap()).unwrap();
    scene.file(&format!("data/{name}"), 1000);
    (0..30).for_each(|number| drop(scene.file(&format!("data/{number:02}.bin"), 1000)));
    scene.upload("data/", &["-r", "--timings"]).exits(0);
    let data = data(&scene.path("cosput-timings.html"));
    assert_eq!(requests(&data, "PUT Object").len(), 31);
    assert_eq!(data["objects"].as_array().unwrap().len(), 31);
}

#[test]
fn the_page_of_resume_has_all_uploads_that_it_finishes() {
    let mut scene = Scene::new(&[]);
    for name in ["a.bin", "b.bin"] {
        scene.file(name, 4 * MIB);
        scene.server.restart(&["stall:on=upload-part,skip=2,times=0"]);
        scene.interrupt(name, &[], 2);
    }
    scene.file("gone.bin", 4 * MIB);
    scene.server.restart(&["stall:on=upload-part,skip=2,times=0"]);
    scene.interrupt("gone.bin", &[], 2);
    fs::remove_file(scene.path("gone.bin")).unwrap();
    let outcome = scene.run(["resume", "--timings"]).exits(3).says("the timings are in cosput-timings.html");
    assert_eq!(outcome.stderr.matches("the timings are in").count(), 1, "{}", outcome.stderr);
    let data = data(&scene.path("cosput-timings.html"));
    let mut objects: Vec<&str> = data["objects"].as_array().unwrap().iter().map(|key| key.as_str().unwrap()).collect();
    objects.sort_unstable();
    assert_eq!((objects, &data["exit_code"]), (vec!["a.bin", "b.bin"], &3.into()));
    assert_eq!(requests(&data, "Upload Part").len(), 4);
    assert_eq!(requests(&data, "Complete Multipart Upload").len(), 2);
    assert_eq!(data["bucket"], BUCKET);
    let bytes: Vec<u64> =
        data["samples"].as_array().unwrap().iter().map(|sample| sample[1].as_u64().unwrap()).collect();
    assert!(bytes.is_sorted() && bytes.last() >= Some(&(4 * MIB)), "{bytes:?}");
}

#[test]
fn resume_writes_no_page_if_there_is_nothing_to_finish() {
    let scene = Scene::new(&[]);
    scene.run(["resume", "--timings=nowhere/t.html"]).exits(2).says("nowhere is no directory");
    scene.run(["resume", "--timings"]).exits(0).says("nothing to resume");
    assert!(!scene.path("cosput-timings.html").exists());
}

#[test]
fn the_curve_of_publish_together_does_not_fall_when_objects_are_completed() {
    let scene = Scene::new(&[]);
    fs::create_dir(scene.path("data")).unwrap();
    (0..4).for_each(|number| drop(scene.file(&format!("data/{number}.bin"), 3 * MIB)));
    scene.upload("data/", &["-r", "--timings", "--publish-together"]).exits(0);
    let data = data(&scene.path("cosput-timings.html"));
    let samples = data["samples"].as_array().unwrap();
    let bytes: Vec<u64> = samples.iter().map(|sample| sample[1].as_u64().unwrap()).collect();
    assert!(bytes.is_sorted() && bytes.last() >= Some(&(12 * MIB)), "{bytes:?}");
}

#[test]
fn a_page_that_cannot_be_written_is_known_before_the_upload_or_is_a_warning() {
    let scene = Scene::new(&[]);
    scene.file("a.bin", 1000);
    scene.upload("a.bin", &["--timings=nowhere/t.html"]).exits(2).says("nowhere is no directory");
    assert_eq!(scene.server.record().len(), 0);
    fs::create_dir(scene.path("taken")).unwrap();
    scene.upload("a.bin", &["--timings=taken"]).exits(0).says("warning: could not write the timings to taken");
    scene.assert_stored("a.bin", "a.bin");
}
