//! The map of an object is a cache: without a good one, the whole file is sent.

use std::fs;

use cosput::emulator::Operation;

use super::{DELTA, change, copies, maps, sent_and_copied, uploaded};
use crate::support::{MIB, Scene, until};

#[test]
fn a_map_that_is_missing_or_broken_or_of_another_object_costs_a_full_upload() {
    let scene = Scene::new(&[]);
    let path = scene.file("f", 8 * MIB);
    scene.upload("f", &DELTA).exits(0).says("there is no map of the object yet");
    let map = maps(&scene).pop().expect("the upload made a map");
    let good = fs::read_to_string(&map).unwrap();
    let older = good.clone();
    type Spoil = fn(&str) -> Option<String>;
    let spoiled: [(Spoil, &str); 4] = [
        (|_| None, "there is no map of the object yet"),
        (|good| Some(good[..good.len() / 2].to_owned()), "it is damaged"),
        (|good| Some(good.replace("\"size\":8388608", "\"size\":8388607")), "it is damaged"),
        (|good| Some(good.replace("\"schema\":1", "\"schema\":9")), "it was written by a later version of cosput"),
    ];
    for (spoil, words) in spoiled {
        match spoil(&fs::read_to_string(&map).unwrap()) {
            Some(text) => fs::write(&map, text).unwrap(),
            None => fs::remove_file(&map).unwrap(),
        }
        change(&path, &[1]);
        let outcome = scene.upload("f", &DELTA).exits(0).says(words);
        assert_eq!(sent_and_copied(&outcome), (8 * MIB, 0), "{words}");
        scene.assert_stored("f", "k");
    }
    fs::write(&map, older).unwrap();
    change(&path, &[1]);
    scene.upload("f", &DELTA).exits(0).says("the object was replaced after its map was made");
    scene.assert_stored("f", "k");
    assert_eq!(copies(&scene), 0);
    change(&path, &[1]);
    assert_eq!(sent_and_copied(&scene.upload("f", &DELTA).exits(0)), (MIB, 7 * MIB));
}

#[test]
fn a_map_beside_the_object_serves_another_machine() {
    let scene = Scene::new(&[]);
    let path = scene.file("f", 8 * MIB);
    let there = [&DELTA[..], &["--delta-map", "object"]].concat();
    scene.upload("f", &there).exits(0);
    assert!(scene.server.object("k.cosput-map").is_some());
    for map in maps(&scene) {
        fs::remove_file(map).unwrap();
    }
    change(&path, &[3]);
    assert_eq!(sent_and_copied(&scene.upload("f", &there).exits(0)), (MIB, 7 * MIB));
    scene.assert_stored("f", "k");
}

#[test]
fn a_map_in_the_bucket_is_where_the_user_wants_it() {
    let mut scene = Scene::new(&[]);
    let path = scene.file("f", 8 * MIB);
    let there = [&DELTA[..], &["--delta-map", "object:maps/"]].concat();
    scene.upload("f", &there).exits(0);
    assert!(scene.server.object("maps/k.cosput-map").is_some() && scene.server.object("k.cosput-map").is_none());
    for change_of in [3, 4] {
        maps(&scene).into_iter().for_each(|map| fs::remove_file(map).unwrap());
        change(&path, &[change_of]);
        if change_of == 3 {
            assert_eq!(sent_and_copied(&scene.upload("f", &there).exits(0)), (MIB, 7 * MIB));
            continue;
        }
        // A resumed run keeps its map in the same place.
        scene.server.restart(&["stall:on=complete"]);
        let running = scene.begin("f", &there);
        until(|| !scene.server.requests(Operation::Complete).iter().all(|request| request.stored), "Complete was sent");
        running.kill();
        scene.server.restart(&[]);
        scene.run(["resume"]).exits(0);
    }
    maps(&scene).into_iter().for_each(|map| fs::remove_file(map).unwrap());
    change(&path, &[5]);
    assert_eq!(sent_and_copied(&scene.upload("f", &there).exits(0)), (MIB, 7 * MIB));
    scene.assert_stored("f", "k");
}

