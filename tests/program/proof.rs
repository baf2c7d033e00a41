//! A server whose answers have no CRC-64: the object is proved by MD5.

use cosput::emulator::Operation;
use serde_json::json;

use crate::support::{MIB, Scene};

/// Answers as private clouds and the legacy edition send them.
const NO_CRC64: &str = "no-crc:on=any,times=0";
/// ETags that are not MD5s.
const OTHER_ETAGS: &str = "wrong-etag:on=put-object+upload-part,times=0";
/// A file that is sent in one request, and one in three parts.
const SOURCES: [(&str, u64); 2] = [("put.bin", 1000), ("parts.bin", 2 * MIB + 1)];

#[test]
fn a_server_that_gives_no_crc64_proves_by_md5() {
    for (source, size) in SOURCES {
        let scene = Scene::new(&[NO_CRC64]);
        scene.file(source, size);
        let outcome = scene.upload(source, &["--json"]).exits(0);
        assert_eq!(outcome.event("uploaded")["proof"], json!("md5"), "{source}");
        assert_eq!(outcome.stderr.matches("the server's responses have no CRC-64").count(), 1, "{}", outcome.stderr);
        scene.assert_stored(source, source);
    }
}

#[test]
fn parts_whose_etag_is_their_md5_are_sent_once() {
    let scene = Scene::new(&[NO_CRC64]);
    scene.file("a.bin", 5 * MIB);
    scene.upload("a.bin", &[]).exits(0);
    scene.server.assert_each_part_stored_once(5);
}

#[test]
fn without_a_crc64_and_an_md5_as_etag_the_server_compares() {
    for (source, size) in SOURCES {
        let scene = Scene::new(&[NO_CRC64]);
        scene.file(source, size);
        // The ETags of objects encrypted with KMS are not MD5s.
        let outcome = scene.upload(source, &["--json", "--sse", "cos/kms", "--concurrency", "1"]).exits(0);
        assert_eq!(outcome.event("uploaded")["proof"], json!("md5"), "{source}");
        scene.assert_stored(source, source);
        let sent = scene.server.requests(Operation::UploadPart).len();
        assert!(source == "put.bin" || sent == 4, "the first part is sent twice, and the others once: {sent}");
    }
}

#[test]
fn a_server_with_a_crc64_needs_no_md5() {
    let scene = Scene::new(&[OTHER_ETAGS]);
    for (source, size) in SOURCES {
        scene.file(source, size);
        let outcome = scene.upload(source, &["--json"]).exits(0);
        assert_eq!(outcome.event("uploaded").get("proof"), None, "{source}");
        assert!(!outcome.stderr.contains("warning"), "{}", outcome.stderr);
    }
}

#[test]
fn bytes_that_differ_still_end_with_7() {
    for (source, size) in SOURCES {
        let scene = Scene::new(&["wrong-crc:on=any,times=0"]);
        scene.file(source, size);
        scene.upload(source, &["--max-attempts", "2"]).exits(7);
    }
}
