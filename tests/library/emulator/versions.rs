//! Buckets that keep versions.

use std::fs;

use cosput::cos::multipart::complete;
use cosput::cos::objects::{head_object, put_object};
use cosput::cos::request::{Headers, Method, Request, Response};

use super::support::*;

const ENABLED: &str = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";

/// An emulator whose bucket keeps versions.
async fn versioned() -> Test {
    let test = Test::new(&[]).await;
    keep_versions(&test).await;
    test
}

async fn keep_versions(test: &Test) {
    let request = with_document(test.address().request(Method::Put).with_query("versioning", ""), ENABLED);
    assert_eq!(test.send(request, ENABLED).await.unwrap().status, 200);
}

async fn put(test: &Test, key: &str, content: &str) -> String {
    version_of(&test.put(key, content.as_bytes()).await.unwrap()).expect("the object has a version ID")
}

fn version_of(answer: &Response) -> Option<String> {
    answer.headers.get("x-cos-version-id").map(str::to_owned)
}

/// Sends a request for a version of an object, or for the object itself.
async fn send(test: &Test, method: Method, key: &str, version: Option<&str>) -> Response {
    let request = test.target(key).request(method);
    let request = version.into_iter().fold(request, |request, id| request.with_query("versionId", id));
    test.send(request, "").await.unwrap()
}

/// The content of a version, or the status and the code of the answer.
async fn get(test: &Test, key: &str, version: Option<&str>) -> Result<String, (u16, String)> {
    let answer = send(test, Method::Get, key, version).await;
    if answer.status != 200 {
        return Err(status_and_code(&answer));
    }
    assert_eq!(version_of(&answer).as_deref().unwrap_or("null"), version.unwrap_or("null"));
    Ok(String::from_utf8(answer.body.to_vec()).unwrap())
}

async fn current(test: &Test, key: &str) -> Result<String, (u16, String)> {
    let answer = send(test, Method::Get, key, None).await;
    let text = String::from_utf8(answer.body.to_vec()).unwrap();
    if answer.status == 200 { Ok(text) } else { Err(status_and_code(&answer)) }
}

fn refused(status: u16, code: &str) -> Result<String, (u16, String)> {
    Err((status, code.to_owned()))
}

async fn status_of_versioning(test: &Test) -> Option<String> {
    text_of(&test.list(&[("versioning", "")]).await, "Status")
}

#[tokio::test]
async fn an_object_that_is_replaced_stays_as_a_version() {
    let test = Test::new(&[]).await;
    assert_eq!(status_of_versioning(&test).await, None);
    assert_eq!(version_of(&test.put("k", b"zero").await.unwrap()), None);
    keep_versions(&test).await;
    assert_eq!(status_of_versioning(&test).await.as_deref(), Some("Enabled"));
    let (first, second) = (put(&test, "k", "one").await, put(&test, "k", "two").await);
    assert_ne!(first, second);
    let test = test.restart().await;
    assert_eq!(current(&test, "k").await, Ok("two".to_owned()));
    for (version, content) in [("null", "zero"), (first.as_str(), "one"), (second.as_str(), "two")] {
        assert_eq!(get(&test, "k", Some(version)).await, Ok(content.to_owned()));
        let head = send(&test, Method::Head, "k", Some(version)).await;
        assert_eq!(head.headers.get("content-length"), Some(content.len().to_string().as_str()), "{version}");
    }
    assert_eq!(get(&test, "k", Some("other")).await, refused(404, "NoSuchVersion"));
    assert_eq!(fs::read(test.dir.path().join(BUCKET).join("files/k")).unwrap(), b"two");
    assert_eq!(texts_of(&test.list(&[]).await, "Key"), ["k"]);
    let head = test.send(head_object::request(&test.target("k")), "").await.unwrap();
    assert_eq!(head_object::read(&head).unwrap().unwrap().version_id, Some(second));
}