#[test]
fn parts_of_any_size_make_a_map() {
    for part_size in ["1MiB", "1536KiB", "3MiB", "8MiB"] {
        let scene = Scene::new(&[]);
        let path = scene.file("f", 8 * MIB + 5);
        scene.upload("f", &[&DELTA[..], &["--part-size", part_size]].concat()).exits(0);
        change(&path, &[3]);
        assert_eq!(sent_and_copied(&scene.upload("f", &DELTA).exits(0)), (MIB, 7 * MIB + 5), "{part_size}");
        scene.assert_stored("f", "k");
    }
}

#[test]
fn a_resumed_upload_makes_a_map() {
    let mut scene = Scene::new(&["stall:part=6"]);
    let path = scene.file("f", 8 * MIB + 5);
    let running = scene.begin("f", &[&DELTA[..], &["--concurrency", "1"]].concat());
    until(|| scene.server.requests(Operation::UploadPart).len() >= 6, "some parts are stored");
    running.kill();
    scene.server.restart(&[]);
    let outcome = scene.upload("f", &DELTA).exits(0);
    assert!(outcome.event("uploaded")["bytes_resumed"].as_u64().unwrap() > 0);
    change(&path, &[3]);
    assert_eq!(sent_and_copied(&scene.upload("f", &DELTA).exits(0)), (MIB, 7 * MIB + 5));
    scene.assert_stored("f", "k");
}

#[test]
fn the_map_is_about_the_object_whatever_the_file_is_called() {
    let scene = Scene::new(&[]);
    let path = uploaded(&scene);
    change(&path, &[3]);
    fs::rename(&path, scene.path("g")).unwrap();
    assert_eq!(sent_and_copied(&scene.upload("g", &DELTA).exits(0)), (MIB, 7 * MIB + 5));
    scene.assert_stored("g", "k");
}

#[test]
fn a_first_upload_of_many_files_has_no_note_for_each_of_them() {
    let scene = Scene::new(&[]);
    let path = scene.file("f", 3 * MIB);
    scene.file("g", 3 * MIB);
    let outcome = scene.upload("f", &["g", "--delta"]).exits(0).does_not_say("there is no map");
    assert_eq!(maps(&scene).len(), 2, "{outcome:?}");
    change(&path, &[1]);
    scene.upload("f", &["g", "--delta"]).exits(0).says("f: sending 1.0 MiB; the server copies 2.0 MiB");
}

#[test]
fn an_object_of_the_user_in_the_place_of_a_map_is_not_replaced() {
    let scene = Scene::new(&[]);
    let path = scene.file("f", 3 * MIB);
    scene.file("mine", 5 * MIB);
    scene.upload("mine", &["--key", "k.cosput-map"]).exits(0);
    let there = [&DELTA[..], &["--delta-map", "object"]].concat();
    for _ in 0..2 {
        scene.upload("f", &there).exits(0).says(
            "could not write the map of the object in the bucket: there is an object k.cosput-map that is no map of \
                 cosput, and it is kept; uploads from other machines send the whole file",
        );
        scene.assert_stored("f", "k");
        scene.assert_stored("mine", "k.cosput-map");
        change(&path, &[1]);
    }
}

#[test]
fn an_object_of_the_user_is_not_read_as_a_map() {
    let scene = Scene::new(&[]);
    let path = scene.file("f", 3 * MIB);
    let there = [&DELTA[..], &["--delta-map", "object"]].concat();
    for size in [0, 9, 5 * MIB] {
        scene.file("mine", size);
        scene.upload("mine", &["--key", "k.cosput-map"]).exits(0);
        maps(&scene).into_iter().for_each(|map| fs::remove_file(map).unwrap());
        scene.upload("f", &["--key", "k"]).exits(0);
        change(&path, &[1]);
        let outcome = scene.upload("f", &there).exits(0).says("could not use the map of the object: ");
        let outcome = if size == 0 { outcome } else { outcome.says("there is an object k.cosput-map that is no map") };
        assert_eq!(sent_and_copied(&outcome), (3 * MIB, 0), "{size}");
        scene.assert_stored("mine", "k.cosput-map");
    }
}
