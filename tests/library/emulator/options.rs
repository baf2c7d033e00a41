//! Options that requests can set on an object, and conditional reads.

use std::time::Duration;

use cosput::cos::multipart::initiate;
use cosput::cos::request::{Headers, Method, Request};
use cosput::cos::{objects::head_object, objects::put_object};

use tokio::time::Instant;

use super::support::*;

fn put(test: &Test, name: &str, value: &str) -> Request {
    put_object::request(&test.target("k"), &Headers::new(), 1, None).with_header(name, value)
}

#[tokio::test]
async fn tags_are_given_back_on_their_own() {
    let test = Test::new(&[]).await;
    let request =
        initiate::request(&test.target("k"), &Headers::new()).with_header("x-cos-tagging", "a=1&b%40=%E4%B8%AD");
    let id = initiate::read(&test.send(request, "").await.unwrap()).unwrap();
    let etag = test.upload_part("k", &id, 1, b"x").await;
    test.complete("k", &id, &[etag]).await.unwrap();
    let test = test.restart().await;
    let answer = test.send(test.target("k").request(Method::Get).with_query("tagging", ""), "").await.unwrap();
    let text = String::from_utf8(answer.body.to_vec()).unwrap();
    assert_eq!((texts_of(&text, "Key"), texts_of(&text, "Value")), (strings(&["a", "b@"]), strings(&["1", "中"])));
    let head = test.send(head_object::request(&test.target("k")), "").await.unwrap();
    assert_eq!(head.headers.get("x-cos-tagging"), None);
    assert_eq!(head.headers.get("x-cos-tagging-count"), Some("2"));
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[tokio::test]
async fn who_may_read_is_checked_and_kept_beside_the_bytes() {
    let test = Test::new(&[]).await;
    let request = put(&test, "x-cos-acl", "public-read").with_header("x-cos-grant-read", "id=\"100000000001\"");
    assert_eq!(test.send(request, "x").await.unwrap().status, 200);
    let head = test.send(head_object::request(&test.target("k")), "").await.unwrap();
    assert_eq!(head.headers.get("x-cos-acl"), None);
    let objects = test.dir.path().join(BUCKET).join("objects");
    let object = std::fs::read_dir(objects).unwrap().next().unwrap().unwrap().path();
    let json = std::fs::read_to_string(object.join("object.json")).unwrap();
    assert!(json.contains("public-read") && json.contains("100000000001"), "{json}");
}

#[tokio::test]
async fn what_the_service_refuses_is_refused() {
    let test = Test::new(&[]).await;
    for (name, value, code) in [
        ("x-cos-acl", "everyone", "InvalidArgument"),
        ("x-cos-grant-read", "100000000001", "InvalidArgument"),
        ("x-cos-meta-a_b", "v", "InvalidArgument"),
        ("x-cos-meta-a", &*"v".repeat(2048), "InvalidArgument"),
        ("x-cos-tagging", "a=1&b=1&c=1&d=1&e=1&f=1&g=1&h=1&i=1&j=1&k=1", "InvalidTag"),
        ("x-cos-traffic-limit", "819199", "InvalidArgument"),
        ("x-cos-traffic-limit", "838860801", "InvalidArgument"),
    ] {
        assert_eq!(
            status_and_code(&test.send(put(&test, name, value), "x").await.unwrap()),
            (400, code.to_owned()),
            "{name}"
        );
    }
    assert_eq!(test.object("k"), None);
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "the emulator in this process measures with the same clock")]
async fn a_traffic_limit_holds() {
    let test = Test::new(&[]).await;
    let content = bytes(51_200, 1);
    let request = put_object::request(&test.target("k"), &Headers::new(), 51_200, None);
    let start = Instant::now();
    let answer = test.send(request.with_header("x-cos-traffic-limit", "819200"), content).await.unwrap();
    assert_eq!(answer.status, 200);
    // The bytes of half a second. The test sets no upper bound, because that depends on the machine.
    assert!(start.elapsed() >= Duration::from_millis(490), "{:?}", start.elapsed());
}

#[tokio::test]
async fn an_object_is_read_under_conditions() {
    let test = Test::new(&[]).await;
    let etag = test.put("k", b"x").await.unwrap().etag().unwrap().to_owned();
    for (name, value, status) in [
        ("If-Match", etag.as_str(), 200),
        ("If-Match", "\"other\"", 412),
        ("If-None-Match", &etag, 304),
        ("If-Modified-Since", "Tue, 14 Nov 2023 22:13:20 GMT", 304),
        ("If-Unmodified-Since", "Tue, 14 Nov 2023 22:13:19 GMT", 412),
    ] {
        for method in [Method::Get, Method::Head] {
            let request = test.target("k").request(method).with_header(name, value);
            let answer = test.send(request, "").await.unwrap();
            assert_eq!(answer.status, status, "{} {name}: {value}", method.as_str());
            assert_eq!(answer.body.is_empty(), method == Method::Head || status == 304, "{name}: {value}");
        }
    }
}