#[tokio::test]
async fn a_deleted_object_comes_back_without_its_delete_marker() {
    let test = versioned().await;
    let (first, second) = (put(&test, "k", "one").await, put(&test, "k", "two").await);
    let deleted = send(&test, Method::Delete, "k", None).await;
    let marker = version_of(&deleted).unwrap();
    assert_eq!((deleted.status, deleted.headers.get("x-cos-delete-marker")), (204, Some("true")));
    let test = test.restart().await;
    assert_eq!(current(&test, "k").await, refused(404, "NoSuchKey"));
    assert_eq!(get(&test, "k", Some(&marker)).await, refused(404, "NoSuchKey"));
    assert_eq!(get(&test, "k", Some(&second)).await, Ok("two".to_owned()));
    assert!(texts_of(&test.list(&[]).await, "Key").is_empty());
    let bucket = test.address().request(Method::Delete);
    assert_eq!(status_and_code(&test.send(bucket, "").await.unwrap()), (409, "BucketNotEmpty".to_owned()));
    // Without the marker and the newest version, the oldest one is the object.
    assert_eq!(send(&test, Method::Delete, "k", Some(&marker)).await.headers.get("x-cos-delete-marker"), Some("true"));
    assert_eq!(current(&test, "k").await, Ok("two".to_owned()));
    assert_eq!(send(&test, Method::Delete, "k", Some(&second)).await.headers.get("x-cos-delete-marker"), None);
    let test = test.restart().await;
    assert_eq!(current(&test, "k").await, Ok("one".to_owned()));
    assert_eq!(send(&test, Method::Delete, "k", Some("other")).await.status, 204);
    assert_eq!(send(&test, Method::Delete, "k", Some(&first)).await.status, 204);
    assert_eq!(current(&test, "k").await, refused(404, "NoSuchKey"));
    assert_eq!(test.send(test.address().request(Method::Delete), "").await.unwrap().status, 204);
}

#[tokio::test]
async fn complete_and_copies_have_version_ids() {
    let test = versioned().await;
    let upload_id = test.initiate("k").await;
    let etag = test.upload_part("k", &upload_id, 1, b"one").await;
    let answer = test.complete("k", &upload_id, &[etag]).await.unwrap();
    let first = complete::read(&answer).unwrap().version_id.expect("the object has a version ID");
    assert_eq!(get(&test, "k", Some(&first)).await, Ok("one".to_owned()));
    put(&test, "k", "two").await;
    let copied = test.send(copy(&test, &format!("{BUCKET}/k?versionId={first}")), "").await.unwrap();
    assert_eq!(get(&test, "copy", version_of(&copied).as_deref()).await, Ok("one".to_owned()));
    let copied = test.send(copy(&test, &format!("{BUCKET}/k")), "").await.unwrap();
    assert_eq!(get(&test, "copy", version_of(&copied).as_deref()).await, Ok("two".to_owned()));
    let unknown = test.send(copy(&test, &format!("{BUCKET}/k?versionId=other")), "").await.unwrap();
    assert_eq!(status_and_code(&unknown), (404, "NoSuchVersion".to_owned()));
    let upload_id = test.initiate("parts").await;
    let part = test.target("parts").request(Method::Put).with_query("partNumber", "1");
    let part = part.with_query("uploadId", upload_id.as_str()).with_header("Content-Length", "0");
    let part = part.with_header("x-cos-copy-source", format!("{BUCKET}/k?versionId={first}"));
    let answer = test.send(part, "").await.unwrap();
    let etag = text_of(&String::from_utf8_lossy(&answer.body), "ETag").unwrap().replace("&quot;", "\"");
    test.complete("parts", &upload_id, &[etag]).await.unwrap();
    assert_eq!(current(&test, "parts").await, Ok("one".to_owned()));
}

fn copy(test: &Test, source: &str) -> Request {
    let request = test.target("copy").request(Method::Put).with_header("Content-Length", "0");
    request.with_header("x-cos-copy-source", source)
}

#[tokio::test]
async fn a_bucket_that_keeps_versions_ignores_that_overwriting_is_forbidden() {
    let test = versioned().await;
    let headers: Headers = [("x-cos-forbid-overwrite", "true")].into_iter().collect();
    for content in ["one", "two"] {
        let request = put_object::request(&test.target("k"), &headers, 3, None);
        assert_eq!(test.send(request, content).await.unwrap().status, 200);
    }
    assert_eq!(current(&test, "k").await, Ok("two".to_owned()));
}

#[tokio::test]
async fn what_is_not_built_for_versions_changes_nothing() {
    let test = versioned().await;
    put(&test, "k", "one").await;
    let suspended = ENABLED.replace("Enabled", "Suspended");
    let request = with_document(test.address().request(Method::Put).with_query("versioning", ""), &suspended);
    assert_eq!(status_and_code(&test.send(request, suspended).await.unwrap()), (501, "NotImplemented".to_owned()));
    assert_eq!(status_of_versioning(&test).await.as_deref(), Some("Enabled"));
    let append = test.target("k").request(Method::Post).with_query("append", "").with_query("position", "3");
    let append = append.with_header("Content-Length", "1");
    assert_eq!(status_and_code(&test.send(append, "x").await.unwrap()), (501, "NotImplemented".to_owned()));
    let versions = test.address().request(Method::Get).with_query("versions", "");
    assert_eq!(status_and_code(&test.send(versions, "").await.unwrap()), (501, "NotImplemented".to_owned()));
    assert_eq!(current(&test, "k").await, Ok("one".to_owned()));
}
