//! The files of the emulator's directory.

use std::fs;

use cosput::cos::request::Method;

use super::support::*;

#[tokio::test]
async fn objects_lie_under_the_name_of_their_key() {
    let test = Test::new(&[]).await;
    let files = test.dir.path().join(BUCKET).join("files");
    test.put("dir/a b.txt", b"1").await.unwrap();
    assert_eq!(fs::read(files.join("dir/a b.txt")).unwrap(), b"1");
    test.put("dir/a b.txt", b"2").await.unwrap();
    assert_eq!(fs::read(files.join("dir/a b.txt")).unwrap(), b"2");
    let test = test.restart().await;
    assert_eq!(test.object("dir/a b.txt"), Some(b"2".to_vec()));
    let delete = test.target("dir/a b.txt").request(Method::Delete);
    assert_eq!(test.send(delete, "").await.unwrap().status, 204);
    assert!(!files.join("dir").exists());
}

#[tokio::test]
async fn keys_that_are_no_paths_or_whose_path_is_taken_are_kept_elsewhere() {
    let test = Test::new(&[]).await;
    let keys = ["a", "a/b", "c/d", "c", "e//f", "dir/", "objects", "uploads"];
    for key in keys {
        test.put(key, key.as_bytes()).await.unwrap();
    }
    let test = test.restart().await;
    for key in keys {
        assert_eq!(test.object(key), Some(key.as_bytes().to_vec()), "{key}");
        let answer = test.send(test.target(key).request(Method::Get), "").await.unwrap();
        assert_eq!(&answer.body[..], key.as_bytes(), "{key}");
    }
    for key in ["a", "c/d"] {
        test.send(test.target(key).request(Method::Delete), "").await.unwrap();
    }
    test.put("a/b", b"new").await.unwrap();
    assert_eq!(test.object("a/b"), Some(b"new".to_vec()));
    assert_eq!(fs::read(test.dir.path().join(BUCKET).join("files/a/b")).unwrap(), b"new");
    assert_eq!(test.object("c"), Some(b"c".to_vec()));
}

/// Disks of Windows and macOS take the names of some of these keys for one.
#[tokio::test]
async fn keys_that_differ_in_case_or_form_are_different_objects() {
    let keys =
        ["A/x", "a/y", "a/x", "b", "B", "B/c", "d\u{e9}", "de\u{301}", "\u{212a}", "k", "stra\u{df}e", "strasse"];
    let test = Test::new(&[]).await;
    for key in keys {
        test.put(key, format!("an older {key}").as_bytes()).await.unwrap();
        test.put(key, key.as_bytes()).await.unwrap();
    }
    let mut test = test;
    for gone in ["A/x", "B", "d\u{e9}"] {
        test = test.restart().await;
        for key in keys {
            let stored = test.object(key);
            assert!(stored.is_none() || stored == Some(key.as_bytes().to_vec()), "{key} has other bytes");
            assert_eq!(stored.is_some(), test.list(&[("prefix", key)]).await.contains(&format!("<Key>{key}</Key>")));
        }
        test.send(test.target(gone).request(Method::Delete), "").await.unwrap();
        assert_eq!(test.object(gone), None);
    }
    let left = keys.iter().filter(|key| test.object(key).is_some()).count();
    assert_eq!(left, keys.len() - 3);
}

#[tokio::test]
async fn a_directory_of_an_older_version_opens() {
    let test = Test::new(&[]).await;
    test.put("dir/k", b"old").await.unwrap();
    let bucket = test.dir.path().join(BUCKET);
    let object = fs::read_dir(bucket.join("objects")).unwrap().next().unwrap().unwrap().path();
    fs::rename(bucket.join("files/dir/k"), object.join("k")).unwrap();
    let text = fs::read_to_string(object.join("object.json")).unwrap();
    fs::write(object.join("object.json"), text.replace("\"version\": 2", "\"version\": 1")).unwrap();
    let test = test.restart().await;
    assert_eq!(test.object("dir/k"), Some(b"old".to_vec()));
    test.put("dir/k", b"new").await.unwrap();
    assert_eq!(fs::read(bucket.join("files/dir/k")).unwrap(), b"new");
}

#[tokio::test]
async fn bytes_that_were_not_moved_count_and_files_without_an_object_are_removed() {
    let test = Test::new(&[]).await;
    test.put("k", b"new").await.unwrap();
    let bucket = test.dir.path().join(BUCKET);
    let object = fs::read_dir(bucket.join("objects")).unwrap().next().unwrap().unwrap().path();
    fs::rename(bucket.join("files/k"), object.join("k")).unwrap();
    fs::create_dir_all(bucket.join("files/dir")).unwrap();
    for leftover in ["files/k", "files/dir/other"] {
        fs::write(bucket.join(leftover), "leftover").unwrap();
    }
    let test = test.restart().await;
    assert_eq!(test.object("k"), Some(b"new".to_vec()));
    assert!(!bucket.join("files/k").exists() && !bucket.join("files/dir").exists());
}
